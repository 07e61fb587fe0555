"""A transaction under way in a database: what the writing modules are given to work with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from turmeric.durability.instances.stores.sql import Words

Row = tuple[Any, ...]
MANY = 500
"""Values that one statement names at most."""


class Work:
    """Statements in one transaction.  `news` tells whether something is due by it that was not."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.news = False

    def text(self, text: str, parameters: Sequence[Any]) -> list[Row]:
        """Run a statement in the words of the database; all its rows."""
        raise NotImplementedError

    def run(self, statement: str, *parameters: Any) -> list[Row]:
        return self.text(self.words.text(statement), parameters)

    def run_each(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement that gives nothing for each row of parameters."""
        text = self.words.text(statement)
        for row in rows:
            self.text(text, row)

    def among(
        self, statement: str, column: str, values: Sequence[Any], before: Row = (), after: Row = ()
    ) -> Iterator[Row]:
        """The rows of a statement in which `$among` stands for `column` being one of the values."""
        for start in range(0, len(values), MANY):
            some = values[start : start + MANY]
            text = self.words.text(statement, among=f"{column} IN ({', '.join('?' * len(some))})")
            yield from self.text(text, (*before, *some, *after))

    # Locks: a database in which one transaction writes at a time needs none

    def lock(self, ids: Iterable[str]) -> None:
        """Lock the rows of instances, in the order of their ids: so two that lock some of the same rows never
        wait for each other."""

    def share_blobs(self) -> None:
        """See to it that nobody collects blobs until the end of this transaction."""

    def own_blobs(self) -> None:
        """See to it that nobody saves blobs, or refers to any, until the end of this transaction."""
