"""How often each of many words occurs, counted in a persistent map of pyrsistent."""

from typing import Any

from pyrsistent import pmap


def prepare(n: int) -> list[str]:
    return [f"word{i * i % 5003}" for i in range(n)]


def benchmark(words: list[str]) -> list[int]:
    counts: Any = pmap()
    for word in words:
        counts = counts.set(word, counts.get(word, 0) + 1)
    return [len(counts), counts["word1"]]
