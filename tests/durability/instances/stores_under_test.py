"""The stores that every test of stores runs against, and short ways to make what is put into them."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import pytest

from tests.durability.instances.postgres_server import Absent, shared
from turmeric.durability.instances.records import Checkpoint, Event, Held, Instance, Save, Wait
from turmeric.durability.instances.store import Store, open_store


def files(directory: Path) -> str:
    if find_spec("turmeric.durability.instances.stores.files") is None:
        pytest.skip("there is no store of files yet")
    return f"files:{directory / 'instances'}"


def postgres(directory: Path) -> str:
    try:
        return shared().url(f"test_{uuid4().hex}")
    except Absent as absent:
        pytest.skip(str(absent))


ADDRESSES = {
    "memory": lambda directory: "memory:",
    "files": files,
    "sqlite": lambda directory: f"sqlite:{directory / 'instances.db'}?synchronous=normal",
    "postgres": postgres,
}
"""The address of a new store of each kind, which may use a directory."""
SHARED = ("files", "sqlite", "postgres")
"""Those that several processes may use."""
DATABASES = ("sqlite", "postgres")


def new_store(kind: str, directory: Path) -> Store:
    return open_store(ADDRESSES[kind](directory))


# What is put into them ------------------------------------------------------------------------


def point(
    number: int, wait: Wait | None = None, roots: tuple[bytes, ...] = (), state: bytes | None = None
) -> Checkpoint:
    """A checkpoint that differs in each part from that of another number."""
    return Checkpoint(
        number, "checkpoint", 100.0 + number, b"state %d" % number if state is None else state, f"name {number}",
        f"a.tur:{number}:1", 10 * number, roots, wait,
    )  # fmt: skip


def instance(id: str, **parts: object) -> Instance:
    values: dict[str, object] = {"function": "orders.process", "created": 1.0, "checkpoint": point(0), **parts}
    return Instance(id, **values)  # type: ignore[arg-type]


def claimed(store: Store, id: str, now: float = 10.0, until: float = 20.0, owner: str = "ann") -> Held:
    """Claim an instance that is due."""
    (found,) = store.claim(owner, now, until, 1, [id])
    return Held(found.id, found.epoch)


def running(store: Store, id: str, **parts: object) -> Held:
    """A new instance that somebody runs."""
    store.create([instance(id, **parts)])
    return claimed(store, id)


def save(number: int, wait: Wait | None = None, until: float = 30.0, **parts: object) -> Save:
    return Save(point(number, wait), until, **parts)  # type: ignore[arg-type]


def event(
    id: str, name: str = "approved", payload: bytes = b"yes", key: str | None = None, time: float = 50.0
) -> Event:
    return Event(id, name, payload, time, key)
