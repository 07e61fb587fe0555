"""A worker's counters in the text format of Prometheus: at a port of this machine, or in a file.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import asyncio
from typing import Any

from turmeric.durability.instances.store import StoreError
from turmeric.running.replacing import replace_file
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.durability.instances.serving import AsyncScheduler
    from turmeric.fronts.instances.notices import Log

COUNTERS = {
    "claims": "Instances that this worker has claimed.",
    "started": "Instances that it ran from their start.",
    "resumed": "Instances that it restored from a checkpoint.",
    "saved": "Checkpoints that it saved.",
    "save-failed": "Saves that failed.",
    "waiting": "Instances that it ran until they waited.",
    "done": "Instances that ended with a value.",
    "failed": "Instances that ended with an error.",
    "cancelled": "Instances that were cancelled.",
    "lost": "Instances that somebody else took over.",
    "refused": "Instances that could not be restored here, to be tried again.",
    "store-error": "Errors of the store.",
}
HEADERS = (
    "HTTP/1.1 {}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: {}\r\n"
    "Connection: close\r\n\r\n"
)


async def exposition(scheduler: AsyncScheduler) -> str:
    """All counters as text."""
    service = scheduler.service
    watched: Any = service.store
    values = {**service.counters, **watched.counters}
    lines = []
    for name, meaning in COUNTERS.items():
        full = f"turmeric_{name.replace('-', '_')}_total"
        lines += [f"# HELP {full} {meaning}", f"# TYPE {full} counter", f"{full} {values.get(name, 0)}"]
    lines += ["# HELP turmeric_running Instances that this worker runs now.", "# TYPE turmeric_running gauge"]
    lines += [f"turmeric_running {len(scheduler.holding)}"]
    try:
        counts = await asyncio.to_thread(service.store.count)
    except StoreError:
        counts = {}
    lines += ["# HELP turmeric_instances Instances in the store, by status.", "# TYPE turmeric_instances gauge"]
    lines += [f'turmeric_instances{{status="{status}"}} {count}' for status, count in counts.items()]
    return "\n".join(lines) + "\n"


# At a port ------------------------------------------------------------------------------------


async def listening(port: int, scheduler: AsyncScheduler, log: Log) -> Any:
    """A task that answers `GET /metrics` of this machine; port 0 is any that is free."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(10):
                words = (await reader.readline()).split()
                while (await reader.readline()).strip():
                    pass
                found = words[:1] == [b"GET"] and words[1:2] in ([b"/metrics"], [b"/"])
                body = (await exposition(scheduler) if found else "the counters are at /metrics\n").encode()
                head = HEADERS.format("200 OK" if found else "404 Not Found", len(body))
                writer.write(head.encode() + body)
                await writer.drain()
        except (OSError, TimeoutError, ValueError):
            pass
        finally:
            writer.close()

    try:
        server = await asyncio.start_server(answer, "127.0.0.1", port)
    except (OSError, OverflowError) as error:
        raise failure("io-error", f"cannot listen at the port {port}: {error}", port) from error
    log.write("counters", url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/metrics")
    return asyncio.create_task(server.serve_forever())


# In a file ------------------------------------------------------------------------------------


async def written(path: str, scheduler: AsyncScheduler, every: float) -> None:
    """Replace a file now and then, and when it ends."""
    try:
        while True:
            await write(path, scheduler)
            await asyncio.sleep(every)
    finally:
        await write(path, scheduler)


async def write(path: str, scheduler: AsyncScheduler) -> None:
    try:
        await asyncio.to_thread(replace_file, path, (await exposition(scheduler)).encode())
    except OSError as error:
        scheduler.service.happened("error", reason=f"cannot write {path}: {error.strerror}")
