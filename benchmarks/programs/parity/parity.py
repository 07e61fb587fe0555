"""Two functions that call each other in tail position."""


def even_number(n: int) -> bool:
    return True if n == 0 else odd_number(n - 1)


def odd_number(n: int) -> bool:
    return False if n == 0 else even_number(n - 1)


def benchmark(n: int) -> bool:
    return even_number(n)
