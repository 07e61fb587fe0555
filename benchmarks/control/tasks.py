"""Concurrent tasks beside asyncio's own, time and peak memory."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from benchmarks.measuring import alternately, peak_memory
from turmeric.assembly.session import Session

HERE = Path(__file__).resolve().parent
TASKS = 10_000
SECONDS = 0.01
RUNS = 3

LOADED = "from turmeric.assembly.session import Session; import asyncio, sys; "
"""What both programs import: the difference is what the tasks need."""
BASE = f"{LOADED}session = Session([{str(HERE)!r}]); sleepers = session.loader.import_module('tasks').definitions"
OURS = f"{BASE}; session.world.call(sleepers['sleepers'].force(), [{TASKS}, {SECONDS}], prompt=True)"
BY_HAND = f"{BASE}; from benchmarks.control import tasks; tasks.by_hand()"


async def sleeper(number: int) -> int:
    await asyncio.sleep(SECONDS)
    return number


async def sleepers() -> int:
    return sum(await asyncio.gather(*[asyncio.create_task(sleeper(number)) for number in range(TASKS)]))


def by_hand() -> int:
    return asyncio.run(sleepers())


def concurrent_tasks() -> dict[str, Any]:
    """CPU seconds of 10 000 sleeping tasks, and the memory they need above a loaded session, in KiB."""
    session = Session([str(HERE)])
    function = session.loader.import_module("tasks").definitions["sleepers"].force()

    def ours() -> Any:
        return session.world.call(function, [TASKS, SECONDS], prompt=True)

    assert ours() == by_hand()
    least = alternately({"turmeric": ours, "asyncio": by_hand}, RUNS)
    session.close()
    base = peak_memory(BASE)
    memory = {"turmeric": peak_memory(OURS) - base, "asyncio": peak_memory(BY_HAND) - base}
    for name, seconds in least.items():
        each = f"{seconds / TASKS * 1e6:7.1f} us a task, {memory[name] / TASKS:6.2f} KiB a task"
        print(f"{TASKS} tasks, {name:10} {each}")
    return {"tasks": TASKS, "seconds": least, "peak_kib": memory}
