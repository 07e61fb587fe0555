"""Workers in processes of their own that are killed at random moments, and what must be right afterwards."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.faults.worker import ORDERS, made
from turmeric import Runtime, TurmericError
from turmeric.durability.instances.records import DONE, ENDED
from turmeric.durability.instances.store import StoreError

CHECKOUT = Path(__file__).parents[2]
STEPS = 200
LEASE = 1.5
PATIENCE = 120.0
"""Seconds in which all orders must end once nobody is killed any more."""


@dataclass
class Report:
    """What was done, and what has come of it."""

    kills: int = 0
    orders: int = 0
    steps: int = 0
    lost: int = 0
    repeated: int = 0
    transactions: int = 0
    transactions_wrong: int = 0
    wrong: int = 0
    seconds: float = 0.0
    reasons: list[str] = field(default_factory=list)
    trouble: Counter[str] = field(default_factory=Counter)
    """What workers have said of the store."""

    def __str__(self) -> str:
        return (
            f"{self.kills} kills in {self.seconds:.0f} s: {self.orders} orders of {self.steps} steps; effects lost"
            f" {self.lost}, repeated {self.repeated}; {self.transactions} transactions, wrong"
            f" {self.transactions_wrong}; orders that ended wrong {self.wrong} {' '.join(self.reasons)}"
        )


class Pool:
    """Workers, forked by one process that has loaded everything."""

    def __init__(self, store: str, directory: Path, size: int, lease: float = LEASE) -> None:
        self.forking = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.worker", store, str(directory), str(lease)], text=True, cwd=CHECKOUT,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.processes = [self.fork() for _ in range(size)]

    def fork(self) -> int:
        assert self.forking.stdin is not None and self.forking.stdout is not None
        self.forking.stdin.write("fork\n")
        self.forking.stdin.flush()
        return int(self.forking.stdout.readline())

    def kill(self, place: int) -> None:
        """End a worker at once; another one comes in its place."""
        os.kill(self.processes[place], signal.SIGKILL)
        self.processes[place] = self.fork()

    def close(self) -> None:
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        assert self.forking.stdin is not None
        self.forking.stdin.close()
        self.forking.wait()


def prepare(store: str, directory: Path) -> Runtime:
    """The runtime of who starts the orders, and a table for them."""
    runtime = made(store, directory, LEASE)
    for_store(store, "CREATE TABLE payments (instance TEXT, part INTEGER)")
    return runtime


def for_store(store: str, statement: str) -> list[Any]:
    """A statement in the database of a store."""
    if store.startswith("sqlite:"):
        with closing(sqlite3.connect(store.removeprefix("sqlite:").partition("?")[0])) as connection, connection:
            return connection.execute(statement).fetchall()
    import psycopg

    with psycopg.connect(store.partition("?")[0]) as server:
        cursor = server.execute(statement)
        return cursor.fetchall() if cursor.description else []


def run(
    store: str,
    directory: Path,
    kills: int,
    seed: int,
    workers: int = 3,
    disturb: Callable[[Random, Pool], bool] | None = None,
) -> Report:
    """Let workers compete for orders and disturb them `kills` times, by SIGKILL unless something else is given
    (which tells whether it has done it); then let all orders end, and look what has come of them."""
    random, begin = Random(seed), time.monotonic()
    runtime = prepare(store, directory)
    orders = runtime.load(str(ORDERS))
    pool = Pool(store, directory, workers)
    ids: list[str] = []
    report = Report()
    try:
        while report.kills < kills:
            with suppress(Exception):
                while unfinished(runtime, ids) < workers + 1:
                    ids.append(f"order-{len(ids)}")
                    runtime.start(orders.order, STEPS, id=ids[-1])
            time.sleep(random.uniform(0.02, 0.5))
            if disturb is not None:
                report.kills += disturb(random, pool)
            else:
                pool.kill(random.randrange(workers))
                report.kills += 1
        for id in ids:  # if it is not known whether it was started, it is now
            runtime.start(orders.order, STEPS, id=id)
        wait_for_all(runtime, ids)
    finally:
        pool.close()
    report.seconds = time.monotonic() - begin
    examine(runtime, store, directory, ids, report)
    runtime.close()
    return report


def unfinished(runtime: Runtime, ids: list[str]) -> int:
    """How many of the last orders have not ended."""
    return sum(runtime.instance(id).status not in ENDED for id in ids[-20:])


def wait_for_all(runtime: Runtime, ids: list[str]) -> None:
    end = time.monotonic() + PATIENCE
    left = set(ids)
    while left and time.monotonic() < end:
        with suppress(StoreError):
            left = {id for id in left if runtime.service.store.get(id).status not in ENDED}
        time.sleep(0.2)


def examine(runtime: Runtime, store: str, directory: Path, ids: list[str], report: Report) -> None:
    effects: Counter[tuple[str, int]] = Counter()
    order: dict[str, list[int]] = {id: [] for id in ids}
    for line in (directory / "effects.txt").read_text().splitlines():
        id, number = line.split()
        effects[id, int(number)] += 1
        if effects[id, int(number)] == 1:
            order[id].append(int(number))
    parts = Counter(for_store(store, "SELECT instance, part FROM payments"))
    report.orders, report.steps = len(ids), STEPS
    for id in ids:
        found = runtime.instance(id)
        report.lost += sum(effects[id, step] == 0 for step in range(STEPS))
        well = found.status == DONE and runtime.result(id) == sum(range(STEPS)) and order[id] == list(range(STEPS))
        report.wrong += not well
        if not well:
            report.reasons.append(f"{id} is {found.status} at {found.checkpoint.number}: {reason(runtime, id)}")
        expected = {(id, part) for part in range(9, STEPS, 10)}
        report.transactions += len(expected)
        report.transactions_wrong += sum(parts[each] != 1 for each in expected)
    report.transactions_wrong += len(parts) - report.transactions
    trouble = directory / "trouble.txt"
    if trouble.exists():
        report.trouble = Counter(trouble.read_text("utf-8").splitlines())
    report.repeated = sum(effects.values()) - len(effects)


def reason(runtime: Runtime, id: str) -> str:
    try:
        return f"its value is {runtime.result(id)}"
    except TurmericError as error:
        return error.message
