"""Figures as JSON, and back."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from benchmarks.durable.claims import CLAIMS
from benchmarks.durable.figures import DBOS, FLOOR, OURS, Figure, Figures


def as_json(figures: Figures) -> str:
    """All of it, a line for each figure: with the median, and for ours the ratios to the others."""
    lines = ",\n".join("  " + json.dumps(line_of(figures, one)) for one in figures.figures)
    claims = ",\n".join(
        "  " + json.dumps({**asdict(one), "reached": one.reached(figures), "verdict": one.verdict(figures)})
        for one in CLAIMS
    )
    head = json.dumps(figures.where, indent=1).removesuffix("\n}")
    return f'{head},\n "figures": [\n{lines}\n ],\n "claims": [\n{claims}\n ]\n}}\n'


def line_of(figures: Figures, one: Figure) -> dict[str, Any]:
    """A figure as a line of JSON; what it does not have is left out."""
    line: dict[str, Any] = {"row": one.row, "store": one.store, "system": one.system, "unit": one.unit}
    if one.values:
        line |= {"median": one.median, "values": [round(value, 9) for value in one.values]}
    line |= {name: getattr(one, name) for name in ("text", "remark") if getattr(one, name)}
    if one.system == OURS:
        ratios = {to: figures.ratio(one.row, one.store, to) for to in (DBOS, FLOOR)}
        line |= {f"to_{to}": round(ratio, 4) for to, ratio in ratios.items() if ratio is not None}
    return line


def from_json(text: str) -> Figures:
    """Figures that were written before."""
    data = json.loads(text)
    figures = [
        Figure(
            line["row"], line["store"], line["system"], line["unit"], tuple(line.get("values", ())),
            line.get("text", ""), line.get("remark", ""),
        )
        for line in data.pop("figures")
    ]  # fmt: skip
    data.pop("claims")
    return Figures(data, figures)
