"""A store that fails at one of its operations: before the change, or after it, so that nobody knows of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.faults.outside import Violation, World
from turmeric.durability.instances.records import Held, Save
from turmeric.durability.instances.store import Unavailable

BEFORE, AFTER = HOWS = ("before", "after")
OPERATIONS = frozenset(
    (
        "create", "claim", "save", "finish", "renew", "release", "send", "cancel", "retry", "remove", "collect", "get",
        "find", "count", "history", "checkpoint", "events", "due", "blobs",
    )
)  # fmt: skip


class FaultyStore:
    """Fails at the operation number `at` (and at as many after it as `times` says), and tells the world of each save
    that has happened."""

    def __init__(self, store: Any, at: int, how: str, world: World, times: int = 1) -> None:
        self.store = store
        self.at, self.how, self.times = at, how, times
        self.world = world
        self.url = store.url
        self.operations = 0
        self.fired: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.store, name)
        return self.failing(name, found) if name in OPERATIONS else found

    def failing(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            fails = self.at <= self.operations < self.at + self.times
            self.operations += 1
            if fails and self.how == BEFORE:
                self.fired[name] += 1
                raise Unavailable(f"{name} was not done")
            result = method(*args)
            self.note(name, args, result)
            if fails:
                self.fired[name] += 1
                raise Unavailable(f"{name} was done")
            return result

        return call

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        begun: Callable[[], None] = self.failing("transaction", lambda: None)
        begun()
        with self.store.transaction() as tx:
            yield FaultyTransaction(self, tx)

    def note(self, name: str, args: tuple[Any, ...], result: Any) -> None:
        """Check what has happened, and write it down."""
        if name == "claim":
            for instance in result:
                self.world.epochs[instance.id] = instance.epoch
                self.world.numbers.setdefault(instance.id, instance.checkpoint.number)
        if name == "save":
            held: Held
            save: Save
            held, save = args
            if held.epoch != self.world.epochs[held.id]:
                raise Violation(f"{held.id} was saved by a late owner")
            self.world.saved(held.id, save.checkpoint.number)


class FaultyTransaction:
    def __init__(self, store: FaultyStore, tx: Any) -> None:
        self.execute = tx.execute
        self.save = store.failing("save", tx.save)
