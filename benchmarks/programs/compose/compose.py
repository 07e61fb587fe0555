"""Functions made from functions: two are composed for each number, and the result is called."""

from collections.abc import Callable

Function = Callable[[int], int]


def compose(f: Function, g: Function) -> Function:
    return lambda x: f(g(x))


def adder(n: int) -> Function:
    return lambda x: x + n


def halved(x: int) -> int:
    return x // 2


def benchmark(n: int) -> int:
    x = 0
    for i in range(n):
        x = compose(halved, adder(i))(x)
    return x
