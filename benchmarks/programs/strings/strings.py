"""A long string from many short ones."""


def benchmark(n: int) -> int:
    return len("\n".join(f"line {i}: {i * i}" for i in range(n)))
