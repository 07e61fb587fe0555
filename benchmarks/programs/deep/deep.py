"""Recursion as deep as its argument."""


def sum_to(n: int) -> int:
    return 0 if n == 0 else n + sum_to(n - 1)


def benchmark(n: int) -> int:
    return sum_to(n)
