"""The store fails at operation 0, 1, 2 ... of a workflow, until the workflow completes without a failure."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import suppress
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.faults.faulty_store import HOWS, FaultyStore
from tests.faults.outside import KEY, World, runtime
from tests.faults.simulator import LEASE, Plan, SimulatedClock
from tests.faults.test_simulator import CASES, PAYING, Case, execute
from turmeric import to_python
from turmeric.durability.instances import asking
from turmeric.durability.instances.records import ENDED, FAILED, Query
from turmeric.durability.instances.scheduling import Scheduler
from turmeric.durability.instances.seals import Seals
from turmeric.durability.instances.service import Rules, Service
from turmeric.durability.instances.store import Store, StoreError, open_store
from turmeric.durability.sealed.keys import Key, KeyRing
from turmeric.vocabulary.errors import TurmericError

OTHERS = ("undoing", "canceller", "quitter", "forking")
ALONE = [case for case in CASES if not case.children and case.plan == Plan() and case.name not in OTHERS]
"""Those to whom an error of a save comes, if at all, as their own."""
LONG_OUTAGE = 12
ROUNDS = 60


def completed(case: Case, inner: Store, at: int, how: str, times: int = 1) -> FaultyStore:
    """Run a workflow on a store that fails; one that an error of the store has ended is resumed."""
    made, outside, module = runtime()
    outside.world = world = World()
    clock, store = SimulatedClock(), FaultyStore(inner, at, how, world, times)
    made.session.world.clock = clock.now
    numbers = count()
    service = Service(
        made.session.world, store, Seals(KeyRing([Key("runtime", KEY)], "test")), clock, Rules(LEASE, attempts=20),
        new_id=lambda: f"id-{next(numbers)}",
    )  # fmt: skip
    for _ in range(20):  # whoever starts one with an id may do so again
        with suppress(TurmericError):
            asking.performed(store, asking.start(service, getattr(module, case.name), list(case.args), "main"))
            break
    for _ in range(ROUNDS):
        with suppress(StoreError):
            Scheduler(service).run_until_idle()
        if resumed(inner, service) == 0 and inner.get("main").status in ENDED:  # type: ignore[union-attr]
            break
        clock.time = max(clock.time, inner.due() or clock.time)
    check(case, inner, service, world)
    return store


def resumed(inner: Store, service: Service) -> int:
    failed = inner.find(Query(statuses=(FAILED,)))
    for each in failed:
        error = asking.failed(asking.performed(inner, asking.result(service, each.id))[1])
        assert error.name == "io-error", (error.name, error.message, error.__notes__)
        inner.retry(each.id, service.clock.now())
    return len(failed)


def check(case: Case, inner: Store, service: Service, world: World) -> None:
    value = to_python(asking.performed(inner, asking.value(service, "main")))
    assert case.value(value) if callable(case.value) else value == case.value
    assert [label for label in world.of("main") if label in case.effects] == list(case.effects)
    for each in inner.find(Query()):
        assert (inner.events(each.id), inner.history(each.id), each.status) == ([], [], "done")
    inner.collect()
    assert not getattr(inner, "stored_blobs", None)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("case", ALONE, ids=lambda case: case.name)
def test_a_failure_at_each_operation(case: Case, how: str) -> None:
    fired: Counter[str] = Counter()
    for at in count():
        store = completed(case, open_store("memory:"), at, how)
        fired += store.fired
        if not store.fired:
            assert at >= store.operations
            break
    assert fired["save"] >= 2 and fired["finish"] >= 1 and fired["claim"] >= 1 and fired["create"] == 1


@pytest.mark.parametrize("how", HOWS)
def test_a_store_that_is_away_for_a_while(how: str) -> None:
    """Longer than anybody looks again: the instance is given up, and claimed again when its lease has ended."""
    case = ALONE[0]
    fired = sum(sum(completed(case, open_store("memory:"), at, how, LONG_OUTAGE).fired.values()) for at in range(12))
    assert fired >= 6 * LONG_OUTAGE


@pytest.mark.parametrize("how", HOWS)
def test_transactions_on_a_store_that_fails(how: str, tmp_path: Path) -> None:
    """Neither a commit that is not known of nor one that has not happened makes a row more or less."""
    fired: Counter[str] = Counter()
    for at in range(1, 40):
        path = tmp_path / f"{at}.db"
        inner = open_store(f"sqlite:{path}?synchronous=normal")
        execute(path, "CREATE TABLE payments (instance TEXT, part INTEGER)")
        store = completed(PAYING, inner, at, how)
        fired += store.fired
        assert execute(path, "SELECT part, count(*) FROM payments GROUP BY part") == [(part, 1) for part in range(5)]
        inner.close()
        if not store.fired:
            break
    else:
        raise AssertionError("it has not come to its end")
    assert fired["save"] >= 5 and fired["transaction"] >= 5


# The storage itself ---------------------------------------------------------------------------

STEPS = next(case for case in CASES if case.name == "steps")
GROWING = next(case for case in CASES if case.name == "growing")


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """A file of SQLite that may not grow: the save fails for certain; with room again the program goes on."""
    path = tmp_path / "a.db"
    inner = open_store(f"sqlite:{path}?synchronous=normal")
    full = 0
    real = inner.connections.connect  # type: ignore[attr-defined]

    def small() -> sqlite3.Connection:
        connection: sqlite3.Connection = real()
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + 3}")
        return connection

    class Filling(FaultyStore):
        def failing(self, name: str, method: Any) -> Any:
            def call(*args: Any) -> Any:
                nonlocal full
                try:
                    return original(*args)
                except StoreError as error:
                    full += "room" in str(error) or "full" in str(error)
                    if full >= 3:
                        inner.connections.connect = real  # type: ignore[attr-defined]
                        inner.connections.close()  # type: ignore[attr-defined]
                    raise

            original = super().failing(name, method)
            return call

    inner.connections.close()  # type: ignore[attr-defined]
    inner.connections.connect = small  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.faults.test_faulty_store.FaultyStore", Filling)
        completed(GROWING, inner, 10**9, "before")
    assert full >= 3
    inner.close()


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_corrupted_row(kind: str, tmp_path: Path) -> None:
    """A state with one bit turned, wherever it is, is never gone on with: the instance fails, and says why."""
    from dataclasses import replace

    class Damaging(FaultyStore):
        def note(self, name: str, args: tuple[Any, ...], result: Any) -> None:
            super().note(name, args, result)
            if name == "claim":
                for place, each in enumerate(result):
                    if each.checkpoint.number == 2 or (each.checkpoint.number == 0 and at % 2):
                        state = bytearray(each.checkpoint.state)
                        state[random.randrange(len(state))] ^= 1 << random.randrange(8)
                        result[place] = replace(each, checkpoint=replace(each.checkpoint, state=bytes(state)))
                        self.fired["damaged"] += 1

    random, fired = Random(5), 0
    for at in range(20):
        address = "memory:" if kind == "memory" else f"sqlite:{tmp_path / f'{at}.db'}?synchronous=normal"
        inner = open_store(address)
        made, outside, module = runtime()
        outside.world = world = World()
        clock, store = SimulatedClock(), Damaging(inner, 10**9, "before", world)
        made.session.world.clock = clock.now
        service = Service(made.session.world, store, Seals(KeyRing([Key("runtime", KEY)], "test")), clock)
        id = asking.performed(inner, asking.start(service, module.callbacks, [4], None))
        for _ in range(20):
            Scheduler(service).run_until_idle()
            clock.time = max(clock.time, inner.due() or clock.time)
        found = inner.get(id)
        fired += store.fired["damaged"]
        if store.fired["damaged"]:
            assert found is not None and found.status == FAILED
            with pytest.raises(TurmericError) as caught:
                asking.performed(inner, asking.value(service, id))
            assert caught.value.name in ("corrupt-data", "missing-key")
            assert found.checkpoint.state is not None
        inner.close()
    assert fired >= 10
