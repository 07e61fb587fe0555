"""What was aimed at, and whether it was reached."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    """A target, its limit, and what was reached; nothing was if it could not be measured, or if Turmeric failed."""

    title: str
    limit: float
    reached: float | None
    unit: str = "x"
    remark: str = ""
    failed: bool = False

    @property
    def verdict(self) -> str:
        """met, missed or not measured; what Turmeric fails to do is missed."""
        if self.failed:
            return "missed"
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


def told(results: Results, programs: list[str], target: Target) -> Target:
    """The target of these programs, missed if Turmeric fails to run one: no mean may leave it out."""
    found = [(program, results.outcome(program, "turmeric")) for program in programs]
    reasons = [f"{program}: {one.reason}" for program, one in found if one is not None and one.reason]
    return replace(target, reached=None, remark="; ".join(reasons), failed=True) if reasons else target


def against_python(results: Results) -> list[Target]:
    """Mean and worst over what Python can run, and over what it runs without suspending anything."""
    counted = [name for name in results.programs() if name != MAPS and results.seconds(name, "python") is not None]
    direct = [program for program in counted if program not in SUSPENDING]
    targets = []
    for title, programs in (("all", counted), ("without " + ", ".join(SUSPENDING), direct)):
        found = ratios(results, programs)
        worst = max(found, key=lambda program: found[program], default="")
        number = f"{len(found)} programs"
        both = [
            Target(f"geometric mean against Python, {title}", 1.5, mean([*found.values()]), "x", number),
            Target(f"worst against Python, {title}", 4.0, found.get(worst), "x", worst),
        ]
        targets += [told(results, programs, target) for target in both]
    return targets


def captures(results: Results) -> list[Target]:
    """What one capture costs at each depth: with it less without it."""
    targets = []
    for depth, times in CAPTURES.items():
        names = [f"capture-{depth}", f"no-capture-{depth}"]
        captured, without = (results.seconds(name, "turmeric") for name in names)
        reached = None if captured is None or without is None else max(0.0, captured - without) / times
        target = Target(f"capture and continue at depth {depth}", CAPTURE_LIMITS[depth], reached, "s")
        targets.append(told(results, names, target))
    return targets


def capturable(results: Results) -> Target:
    """The mean over all of CAPTURABLE: some of them alone would say something else."""
    found = ratios(results, list(CAPTURABLE))
    whole = mean([*found.values()]) if len(found) == len(CAPTURABLE) else None
    target = Target("cost of being capturable", 1.1, whole, "x", "mean of " + ", ".join(CAPTURABLE))
    return told(results, list(CAPTURABLE), target)


def evaluated(results: Results) -> list[Target]:
    """All targets."""

    def seconds(title: str, limit: float, program: str) -> Target:
        return told(results, [program], Target(title, limit, results.seconds(program, "turmeric"), "s"))

    def ratio(title: str, limit: float, program: str, to: str) -> Target:
        return told(results, [program], Target(title, limit, results.ratio(program, "turmeric", to)))

    start = results.start("turmeric")
    return [
        *against_python(results),
        ratio("word count against pyrsistent's pmap", 3.0, MAPS, "pyrsistent"),
        *(ratio(f"{name} against Python", 1.15, name, "python") for name in CLOSE),
        seconds("even/odd 1e6 by tail calls", 0.5, "parity"),
        seconds("recursion 1e6 deep", 1.0, "deep"),
        seconds("1e5 yields", 150 * MILLISECOND, "yields"),
        seconds("ctak 18 12 6", 60 * MILLISECOND, "ctak"),
        *captures(results),
        capturable(results),
        Target("tur -e 1", 60 * MILLISECOND, start.clock if start else None, "s", "on the clock"),
    ]
