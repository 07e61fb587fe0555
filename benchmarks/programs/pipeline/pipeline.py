"""Mapping, choosing and adding, as Python has it: one generator expression."""


def benchmark(n: int) -> int:
    squares = (x * x for x in range(n))
    return sum(x for x in squares if x % 3 == 1)
