"""`tur worker`: runs what is due in a store, until it is told to stop; any number of them, on any machines.

SIGTERM and SIGINT: it claims nothing more, lets what runs go on to its next save, and ends.  `stopping.py`.
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress

from turmeric.durability.instances.serving import AsyncScheduler
from turmeric.fronts.execution import open_session
from turmeric.fronts.instances.notices import Log, Watched
from turmeric.fronts.instances.opening import number, seconds, serving
from turmeric.fronts.instances.stopping import Stopping
from turmeric.fronts.saved import load_program, program_root
from turmeric.fronts.statuses import OK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.fronts.arguments import Arguments

CONCURRENCY = 100
GRACE = 10.0
EVERY = 2.0
"""Seconds after which a file of counters is written again."""


def worker(arguments: Arguments) -> int:
    """Run what is due until a signal comes, or with `--until-idle` until nothing is due."""
    concurrency, grace = (
        number(arguments, "--concurrency", CONCURRENCY),
        seconds(arguments, "--grace", GRACE, zero=True),
    )
    root = program_root(arguments)
    session = open_session(arguments, root, [])
    load_program(session, arguments.options.get("--program"))
    log = Log("--debug" in arguments.options)
    service = serving(arguments, session, note=log.note)
    service.store = log.watched = Watched(service.store)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    log.write("serving", store=service.store.url, program=root, worker=service.owner, concurrency=concurrency)
    scheduler = AsyncScheduler(service, concurrency)
    asyncio.run(serve(arguments, scheduler, Stopping(scheduler, log, grace)))
    log.write("stopped")
    service.store.close()
    return OK


async def serve(arguments: Arguments, scheduler: AsyncScheduler, stopping: Stopping) -> None:
    """Run instances, and show counters meanwhile."""
    restore = stopping.listen(asyncio.get_running_loop())
    counters = await counting(arguments.options.get("--counters"), scheduler, stopping.log)
    try:
        await scheduler.serve("--until-idle" in arguments.options)
    finally:
        counters.cancel()
        with suppress(asyncio.CancelledError):
            await counters
        restore()


async def counting(where: str | None, scheduler: AsyncScheduler, log: Log) -> Any:
    """A task that shows the counters: at a port of this machine, or in a file."""
    from turmeric.fronts.instances.counters import listening, written

    if where is None:
        return asyncio.create_task(asyncio.sleep(0))
    if where.isascii() and where.isdigit():
        return await listening(int(where), scheduler, log)
    return asyncio.create_task(written(os.path.abspath(where), scheduler, EVERY))
