"""The primitives of the module `blobs`: saving values under names, again and again."""

from __future__ import annotations

import os

from turmeric.durability.stores.blobs import Blobs, DirectoryBlobs, MemoryBlobs
from turmeric.durability.stores.incremental import Saver
from turmeric.running.structure import short
from turmeric.running.world import require_world
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.lists import from_iterable
from turmeric.vocabulary.printer import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from turmeric.vocabulary.lists import List


class Store:
    """A store of blobs as a value of the language, with a saver for each name."""

    __slots__ = ("__weakref__", "blobs", "path", "savers")
    type_name = "blobs.Store"

    def __init__(self, blobs: Blobs, path: str | None) -> None:
        self.blobs = blobs
        self.path = path
        """None for one in memory."""
        self.savers: dict[str, Saver] = {}

    def describe(self) -> str:
        return f"#<blobs {'in memory' if self.path is None else write(self.path)}>"

    def saver(self, name: str) -> Saver:
        found = self.savers.get(name)
        world = require_world()
        if found is None or found.world is not world:
            found = self.savers[name] = Saver(world, self.blobs, name)
        return found


def store_of(value: Any, name: str) -> Store:
    if type(value) is not Store:
        raise failure("type-error", f"{name} expects a store of blobs, got {short(value)}", value)
    return value


def directory(path: str) -> Store:
    path = os.path.abspath(path)
    return Store(DirectoryBlobs(path), path)


def save(store: Any, name: str, value: Any) -> str:
    return store_of(store, "save").saver(name).save(value).hex()


def load(store: Any, name: str) -> Any:
    return store_of(store, "load").saver(name).load()


def names(store: Any) -> List:
    return from_iterable(sorted(store_of(store, "names").blobs.heads()))


def forget(store: Any, name: str) -> None:
    blobs = store_of(store, "forget").blobs
    with blobs.saving():
        blobs.set_head(name, None)


def collect(store: Any) -> int:
    return store_of(store, "collect").blobs.collect()


def store_path(store: Any) -> str:
    path = store_of(store, "store-path").path
    if path is None:
        message = "a store of blobs in memory cannot be saved; use (blobs.directory path)"
        raise failure("not-serializable", message, store)
    return path


TABLE: dict[str, Callable[..., Any]] = {
    "directory": directory,
    "in-memory": lambda: Store(MemoryBlobs(), None),
    "save": save,
    "load": load,
    "names": names,
    "forget": forget,
    "collect": collect,
    "store-path": store_path,
}
