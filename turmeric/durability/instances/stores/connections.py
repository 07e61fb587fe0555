"""Open connections to a database that nobody uses at the moment.

There are as many as threads have used the store at one time.  A child of a fork opens its own: what it has
inherited belongs to its parent, and is neither used nor closed.

SQLite needs more.  What it knows about the locks of its process it keeps in memory: a child that inherits it would
believe that it holds locks which only its parent has, and the two would destroy the file.  So all connections
in `before_forks` are closed when a fork is about to happen, and nobody opens one until it has.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache, partial
from threading import Condition, Lock
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from turmeric.durability.instances.store import Unavailable

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
        self.others: list[Callable[[], None]] = []
        """What else is to be done when connections are closed."""
        self.lost = False
        """Whether this is a child whose parent used a connection when it was forked."""
        self.start_over()

    def start_over(self) -> None:
        self.idle: list[C] = []
        self.used = 0
        self.forking = False
        self.process = os.getpid()
        self.gate = Condition(Lock())
        self.turn = Lock()
        """Who writes takes turns with the other threads, where the database has one writer at a time."""

    def check_process(self) -> None:
        """In a child of a fork: leave what is the parent's."""
        if self.process != os.getpid():
            of_the_parent.append(self.idle)
            self.start_over()

    def enter(self) -> None:
        """Begin to use a connection; `leave` ends it."""
        self.check_process()
        if self.lost:
            raise Unavailable("this process was forked in the middle of a transaction, and cannot use the store")
        with self.gate:
            while self.forking:
                self.gate.wait()
            self.used += 1

    def leave(self) -> None:
        with self.gate:
            self.used -= 1
            if not self.used:
                self.gate.notify_all()

    def take(self) -> C:
        """A connection; give it back, or drop it."""
        self.enter()
        try:
            while (connection := self.one_of_idle()) is not None:
                if self.is_usable(connection):
                    return connection
                self.close_one(connection)
            return self.connect()
        except BaseException:
            self.leave()
            raise

    def one_of_idle(self) -> C | None:
        try:
            return self.idle.pop()
        except IndexError:
            return None

    def give(self, connection: C) -> None:
        self.idle.append(connection)
        self.leave()

    def drop(self, connection: C) -> None:
        """Close a connection that may be broken."""
        try:
            self.close_one(connection)
        finally:
            self.leave()

    def close(self) -> None:
        """Close all that nobody uses."""
        self.check_process()
        for close in self.others:
            close()
        while (connection := self.one_of_idle()) is not None:
            self.close_one(connection)


# Forks ----------------------------------------------------------------------------------------

before_forks: WeakSet[Connections[Any]] = WeakSet()
"""Those that must be closed before a fork."""
held: list[Connections[Any]] = []
PATIENCE = 10.0
"""Seconds to wait before a fork for somebody who uses a connection."""


def close_before_forks(connections: Connections[Any]) -> None:
    register()
    before_forks.add(connections)


@cache
def register() -> None:
    os.register_at_fork(before=before, after_in_parent=in_parent, after_in_child=in_child)


def before() -> None:
    """Nobody uses a connection from here on, and none is open; unless one is used for very long."""
    for each in list(before_forks):
        each.gate.acquire()
        each.forking = True
        held.append(each)
        if each.process == os.getpid() and each.gate.wait_for(partial(is_free, each), PATIENCE):
            each.close()


def is_free(connections: Connections[Any]) -> bool:
    return connections.used == 0


def in_parent() -> None:
    while held:
        connections = held.pop()
        connections.forking = False
        connections.gate.notify_all()
        connections.gate.release()


def in_child() -> None:
    while held:
        connections = held.pop()
        connections.lost = connections.used > 0
        connections.check_process()
