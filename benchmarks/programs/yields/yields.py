"""A generator and the loop that consumes it."""

from collections.abc import Iterator


def numbers(n: int) -> Iterator[int]:
    i = 0
    while i < n:
        yield i
        i += 1


def benchmark(n: int) -> int:
    total = 0
    for x in numbers(n):
        total += x
    return total
