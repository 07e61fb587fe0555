"""What all rows have in common: the sizes of a run, the systems that are there, and taking turns."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from benchmarks.durable.figures import Figures
from benchmarks.durable.processes import Failure, Installed, Worker
from benchmarks.durable.stores import Stores


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    rounds: int = 5
    steps: int = 2000
    peer_steps: int = 300
    ones: int = 1000
    peer_ones: int = 100
    completed: tuple[int, ...] = (1000, 10_000)
    resumes: int = 3
    iterations: int = 100_000
    events: int = 200
    peer_events: int = 20
    kills: int = 100
    kill_steps: int = 3000
    peer_kills: int = 15
    branches: int = 1000
    peer_branches: int = 50
    parked: int = 100_000
    due: int = 1000
    peer_parked: int = 100
    grown: int = 3000


QUICK = Sizes(
    rounds=3, steps=500, peer_steps=100, ones=200, peer_ones=40, completed=(1000,), resumes=1, iterations=5000,
    events=40, peer_events=5, kills=10, kill_steps=300, peer_kills=3, branches=200, peer_branches=10, parked=3000,
    due=300, peer_parked=30, grown=500,
)  # fmt: skip
TINY = Sizes(
    rounds=1, steps=16, peer_steps=8, ones=4, peer_ones=2, completed=(5,), resumes=1, iterations=30, events=3,
    peer_events=1, kills=2, kill_steps=40, peer_kills=1, branches=3, peer_branches=2, parked=6, due=2, peer_parked=2,
    grown=20,
)  # fmt: skip
"""For tests: that everything runs."""


@dataclass
class Run:
    """One run of the benchmarks.  `systems` are those that are there, `missing` says why others are not."""

    sizes: Sizes
    stores: Stores
    kinds: list[str]
    systems: dict[str, Installed]
    figures: Figures
    say: Callable[[str], None]
    missing: dict[str, str] = field(default_factory=dict)

    def has(self, system: str) -> bool:
        return system in self.systems


@dataclass
class Contestant:
    """A system in a row: what its worker does first, and what is measured, round by round."""

    system: str
    measure: Callable[[Worker], float]
    prepare: Callable[[Worker], Any] = lambda worker: None


@dataclass
class Row:
    """A row: its unit, and what each system does for it.  What is first in a list of rows prepares the workers."""

    name: str
    unit: str
    contestants: list[Contestant]


def in_turn(run: Run, kind: str, rows: list[Row]) -> None:
    """Start a worker of each system, for all rows; then in each row measure one after the other, and again: all
    meet the same weather."""
    with ExitStack() as stack:
        workers: dict[str, Worker] = {}
        reasons: dict[str, str] = {}
        for one in rows[0].contestants:
            if run.has(one.system):
                try:
                    address = run.stores.fresh(kind, one.system)
                    worker = stack.enter_context(run.systems[one.system].worker(address))
                    one.prepare(worker)
                    workers[one.system] = worker
                except Failure as failure:
                    reasons[one.system] = str(failure)
        for row in rows:
            run.say(f"{row.name}, {kind}")
            measured_row(run, kind, row, workers, reasons)


def measured_row(run: Run, kind: str, row: Row, workers: dict[str, Worker], reasons: dict[str, str]) -> None:
    """One row; who fails is not asked again, in later rows neither."""
    there = [one for one in row.contestants if run.has(one.system)]
    values: dict[str, list[float]] = {one.system: [] for one in there}
    for _ in range(run.sizes.rounds):
        for one in there:
            if one.system in reasons:
                continue
            try:
                values[one.system].append(one.measure(workers[one.system]))
            except Failure as failure:
                reasons[one.system] = str(failure)
    for one in there:
        run.figures.add(row.name, kind, one.system, row.unit, *values[one.system], text=reasons.get(one.system, ""))


def attempted(run: Run, row: str, kind: str, system: str, unit: str, measure: Callable[[], None]) -> None:
    """Measure something of one system, which adds its figures itself; a failure is a figure, too."""
    if not run.has(system):
        return
    run.say(f"{row}, {kind}, {system}")
    try:
        measure()
    except Failure as failure:
        run.figures.add(row, kind, system, unit, text=str(failure))
