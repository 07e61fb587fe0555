"""Results as JSON, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from benchmarks.comparison.results import Results
from benchmarks.comparison.starting import Start
from benchmarks.comparison.targets import Target
from benchmarks.comparison.timing import Outcome


def as_json(results: Results, targets: Iterable[Target]) -> str:
    """All of it, a line for each program of a system; the targets are what was made of it."""
    head = json.dumps(results.where, indent=1)
    tables = {
        "programs": [row_of(one) for one in results.outcomes],
        "startup": [asdict(one) for one in results.starts],
        "targets": [{**asdict(one), "verdict": one.verdict} for one in targets],
    }
    parts = []
    for name, rows in tables.items():
        lines = ",\n".join("  " + json.dumps(row) for row in rows)
        parts.append(f' "{name}": [\n{lines}\n ]')
    return ",\n".join([head.removesuffix("\n}"), *parts]) + "\n}\n"


def row_of(outcome: Outcome) -> dict[str, Any]:
    """An outcome as a line of JSON."""
    row = {"program": outcome.program, "system": outcome.system}
    if not outcome.seconds:
        return {**row, "reason": outcome.reason}
    return {**row, "least": outcome.least, "seconds": [round(seconds, 9) for seconds in outcome.seconds]}


def from_json(text: str) -> Results:
    """Results that were written before."""
    data = json.loads(text)
    outcomes = [
        Outcome(row["program"], row["system"], tuple(row.get("seconds", ())), row.get("reason", ""))
        for row in data.pop("programs")
    ]
    starts = [Start(**row) for row in data.pop("startup")]
    data.pop("targets")
    return Results(data, outcomes, starts)
