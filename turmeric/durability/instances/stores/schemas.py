"""The schema of PostgreSQL's in which instances are kept: its names, its words, its locks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg

from turmeric.durability.instances.stores import sql
from turmeric.durability.instances.stores.work import Row, Work

TABLES = ("instances", "history", "events", "blobs", "schema")
DEFAULT = "turmeric"
NOTIFY = "SELECT pg_notify(?, '')"


class Schema:
    """A schema by its name.  Raises ValueError for what is none."""

    def __init__(self, name: str) -> None:
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,49}", name):
            raise ValueError(f"{name!r} is no name of a schema: letters, digits and _, at most 50, no capital")
        self.name = name
        self.channel = f"turmeric_{name}"
        self.words = sql.Words(
            "%s",
            **{table: f'"{name}".{table}' for table in TABLES},
            prefix="", greatest="greatest", for_update="FOR UPDATE", skip_locked="FOR UPDATE SKIP LOCKED",
            id='TEXT COLLATE "C"', real="DOUBLE PRECISION", integer="BIGINT", bytes="BYTEA", empty="''::bytea",
            serial="BIGSERIAL PRIMARY KEY", roomy="WITH (toast_tuple_target = 8160, fillfactor = 60)",
        )  # fmt: skip
        """A row is kept in one piece up to 8 KB, and a page has room for the next version of a row of it: the save of
        an instance writes no index then, unless the end of its lease changes."""

    def key(self, purpose: str) -> int:
        """The key of an advisory lock."""
        return int.from_bytes(blake2b(f"turmeric {purpose} {self.name}".encode(), digest_size=8).digest(), signed=True)

    def address(self, server: str) -> str:
        """The address of the store without a password."""
        parts = urlsplit(server)
        user, at, host = parts.netloc.rpartition("@")
        options = [(name, value) for name, value in parse_qsl(parts.query) if name != "password"]
        if self.name != DEFAULT:
            options.append(("schema", self.name))
        netloc = user.partition(":")[0] + at + host
        return urlunsplit(parts._replace(netloc=netloc, query=urlencode(options, safe="/")))


class PostgresWork(Work):
    def __init__(self, schema: Schema, connection: psycopg.Connection[Row]) -> None:
        super().__init__(schema.words)
        self.schema = schema
        self.connection = connection
        self.sharing = False

    def text(self, text: str, parameters: Sequence[Any]) -> list[Row]:
        cursor = self.connection.execute(text, parameters, binary=True)
        return cursor.fetchall() if cursor.description is not None else []

    def run_each(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """All at once: the answers are waited for together."""
        rows = list(rows)
        if rows:
            self.connection.cursor().executemany(self.words.text(statement), rows)

    def among(
        self, statement: str, column: str, values: Sequence[Any], before: Row = (), after: Row = ()
    ) -> Iterator[Row]:
        if values:
            text = self.words.text(statement, among=f"{column} = ANY(?)")
            yield from self.text(text, (*before, list(values), *after))

    def lock(self, ids: Iterable[str]) -> None:
        for _ in self.among(sql.LOCKED, "id", sorted(set(ids))):
            pass

    def share_blobs(self) -> None:
        if not self.sharing:
            self.run("SELECT pg_advisory_xact_lock_shared(?)", self.schema.key("blobs"))
            self.sharing = True

    def own_blobs(self) -> None:
        self.run("SELECT pg_advisory_xact_lock(?)", self.schema.key("blobs"))

    def lock_schema(self) -> None:
        """Nobody else makes or migrates the schema until the end of the transaction, which is there then."""
        self.run("SELECT pg_advisory_xact_lock(?)", self.schema.key("schema"))
        if not self.run("SELECT 1 FROM pg_namespace WHERE nspname = ?", self.schema.name):
            self.run(f'CREATE SCHEMA "{self.schema.name}"')
