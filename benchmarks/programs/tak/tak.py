"""Calls with three arguments, in tail position and not."""


def tak(x: int, y: int, z: int) -> int:
    if y < x:
        return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y))
    return z


def benchmark(x: int, y: int, z: int) -> int:
    return tak(x, y, z)
