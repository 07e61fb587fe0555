"""Durable steps a second, of one instance and of eight; instances of one step a second."""

from __future__ import annotations

from benchmarks.durable.figures import DBOS, FLOOR, OURS
from benchmarks.durable.measuring import Contestant, Row, Run, in_turn
from benchmarks.durable.processes import Worker
from benchmarks.durable.stores import DEFAULT, FILES, MEMORY

STEPS = "steps of one instance"
EIGHT = "steps of eight instances, one process"
ONES = "one-step instances"
SERVED = "one-step instances, served"
STATE = 700
"""Bytes of a state, where ours cannot be asked for it."""


def rate(worker: Worker, do: str, count: int, **more: int | bool) -> float:
    """How many a second."""
    found = worker.do(do, count=count, **more)
    return float(found["count"] / found["seconds"])


def warm_up(worker: Worker) -> None:
    worker.do("warm_up")


def steps(run: Run) -> None:
    """One instance after the other, and eight at once: ours on an asyncio loop, DBOS's and the floor's in threads."""
    for kind in run.kinds:
        in_turn(run, kind, [Row(STEPS, "/s", steps_of(run, kind, 1)), Row(EIGHT, "/s", steps_of(run, kind, 8))])


def steps_of(run: Run, kind: str, instances: int) -> list[Contestant]:
    sizes = run.sizes
    ours = Contestant(OURS, lambda worker: rate(worker, "steps", sizes.steps, instances=instances), warm_up)
    peer = Contestant(DBOS, lambda worker: rate(worker, "steps", sizes.peer_steps, instances=instances), warm_up)
    raw = Contestant(FLOOR, lambda worker: rate(worker, "steps", 2 * sizes.steps, size=STATE, instances=instances))
    if kind == DEFAULT:
        return [peer]
    return [ours] if kind in (MEMORY, FILES) else [ours, peer, raw]


def ones(run: Run) -> None:
    """From start to done.  Started in a loop and then run, in a thread or on an asyncio loop; DBOS's called one
    after the other, or started in a loop and then awaited."""
    for kind in run.kinds:
        in_turn(run, kind, [Row(ONES, "/s", ones_of(run, kind, False)), Row(SERVED, "/s", ones_of(run, kind, True))])


def ones_of(run: Run, kind: str, served: bool) -> list[Contestant]:
    sizes = run.sizes
    ours = Contestant(OURS, lambda worker: rate(worker, "ones", sizes.ones, served=served), warm_up)
    peer = Contestant(DBOS, lambda worker: rate(worker, "ones", sizes.peer_ones, served=served), warm_up)
    raw = Contestant(FLOOR, lambda worker: rate(worker, "ones", sizes.ones, size=STATE))
    if kind == DEFAULT:
        return [peer]
    if kind in (MEMORY, FILES):
        return [ours]
    return [ours, peer] if served else [ours, peer, raw]
