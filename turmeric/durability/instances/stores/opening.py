"""The store at an address: by its scheme, each loaded when it is asked for."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import cast
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from turmeric.durability.instances.store import Store

KNOWN = "memory:, files:DIRECTORY, sqlite:FILE, postgresql://USER@HOST/DATABASE"


def opened(url: str) -> Store:
    """The store at an address.  Raises ValueError for one that is none, StoreError when it cannot be opened."""
    scheme, rest = scheme_and_rest(url)
    if scheme not in SCHEMES:
        raise ValueError(f"{url!r} is not the address of a store: there is no {scheme}:, only {KNOWN}")
    return SCHEMES[scheme](url, rest)


def scheme_and_rest(url: str) -> tuple[str, str]:
    """A path is that of a directory, if it is one or looks like one, or of a file.  One letter is no scheme."""
    found = re.match(r"([A-Za-z][A-Za-z0-9+.-]+):", url)
    if found is not None:
        return found[1].lower(), url[found.end() :]
    if not url:
        raise ValueError(f"the address of a store is empty; there are {KNOWN}")
    return ("files" if os.path.isdir(url) or url.endswith(("/", os.sep)) else ""), url


def memory(url: str, rest: str) -> Store:
    from turmeric.durability.instances.stores.memory import MemoryStore

    if rest.strip("/"):
        raise ValueError(f"{url!r}: a store in memory has no name")
    return cast(Store, MemoryStore())


def files(url: str, rest: str) -> Store:
    path = path_in(url, rest, "a directory")
    from turmeric.durability.instances.stores.files import FileStore

    return cast(Store, FileStore(path))


def sqlite_file(url: str, path: str) -> Store:
    from turmeric.durability.instances.stores.sqlite import SqliteStore

    if "?" in path:
        raise ValueError(f"{url!r}: a path has no parameters; write sqlite:{url}")
    return SqliteStore(path)


def sqlite(url: str, rest: str) -> Store:
    from turmeric.durability.instances.stores.sqlite import SYNCHRONOUS, SqliteStore

    rest, _, query = rest.partition("?")
    options = options_in(url, query, ("synchronous", "timeout"))
    synchronous = options.get("synchronous", "full").lower()
    if synchronous not in SYNCHRONOUS:
        raise ValueError(f"{url!r}: synchronous is {' or '.join(SYNCHRONOUS)}, not {synchronous}")
    return SqliteStore(path_in(url, rest, "a file"), synchronous, seconds_in(url, options))


def postgresql(url: str, rest: str) -> Store:
    server, schema, timeout = server_of(url)
    from turmeric.durability.instances.stores.postgres import PostgresStore

    return PostgresStore(server, schema, timeout)


def server_of(url: str) -> tuple[str, str, float]:
    """The address for libpq, the schema, the time-out.  Raises ValueError, also when the driver is not installed."""
    parts = urlsplit(url)
    own: dict[str, str] = {}
    others: list[str] = []
    for item in filter(None, parts.query.split("&")):
        name = item.partition("=")[0]
        if name in ("schema", "timeout"):
            own.update(parse_qsl(item, keep_blank_values=True))
        else:
            others.append(item)
    try:
        import psycopg  # noqa: F401
    except ModuleNotFoundError as error:
        raise ValueError(f"{parts.scheme}: needs a package, psycopg: pip install 'turmeric[postgres]'") from error
    server = urlunsplit(parts._replace(scheme="postgresql", query="&".join(others)))
    return server, own.get("schema", "turmeric"), seconds_in(url, own)


SCHEMES: dict[str, Callable[[str, str], Store]] = {
    "memory": memory,
    "files": files,
    "": sqlite_file,
    "sqlite": sqlite,
    "postgresql": postgresql,
    "postgres": postgresql,
}


def path_in(url: str, rest: str, what: str) -> str:
    """The path of an address: `x`, `///x` for a relative one, `/x`, `////x` for an absolute one."""
    if rest.startswith("//"):
        host, slash, rest = rest[2:].partition("/")
        if host or not slash:
            raise ValueError(f"{url!r}: {what} has no host; three slashes are for a relative path, four for another")
    if not rest:
        raise ValueError(f"{url!r}: the path of {what} is missing")
    return rest


def options_in(url: str, query: str, known: tuple[str, ...]) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    for name in options:
        if name not in known:
            raise ValueError(f"{url!r}: there is no parameter {name}; there are {', '.join(known)}")
    return options


def seconds_in(url: str, options: dict[str, str]) -> float:
    """How long to wait for somebody else's lock."""
    text = options.get("timeout", "10")
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e6:
        raise ValueError(f"{url!r}: timeout is a number of seconds, not {text}")
    return seconds
