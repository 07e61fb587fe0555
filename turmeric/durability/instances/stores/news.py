"""Waiting until something may be due in a database.  One thread of a process looks; others that wait go when it goes.

In a file of SQLite, what this process does is told at once; that another has committed something is found by
looking, every 20 ms.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from threading import Condition, Lock
from time import monotonic
from typing import Generic, TypeVar

from turmeric.durability.instances.stores.connections import Connections, of_the_parent

POLL = 0.02
"""Seconds from one look to the next."""
C = TypeVar("C")


class News(Generic[C]):
    """Who waits, and its connection, which `connect` makes."""

    def __init__(self, connect: Callable[[], C]) -> None:
        self.connect = connect
        self.start_over()

    def start_over(self) -> None:
        self.process = os.getpid()
        self.watching = Lock()
        self.closed = 0
        self.connection: C | None = None

    def check_process(self) -> None:
        """In a child of a fork: leave what is the parent's."""
        if self.process != os.getpid():
            of_the_parent.append(self.connection)
            self.start_over()

    def watch(self, seconds: float) -> None:
        self.check_process()
        closed = self.closed
        if self.watching.acquire(blocking=False):
            try:
                self.wait(monotonic() + seconds, closed)
            finally:
                self.watching.release()
        elif self.watching.acquire(timeout=max(0.0, seconds)):
            self.watching.release()

    def close(self) -> None:
        """Send away who waits, and close the connection."""
        self.check_process()
        self.closed += 1
        self.interrupt()
        with self.watching:
            self.forget()

    def wait(self, end: float, closed: int) -> None:
        """Wait for news until that time, or until `closed` has changed.  Where it was not looked before, there may
        be some."""
        raise NotImplementedError

    def interrupt(self) -> None:
        """Make `wait` look again at what it waits for."""
        raise NotImplementedError

    def forget(self) -> None:
        """Close the connection; another one is made when it is needed."""
        raise NotImplementedError


class SqliteNews(News[sqlite3.Connection]):
    """`told` counts what this process has told, `version` is SQLite's number for what all others have committed."""

    def __init__(self, connections: Connections[sqlite3.Connection]) -> None:
        super().__init__(connections.connect)
        self.connections = connections
        connections.others.append(self.forget)

    def start_over(self) -> None:
        super().start_over()
        self.condition = Condition()
        self.told = 0
        self.told_seen = 0
        self.version: int | None = None
        self.looked = 0.0

    def tell(self) -> None:
        """Something is due that was not, by this process."""
        self.check_process()
        with self.condition:
            self.told += 1
            self.condition.notify_all()

    def interrupt(self) -> None:
        with self.condition:
            self.condition.notify_all()

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
        """Whether somebody has committed anything since this was called last."""
        before = self.version
        self.connections.enter()
        try:
            if self.connection is None:
                before = None
                self.connection = self.connect()
            self.version = self.connection.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error:
            self.forget()
            raise
        finally:
            self.connections.leave()
        return before != self.version

    def forget(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None
