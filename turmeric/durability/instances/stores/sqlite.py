"""Instances in a file of SQLite.

One transaction writes at a time, in all processes: each begins by taking the right to write (`BEGIN IMMEDIATE`),
so that what it reads is what it changes.  Whoever reads sees what was committed last, and waits for nobody.  With
`synchronous=FULL` what was committed outlives the machine's sudden end, with `NORMAL` the process's.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from time import monotonic, sleep
from typing import Any, TypeVar
from urllib.parse import quote

from turmeric.durability.instances.records import Instance
from turmeric.durability.instances.store import Refused, StoreError, Transaction, Unavailable
from turmeric.durability.instances.stores import listing, migrations, sql
from turmeric.durability.instances.stores.connections import Connections, close_before_forks
from turmeric.durability.instances.stores.database import DatabaseStore, OwnTransaction, check_goes_on
from turmeric.durability.instances.stores.news import SqliteNews
from turmeric.durability.instances.stores.work import Row, Work

T = TypeVar("T")
TABLES = ("instances", "history", "events", "blobs", "schema")
WORDS = sql.Words(
    "?",
    **{table: f"turmeric_{table}" for table in TABLES},
    prefix="turmeric_", greatest="max", for_update="", skip_locked="", id="TEXT", real="REAL", integer="INTEGER",
    bytes="BLOB", empty="x''", serial="INTEGER PRIMARY KEY AUTOINCREMENT", roomy="",
)  # fmt: skip
EXISTS = "SELECT 1 FROM sqlite_master WHERE name = 'turmeric_schema'"
SYNCHRONOUS = ("full", "normal")
CALLERS = frozenset((sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE))
"""Codes of errors that are the fault of a statement; all others are the database's."""
REASONS = {
    sqlite3.SQLITE_FULL: ": there is no room left",
    sqlite3.SQLITE_CORRUPT: ": the file is damaged; restore it from a copy",
    sqlite3.SQLITE_NOTADB: ": the file was made by something else, or is damaged",
    sqlite3.SQLITE_CANTOPEN: ": is there such a directory, and may it be written?",
}
ENDS = ("begin", "commit", "end", "rollback", "savepoint", "release", "attach", "detach", "pragma", "vacuum")
"""First words of statements that a transaction of the program's own cannot have."""


class SqliteWork(Work):
    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(WORDS)
        self.connection = connection

    def text(self, text: str, parameters: Sequence[Any]) -> list[Row]:
        return self.connection.execute(text, parameters).fetchall()


