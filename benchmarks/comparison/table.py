"""Results as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from benchmarks.comparison.programs import CAPTURING, PROGRAMS
from benchmarks.comparison.results import Results
from benchmarks.comparison.systems import SYSTEMS, TITLES
from benchmarks.comparison.targets import MAPS, Target, mean

NARROW = 22
"""A reason that is longer is told below the table."""
PROGRAM_TITLES = {program.name: program.title for program in (*PROGRAMS, *CAPTURING)}


def duration(seconds: float) -> str:
    """Seconds with three digits, in a unit that makes them readable."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{digits(seconds / size)} {unit}"
    return f"{digits(seconds / 1e-6)} us"


def digits(number: float) -> str:
    """Three digits, and as many places as that leaves."""
    return f"{number:.0f}" if number >= 99.95 else f"{number:.1f}" if number >= 9.995 else f"{number:.2f}"


def times(ratio: float | None) -> str:
    """A ratio; nothing where there is none."""
    return "" if ratio is None else f"{digits(ratio)} x"


def lined_up(rows: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> list[str]:
    """Rows of cells as lines; the cells of the columns `left` begin below each other, others end so."""
    widths = [max(map(len, column)) for column in zip_longest(*rows, fillvalue="")]

    def aligned(place: int, cell: str) -> str:
        return cell.ljust(widths[place]) if place in left else cell.rjust(widths[place])

    return ["  ".join(aligned(place, cell) for place, cell in enumerate(row)).rstrip() for row in rows]


class Notes:
    """Reasons that are too long for a cell, each told once below the table."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def cell(self, reason: str) -> str:
        """The reason, or the number of the note that tells it."""
        if len(reason) <= NARROW:
            return reason
        if reason not in self.texts:
            self.texts.append(reason)
        return f"[{self.texts.index(reason) + 1}]"

    def lines(self) -> list[str]:
        """The notes."""
        return [f"[{number}] {text}" for number, text in enumerate(self.texts, 1)]


def comparison_table(results: Results) -> list[str]:
    """A line for each program: seconds in each system, and how many times Python's."""
    columns = [system for system in SYSTEMS if system.general and system.name in results.systems()]
    notes = Notes()
    head = ["CPU time"]
    for system in columns:
        head += [system.title, "" if is_python(system.name) else "ratio"]
    rows = [head]
    listed = {program.name for program in PROGRAMS}
    for program in (name for name in results.programs() if name in listed):
        row = [PROGRAM_TITLES[program]]
        for system in columns:
            row += cells(results, program, system.name, notes)
        rows.append(row)
    if len(rows) > 1:
        rows.append(means(results, [system.name for system in columns]))
    return [*lined_up(without_blank_columns(rows)), *beside(results), *notes.lines()]


def is_python(system: str) -> bool:
    return system == "python"


def cells(results: Results, program: str, system: str, notes: Notes) -> list[str]:
    """The time of a program in a system, and its ratio."""
    outcome = results.outcome(program, system)
    if outcome is None:
        return ["-", ""]
    if outcome.least is None:
        return [notes.cell(outcome.reason), ""]
    return [duration(outcome.least), "" if is_python(system) else times(results.ratio(program, system))]


def means(results: Results, systems: list[str]) -> list[str]:
    """The geometric mean of each column's ratios, over what it and Python can run; word count aside."""
    row = ["geometric mean, without word count"]
    counted = [program for program in results.programs() if program != MAPS]
    for system in systems:
        found = [results.ratio(program, system) for program in counted]
        row += ["", "" if is_python(system) else times(mean([ratio for ratio in found if ratio is not None]))]
    return row


def without_blank_columns(rows: list[list[str]]) -> list[list[str]]:
    """The rows without columns in which nothing stands, such as Python's ratio to itself."""
    kept = [place for place in range(len(rows[0])) if any(row[place] for row in rows)]
    return [[row[place] for place in kept] for row in rows]


def beside(results: Results) -> list[str]:
    """What systems that have a single program say to it."""
    special = {system.name for system in SYSTEMS if not system.general}
    lines = []
    for one in (one for one in results.outcomes if one.system in special):
        said = one.reason
        if one.least is not None:
            said = ", ".join(filter(None, [duration(one.least), times(results.ratio(one.program, one.system))]))
        lines.append(f"{PROGRAM_TITLES[one.program]}, {TITLES[one.system]}: {said}")
    return lines


def start_table(results: Results) -> list[str]:
    """A line for each system: its start-up on the clock, of CPU time, and how much above Python's."""
    rows = [["start-up", "clock", "CPU", "above Python"]]
    python = results.start("python")
    base = None if python is None else python.clock
    for one in results.starts:
        if one.clock is None or one.cpu is None:
            rows.append([TITLES[one.system], one.reason])
        else:
            above = "" if base is None or is_python(one.system) else duration(max(0.0, one.clock - base))
            rows.append([TITLES[one.system], duration(one.clock), duration(one.cpu), above])
    return lined_up(rows) if results.starts else []


def target_table(targets: Sequence[Target]) -> list[str]:
    """A line for each target: what was aimed at, what was reached, and the verdict."""

    def quantity(number: float | None, unit: str) -> str:
        return "-" if number is None else duration(number) if unit == "s" else times(number)

    rows = [["target", "at most", "reached", "", ""]]
    for one in targets:
        limit, reached = quantity(one.limit, one.unit), quantity(one.reached, one.unit)
        rows.append([one.title, limit, reached, one.verdict, one.remark])
    return lined_up(rows, left=(0, 3, 4))
