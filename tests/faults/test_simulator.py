"""Workers that are killed at every operation of the store, lose leases, and live by a clock that jumps: simulated."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.faults.simulator import Chances, Plan, Simulator
from turmeric import to_python
from turmeric.durability.instances.records import FAILED, Query
from turmeric.durability.instances.store import Store, open_store
from turmeric.vocabulary.errors import TurmericError

SEEDS = 25
NOTHING = Plan()
TICKS = tuple(("tick" if i % 2 == 0 else "tock", i) for i in range(6))


@dataclass(frozen=True)
class Case:
    """A workflow, its arguments, its value (or what must hold for it), its effects, the number of its children."""

    name: str
    args: tuple[Any, ...] = ()
    value: Any = None
    effects: tuple[str, ...] = ()
    children: int = 0
    plan: Plan = NOTHING
    status: str = "done"


def both_once(value: Any) -> bool:
    return value in (["5", "cancelled"], ["cancelled", "5"])


CASES = [
    Case("steps", (6,), 55, tuple(f"step-{i}" for i in range(6))),
    Case("callbacks", (4,), 12, tuple(f"call-{i}" for i in range(4))),
    Case("commits", (), "well", ("after",)),
    Case("waiting", (6,), list(range(6)), plan=Plan(TICKS)),
    Case("family", (3,), 5, children=3),
    Case("impatient", (), 25, children=1),
    Case("listener", (4,), [[0, 1, 2, 3], "said"], children=1),
    Case("undoing", (), None, ("do-1", "do-2", "do-3", "undo-3", "undo-2", "undo-1"), status=FAILED),
    Case("canceller", (), ":cancelled", children=1),
    Case("quitter", (), "tidied", ("tidy",)),
    Case("torn", (), both_once, plan=Plan((("x", 5),), cancelled=True)),
    Case("interrupted", (3,), lambda value: value in ("late", "never"), plan=Plan(cancelled=True)),
    Case("forking", (), ["fork", "original"], ("original",)),
    Case("retrying", (), "third", ("try-1", "try-2", "try-3", "third")),
    Case("growing", (14,), 14 * 2000, tuple(f"grow-{i}" for i in range(14))),
]
PAYING = Case("paying", (5,), 15)


def simulated(seed: int, store: Store, cases: list[Case], **options: Any) -> Counter[str]:
    """Run workflows until all have ended, and check what has come of them."""
    simulator = Simulator(seed, store, **options)
    ids = [(case, simulator.start(case.name, *case.args, plan=case.plan)) for case in cases]
    simulator.run()
    for case, id in ids:
        check(simulator, case, id)
    simulator.store.collect()
    check_nothing_left(simulator)
    return simulator.fired + simulator.world.counts


def check(simulator: Simulator, case: Case, id: str) -> None:
    found = simulator.store.get(id)
    assert found is not None
    assert found.status == case.status, (case.name, error_of(simulator, id))
    if case.status == "done":
        value = to_python(simulator.result(id))
        assert case.value(value) if callable(case.value) else value == case.value, (case.name, value)
    done = [label for label in simulator.world.of(id) if label in case.effects]
    assert done == list(case.effects), case.name
    children = simulator.store.find(Query(parent=id))
    assert len(children) == case.children or case.name == "forking", case.name
    if case.name == "canceller":
        (child,) = children
        assert simulator.world.of(child.id) == ["a", "undo-b", "undo-a"]
        assert child.status == "cancelled"


def error_of(simulator: Simulator, id: str) -> object:
    try:
        return simulator.result(id)
    except TurmericError as error:
        return error.__notes__, error.message


def check_nothing_left(simulator: Simulator) -> None:
    """Those that are done leave their result, and nothing else."""
    store = simulator.store
    for each in store.find(Query()):
        assert store.events(each.id) == []
        assert each.owner is None and each.due is None
        assert len(store.history(each.id)) == (1 if each.status == FAILED else 0)
    roots = [name for each in store.find(Query(statuses=(FAILED,))) for name in each.checkpoint.roots]
    assert store.collect().blobs == 0
    assert roots or not list(getattr(store, "blob_table", ()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_workflow_alone(case: Case) -> None:
    total: Counter[str] = Counter()
    for seed in range(SEEDS):
        total += simulated(seed, open_store("memory:"), [case], shared=seed % 2 == 0)
    assert total["executions killed"] > 5
    assert total["lease"] > 0


@pytest.mark.parametrize("seed", range(4))
def test_all_at_once(seed: int) -> None:
    fired = simulated(seed, open_store("memory:"), CASES, shared=seed % 2 == 0)
    assert fired["killed before save"] and fired["killed after save"] and fired["lease"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_answers_that_get_lost(case: Case) -> None:
    """The store has done it, and nobody knows: it is looked up, and not done again."""
    total: Counter[str] = Counter()
    for seed in range(SEEDS // 2):
        total += simulated(seed, open_store("memory:"), [case], chances=Chances(lost_answer=150))
    assert total["lost answer of save"]


def test_transactions(tmp_path: Path) -> None:
    """What a program writes in a transaction is there exactly once, whoever is killed when."""
    for seed in range(6):
        path = tmp_path / f"{seed}.db"
        store = open_store(f"sqlite:{path}?synchronous=normal")
        execute(path, "CREATE TABLE payments (instance TEXT, part INTEGER)")
        fired = simulated(seed, store, [PAYING, PAYING], chances=Chances(lost_answer=100))
        assert fired["killed before within"] + fired["killed after within"] + fired["lost answer of within"]
        parts = execute(path, "SELECT part, count(*) FROM payments GROUP BY part ORDER BY part")
        assert parts == [(part, 2) for part in range(5)]
        store.close()


def execute(path: Path, statement: str) -> list[Any]:
    connection = sqlite3.connect(path)
    try:
        with connection:
            return connection.execute(statement).fetchall()
    finally:
        connection.close()
