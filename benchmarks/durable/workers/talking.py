"""How a worker is spoken to: a line of JSON says what to do, a line of JSON is the answer.

    {"do": "steps", "count": 100}   ->   {"value": {...}} or {"failed": "ValueError: ..."}

Between the two a worker may `tell` something, in a line of its own.  Only the standard library is imported
here: the worker of another system runs in an environment of its own.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

Actions = dict[str, Callable[..., Any]]
LONG = 10_000.0
"""Seconds that nobody waits for."""

speaking = threading.Lock()
replies: list[Any] = []


def tell(**what: Any) -> None:
    """Say a line."""
    with speaking:
        print(json.dumps(what), file=replies[0], flush=True)


def listen(load: Callable[[], Actions]) -> None:
    """Load, say so, and do what the lines say until there are no more.  What is printed goes to standard error."""
    replies.append(os.fdopen(os.dup(1), "w"))
    os.dup2(2, 1)
    try:
        actions = load()
    except Exception as error:
        tell(failed=f"{type(error).__name__}: {error}")
        return
    tell(value="ready")
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            tell(value=actions[asked.pop("do")](**asked))
        except Exception as error:
            tell(failed=f"{type(error).__name__}: {str(error)[:2000]}")


class Outside:
    """The effects of a program: each is a line of a file, or stops the program for good."""

    def __init__(self) -> None:
        self.log: int | None = None
        self.stop = -1
        self.says = False
        self.begun = 0.0
        """When the worker began to do what leads to an effect."""

    def prepare(self, log: str | None = None, stop: int = -1, says: bool = False) -> None:
        """Write effects into the file `log`; at the number `stop` say so and stand still; say each if it `says`."""
        self.log = None if log is None else os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.stop, self.says = stop, says

    def effect(self, number: Any) -> Any:
        """Do it: what is written is there even if the process is killed the moment after."""
        if self.says or number == self.stop:
            tell(effect=number, at=time.monotonic(), begun=self.begun)
        if self.log is not None:
            os.write(self.log, f"{number}\n".encode())
        if number == self.stop:
            time.sleep(LONG)
        return number


def seconds(function: Callable[[], Any]) -> float:
    """Seconds on the clock that a call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def own_process() -> dict[str, int]:
    """Resident memory in KiB and the number of threads of this process (Linux)."""
    with open("/proc/self/status") as status:
        found = dict(line.split(":", 1) for line in status)
    return {"rss_kib": int(found["VmRSS"].split()[0]), "threads": int(found["Threads"])}