class SqliteStore(DatabaseStore):
    """`timeout` is how long to wait for somebody else who writes, in seconds."""

    def __init__(self, path: str, synchronous: str = "full", timeout: float = 10.0) -> None:
        self.path = os.path.abspath(path)
        self.synchronous = synchronous
        self.timeout = timeout
        self.url = f"sqlite:///{self.path}" + ("" if synchronous == "full" else f"?synchronous={synchronous}")
        self.connections = Connections(self.connect, sqlite3.Connection.close)
        self.news = SqliteNews(self.connections)
        close_before_forks(self.connections)
        self.prepare()

    # Connections ------------------------------------------------------------------------------

    def connect(self, mode: str = "rw") -> sqlite3.Connection:
        """A connection to the file, which must be there: one that has vanished is not made anew."""
        try:
            connection = sqlite3.connect(
                f"file:{quote(self.path)}?mode={mode}", timeout=self.timeout, isolation_level=None,
                check_same_thread=False, uri=True,
            )  # fmt: skip
            connection.execute(f"PRAGMA synchronous={self.synchronous}")
        except sqlite3.Error as error:
            raise self.unavailable(error) from error
        return connection

    def prepare(self) -> None:
        """Make the file if there is none, and bring its schema up to date."""
        with closing(self.connect("rwc")) as connection:
            try:
                if self.is_current(connection):
                    return
                self.use_log(connection)
                connection.execute("BEGIN IMMEDIATE")
                migrations.migrate(SqliteWork(connection), self.url)
                connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise self.unavailable(error) from error

    def is_current(self, connection: sqlite3.Connection) -> bool:
        work = SqliteWork(connection)
        there = work.run(EXISTS)
        return migrations.is_current(work.run(migrations.READ_VERSION)[0][0] if there else None, self.url)

    def use_log(self, connection: sqlite3.Connection) -> None:
        """Keep a write-ahead log.  SQLite does not wait for others here, so that it is tried again."""
        end = monotonic() + self.timeout
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                if code_of(error) != sqlite3.SQLITE_BUSY or monotonic() > end:
                    raise
                sleep(0.01)

    # Transactions -----------------------------------------------------------------------------

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection.  After an error of the database it is not used again: whether a commit that failed has
        happened can only be seen by somebody who looks afresh."""
        connection = self.connections.take()
        try:
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            self.connections.drop(connection)
            raise self.unavailable(error) from error
        except Unavailable:
            self.connections.drop(connection)
            raise
        except StoreError:
            self.connections.give(connection)
            raise
        except BaseException:
            self.connections.drop(connection)
            raise
        self.connections.give(connection)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The turn of this thread among those of the process."""
        self.connections.check_process()
        turn = self.connections.turn
        if not turn.acquire(timeout=self.timeout):
            raise Unavailable(f"{self.path}: another thread's transaction has not ended for {self.timeout:g} seconds")
        try:
            yield
        finally:
            turn.release()

    def alone(self, statement: str, parameters: Row) -> list[Row]:
        text = WORDS.text(statement)
        with self.turn(), self.connection() as connection:
            return connection.execute(text, parameters).fetchall()

    def change(self, task: Callable[[Work], T]) -> T:
        with self.turn(), self.connection() as connection:
            work = SqliteWork(connection)
            connection.execute("BEGIN IMMEDIATE")
            result = task(work)
            connection.execute("COMMIT")
        if work.news:
            self.tell()
        return result

    def look(self, task: Callable[[Work], T]) -> T:
        with self.connection() as connection:
            connection.execute("BEGIN")
            result = task(SqliteWork(connection))
            connection.execute("COMMIT")
        return result

    def claim(self, owner: str, now: float, until: float, limit: int, only: list[str] | None = None) -> list[Instance]:
        """Who finds nothing due has not kept others from writing."""
        if not self.look(lambda work: work.run(sql.ANY_DUE, now)):
            return []
        return super().claim(owner, now, until, limit, only)

    def get(self, id: str) -> Instance | None:
        try:
            return super().get(id)
        except Unavailable as error:
            if code_of(error.__cause__) != sqlite3.SQLITE_READONLY:
                raise
        return self.look(lambda work: listing.get(work, id))

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        with self.turn(), self.connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            work = SqliteWork(connection)
            yield OwnTransaction(work, lambda *both: statement(connection, *both), lambda: commit(connection))
            news = work.news and not connection.in_transaction
        if news:
            self.tell()

    # Waiting ----------------------------------------------------------------------------------

    def tell(self) -> None:
        self.news.tell()

    def watch(self, seconds: float) -> None:
        try:
            self.news.watch(seconds)
        except sqlite3.Error as error:
            raise self.unavailable(error) from error

    def close(self) -> None:
        self.news.close()
        self.connections.close()

    def unavailable(self, error: sqlite3.Error) -> Unavailable:
        code = code_of(error)
        if code == sqlite3.SQLITE_BUSY:
            return Unavailable(f"{self.path}: somebody else has been writing for more than {self.timeout:g} seconds")
        return Unavailable(f"{self.path}: {error}{REASONS.get(code, '')}")


def commit(connection: sqlite3.Connection) -> None:
    connection.execute("COMMIT")


def statement(connection: sqlite3.Connection, text: str, parameters: Row) -> list[Row]:
    """A statement of the program's own."""
    check_goes_on(text, ENDS)
    try:
        rows = connection.execute(text, parameters).fetchall()
    except (sqlite3.Error, ValueError, OverflowError) as error:
        if isinstance(error, sqlite3.Error) and code_of(error) not in CALLERS:
            raise Unavailable(f"the database failed: {error}") from error
        raise Refused(str(error)) from error
    if not connection.in_transaction:
        raise Refused(f"{text.strip()}: this has ended the transaction")
    return rows


def code_of(error: BaseException | None) -> int:
    """The primary code of an error; `SQLITE_ERROR` for one that Python's module has found by itself."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF
