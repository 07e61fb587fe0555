"""The worker that uses a database alone: `python -m benchmarks.durable.workers.raw URL`.

`sqlite:FILE?synchronous=normal` or `postgresql://...?schema=NAME`: one table of states, one upsert a step.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Callable
from threading import Lock, Thread
from typing import Any

from benchmarks.durable.workers.talking import Actions, listen

TABLE = "CREATE TABLE IF NOT EXISTS floor_states (id TEXT PRIMARY KEY, state {bytes})"
UPSERT = "INSERT INTO floor_states VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state"
Execute = Callable[[str, tuple[Any, ...]], Any]


class Sqlite:
    """One connection with a write-ahead log, for all threads in turn."""

    def __init__(self, address: str) -> None:
        path, _, query = address.removeprefix("sqlite:").partition("?")
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute(f"PRAGMA synchronous={query.partition('=')[2] or 'full'}")
        self.connection.execute(TABLE.format(bytes="BLOB"))
        self.lock = Lock()

    def execute(self) -> Execute:
        def execute(statement: str, parameters: tuple[Any, ...] = ()) -> Any:
            with self.lock:
                return self.connection.execute(statement, parameters)

        return execute


class Postgres:
    """A connection for each thread."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.execute()(TABLE.format(bytes="BYTEA"), ())

    def execute(self) -> Execute:
        import psycopg

        connection = psycopg.connect(self.address.partition("?")[0], autocommit=True)
        return lambda statement, parameters: connection.execute(statement.replace("?", "%s"), parameters, binary=True)


class Raw:
    def __init__(self, address: str) -> None:
        self.database = Sqlite(address) if address.startswith("sqlite:") else Postgres(address)
        self.executes = [self.database.execute() for _ in range(8)]

    def steps(self, count: int, size: int, instances: int = 1) -> dict[str, float]:
        """Upserts of one row, or of several by a thread each; seconds."""
        each = count // instances

        def run(number: int) -> None:
            execute = self.executes[number]
            for _ in range(each):
                execute(UPSERT, (f"instance {number}", os.urandom(size)))

        begun = time.perf_counter()
        if instances == 1:
            run(0)
        else:
            threads = [Thread(target=run, args=(number,)) for number in range(instances)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        return {"seconds": time.perf_counter() - begun, "count": each * instances}

    def ones(self, count: int, size: int) -> dict[str, float]:
        """For each of `count` rows: an insert, and three updates (claimed, saved, ended), a transaction each."""
        execute, begun = self.executes[0], time.perf_counter()
        run = os.urandom(8).hex()
        for number in range(count):
            for _ in range(4):
                execute(UPSERT, (f"{run} {number}", os.urandom(size)))
        return {"seconds": time.perf_counter() - begun, "count": count}

    def rows(self, count: int, size: int) -> float:
        """`count` new rows in one transaction; seconds."""
        execute, begun = self.executes[0], time.perf_counter()
        run = os.urandom(8).hex()
        execute("BEGIN", ())
        for number in range(count):
            execute(UPSERT, (f"{run} {number}", os.urandom(size)))
        execute("COMMIT", ())
        return time.perf_counter() - begun


def load() -> Actions:
    raw = Raw(sys.argv[1])
    return {"steps": raw.steps, "ones": raw.ones, "rows": raw.rows}


if __name__ == "__main__":
    listen(load)
