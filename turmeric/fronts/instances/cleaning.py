"""`tur gc`: removes instances that ended long ago, and what no checkpoint needs any more."""

from __future__ import annotations

import time

from turmeric.durability.instances.records import ENDED, FAILED, Query
from turmeric.fronts.instances.finding import all_instances
from turmeric.fronts.instances.opening import ask, existing_store, seconds
from turmeric.fronts.progress import Progress
from turmeric.fronts.statuses import OK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.durability.instances.store import Store
    from turmeric.fronts.arguments import Arguments

AGE = 30 * 86400.0
BATCH = 200
"""Instances that are removed at once: others can work in between."""


def gc(arguments: Arguments) -> int:
    """Remove instances that have ended and blobs; say what was removed."""
    from turmeric.fronts.tabular import counted

    store = existing_store(arguments)
    before = time.time() - seconds(arguments, "--older-than", AGE, zero=True)
    statuses = tuple(each for each in ENDED if each != FAILED or "--keep-failed" not in arguments.options)
    old = [each.id for each in all_instances(store, Query(statuses)) if each.changed <= before]
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(before))
    if "--dry-run" in arguments.options:
        print(f"would remove {counted(len(old), 'instance')} that ended before {since}")
        return OK
    removed = remove(store, old)
    collected = ask(store, "collect")
    print(f"removed {counted(removed, 'instance')} that ended before {since}")
    print(f"removed {counted(collected.blobs, 'blob')} that nothing refers to, {counted(collected.bytes, 'byte')}")
    return OK


def remove(store: Store, ids: list[str]) -> int:
    """Remove instances, a batch at a time; gives how many were there."""
    removed = 0
    with Progress("removing instances", len(ids)) as progress:
        for place in range(0, len(ids), BATCH):
            batch = ids[place : place + BATCH]
            removed += ask(store, "remove", batch)
            progress.add(len(batch))
    return removed
