"""The worker of DBOS Transact: `python -m benchmarks.durable.workers.in_dbos URL [OPTIONS AS JSON]`.

With the settings that it has by default.  A file of SQLite is as whoever made it has set it: with a log or without.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

from dbos import DBOS, SetWorkflowID

from benchmarks.durable.workers.talking import Actions, Outside, listen, own_process, seconds

outside = Outside()


@DBOS.step()
def add(number: int) -> int:
    return number


@DBOS.step()
def act(number: int) -> int:
    outside.effect(number)
    return number


@DBOS.workflow()
def steps(count: int) -> int:
    total = 0
    for number in range(count):
        total += add(number)
    return total


@DBOS.workflow()
def one(number: int) -> int:
    return add(number)


@DBOS.workflow()
def effects(count: int) -> int:
    for number in range(count):
        act(number)
    return count


@DBOS.workflow()
def listening(count: int) -> int:
    for _ in range(count):
        outside.effect(DBOS.recv("ping", timeout_seconds=3600))
    return count


@DBOS.workflow()
def parked(seconds: float) -> float:
    DBOS.sleep(seconds)
    return seconds


@DBOS.workflow()
def branching(count: int) -> Any:
    for number in range(count):
        act(number)
    value = DBOS.recv("go", timeout_seconds=3600)
    act(count + 1)
    return value


WORKFLOWS = {"effects": effects, "listening": listening, "parked": parked, "branching": branching}


def warm_up() -> None:
    steps(50)


def start(function: str, args: list[Any], id: str = "") -> str:
    if id:
        with SetWorkflowID(id):
            return DBOS.start_workflow(WORKFLOWS[function], *args).get_workflow_id()
    return DBOS.start_workflow(WORKFLOWS[function], *args).get_workflow_id()


def many_steps(count: int, instances: int = 1) -> dict[str, float]:
    """Steps of one workflow, or of several at once in threads; seconds."""
    each = count // instances

    def run() -> None:
        if instances == 1:
            steps(count)
        else:
            for handle in [DBOS.start_workflow(steps, each) for _ in range(instances)]:
                handle.get_result()

    return {"seconds": seconds(run), "count": each * instances}


def ones(count: int, served: bool = False) -> dict[str, float]:
    """Workflows of one step, called one after the other, or started and then awaited; seconds."""

    def in_turn() -> None:
        for number in range(count):
            one(number)

    def at_once() -> None:
        for handle in [DBOS.start_workflow(one, number) for number in range(count)]:
            handle.get_result()

    return {"seconds": seconds(at_once if served else in_turn), "count": count}


def recover() -> int:
    """Go on with the workflows of processes that are gone; how many."""
    outside.begun = time.monotonic()
    return len(DBOS._recover_pending_workflows(["local", "another"]))


def result(id: str) -> Any:
    return DBOS.retrieve_workflow(id).get_result()


def status(id: str) -> str:
    found = DBOS.get_workflow_status(id)
    return "" if found is None else str(found.status)


def send(id: str, event: str, value: Any) -> float:
    before = time.monotonic()
    DBOS.send(id, value, event)
    return before


def fork(id: str, count: int, step: int) -> dict[str, float]:
    """Branches of a workflow that waits for a message; then let each go on to its end."""
    begun = time.perf_counter()
    handles = [DBOS.fork_workflow(id, step) for _ in range(count)]
    forked = time.perf_counter()
    for handle in handles:
        DBOS.send(handle.get_workflow_id(), 1, "go")
    for handle in handles:
        handle.get_result()
    return {"seconds": forked - begun, "running": time.perf_counter() - forked}


def park(count: int) -> dict[str, float]:
    return {"starting": seconds(lambda: [DBOS.start_workflow(parked, 3600.0) for _ in range(count)])}


def size(path: str) -> int:
    return sum(os.path.getsize(path + end) for end in ("", "-wal") if os.path.exists(path + end))


def prepare(**how: Any) -> None:
    outside.prepare(**how)


def load() -> Actions:
    options = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}
    config: Any = {"name": "benchmarks", "system_database_url": sys.argv[1], "log_level": "CRITICAL", **options}
    first = config.pop("first", [])
    actions: Actions = {
        "steps": many_steps, "ones": ones, "warm_up": warm_up, "start": start, "recover": recover, "result": result,
        "send": send, "fork": fork, "park": park, "size": size, "prepare": prepare, "process": own_process,
        "status": status,
    }  # fmt: skip
    DBOS(config=config)
    for asked in first:
        actions[asked.pop("do")](**asked)
    DBOS.launch()
    return actions


if __name__ == "__main__":
    listen(load)
    sys.stdout.flush()
    os._exit(0)
