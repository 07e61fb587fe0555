"""Open connections to a database that nobody uses at the moment.

There are as many as threads have used the store at one time.  A child of a fork opens its own: what it has
inherited belongs to its parent, and is neither used nor closed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Lock
from typing import Any, Generic, TypeVar

C = TypeVar("C")
of_the_parent: list[Any] = []
"""Inherited connections: kept, since one that is forgotten would be closed, and with it the parent's."""


class Connections(Generic[C]):
    """Connections made by `connect`; `close` closes one, `is_usable` tells whether one is still open at both ends."""

    def __init__(
        self, connect: Callable[[], C], close: Callable[[C], None], is_usable: Callable[[C], bool] = lambda _: True
    ) -> None:
        self.connect = connect
        self.close_one = close
        self.is_usable = is_usable
        self.start_over()

    def start_over(self) -> None:
        self.idle: list[C] = []
        self.process = os.getpid()
        self.turn = Lock()
        """Who writes takes turns with the other threads, where the database has one writer at a time."""

    def check_process(self) -> None:
        """In a child of a fork: leave what is the parent's."""
        if self.process != os.getpid():
            of_the_parent.append(self.idle)
            self.start_over()

    def take(self) -> C:
        """A connection; give it back, or drop it."""
        self.check_process()
        while True:
            try:
                connection = self.idle.pop()
            except IndexError:
                return self.connect()
            if self.is_usable(connection):
                return connection
            self.close_one(connection)

    def give(self, connection: C) -> None:
        self.idle.append(connection)

    def drop(self, connection: C) -> None:
        """Close a connection that may be broken."""
        self.close_one(connection)

    def close(self) -> None:
        """Close all that nobody uses."""
        self.check_process()
        while self.idle:
            self.close_one(self.idle.pop())
