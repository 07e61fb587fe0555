"""The figures as a table for a terminal, and the claims as another."""

from __future__ import annotations

from benchmarks.comparison.table import digits, duration, lined_up, times
from benchmarks.durable.claims import CLAIMS
from benchmarks.durable.figures import DBOS, FLOOR, OURS, SYSTEMS, Figure, Figures

TITLES = {OURS: "Turmeric", DBOS: "DBOS", FLOOR: "floor"}


def quantity(number: float, unit: str) -> str:
    """A number with its unit, short enough to be compared at a glance."""
    if unit == "s":
        return duration(number)
    if unit == "B":
        return size(number)
    if unit == "x":
        return times(number)
    if unit == "each":
        return digits(number)
    return f"{number:.0f}{' ' + unit if unit else ''}"


def size(number: float) -> str:
    """Bytes: a kB is a thousand."""
    for unit, one in (("GB", 1e9), ("MB", 1e6), ("kB", 1e4)):
        if number >= one:
            return f"{digits(number / (1e3 if unit == 'kB' else one))} {unit}"
    return f"{number:.0f} B"


def cell(figure: Figure | None) -> str:
    if figure is None:
        return ""
    found = figure.median
    return quantity(found, figure.unit) if found is not None else figure.text


def figure_table(figures: Figures) -> list[str]:
    """A line for each row and store, with the ratio of ours to the others; texts and remarks are below."""
    head = ["", "store", "Turmeric", "DBOS", "floor", "to DBOS", "to floor"]
    rows, notes = [head], []
    for row, store in figures.lines():
        found = [figures.find(row, store, system) for system in SYSTEMS]
        if any(one is not None and one.unit == "text" for one in found):
            notes += [f"{row}, {TITLES[one.system]}: {one.text}" for one in found if one is not None]
            continue
        ratios = [times(figures.ratio(row, store, system)) for system in (DBOS, FLOOR)]
        rows.append([row, store, *map(cell, found), *ratios])
        told = [one for one in found if one is not None and one.remark]
        notes += [f"{row}, {store}, {TITLES[one.system]}: {one.remark}" for one in told]
    return [*lined_up(rows, left=(0, 1)), "", *notes]


def claim_table(figures: Figures) -> list[str]:
    """A line for each claim: what was claimed, what was reached, the verdict."""
    rows = [["claim", "store", "", "claimed", "reached", ""]]
    for claim in CLAIMS:
        reached = claim.reached(figures)
        words = [quantity(claim.limit, claim.unit), "-" if reached is None else quantity(reached, claim.unit)]
        title = claim.row.format("N") if "{}" in claim.row else claim.row
        rows.append([title, claim.store, "at least" if claim.least else "at most", *words, claim.verdict(figures)])
    return lined_up(rows, left=(0, 1, 2, 5))


def conditions_line(figures: Figures) -> str:
    """Where and when it was measured, in a sentence."""
    where = figures.where
    cores = where.get("machine", {}).get("cores", "?")
    versions = [where.get("python", ""), f"SQLite {where.get('sqlite')}", f"PostgreSQL {where.get('postgres')}"]
    versions.append(f"DBOS {where.get('peers', {}).get('dbos')}")
    taken = f"sizes `{where.get('sizes')}`, {where.get('seconds')} s in all"
    busy = " and ".join(f"{each:.1f}" for each in where.get("load", []))
    note = " " + where["note"] if "note" in where else ""
    return f"{where.get('date')}: {', '.join(versions)}; {cores} cores, load {busy} before and after; {taken}.{note}"
