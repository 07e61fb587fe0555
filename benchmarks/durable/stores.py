"""Where each system keeps its instances: fresh stores, of the same SQLite and the same PostgreSQL."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from benchmarks.durable.processes import Failure

MEMORY, FILES, NORMAL, FULL, POSTGRES = "memory", "files", "SQLite NORMAL", "SQLite FULL", "PostgreSQL"
DEFAULT = "SQLite default"
"""As DBOS makes it: a journal that is deleted at each commit, FULL."""
KINDS = {"memory": [MEMORY], "files": [FILES], "sqlite": [NORMAL, FULL, DEFAULT], "postgres": [POSTGRES]}
"""What a name on the command line stands for."""


@dataclass
class Stores:
    """Makes stores in a directory, and databases of a server, if there is one; else says why not."""

    directory: Path
    server: str | None
    reason: str = "PostgreSQL was not asked for"
    numbers: count[int] = field(default_factory=count)

    def fresh(self, kind: str, system: str) -> str:
        """The address of a new store, as the worker of a system understands it.  Raises Failure."""
        name = f"store{next(self.numbers)}"
        if kind == POSTGRES:
            return self.database(name)
        if kind == MEMORY:
            return "memory:"
        if kind == FILES:
            if find_spec("turmeric.durability.instances.stores.files") is None:
                raise Failure("no store of files yet")
            return f"files:{self.directory / name}"
        return self.file(self.directory / f"{name}.db", kind, system)

    def file(self, path: Path, kind: str, system: str) -> str:
        if system == "dbos":
            if kind != DEFAULT:
                with closing(sqlite3.connect(path)) as connection:
                    connection.execute("PRAGMA journal_mode=WAL")
            return f"sqlite:///{path}"
        return f"sqlite:{path}?synchronous={'normal' if kind == NORMAL else 'full'}"

    def database(self, name: str) -> str:
        """A new database of the server."""
        if self.server is None:
            raise Failure(self.reason)
        import psycopg

        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.server.rpartition("/")[0] + f"/{name}"


def file_of(address: str) -> str:
    """The path of a file of SQLite."""
    return address.removeprefix("sqlite:///").removeprefix("sqlite:").partition("?")[0]
