"""An asyncio service with thousands of instances that wait.

    python3 service.py [--instances 5000] [--answers 200]
"""

import argparse
import asyncio
import resource
from pathlib import Path

import turmeric

STORE = Path("approvals.db")


async def limit_of(number: int) -> int:
    """Stands for a request to another service."""
    await asyncio.sleep(0.002)
    return 100 * (number % 7)


async def book(number: int, limit: int) -> str:
    await asyncio.sleep(0.002)
    return f"request {number} booked with {limit}"


async def main(instances: int, answers: int) -> None:
    runtime = turmeric.Runtime(store=f"sqlite:{STORE}?synchronous=normal", key=b"thirty-two bytes of a secret key")
    runtime.register("bank", {"limit-of": limit_of, "book": book})
    approvals = runtime.load("approvals.tur")
    serving = asyncio.create_task(runtime.serve(concurrency=200))

    before = memory()
    handles = [await runtime.aio.start(approvals.request, number) for number in range(instances)]
    while runtime.count().get("waiting", 0) < instances:
        await asyncio.sleep(0.05)
    print(f"{instances} instances wait; {runtime.count()['running']} of them are more than a row")
    print(f"{(memory() - before) / instances:.1f} KiB of memory and {size() / instances:.1f} KiB of disk for each")

    for handle in handles[:answers]:
        await runtime.aio.send_event(handle.id, "answer", True)
    values = [await runtime.aio.wait(handle.id, timeout=60) for handle in handles[:answers]]
    print(f"{answers} events sent; the last one: {values[-1]}")
    print({status: count for status, count in sorted(runtime.count().items()) if count})

    runtime.stop()
    await serving
    runtime.close()


def memory() -> float:
    """KiB that this process has taken at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def size() -> float:
    """KiB of the store's files."""
    return sum(file.stat().st_size for file in Path().glob(f"{STORE}*")) / 1024


parser = argparse.ArgumentParser()
parser.add_argument("--instances", type=int, default=5000)
parser.add_argument("--answers", type=int, default=200)
options = parser.parse_args()
asyncio.run(main(options.instances, options.answers))
