"""All solutions of a sudoku: an empty cell with the fewest possible digits gets one of them, and so on."""

from collections.abc import Iterator

Grid = list[int]
CELLS = range(81)


def together(cell: int, other: int) -> bool:
    """Whether two cells are in the same row, column or box."""
    return (
        cell // 9 == other // 9
        or cell % 9 == other % 9
        or (cell // 27 == other // 27 and cell % 9 // 3 == other % 9 // 3)
    )


PEERS = [[other for other in CELLS if other != cell and together(cell, other)] for cell in CELLS]


def possible(grid: Grid, cell: int) -> list[int]:
    taken = {grid[other] for other in PEERS[cell]}
    return [digit for digit in range(1, 10) if digit not in taken]


def tightest(grid: Grid) -> tuple[int, list[int]] | None:
    """The empty cell with the fewest possible digits, and these; nothing in a full grid."""
    empty = [(cell, possible(grid, cell)) for cell in CELLS if grid[cell] == 0]
    return min(empty, key=lambda place: len(place[1])) if empty else None


def solutions(grid: Grid) -> Iterator[Grid]:
    place = tightest(grid)
    if place is None:
        yield grid
        return
    cell, digits = place
    for digit in digits:
        yield from solutions([*grid[:cell], digit, *grid[cell + 1 :]])


def prepare(puzzle: str) -> Grid:
    return [int(sign) for sign in puzzle]


def benchmark(puzzle: Grid) -> list[str]:
    return ["".join(map(str, grid)) for grid in solutions(puzzle)]
