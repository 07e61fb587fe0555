"""The figures of effects, generators, search and tasks: `python benchmarks/control.py`.

Each program runs beside handwritten Python that does the same, in the same run.  Prints a
table and writes `benchmarks/results/control.json`.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from generators import generators
from measuring import beside, memory_of
from searching import search
from tasks import concurrent_tasks

from turmeric.version import __version__

HERE = Path(__file__).resolve().parent
RUNS = 3

# The same programs in Python, written by hand ----------------------------------------------


def empty(n: int) -> int:
    total = 0
    for i in range(n):
        total += i
    return total


def calls(n: int) -> int:
    def same(x: int) -> int:
        return x

    total = 0
    for i in range(n):
        total += same(i)
    return total


def driven(n: int) -> int:
    """Effects as a Python generator has them: what it yields, its driver answers."""

    def asking() -> Any:
        total = 0
        for i in range(n):
            total += yield i
        return total

    body = asking()
    try:
        asked = next(body)
        while True:
            asked = body.send(asked)
    except StopIteration as end:
        return int(end.value)


class Left(Exception):
    pass


def leaves(n: int) -> int:
    def fail(i: int) -> int:
        raise Left(i)

    total = 0
    for i in range(n):
        try:
            total += 1 + fail(i)
        except Left as left:
            total += left.args[0]
    return total


def ctak(x: int, y: int, z: int) -> int:
    """With an exception where Scheme invokes a continuation."""
    try:
        ctak_with(x, y, z)
    except Left as left:
        return int(left.args[0])
    raise AssertionError


def ctak_with(x: int, y: int, z: int) -> None:
    if not y < x:
        raise Left(z)
    ctak_with(ctak(x - 1, y, z), ctak(y - 1, z, x), ctak(z - 1, x, y))


PYTHON: dict[str, Callable[[], Any]] = {
    "empty-loop-1e6": lambda: empty(1_000_000),
    "calls-1e6": lambda: calls(1_000_000),
    "tail-resumptive-1e6": lambda: driven(1_000_000),
    "tail-resumptive-below-10-1e5": lambda: driven(100_000),
    "general-1e5": lambda: driven(100_000),
    "leaves-1e5": lambda: leaves(100_000),
    "ctak-18-12-6": lambda: ctak(18, 12, 6),
}


def effects() -> list[dict[str, Any]]:
    """Seconds and peak memory of each program on the machine, and seconds in Python."""
    rows = beside("control_figures", PYTHON, RUNS)
    return [{**row, "peak_kib": memory_of("control_figures", row["program"])} for row in rows]


def main() -> None:
    where = {"date": str(date.today()), "python": platform.python_version(), "turmeric": __version__}
    print(where)
    rows = effects()
    seconds = {row["program"]: row["turmeric"] for row in rows}
    call = seconds["calls-1e6"] - seconds["empty-loop-1e6"]
    perform = seconds["tail-resumptive-1e6"] - seconds["empty-loop-1e6"]
    print(f"a perform whose clause runs in place costs {perform / call:.1f} function calls of the machine")
    memory = {row["program"]: row["peak_kib"] for row in rows}
    print(f"1e6 of them take {memory['tail-resumptive-1e6']} KiB at most, no loop {memory['empty-loop-1e6']} KiB")
    results = {
        **where,
        "effects": rows,
        "perform_in_calls": perform / call,
        "generators": generators(),
        "searches": search(),
        "tasks": concurrent_tasks(),
    }
    (HERE / "results" / "control.json").write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
