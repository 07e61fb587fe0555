"""Whether there is a store at an address, without making one."""

from __future__ import annotations

import os

from turmeric.durability.instances.stores.opening import path_in, scheme_and_rest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def exists(url: str) -> bool:
    """Raises ValueError for what is no address of a store, StoreError when a server cannot be asked."""
    scheme, rest = scheme_and_rest(url)
    return LOOKS[scheme](url, rest) if scheme in LOOKS else True


def directory(url: str, rest: str) -> bool:
    return os.path.exists(os.path.join(path_in(url, rest, "a directory"), "format"))


def database_file(url: str, rest: str) -> bool:
    """Whether a file has the tables; one that cannot be read is left to whoever opens it."""
    import sqlite3
    from contextlib import closing
    from urllib.parse import quote

    from turmeric.durability.instances.stores.sqlite import EXISTS

    path = os.path.abspath(path_in(url, rest.partition("?")[0], "a file"))
    if not os.path.exists(path):
        return False
    try:
        with closing(sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True)) as connection:
            return connection.execute(EXISTS).fetchone() is not None
    except sqlite3.Error:
        return True


def schema(url: str, rest: str) -> bool:
    """Whether a database has the schema."""
    from turmeric.durability.instances.stores.opening import server_of

    server, name, _ = server_of(url)
    import psycopg

    from turmeric.durability.instances.store import Unavailable

    try:
        with psycopg.connect(server, autocommit=True) as connection:
            return connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (name,)).fetchone() is not None
    except psycopg.Error as error:
        raise Unavailable(f"the database cannot be reached: {error}") from error


LOOKS: dict[str, Callable[[str, str], bool]] = {
    "files": directory,
    "": database_file,
    "sqlite": database_file,
    "postgresql": schema,
    "postgres": schema,
}
