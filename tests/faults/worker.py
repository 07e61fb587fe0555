"""A worker for tests that kill processes, and what forks workers quickly: its standard input has a line for each.

    python -m tests.faults.worker STORE DIRECTORY LEASE SEED

It writes the process id of each worker to standard output.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from turmeric import Runtime
from turmeric.durability.instances.scheduling import Scheduler
from turmeric.durability.instances.service import Rules
from turmeric.durability.instances.serving import AsyncScheduler
from turmeric.durability.instances.store import StoreError

KEY = b"k" * 32
ORDERS = Path(__file__).parent / "programs" / "orders.tur"


def made(store: str, directory: Path, lease: float) -> Runtime:
    """A runtime with the workflow; its effects go to a file, each on the disk before it is done."""
    file = os.open(directory / "effects.txt", os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def effect(id: str, number: int) -> None:
        os.write(file, f"{id} {number}\n".encode())
        os.fsync(file)

    def note(what: str, details: dict[str, Any]) -> None:
        if what in ("save-failed", "store-error", "error", "failed"):
            with open(directory / "trouble.txt", "a", encoding="utf-8") as log:
                log.write(f"{what}: {details.get('reason')}\n")

    mark = "%s" if store.startswith("postgresql") else "?"
    runtime = Runtime(roots=[str(ORDERS.parent)], store=store, key=KEY, rules=Rules(lease), note=note)
    insert = f"INSERT INTO payments (instance, part) VALUES ({mark}, {mark})"
    runtime.register("outer", {"effect": effect, "insert": lambda: insert})
    return runtime


def work(store: str, directory: Path, lease: float, on_loop: bool) -> None:
    """Run what is due, one instance at a time, for ever."""
    runtime = made(store, directory, lease)
    runtime.load(str(ORDERS))
    service = runtime.service
    if on_loop:
        asyncio.run(AsyncScheduler(service, concurrency=1).serve())
    scheduler = Scheduler(service, batch=1)
    while True:
        try:
            scheduler.run_until_idle()
            service.store.watch(0.1)
        except StoreError:
            time.sleep(0.1)


def main(store: str, directory: Path, lease: float) -> None:
    """Fork workers; every second one runs on an asyncio loop."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    Runtime(roots=[], store="memory:", key=KEY)
    for number, _ in enumerate(sys.stdin):
        process = os.fork()
        if process == 0:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            for _ in range(50):
                try:
                    work(store, directory, lease, number % 2 == 1)
                except Exception as error:
                    print(repr(error), file=sys.stderr)
                    time.sleep(0.2)
            os._exit(1)
        print(process, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))
