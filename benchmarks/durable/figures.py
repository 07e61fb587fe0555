"""The figures of one run: for each row, store and system its values round by round, or why there are none."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import Any

OURS, DBOS, FLOOR = SYSTEMS = ("turmeric", "dbos", "floor")


@dataclass(frozen=True)
class Figure:
    """A figure: the values of the rounds, of which the median counts; or a text."""

    row: str
    store: str
    system: str
    unit: str
    values: tuple[float, ...] = ()
    text: str = ""
    """Why there is no value, or what the figure is where it is no number."""
    remark: str = ""

    @property
    def median(self) -> float | None:
        return median(self.values) if self.values else None


@dataclass
class Figures:
    """All of them, with the conditions of the run."""

    where: dict[str, Any]
    figures: list[Figure] = field(default_factory=list)

    def add(
        self, row: str, store: str, system: str, unit: str, *values: float, text: str = "", remark: str = ""
    ) -> None:
        self.figures.append(Figure(row, store, system, unit, values, text, remark))

    def find(self, row: str, store: str, system: str) -> Figure | None:
        return next((one for one in self.figures if (one.row, one.store, one.system) == (row, store, system)), None)

    def median(self, row: str, store: str, system: str = OURS) -> float | None:
        found = self.find(row, store, system)
        return None if found is None else found.median

    def ratio(self, row: str, store: str, to: str) -> float | None:
        """Ours divided by another's."""
        ours, theirs = self.median(row, store), self.median(row, store, to)
        return ours / theirs if ours is not None and theirs else None

    def lines(self) -> list[tuple[str, str]]:
        """Rows and stores in the order in which they were measured."""
        return list(dict.fromkeys((one.row, one.store) for one in self.figures))
