"""A loop of two variables: how many of 1, 2, 3 ... must be added to reach a limit."""


def benchmark(limit: int) -> int:
    i = total = 0
    while total < limit:
        i += 1
        total += i
    return i
