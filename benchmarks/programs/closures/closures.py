"""A closure for each number, called once."""

from collections.abc import Callable


def adder(n: int) -> Callable[[int], int]:
    return lambda x: x + n


def benchmark(n: int) -> int:
    total = 0
    for i in range(n):
        total = adder(i)(total)
    return total
