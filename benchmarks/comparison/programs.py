"""The programs: a table. Their sources are in `benchmarks/programs`, a folder for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).resolve().parent.parent / "programs"

PUZZLE = "000000907000420180000705026100904000050000040000507009920108000034059000507000000"
SOLUTION = "462831957795426183381795426173984265659312748248567319926178534834259671517643892"
EASY = "530070000600195000098000060800060003400803001700020006060000280000419005000080079"
EASY_SOLUTION = "534678912672195348198342567859761423426853791713924856961537284287419635345286179"

NO_CONTINUATIONS = dict.fromkeys(("python", "hy", "basilisp"), "no continuations")
NO_MAPS = {"scheme": "no persistent maps"}


@dataclass(frozen=True)
class Program:
    """A program: arguments and answer of the size that is timed, and of a small one for tests."""

    name: str
    title: str
    arguments: list[Any]
    answer: Any
    small: list[Any]
    small_answer: Any
    absent: dict[str, str] = field(default_factory=dict)
    """Why some systems have no such program."""
    folder: str = ""
    """The folder and the name of its sources, if they are not its own name."""

    def source(self, suffix: str) -> Path:
        """Where its source with this suffix is, or would be; a suffix is `.tur` or `_pmap.py`."""
        folder = self.folder or self.name
        return SOURCES / folder / f"{folder}{suffix}"


PROGRAMS = [
    Program("fib", "fib 25", [25], 75_025, [10], 55),
    Program("tak", "tak 18 12 6", [18, 12, 6], 7, [8, 4, 2], 3),
    Program("queens", "n-queens 8", [8], 92, [5], 10),
    Program("loop", "loop 1e6", [500_000_500_000], 1_000_000, [5050], 100),
    Program("parity", "even/odd 1e6, tail calls", [1_000_000], True, [101], False),
    Program("deep", "recursion 1e6 deep", [1_000_000], 500_000_500_000, [100], 5050),
    Program("closures", "closures 3e5", [300_000], 44_999_850_000, [100], 4950),
    Program("compose", "compose 1e5", [100_000], 99_998, [100], 98),
    Program("counter", "counter with set! 3e5", [300_000], 300_001, [100], 101),
    Program("pipeline", "map, filter, fold 1e5", [100_000], 222_215_555_588_889, [100], 215_589),
    Program("strings", "string building 5e4", [50_000], 1_092_640, [20], 235),
    Program("words", "word count 1e5, maps", [100_000], [2502, 39], [200], [200, 1], NO_MAPS),
    Program("ack", "ackermann 2 9, 100 times", [100, 2, 9], 2100, [2, 1, 2], 8),
    Program("sort", "sort 1e5, own comparison", [100_000], [0, 334_333, 997_999], [50], [0, 406_307, 542_982]),
    Program("mandelbrot", "mandelbrot 80", [80], 1725, [10], 30),
    Program("trees", "binary trees 12", [12], 649_904, [6], 4016),
    Program("ctak", "ctak 18 12 6", [18, 12, 6], 7, [6, 4, 2], 3, NO_CONTINUATIONS),
    Program("yields", "yields 1e5", [100_000], 4_999_950_000, [50], 1225),
    Program("performs", "effects 1e5", [100_000], 9_999_900_000, [50], 2450),
    Program("sudoku", "sudoku by amb", [PUZZLE], [SOLUTION], [EASY], [EASY_SOLUTION]),
]

CAPTURES = {1: 10_000, 100: 1000, 10_000: 10}
"""Below so many pending calls a continuation is captured and continued, so many times over."""


def capturing(depth: int, capture: bool) -> Program:
    """The program that captures below so many calls, or the same without a capture."""
    times = CAPTURES[depth]
    name = f"{'capture' if capture else 'no-capture'}-{depth}"
    title = f"{times} times {'captured' if capture else 'not captured'} at depth {depth}"
    return Program(name, title, [times, depth, capture], times * depth, [2, 3, capture], 6, folder="capture")


CAPTURING = [capturing(depth, capture) for depth in CAPTURES for capture in (True, False)]
"""Only Turmeric runs these: the difference between two of them is the cost of a capture."""
