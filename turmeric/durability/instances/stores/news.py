"""Waiting until something may be due in a file of SQLite.

What this process does is told at once; that another has committed something is found by looking, every 20 ms.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from threading import Condition, Lock
from time import monotonic

from turmeric.durability.instances.stores.connections import of_the_parent

POLL = 0.02
"""Seconds from one look to the next."""


class SqliteNews:
    """Who watches, and what was seen last."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self.connect = connect
        self.start_over()

    def start_over(self) -> None:
        self.process = os.getpid()
        self.condition = Condition()
        self.watching = Lock()
        self.told = 0
        self.told_seen = 0
        self.closed = 0
        self.file: sqlite3.Connection | None = None
        self.file_seen: int | None = None
        self.looked = 0.0

    def check_process(self) -> None:
        if self.process != os.getpid():
            of_the_parent.append(self.file)
            self.start_over()

    def tell(self) -> None:
        """Something is due that was not, by this process."""
        self.check_process()
        with self.condition:
            self.told += 1
            self.condition.notify_all()

    def watch(self, seconds: float) -> None:
        """Wait for news, or until the time is up.  One thread looks; the others go when it goes."""
        self.check_process()
        if self.watching.acquire(blocking=False):
            try:
                self.wait(monotonic() + seconds, self.closed)
            finally:
                self.watching.release()
        elif self.watching.acquire(timeout=max(0.0, seconds)):
            self.watching.release()

    def wait(self, end: float, closed: int) -> None:
        while self.told == self.told_seen and closed == self.closed:
            now = monotonic()
            if now - self.looked >= POLL:
                self.looked = now
                if self.file_has_changed():
                    break
            if now >= end:
                return
            with self.condition:
                if self.told == self.told_seen and closed == self.closed:
                    self.condition.wait(min(end - now, POLL))
        self.told_seen = self.told

    def file_has_changed(self) -> bool:
        """Whether somebody has committed anything since this was called last; so at first."""
        if self.file is None:
            self.file = self.connect()
            self.file_seen = None
        before = self.file_seen
        try:
            self.file_seen = self.file.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error:
            self.forget()
            raise
        return before != self.file_seen

    def forget(self) -> None:
        if self.file is not None:
            self.file.close()
        self.file = None

    def close(self) -> None:
        """Send away who watches, and close the file."""
        self.check_process()
        with self.condition:
            self.closed += 1
            self.condition.notify_all()
        with self.watching:
            self.forget()
