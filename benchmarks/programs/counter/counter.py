"""A closure that changes its variable."""

from collections.abc import Callable


def make_counter() -> Callable[[], int]:
    n = 0

    def count_up() -> int:
        nonlocal n
        n += 1
        return n

    return count_up


def benchmark(n: int) -> int:
    count_up = make_counter()
    for _ in range(n):
        count_up()
    return count_up()
