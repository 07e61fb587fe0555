"""Instances in PostgreSQL, in a schema of their own.

Transactions run side by side, at `READ COMMITTED`: each statement sees what was committed before it began.  So
what a transaction decides by must be locked before it is read; `owning.py` says in which order.  Who claims passes
over rows that are locked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import sleep
from typing import TypeVar

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus

from turmeric.durability.instances.records import Instance
from turmeric.durability.instances.store import Refused, StoreError, Transaction, Unavailable
from turmeric.durability.instances.stores import migrations, sql
from turmeric.durability.instances.stores.columns import instance_of
from turmeric.durability.instances.stores.connections import Connections
from turmeric.durability.instances.stores.database import DatabaseStore, OwnTransaction, check_goes_on
from turmeric.durability.instances.stores.listening import PostgresNews, is_quiet
from turmeric.durability.instances.stores.schemas import NOTIFY, PostgresWork, Schema
from turmeric.durability.instances.stores.work import Row, Work

T = TypeVar("T")
Connection = psycopg.Connection[Row]
UNDONE = (errors.DeadlockDetected, errors.SerializationFailure)
"""What the server says when it has undone a transaction because of others."""
TRIES = 10
"""How often such a one is done at most."""
IDLE = 60
"""Seconds that a transaction may wait for its client: one that was stopped must not keep its rows for ever."""
CALLERS = (psycopg.ProgrammingError, psycopg.IntegrityError, psycopg.DataError, psycopg.NotSupportedError)
"""Errors that are the fault of a statement; all others are the database's."""
ENDS = ("begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release", "prepare")
"""First words of statements that a transaction of the program's own cannot have."""
SETTINGS = (
    "SELECT set_config('lock_timeout', %s, false), set_config('idle_in_transaction_session_timeout', %s, false),"
    " set_config('default_transaction_isolation', 'read committed', false)"
)


class PostgresStore(DatabaseStore):
    """`server` is an address as libpq knows it; `timeout` is how long to wait for somebody else's lock, in seconds."""

    def __init__(self, server: str, schema: str = "turmeric", timeout: float = 10.0) -> None:
        try:
            conninfo_to_dict(server)
        except psycopg.ProgrammingError as error:
            raise ValueError(f"not the address of a server of PostgreSQL: {error}") from error
        self.server = server
        self.schema = Schema(schema)
        self.timeout = timeout
        self.url = self.schema.address(server)
        self.connections = Connections(self.connect, Connection.close, is_quiet)
        self.news = PostgresNews(self.connect, self.schema.channel)
        self.prepare()

    # Connections ------------------------------------------------------------------------------

    def connect(self) -> Connection:
        try:
            connection = psycopg.connect(self.server, autocommit=True, fallback_application_name="turmeric")
            connection.execute(SETTINGS, (f"{max(1, round(self.timeout * 1000))}ms", f"{IDLE}s"))
        except psycopg.Error as error:
            raise self.unavailable(error) from error
        return connection

    def prepare(self) -> None:
        """Bring the schema up to date; one process at a time."""
        with self.connection() as connection:
            work = PostgresWork(self.schema, connection)
            there = work.run("SELECT to_regclass('$schema') IS NOT NULL")[0][0]
            if migrations.is_current(work.run(migrations.READ_VERSION)[0][0] if there else None, self.url):
                return
            with connection.transaction():
                work.lock_schema()
                migrations.migrate(work, self.url)

    # Transactions -----------------------------------------------------------------------------

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection.  After an error of the database it is not used again: whether a commit that failed has
        happened can only be seen by somebody who looks afresh."""
        connection = self.connections.take()
        try:
            try:
                yield connection
            finally:
                if connection.info.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR):
                    connection.execute("ROLLBACK")
        except Unavailable:
            self.connections.drop(connection)
            raise
        except (StoreError, *UNDONE):
            self.connections.give(connection)
            raise
        except psycopg.Error as error:
            self.connections.drop(connection)
            raise self.unavailable(error) from error
        except BaseException:
            self.connections.drop(connection)
            raise
        self.connections.give(connection)

    def change(self, task: Callable[[Work], T]) -> T:
        return self.repeated(lambda: self.changed(task))

    def changed(self, task: Callable[[Work], T]) -> T:
        with self.connection() as connection:
            work = PostgresWork(self.schema, connection)
            connection.execute("BEGIN")
            result = task(work)
            if work.news:
                work.run(NOTIFY, self.schema.channel)
            connection.execute("COMMIT")
            return result

    def repeated(self, once: Callable[[], T]) -> T:
        """Do something again that the server has undone because of others: nothing of it was committed."""
        for attempt in range(TRIES):
            try:
                return once()
            except UNDONE as error:
                if attempt == TRIES - 1:
                    raise self.unavailable(error) from error
                sleep(0.005 * attempt)
        raise AssertionError

    def alone(self, statement: str, parameters: Row) -> list[Row]:
        def once() -> list[Row]:
            with self.connection() as connection:
                return PostgresWork(self.schema, connection).run(statement, *parameters)

        return self.repeated(once)

    def news_alone(self, statement: str, parameters: Row) -> list[Row]:
        """The notification is part of the statement: no other one, and no other commit."""
        told = f"WITH news AS ({statement}) SELECT news.*, pg_notify(?, '') FROM news"
        return self.alone(told, (*parameters, self.schema.channel))

    def look(self, task: Callable[[Work], T]) -> T:
        def once() -> T:
            with self.connection() as connection:
                return task(PostgresWork(self.schema, connection))

        return self.repeated(once)

    def get(self, id: str) -> Instance | None:
        rows = self.alone(sql.GET, (id,))
        return instance_of(rows[0]) if rows else None

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        try:
            with self.connection() as connection:
                work = PostgresWork(self.schema, connection)
                connection.execute("BEGIN")
                yield OwnTransaction(work, lambda *both: statement(connection, *both), lambda: self.commit(work))
        except UNDONE as error:
            raise Refused(f"undone because of others, and may be tried again: {error}") from error

    def commit(self, work: PostgresWork) -> None:
        if work.news:
            work.run(NOTIFY, self.schema.channel)
        work.connection.execute("COMMIT")

    # Waiting ----------------------------------------------------------------------------------

    def tell(self) -> None:
        self.alone(NOTIFY, (self.schema.channel,))

    def watch(self, seconds: float) -> None:
        try:
            self.news.watch(seconds)
        except psycopg.Error as error:
            raise self.unavailable(error) from error

    def close(self) -> None:
        self.news.close()
        self.connections.close()

    def unavailable(self, error: psycopg.Error) -> Unavailable:
        text = " ".join(str(error).split())
        if isinstance(error, errors.LockNotAvailable):
            text = f"somebody else's transaction has held what is needed for more than {self.timeout:g} seconds"
        return Unavailable(f"{self.url}: {text or type(error).__name__}")


def statement(connection: Connection, text: str, parameters: Row) -> list[Row]:
    """A statement of the program's own."""
    check_goes_on(text, ENDS)
    try:
        # Binary results make it one statement for the server, which refuses a second one in the text.
        cursor = connection.execute(text, parameters or None, binary=True)
        rows = cursor.fetchall() if cursor.description is not None else []
    except (*CALLERS, ValueError, OverflowError) as error:
        raise Refused(" ".join(str(error).split())) from error
    except psycopg.Error as error:
        raise Unavailable(f"the database failed: {' '.join(str(error).split())}") from error
    if connection.info.transaction_status != TransactionStatus.INTRANS:
        raise Refused(f"{text.strip()}: this has ended the transaction")
    return rows
