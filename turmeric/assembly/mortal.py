"""A store at which processes die: it ends whoever saves, as `kill -9` would, when it is told to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from turmeric.durability.instances.records import End, Held, Instance, Save, Saved

BEFORE, AFTER = MOMENTS = ("before", "after")


class Killed(BaseException):
    """The process has ended, as far as anybody can tell.  No `except Exception` stops this."""


@dataclass(frozen=True)
class Place:
    """A save of a run: the `index`-th one, number `number` of an instance.  `kind` is the request that made it,
    `"end"` when the instance ended there; `source` is `file:line:column`."""

    index: int
    instance: str
    number: int
    kind: str
    name: str | None = None
    source: str | None = None

    def __str__(self) -> str:
        if self.kind == "end":
            return "the end"
        named = "" if self.name is None else f' "{self.name}"'
        return f"checkpoint {self.number}, {self.kind}{named}" + (f" ({self.source})" if self.source else "")


Kills = Callable[[Place, str], bool]
"""Whether the process dies at a place: before the save, or after it."""


class MortalStore:
    """What one process sees of a store.  Once it is dead nothing can be called any more: not even what would
    release its instances."""

    def __init__(self, store: Any, places: list[Place], kills: Kills) -> None:
        self.store = store
        self.url: str = store.url
        self.places = places
        self.kills = kills
        self.dead = False
        self.numbers: dict[str, int] = {}
        self.holding: dict[str, Held] = {}

    def __getattr__(self, name: str) -> Any:
        if self.dead:
            raise Killed
        return getattr(self.store, name)

    def bury(self, due: float) -> None:
        """What a dead process held is due, as when its leases have ended; its connections are closed."""
        for held in self.holding.values():
            self.store.release(held, due, True)
        self.store.close()

    def claim(self, *args: Any) -> list[Instance]:
        found: list[Instance] = self.__getattr__("claim")(*args)
        for each in found:
            self.holding[each.id] = Held(each.id, each.epoch)
            self.numbers[each.id] = each.checkpoint.number
        return found

    def save(self, held: Held, save: Save) -> Saved:
        return self.saved(held, save, self.__getattr__("save"))

    def saved(self, held: Held, save: Save, method: Callable[[Held, Save], Saved]) -> Saved:
        point = save.checkpoint
        with self.at(Place(len(self.places), held.id, point.number, point.kind, point.name, point.source)):
            found = method(held, save)
            self.numbers[held.id] = point.number
        return found

    def finish(self, held: Held, end: End) -> None:
        method = self.__getattr__("finish")
        with self.at(Place(len(self.places), held.id, self.numbers[held.id], "end", end.status)):
            method(held, end)

    @contextmanager
    def transaction(self) -> Iterator[MortalTransaction]:
        with self.__getattr__("transaction")() as tx:
            yield MortalTransaction(self, tx)

    @contextmanager
    def at(self, place: Place) -> Iterator[None]:
        """Die before what is done, or after it, if it is time."""
        self.places.append(place)
        self.die_if(place, BEFORE)
        yield
        self.die_if(place, AFTER)

    def die_if(self, place: Place, moment: str) -> None:
        if self.kills(place, moment):
            self.dead = True
            raise Killed(f"{moment} {place}")


class MortalTransaction:
    """A transaction at the end of which a process may die."""

    def __init__(self, store: MortalStore, tx: Any) -> None:
        self.store = store
        self.tx = tx

    def execute(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self.tx.execute(statement, *parameters)
        return found

    def save(self, held: Held, save: Save) -> Saved:
        return self.store.saved(held, save, self.tx.save)
