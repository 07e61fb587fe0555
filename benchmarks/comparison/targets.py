"""What was aimed at, and whether it was reached."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from benchmarks.comparison.programs import CAPTURES
from benchmarks.comparison.results import Results

MAPS = "words"
"""Left out of the mean: Python's dict is changed in place, a persistent map is not."""
SUSPENDING = ("yields", "performs", "sudoku")
"""What Python does with generators, and Turmeric with continuations."""
CLOSE = ("fib", "tak", "loop", "ack")
CAPTURABLE = ("fib", "tak", "ack")
"""Functions that do nothing but call and calculate: what a frame costs that could be captured."""
MICROSECOND, MILLISECOND = 1e-6, 1e-3
CAPTURE_LIMITS = {1: 5 * MICROSECOND, 100: 80 * MICROSECOND, 10_000: 10 * MILLISECOND}


@dataclass(frozen=True)
class Target:
    """A target, its limit, and what was reached; nothing was if it could not be measured."""

    title: str
    limit: float
    reached: float | None
    unit: str = "x"
    remark: str = ""

    @property
    def verdict(self) -> str:
        """met, missed or not measured."""
        if self.reached is None:
            return "not measured"
        return "met" if self.reached <= self.limit else "missed"


def mean(ratios: list[float]) -> float | None:
    """The geometric mean; of nothing there is none."""
    return prod(ratios) ** (1 / len(ratios)) if ratios else None


def ratios(results: Results, programs: list[str]) -> dict[str, float]:
    """The ratios to Python of those of the programs that both run."""
    found = {program: results.ratio(program, "turmeric") for program in programs}
    return {program: ratio for program, ratio in found.items() if ratio is not None}


def against_python(results: Results) -> list[Target]:
    """Mean and worst over what Python can run, and over what it runs without suspending anything."""
    counted = ratios(results, [program for program in results.programs() if program != MAPS])
    direct = {program: ratio for program, ratio in counted.items() if program not in SUSPENDING}
    targets = []
    for title, chosen in (("all", counted), ("without " + ", ".join(SUSPENDING), direct)):
        worst = max(chosen, key=lambda program: chosen[program], default="")
        number = f"{len(chosen)} programs"
        targets.append(Target(f"geometric mean against Python, {title}", 1.5, mean([*chosen.values()]), "x", number))
        targets.append(Target(f"worst against Python, {title}", 4.0, chosen.get(worst), "x", worst))
    return targets


def captures(results: Results) -> list[Target]:
    """What one capture costs at each depth: with it less without it."""
    targets = []
    for depth, times in CAPTURES.items():
        captured = results.seconds(f"capture-{depth}", "turmeric")
        without = results.seconds(f"no-capture-{depth}", "turmeric")
        reached = None if captured is None or without is None else max(0.0, captured - without) / times
        targets.append(Target(f"capture and continue at depth {depth}", CAPTURE_LIMITS[depth], reached, "s"))
    return targets


def evaluated(results: Results) -> list[Target]:
    """All targets."""

    def seconds(title: str, limit: float, program: str) -> Target:
        return Target(title, limit, results.seconds(program, "turmeric"), "s")

    start = results.start("turmeric")
    capturable = ratios(results, list(CAPTURABLE))
    whole = mean(list(capturable.values())) if len(capturable) == len(CAPTURABLE) else None
    return [
        *against_python(results),
        Target("word count against pyrsistent's pmap", 3.0, results.ratio(MAPS, "turmeric", "pyrsistent")),
        *(Target(f"{name} against Python", 1.15, results.ratio(name, "turmeric")) for name in CLOSE),
        seconds("even/odd 1e6 by tail calls", 0.5, "parity"),
        seconds("recursion 1e6 deep", 1.0, "deep"),
        seconds("1e5 yields", 150 * MILLISECOND, "yields"),
        seconds("ctak 18 12 6", 60 * MILLISECOND, "ctak"),
        *captures(results),
        Target("cost of being capturable", 1.1, whole, "x", "mean of " + ", ".join(CAPTURABLE)),
        Target("tur -e 1", 60 * MILLISECOND, start.clock if start else None, "s", "on the clock"),
    ]
