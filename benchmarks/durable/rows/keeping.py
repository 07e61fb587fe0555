"""What is kept: bytes of a step and of a long loop, of a state that grows; parked instances; branches."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.durable.figures import DBOS, OURS
from benchmarks.durable.measuring import Run, attempted
from benchmarks.durable.processes import Failure, Worker
from benchmarks.durable.stores import DEFAULT, MEMORY, NORMAL, POSTGRES, file_of

LIVE, DISK, EACH = "bytes of the live row after {} saves", "bytes on disk after {} saves", "bytes kept a step"
WHOLE, ADDED = "bytes of a checkpoint, whole", "bytes of a checkpoint, one KiB added"
TOTAL, SNAPSHOTS = "bytes written, {} saves of one KiB more each", "the same, each save whole"
UNIQUE = "bytes written / unique bytes"
PARKED_START, PARKED_PARK = "seconds to start {} instances", "seconds to run them to where they wait"
PARKED_DISK, PARKED_WAKE = "disk of {} parked", "wake {} due timers"
PARKED_MEMORY, PARKED_THREADS = "memory of a worker, more with {} parked", "threads of a worker, more with {} parked"
FORKS, FORKS_RUN, FORKS_AGAIN = "fork {} branches", "run {} branches to their end", "effects run again by branches"
KIBI = 1024


def shared(run: Run) -> list[str]:
    return [kind for kind in run.kinds if kind in (NORMAL, POSTGRES)]


# Bytes ----------------------------------------------------------------------------------------


def sizes(run: Run) -> None:
    """A loop that saves again and again (on PostgreSQL a tenth of it), and what DBOS keeps of one."""
    for kind in shared(run):
        count = run.sizes.iterations if kind == NORMAL else run.sizes.iterations // 10
        attempted(run, DISK.format(count), kind, OURS, "B", partial(size_of_ours, run, kind, count))
    for kind in [kind for kind in run.kinds if kind in (DEFAULT, POSTGRES)]:
        attempted(run, EACH, kind, DBOS, "B", partial(size_of_steps, run, kind))


def size_of_ours(run: Run, kind: str, count: int) -> None:
    """The instance stands still after so many saves; somebody else looks at it."""
    ours, address = run.systems[OURS], run.stores.fresh(kind, OURS)
    with ours.worker(address) as worker, ours.worker(address) as other:
        empty = other.do("size")
        worker.do("prepare", stop=count)
        id = worker.do("start", function="effects", args=[count + 1])
        worker.ask("run")
        worker.effect(max(worker.limit, count / 100))
        run.figures.add(LIVE.format(count), kind, OURS, "B", other.do("state", id=id))
        size = other.do("size")
        run.figures.add(DISK.format(count), kind, OURS, "B", size, remark=f"{empty} of them before it began")
        run.figures.add(EACH, kind, OURS, "B", (size - empty) / count)


def size_of_steps(run: Run, kind: str) -> None:
    """What the database grows by."""
    count, address = 5 * run.sizes.peer_steps, run.stores.fresh(kind, DBOS)
    with run.systems[DBOS].worker(address) as worker:
        worker.do("warm_up")
        before = size_of(worker, kind, address)
        worker.do("steps", count=count)
        run.figures.add(EACH, kind, DBOS, "B", (size_of(worker, kind, address) - before) / count)


def size_of(worker: Worker, kind: str, address: str) -> int:
    """Bytes of a database of DBOS."""
    if kind != POSTGRES:
        found: int = worker.do("size", path=file_of(address))
        return found
    import psycopg

    with psycopg.connect(address) as connection:
        row: Any = connection.execute(
            "SELECT sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c JOIN pg_namespace n"
            " ON n.oid = c.relnamespace WHERE n.nspname = 'dbos' AND c.relkind = 'r'"
        ).fetchone()
        return int(row[0])


def growing(run: Run) -> None:
    """All that the store is handed while a state grows: states, blobs, references."""
    kind = NORMAL if NORMAL in run.kinds else MEMORY
    many = run.sizes.grown
    attempted(run, TOTAL.format(many), kind, OURS, "B", partial(grown, run, kind, many))


def grown(run: Run, kind: str, many: int) -> None:
    with run.systems[OURS].worker(run.stores.fresh(kind, OURS), counted=True) as worker:
        found = worker.do("growing", count=many)
    assert found["saves"] == many
    run.figures.add(WHOLE, kind, OURS, "B", found["first"], remark="the first one, with one text")
    run.figures.add(ADDED, kind, OURS, "B", found["written"] / many, remark=f"on average of {many}")
    run.figures.add(TOTAL.format(many), kind, OURS, "B", found["written"])
    snapshots = sum(found["first"] + KIBI * number for number in range(many))
    run.figures.add(SNAPSHOTS.format(many), kind, OURS, "B", snapshots, remark="calculated")
    run.figures.add(UNIQUE, kind, OURS, "x", found["written"] / (KIBI * many))


# Branches -------------------------------------------------------------------------------------


def forks(run: Run) -> None:
    """Branches of an instance that has done a hundred steps and waits."""
    for kind in shared(run):
        attempted(run, FORKS.format(run.sizes.branches), kind, OURS, "s", partial(forked, run, kind, OURS))
    for kind in [kind for kind in run.kinds if kind in (DEFAULT, POSTGRES)]:
        attempted(run, FORKS.format(run.sizes.branches), kind, DBOS, "s", partial(forked, run, kind, DBOS))


def forked(run: Run, kind: str, system: str, done: int = 100) -> None:
    """Seconds to make the branches, to run them, and how many effects were done again; DBOS's times are those of
    fewer branches, multiplied."""
    many = run.sizes.branches if system == OURS else run.sizes.peer_branches
    log = run.stores.directory / f"{next(run.stores.numbers)}.log"
    with run.systems[system].worker(run.stores.fresh(kind, system)) as worker:
        worker.do("prepare", log=str(log))
        id = worker.do("start", function="branching", args=[done])
        if system == OURS:
            worker.do("run")
        wait_for(log, done)
        found = worker.do("fork", id=id, count=many, **({} if system == OURS else {"step": done + 1}))
    again = len(log.read_text().split()) - done - many
    scale = run.sizes.branches / many
    remark = "" if scale == 1 else f"{many} measured"
    run.figures.add(FORKS.format(run.sizes.branches), kind, system, "s", found["seconds"] * scale, remark=remark)
    run.figures.add(FORKS_RUN.format(run.sizes.branches), kind, system, "s", found["running"] * scale, remark=remark)
    run.figures.add(FORKS_AGAIN, kind, system, "", again, remark=f"{many} branches")


def wait_for(log: Path, effects: int, limit: float = 60.0) -> None:
    """Wait until so many effects were done."""
    end = time.monotonic() + limit
    while not log.exists() or log.read_bytes().count(b"\n") < effects:
        if time.monotonic() > end:
            raise Failure(f"over {limit:g} s")
        time.sleep(0.01)


# Parked ---------------------------------------------------------------------------------------


def parked(run: Run) -> None:
    """Instances that wait for a time, and nothing else."""
    many, few = run.sizes.parked, run.sizes.peer_parked
    if NORMAL in run.kinds:
        attempted(run, PARKED_START.format(many), NORMAL, OURS, "s", partial(parked_ours, run, many, run.sizes.due))
    if DEFAULT in run.kinds:
        attempted(run, PARKED_THREADS.format(few), DEFAULT, DBOS, "", partial(parked_peer, run, few))


def parked_ours(run: Run, many: int, due: int) -> None:
    ours, address = run.systems[OURS], run.stores.fresh(NORMAL, OURS)

    def add(row: str, unit: str, value: float, remark: str = "") -> None:
        run.figures.add(row, NORMAL, OURS, unit, value, remark=remark)

    with ours.worker(address, far=True) as worker:
        found = worker.do("park", count=many, soon=due)
        add(PARKED_START.format(many), "s", found["starting"])
        add(PARKED_PARK.format(many), "s", found["parking"])
        add(PARKED_DISK.format(many), "B", worker.do("size"))
    with ours.worker(run.stores.fresh(NORMAL, OURS)) as alone:
        alone.do("serve", for_seconds=0.5)
        before = alone.do("process")
    with ours.worker(address, far=True) as worker:
        worker.do("serve", for_seconds=0.5)
        after = worker.do("process")
        add(PARKED_MEMORY.format(many), "B", KIBI * (after["rss_kib"] - before["rss_kib"]),
            f"{after['rss_kib'] // KIBI} MiB in all; with an empty store {before['rss_kib'] // KIBI}")  # fmt: skip
        add(PARKED_THREADS.format(many), "", after["threads"] - before["threads"], f"{after['threads']} in all")
    with ours.worker(address, far=True) as worker:
        woken = worker.do("wake")
        assert woken["count"] == due, woken
        add(PARKED_WAKE.format(due), "s", woken["seconds"])


def parked_peer(run: Run, few: int) -> None:
    with run.systems[DBOS].worker(run.stores.fresh(DEFAULT, DBOS)) as worker:
        worker.do("warm_up")
        before = worker.do("process")
        found = worker.do("park", count=few)
        time.sleep(1.0)
        after = worker.do("process")
    run.figures.add(PARKED_START.format(few), DEFAULT, DBOS, "s", found["starting"])
    more = KIBI * (after["rss_kib"] - before["rss_kib"])
    run.figures.add(PARKED_MEMORY.format(few), DEFAULT, DBOS, "B", more)
    run.figures.add(PARKED_THREADS.format(few), DEFAULT, DBOS, "", after["threads"] - before["threads"])
