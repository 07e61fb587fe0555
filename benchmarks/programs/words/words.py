"""How often each of many words occurs, counted in a dict."""


def prepare(n: int) -> list[str]:
    return [f"word{i * i % 5003}" for i in range(n)]


def benchmark(words: list[str]) -> list[int]:
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return [len(counts), counts["word1"]]
