"""The number of ways to place n queens, row by row; `placed` are the columns, the last row first."""


def safe(column: int, placed: tuple[int, ...]) -> bool:
    for distance, other in enumerate(placed, 1):  # noqa: SIM110 (`all` of a generator takes longer)
        if other == column or abs(other - column) == distance:
            return False
    return True


def ways(n: int, row: int, placed: tuple[int, ...]) -> int:
    if row == n:
        return 1
    total = 0
    for column in range(n):
        if safe(column, placed):
            total += ways(n, row + 1, (column, *placed))
    return total


def benchmark(n: int) -> int:
    return ways(n, 0, ())
