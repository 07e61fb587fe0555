"""The protocol of stores over a database: each method is one transaction, whose statements are elsewhere.

What derives from it says how a transaction is begun and committed, and how to wait for news.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from turmeric.durability.instances.records import (
    CANCEL_ASKED,
    Blob,
    Checkpoint,
    Collected,
    End,
    Event,
    Held,
    Instance,
    Query,
    Save,
    Saved,
    Whole,
)
from turmeric.durability.instances.store import BlobsGone, Refused
from turmeric.durability.instances.stores import asking, carrying, listing, owning, sharing
from turmeric.durability.instances.stores.work import Row, Work

T = TypeVar("T")


class DatabaseStore:
    """All of the protocol but `transaction`, `watch` and `close`."""

    url: str

    # What a database must have ----------------------------------------------------------------

    def change(self, task: Callable[[Work], T]) -> T:
        """Do something in a transaction that writes, and commit it; tell those who watch if there is news."""
        raise NotImplementedError

    def look(self, task: Callable[[Work], T]) -> T:
        """Do something that reads."""
        raise NotImplementedError

    def alone(self, statement: str, parameters: Row) -> list[Row]:
        """One statement that writes, as a transaction of its own."""
        raise NotImplementedError

    def news_alone(self, statement: str, parameters: Row) -> list[Row]:
        """The same; if it gives rows those who watch are told."""
        rows = self.alone(statement, parameters)
        if rows:
            self.tell()
        return rows

    def tell(self) -> None:
        """Wake those who watch."""
        raise NotImplementedError

    # Owners write -----------------------------------------------------------------------------

    def create(self, instances: list[Instance]) -> list[str]:
        statement = owning.creation_alone(instances)
        if statement is None:
            return self.change(lambda work: owning.create(work, instances))
        return [row[0] for row in self.news_alone(*statement)]

    def claim(self, owner: str, now: float, until: float, limit: int, only: list[str] | None = None) -> list[Instance]:
        return self.change(lambda work: owning.claim(work, owner, now, until, limit, only))

    def save(self, held: Held, save: Save) -> Saved:
        statement = owning.statement_alone(held, save)
        rows = self.alone(*statement) if statement is not None else []
        if not rows:
            return self.change(lambda work: owning.save(work, held, save))
        cancel: int = rows[0][0]
        if cancel == CANCEL_ASKED and save.checkpoint.wait is not None:
            self.tell()
        return Saved(cancel)

    def finish(self, held: Held, end: End) -> None:
        self.change(lambda work: owning.finish(work, held, end))

    def renew(self, held: list[Held], until: float) -> list[Held]:
        return self.change(lambda work: owning.renew(work, held, until))

    def release(self, held: Held, due: float, failed: bool = False) -> None:
        self.change(lambda work: owning.release(work, held, due, failed))

    # Others write -----------------------------------------------------------------------------

    def send(self, event: Event) -> bool:
        return self.change(lambda work: asking.send(work, event))

    def cancel(self, id: str, now: float) -> bool:
        return self.change(lambda work: asking.cancel(work, id, now))

    def retry(self, id: str, now: float) -> bool:
        return self.change(lambda work: asking.retry(work, id, now))

    def restore(self, whole: Whole) -> bool:
        return self.change(lambda work: carrying.restore(work, whole))

    def remove(self, ids: list[str]) -> int:
        return self.change(lambda work: asking.remove(work, ids))

    def collect(self) -> Collected:
        return self.change(sharing.collect)

    # Reading ----------------------------------------------------------------------------------

    def get(self, id: str) -> Instance | None:
        return self.change(lambda work: listing.get(work, id))

    def find(self, query: Query) -> list[Instance]:
        return self.look(lambda work: listing.find(work, query))

    def count(self) -> dict[str, int]:
        return self.look(listing.count)

    def history(self, id: str) -> list[Checkpoint]:
        return self.look(lambda work: listing.history(work, id))

    def checkpoint(self, id: str, number: int) -> Checkpoint | None:
        return self.look(lambda work: listing.checkpoint(work, id, number))

    def events(self, id: str) -> list[Event]:
        return self.look(lambda work: listing.events(work, id))

    def whole(self, id: str) -> Whole | None:
        return self.change(lambda work: carrying.whole(work, id))

    def due(self) -> float | None:
        return self.look(listing.due)

    def blobs(self, roots: list[bytes]) -> dict[bytes, Blob]:
        return self.look(lambda work: sharing.reached(work, roots))


BLANK = re.compile(r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*", re.DOTALL)
"""Blanks and comments."""


def check_goes_on(statement: str, ends: tuple[str, ...]) -> None:
    """Raises Refused for a statement that begins with one of the words by which a transaction is ended."""
    word = re.match(r"\w*", BLANK.sub("", statement, count=1))
    if word is not None and word[0].lower() in ends:
        raise Refused(f"{statement.strip()}: a transaction is ended by its save, and by nothing else")


class OwnTransaction:
    """A transaction of the program's own: its statements, and the save that commits them.

    A statement that is refused ends it, on every database: what came before it is undone with it.
    """

    def __init__(self, work: Work, statement: Callable[[str, Row], list[Row]], commit: Callable[[], None]) -> None:
        self.work = work
        self.statement = statement
        self.commit = commit
        self.open = True

    def execute(self, statement: str, *parameters: Any) -> list[Row]:
        self.check_open()
        self.open = False
        rows = self.statement(statement, parameters)
        self.open = True
        return rows

    def save(self, held: Held, save: Save) -> Saved:
        self.check_open()
        self.open = False
        try:
            saved = owning.save(self.work, held, save)
        except BlobsGone:
            self.open = True  # nothing was written: it may be saved whole
            raise
        self.commit()
        return saved

    def check_open(self) -> None:
        if not self.open:
            raise Refused("the transaction has ended: it was saved, or something in it was refused")
