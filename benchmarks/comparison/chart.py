"""Results as a chart: a line for each program, a dot for each system, seconds on a logarithmic axis."""

from __future__ import annotations

from html import escape
from math import ceil, floor, log10

from benchmarks.comparison.results import Results
from benchmarks.comparison.systems import SYSTEMS, System
from benchmarks.comparison.table import PROGRAM_TITLES, duration

WIDTH, LEFT, RIGHT, TOP, LINE, BOTTOM = 1180, 250, 350, 70, 24, 40
"""Of the chart, in pixels: the margins hold the programs' names and what the systems cannot run."""
RADIUS = 5


class Axis:
    """Seconds to pixels: whole powers of ten at both ends."""

    def __init__(self, seconds: list[float]) -> None:
        self.low = floor(log10(min(seconds)))
        self.high = max(ceil(log10(max(seconds))), self.low + 1)

    def place(self, seconds: float) -> float:
        """Where a time stands."""
        share = (log10(seconds) - self.low) / (self.high - self.low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def ticks(self) -> list[float]:
        """The powers of ten, which have lines."""
        return [10.0**power for power in range(self.low, self.high + 1)]


def text(x: float, y: float, words: str, anchor: str = "start", colour: str = "#222", size: int = 12) -> str:
    """A piece of text."""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-size="{size}"'
    return f"<text {place}>{escape(words)}</text>"


def chart(results: Results) -> str:
    """The chart as SVG; nothing to draw is an error."""
    seconds = [one.least for one in results.outcomes if one.least is not None]
    if not seconds:
        raise ValueError("a chart needs at least one program with a time")
    axis = Axis(seconds)
    programs = results.programs()
    height = TOP + LINE * len(programs) + BOTTOM
    systems = [system for system in SYSTEMS if system.name in results.systems()]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        *legend(results, systems),
        *grid(axis, height),
    ]
    for number, program in enumerate(programs):
        parts += line(results, axis, program, systems, TOP + LINE * (number + 0.5))
    return "\n".join([*parts, "</svg>"]) + "\n"


def legend(results: Results, systems: list[System]) -> list[str]:
    """What was measured, and which colour is whose."""
    where = results.where
    parts = [text(12, 22, f"CPU seconds, the least of several runs ({where['python']}, {where['date']})", size=14)]
    x = float(LEFT)
    for system in systems:
        parts += [dot(x, 44, system, system.title), text(x + 10, 48, system.title)]
        x += 40 + 7.5 * len(system.title)
    return parts


def grid(axis: Axis, height: int) -> list[str]:
    """The lines of the powers of ten, with their names below."""
    parts = []
    for tick in axis.ticks():
        x = axis.place(tick)
        ends = f'x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{height - BOTTOM}"'
        parts += [f'<line {ends} stroke="#ddd"/>', text(x, height - BOTTOM + 18, duration(tick), "middle")]
    return parts


def line(results: Results, axis: Axis, program: str, systems: list[System], y: float) -> list[str]:
    """A program: its name, its dots, and at the right what has no dot and why."""
    parts = [
        text(LEFT - 12, y + 4, PROGRAM_TITLES[program], "end"),
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#eee"/>',
    ]
    reasons: dict[str, list[str]] = {}
    for system in reversed(systems):
        outcome = results.outcome(program, system.name)
        if outcome is None:
            continue
        if outcome.least is None:
            reasons.setdefault(shortened(outcome.reason), []).insert(0, system.title)
        else:
            parts.append(dot(axis.place(outcome.least), y, system, f"{system.title}: {duration(outcome.least)}"))
    told = "; ".join(f"{', '.join(names)}: {reason}" for reason, names in reversed(reasons.items()))
    return [*parts, text(WIDTH - RIGHT + 12, y + 4, told, colour="#777", size=9)]


def shortened(reason: str, length: int = 24) -> str:
    """The beginning of a reason."""
    return reason if len(reason) <= length else reason[: length - 3] + "..."


def dot(x: float, y: float, system: System, title: str) -> str:
    """A dot in the colour of its system; the title is shown where the pointer rests."""
    place = f'cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS}" fill="{system.colour}" fill-opacity="0.85"'
    return f"<circle {place}><title>{escape(title)}</title></circle>"
