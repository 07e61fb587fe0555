"""Processes that are killed, stopped, and cut off from their database: a sample of `python -m tests.faults`."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.durability.instances.postgres_server import Absent, Server, running
from tests.durability.instances.stores_under_test import postgres
from tests.faults.kills import Pool, Report, for_store, run
from turmeric import Runtime
from turmeric.durability.instances.service import Rules

KILLS = 8
SEED = 20
KEY = b"k" * 32


@pytest.fixture
def server() -> Iterator[Server]:
    try:
        with running() as made:
            yield made
    except Absent as absent:
        pytest.skip(str(absent))


def right(report: Report) -> bool:
    return report.lost == report.wrong == report.transactions_wrong == 0 < report.transactions


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_workers_that_are_killed(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if kind == "postgres":
        store = request.getfixturevalue("server").url("kills")
    else:
        store = f"sqlite:{tmp_path / 'orders.db'}?synchronous=normal"
    report = run(store, tmp_path, KILLS, SEED)
    assert right(report), str(report)
    assert report.repeated <= report.kills == KILLS


def test_a_database_that_is_restarted_all_the_time(server: Server, tmp_path: Path) -> None:
    """Each time all connections end, some in the middle of a commit."""

    def restart(random: Random, pool: Pool) -> bool:
        time.sleep(random.uniform(0.3, 1.0))
        server.restart(random.choice(["fast", "immediate"]))
        return True

    report = run(server.url("restarts"), tmp_path, 4, SEED, disturb=restart)
    assert right(report), str(report)
    assert report.kills == 4
    assert report.repeated <= 4 * 3  # each worker may have had a step whose save was refused


def test_workers_that_are_stopped_past_their_lease(tmp_path: Path) -> None:
    """SIGSTOP, until somebody else has taken over; when the owner goes on, its late save is refused."""
    store = f"sqlite:{tmp_path / 'orders.db'}?synchronous=normal"
    stops = 3

    def stop(random: Random, pool: Pool) -> bool:
        process = random.choice(pool.processes)
        os.kill(process, signal.SIGSTOP)
        time.sleep(2.0)
        os.kill(process, signal.SIGCONT)
        return True

    report = run(store, tmp_path, stops, SEED, disturb=stop)
    assert right(report), str(report)
    assert report.repeated <= 2 * stops
    assert for_store(store, "SELECT max(epoch) FROM turmeric_instances")[0][0] > 1


# A late owner ---------------------------------------------------------------------------------

SLOW = """
(import workflow :refer :all)
(import outer)
(defn main []
  (let [value (step "slow" (fn [] (outer.work)))]
    (step "after" (fn [] (outer.after value)))))
"""


class Shifted:
    """The time of this machine, and some seconds."""

    shift = 0.0

    def now(self) -> float:
        return time.time() + self.shift

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@pytest.mark.parametrize("address", ["memory", "sqlite", "postgres"])
def test_the_late_save_of_an_owner_is_refused(address: str, tmp_path: Path) -> None:
    """The clock of one of two workers jumps an hour forward: it takes what the other runs.  One of them goes on."""
    url: Any = {"memory": lambda _: "memory:", "sqlite": lambda _: f"sqlite:{tmp_path / 'a.db'}", "postgres": postgres}[
        address
    ](tmp_path)
    notes: list[str] = []
    first_clock, second_clock = Shifted(), Shifted()

    def first_work() -> str:
        notes.append("first works")
        second_clock.shift = 3600.0
        second.run_until_idle()
        return "first"

    def made(store: Any, clock: Shifted, work: Any) -> Runtime:
        runtime = Runtime(roots=[], store=store, key=KEY, clock=clock, rules=Rules(lease=30))
        runtime.register("outer", {"work": work, "after": lambda value: notes.append(f"after {value}") or value})
        runtime.eval(SLOW)
        return runtime

    first = made(url, first_clock, first_work)
    second = made(first.service.store, second_clock, lambda: notes.append("second works") or "second")
    handle = first.start(first.eval("main"))
    first.run_until_idle()
    assert notes == ["first works", "second works", "after second"]
    assert handle.result() == "second"
    assert first.service.counters["lost"] == 1
    first.close()


@pytest.mark.parametrize("jump", [-3600.0, 3600.0])
def test_a_clock_that_jumps(jump: float, tmp_path: Path) -> None:
    """Nothing waits for ever: at most as long as the clock was wrong."""
    clock = Shifted()
    runtime = Runtime(roots=[], store=f"sqlite:{tmp_path / 'a.db'}", key=KEY, clock=clock, rules=Rules(lease=5))
    waits = '(sleep 0.2) (await-event "x" :timeout 0.2) (sleep 0.1)'
    runtime.eval(f"(import workflow :refer :all) (defn main [] {waits} 7)")
    handle = runtime.start(runtime.eval("main"))
    runtime.run_until_idle()
    clock.shift = jump
    while handle.status != "done":
        runtime.run_until_idle()
        due = runtime.service.store.due()
        assert due is None or due <= clock.now() + abs(jump) + 1.0
        if jump < 0:
            clock.shift += 400.0  # the clock goes on, or is put right
        else:
            time.sleep(0.05)
    assert handle.result() == 7
    runtime.close()
