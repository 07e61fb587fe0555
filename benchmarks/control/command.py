"""The figures of effects, generators, search and tasks: `python -m benchmarks control`.

Each program runs beside handwritten Python that does the same, in the same run. Prints a
table and writes `benchmarks/results/control.json`.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks.control.effects import effects
from benchmarks.control.generators import generators
from benchmarks.control.searching import search
from benchmarks.control.tasks import concurrent_tasks
from benchmarks.measuring import memory_of
from turmeric.version import __version__

RESULTS = Path(__file__).resolve().parent.parent / "results"


def captures() -> dict[str, int]:
    """Peak memory, in KiB, of capturing and continuing 1e4 and 1e6 times: it does not grow."""
    found = {name: memory_of("handled", name) for name in ("capture-1e4", "capture-1e6")}
    for name, peak in found.items():
        print(f"{name:22} {peak} KiB at most")
    return found


def main(words: Sequence[str] = ()) -> int:
    """Print the tables, write the results; there are no options."""
    if words:
        raise SystemExit(f"control has no options, got {words[0]}")
    where = {"date": str(date.today()), "python": platform.python_version(), "turmeric": __version__}
    print(where)
    rows = effects()
    seconds = {row["program"]: row["turmeric"] for row in rows}
    call = seconds["calls-1e6"] - seconds["empty-loop-1e6"]
    perform = seconds["tail-resumptive-1e6"] - seconds["empty-loop-1e6"]
    print(f"a perform whose clause runs in place costs {perform / call:.1f} function calls")
    memory = {row["program"]: row["peak_kib"] for row in rows}
    print(f"1e6 of them take {memory['tail-resumptive-1e6']} KiB at most, no loop {memory['empty-loop-1e6']} KiB")
    results = {
        **where,
        "effects": rows,
        "perform_in_calls": perform / call,
        "captures_kib": captures(),
        "generators": generators(),
        "searches": search(),
        "tasks": concurrent_tasks(),
    }
    (RESULTS / "control.json").write_text(json.dumps(results, indent=2) + "\n")
    return 0
