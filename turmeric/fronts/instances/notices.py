"""What a worker says about what happens: a line of JSON each, on stderr."""

from __future__ import annotations

import json
import os
import time
from collections import Counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.durability.instances.records import Instance
    from turmeric.durability.instances.store import Store

RARE = ("saved",)
"""What happens so often that only `--debug` shows it."""
ENDS = ("waiting", "done", "failed", "cancelled", "lost", "refused")
"""After these an instance is somebody else's."""


class Watched:
    """A store that is used as it is, and watched: which instances were claimed, and how many."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.functions: dict[str, str] = {}
        """What each instance that this process runs was started with."""
        self.counters: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def claim(self, *args: Any) -> list[Instance]:
        claimed = self.store.claim(*args)
        self.counters["claims"] += len(claimed)
        for each in claimed:
            self.functions[each.id] = each.function
        return claimed


class Log:
    """Writes lines.  They go to the system as they are: a signal may interrupt anything."""

    def __init__(self, all: bool) -> None:
        self.all = all
        self.watched: Watched | None = None

    def note(self, what: str, details: dict[str, Any]) -> None:
        """Something has happened in the service."""
        id = details.get("id")
        functions = {} if self.watched is None else self.watched.functions
        if id in functions:
            details = {"id": id, "function": functions[id], **details}
        if what in ENDS:
            functions.pop(str(id), None)
        if self.all or what not in RARE:
            self.write(what, **details)

    def write(self, what: str, **details: Any) -> None:
        now = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1000):03}Z"
        line = json.dumps({"time": stamp, "event": what, **details}, default=str)
        os.write(2, line.encode() + b"\n")
