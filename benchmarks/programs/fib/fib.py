"""Calls that are not in tail position, and integer arithmetic."""


def fib(n: int) -> int:
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def benchmark(n: int) -> int:
    return fib(n)
