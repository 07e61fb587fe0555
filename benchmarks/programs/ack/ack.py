"""Ackermann's function, some times over."""


def ack(m: int, n: int) -> int:
    if m == 0:
        return n + 1
    if n == 0:
        return ack(m - 1, 1)
    return ack(m - 1, ack(m, n - 1))


def benchmark(times: int, m: int, n: int) -> int:
    total = 0
    for _ in range(times):
        total += ack(m, n)
    return total
