"""The worker of Turmeric: `python -m benchmarks.durable.workers.in_turmeric URL [OPTIONS AS JSON]`."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.durable.workers.talking import Actions, Outside, listen, own_process, seconds
from turmeric import Runtime
from turmeric.durability.instances.records import Save
from turmeric.durability.instances.scheduling import Scheduler
from turmeric.durability.instances.service import Rules

HERE = Path(__file__).resolve().parent.parent
KEY = b"benchmarks" + bytes(22)
HOUR = 3600.0


class Clock:
    """The time of this machine, put forward now and then."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        return time.time() + self.ahead

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class Counted:
    """What a store was handed to keep, in bytes: states, blobs, references."""

    def __init__(self, store: Any) -> None:
        self.store = store
        self.bytes: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def save(self, held: Any, save: Save) -> Any:
        point = save.checkpoint
        blobs = sum(len(blob.data) + len(blob.name) + sum(map(len, blob.references)) for blob in save.blobs)
        self.bytes.append(len(point.state or b"") + sum(map(len, point.roots)) + blobs)
        return self.store.save(held, save)


def kilobyte(number: int) -> str:
    """A text that is no other's, and as long in UTF-8; nothing in it repeats."""
    return Random(number).randbytes(512).hex()


class Worker:
    """A runtime with its store, and what the benchmarks ask of it."""

    def __init__(
        self, url: str, lease: float = 30.0, far: bool = False, encrypt: bool = False, counted: bool = False
    ) -> None:
        self.outside = Outside()
        self.clock = Clock()
        rules = Rules(lease=lease, attempts=1_000_000)
        self.runtime = Runtime([str(HERE)], store=url, key=KEY, rules=rules, clock=self.clock if far else None)
        self.service = self.runtime.service
        self.counted = Counted(self.service.store)
        if counted:
            self.service.store = self.counted
        self.runtime.register("outside", {"effect": self.outside.effect, "kilobyte": kilobyte})
        self.programs = self.runtime.load(str(HERE / "programs.tur"))

    def actions(self) -> Actions:
        """All that can be asked for."""
        names = ("prepare", "start", "run", "result", "steps", "ones", "size", "growing", "park", "wake", "send",
                 "fork", "serve", "process", "warm_up", "state", "execute", "idle")  # fmt: skip
        return {name: getattr(self, name) for name in names}

    def prepare(self, **how: Any) -> None:
        self.outside.prepare(**how)

    def warm_up(self) -> None:
        """Run an instance, and no other."""
        scheduler = Scheduler(self.service)
        scheduler.run_all(scheduler.claim([self.start("steps", [50])]))

    def start(self, function: str, args: list[Any]) -> str:
        return self.runtime.start(getattr(self.programs, function), *args).id

    def run(self) -> int:
        """Run what is due; how often an instance was run."""
        self.outside.begun = time.monotonic()
        return self.runtime.run_until_idle()

    def result(self, id: str) -> Any:
        return self.runtime.result(id)

    def idle(self) -> None:
        """Run all that is due on an asyncio loop, which is loaded when it is needed, as in a program."""
        import asyncio

        from turmeric.durability.instances.serving import AsyncScheduler

        asyncio.run(AsyncScheduler(self.service).serve(until_idle=True))

    # Throughput -------------------------------------------------------------------------------

    def steps(self, count: int, instances: int = 1) -> dict[str, float]:
        """Steps of one instance, or of several at once on an asyncio loop; seconds."""
        handles = [self.runtime.start(self.programs.steps, count // instances) for _ in range(instances)]
        taken = seconds(self.runtime.run_until_idle if instances == 1 else self.idle)
        each = count // instances
        assert all(handle.result() == each * (each - 1) // 2 for handle in handles)
        return {"seconds": taken, "count": each * instances}

    def ones(self, count: int, served: bool = False) -> dict[str, float]:
        """Instances of one step, from start to done; seconds."""
        begun = time.perf_counter()
        handles = [self.runtime.start(self.programs.one, number) for number in range(count)]
        started = time.perf_counter()
        if served:
            self.idle()
        else:
            self.runtime.run_until_idle()
        ended = time.perf_counter()
        assert [handle.result() for handle in handles[:10]] == list(range(min(10, count)))
        return {"seconds": ended - begun, "starting": started - begun, "count": count}

    # Sizes ------------------------------------------------------------------------------------

    def state(self, id: str) -> int:
        """Bytes of the state of an instance."""
        return len(self.runtime.instance(id).checkpoint.state or b"")

    def size(self) -> int:
        """Bytes of the store: of the files with the log, or of the tables with their indexes."""
        return store_size(self.service.store)

    def growing(self, count: int) -> dict[str, Any]:
        """A state that grows by a kilobyte at each save: bytes of the first saves, of the last, of all."""
        self.counted.bytes.clear()
        handle = self.runtime.start(self.programs.growing, count)
        taken = seconds(self.runtime.run_until_idle)
        assert handle.result() == count
        saves = self.counted.bytes
        return {"seconds": taken, "saves": len(saves), "written": sum(saves), "first": saves[0], "largest": max(saves)}

    def execute(self, statement: str) -> list[Any]:
        """A statement of the benchmark's own, in the database of the store."""
        store: Any = self.service.store
        return [list(row) for row in store.look(lambda work: work.text(statement, ()))]

    # Waiting ----------------------------------------------------------------------------------

    def park(self, count: int, soon: int) -> dict[str, float]:
        """Instances that wait for a time, `soon` of them for one in half an hour; seconds to start and to park them."""
        now = self.clock.now()
        starting = seconds(
            lambda: [
                self.runtime.start(self.programs.parked, now + (HOUR / 2 if number < soon else 1000 * HOUR))
                for number in range(count)
            ]
        )
        return {"starting": starting, "parking": seconds(self.runtime.run_until_idle)}

    def wake(self) -> dict[str, float]:
        """Let the half hour pass, and run what is due then."""
        self.clock.ahead += HOUR
        begun = time.perf_counter()
        count = self.runtime.run_until_idle()
        return {"seconds": time.perf_counter() - begun, "count": count}

    def send(self, id: str, event: str, value: Any) -> float:
        """Send an event; the time before."""
        before = time.monotonic()
        self.runtime.send_event(id, event, value)
        return before

    def serve(self, for_seconds: float = 1e9) -> None:
        """Run what is due, and what becomes due."""
        import asyncio

        async def served() -> None:
            asyncio.get_running_loop().call_later(for_seconds, self.runtime.stop)
            await self.runtime.serve()

        asyncio.run(served())

    def fork(self, id: str, count: int) -> dict[str, float]:
        """Branches of an instance that waits for an event; then let each go on to its end."""
        begun = time.perf_counter()
        handles = self.runtime.forks(id, count)
        forked = time.perf_counter()
        for handle in handles:
            handle.send("go", 1)
        self.runtime.run_until_idle()
        ended = time.perf_counter()
        assert handles[-1].result() == 1
        return {"seconds": forked - begun, "running": ended - forked}

    def process(self) -> dict[str, int]:
        return own_process()


def store_size(store: Any) -> int:
    """Bytes that a store takes on disk."""
    path = getattr(store, "path", None)
    if path is not None and os.path.isdir(path):
        return sum(os.path.getsize(os.path.join(base, name)) for base, _, names in os.walk(path) for name in names)
    if path is not None:
        return sum(os.path.getsize(path + end) for end in ("", "-wal") if os.path.exists(path + end))
    if not hasattr(store, "schema"):
        return 0
    total = "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    rows = store.look(lambda work: work.text(f"{total} WHERE n.nspname = %s AND c.relkind = 'r'", (store.schema.name,)))
    return int(rows[0][0])


def load() -> Actions:
    options = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}
    first = options.pop("first", [])
    actions = Worker(sys.argv[1], **options).actions()
    for asked in first:
        actions[asked.pop("do")](**asked)
    return actions


if __name__ == "__main__":
    listen(load)
