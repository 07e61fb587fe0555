"""The figures of searches, beside the same searches in Python.

`search()` gives the rows: n-queens by generators in Python, a sudoku by exceptions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.measuring import alternately, peak_memory
from turmeric.assembly.session import Session

HERE = Path(__file__).resolve().parent
SUDOKU = HERE.parent.parent / "examples" / "sudoku"

PUZZLE = "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4.."
"""By Arto Inkala, 2012; it has one solution."""

# Queens: a generator for each row ---------------------------------------------------------------


def safe(column: int, queens: tuple[int, ...]) -> bool:
    distance = 1
    for other in queens:
        if other == column or abs(other - column) == distance:
            return False
        distance += 1
    return True


def queens(n: int, placed: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    if len(placed) == n:
        yield placed
        return
    for column in range(n):
        if safe(column, placed):
            yield from queens(n, (column, *placed))


# Sudoku: the propagation of examples/sudoku, on a list that is copied for each choice -----------

CELLS = range(81)
DIGITS = "123456789"


def units_of(cell: int) -> list[list[int]]:
    def box(other: int) -> tuple[int, int]:
        return other // 27, other % 9 // 3

    return [
        [other for other in CELLS if other // 9 == cell // 9],
        [other for other in CELLS if other % 9 == cell % 9],
        [other for other in CELLS if box(other) == box(cell)],
    ]


UNITS = [units_of(cell) for cell in CELLS]
PEERS = [sorted({other for unit in UNITS[cell] for other in unit} - {cell}) for cell in CELLS]


class Contradiction(Exception):
    """A cell has no digit left, or a digit no cell."""


def strike(grid: list[str], cell: int, digit: str) -> None:
    if digit not in grid[cell]:
        return
    left = grid[cell] = grid[cell].replace(digit, "")
    if not left:
        raise Contradiction
    if len(left) == 1:
        for peer in PEERS[cell]:
            strike(grid, peer, left)
    for unit in UNITS[cell]:
        places = [place for place in unit if digit in grid[place]]
        if not places:
            raise Contradiction
        if len(places) == 1:
            settle(grid, places[0], digit)


def settle(grid: list[str], cell: int, digit: str) -> None:
    for other in grid[cell]:
        if other != digit:
            strike(grid, cell, other)


def parse(puzzle: str) -> list[str]:
    grid = [DIGITS] * 81
    for cell, sign in zip(CELLS, puzzle, strict=True):
        if sign in DIGITS:
            settle(grid, cell, sign)
    return grid


def grids(grid: list[str]) -> Iterator[list[str]]:
    undecided = [cell for cell in CELLS if len(grid[cell]) > 1]
    if not undecided:
        yield grid
        return
    cell = min(undecided, key=lambda cell: len(grid[cell]))
    for digit in grid[cell]:
        tried = grid[:]
        try:
            settle(tried, cell, digit)
        except Contradiction:
            continue
        yield from grids(tried)


# Figures ----------------------------------------------------------------------------------------

Search = tuple[str, list[Any], Callable[[], list[Any]]]

SEARCHES: dict[str, Search] = {
    "queens-8, all 92": ("all-queens", [8], lambda: list(queens(8))),
    "sudoku, all 1": ("all-grids", [PUZZLE], lambda: list(grids(parse(PUZZLE)))),
}
"""For each search the function in `searching.tur`, its arguments, and the same in Python."""


def search(runs: int = 5) -> list[dict[str, Any]]:
    """Time and ratio of each search on the machine and in Python; the answers are compared."""
    session = Session([str(HERE), str(SUDOKU)])
    session.activate()
    module = session.loader.import_module("searching")
    rows = []
    for name, (function, args, by_hand) in SEARCHES.items():
        ours = calling(session, module.definitions[function].force(), args)
        assert [list(value) for value in ours()] == [list(value) for value in by_hand()], name
        least = alternately({"turmeric": ours, "python": by_hand}, runs)
        ratio = least["turmeric"] / least["python"]
        memory = peak_memory(
            "from turmeric.assembly.session import Session\n"
            f"s = Session([{str(HERE)!r}, {str(SUDOKU)!r}])\n"
            f"search = s.loader.import_module('searching').definitions[{function!r}].force()\n"
            f"s.world.call(search, {args!r}, prompt=True)"
        )
        rows.append({"search": name, **least, "ratio": ratio, "peak_kib": memory})
        print(f"{name:22} {least['turmeric'] * 1e3:9.1f} ms {least['python'] * 1e3:9.2f} ms {ratio:7.1f} x")
    return rows


def calling(session: Session, function: Any, args: list[Any]) -> Callable[[], Any]:
    return lambda: session.world.call(function, args, prompt=True)
