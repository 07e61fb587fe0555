"""Waiting for news from PostgreSQL: whoever makes something due notifies a channel, and who watches listens to it."""

from __future__ import annotations

import os
import selectors
from collections.abc import Callable
from time import monotonic
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from turmeric.durability.instances.stores.news import News

Connection = psycopg.Connection[tuple[Any, ...]]


def readable(descriptors: list[int], seconds: float) -> bool:
    """Whether one of these can be read from within some seconds.  A selector knows no limit to their numbers."""
    with selectors.DefaultSelector() as selector:
        for each in descriptors:
            selector.register(each, selectors.EVENT_READ)
        return bool(selector.select(seconds))


def is_quiet(connection: Connection) -> bool:
    """Whether nothing has come over a connection that nobody uses; what comes is that the server has ended it."""
    try:
        return not connection.closed and not readable([connection.fileno()], 0)
    except (OSError, ValueError, psycopg.Error):
        return False


class PostgresNews(News[Connection]):
    """A connection that listens, and a pipe through which who waits is sent away."""

    def __init__(self, connect: Callable[[], Connection], channel: str) -> None:
        super().__init__(connect)
        self.channel = channel

    def start_over(self) -> None:
        super().start_over()
        self.pipe: tuple[int, int] | None = None

    def wait(self, end: float, closed: int) -> None:
        if self.connection is None:
            self.listen()
            return
        try:
            while not self.has_come(self.connection) and closed == self.closed:
                left = end - monotonic()
                if left <= 0:
                    return
                readable([self.connection.fileno(), *(self.pipe or ())[:1]], left)
        except psycopg.Error:
            self.forget()
            raise

    def listen(self) -> None:
        """What happened before that has not been heard: so there may be news."""
        connection = self.connect()
        connection.execute(SQL("LISTEN {}").format(Identifier(self.channel)))
        self.pipe = os.pipe()
        self.connection = connection

    def has_come(self, connection: Connection) -> bool:
        return len(list(connection.notifies(timeout=0))) > 0

    def interrupt(self) -> None:
        pipe = self.pipe
        if pipe is not None:
            os.write(pipe[1], b".")

    def __del__(self) -> None:
        self.forget()

    def forget(self) -> None:
        if self.connection is not None:
            self.connection.close()
        for end in self.pipe or ():
            os.close(end)
        self.connection = self.pipe = None
