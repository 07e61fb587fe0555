"""What a store of instances does: one protocol, which memory, files, SQLite and PostgreSQL keep.

Every method is one transaction: all of it happens, durably, or nothing.  A store never looks into
states, values and results, and reads no clock: times are passed in.  Whoever holds an instance
(`claim` gives `Held`) may write it until somebody else claims it; after that every write is `Lost`.
A method may also be a coroutine function; whoever calls it awaits what it gives.

The methods may be called from several threads, and several processes may use one store.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Protocol

from turmeric.durability.instances.records import (
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

# Errors ---------------------------------------------------------------------------------------


class StoreError(Exception):
    """A store did not do what it was asked; nothing has changed, but for `Unavailable`."""


class Unavailable(StoreError):
    """The storage failed.  Whether the change was made is not known: look before doing it again."""


class Damaged(StoreError):
    """What is stored of something cannot be read any more; the message says where.  The rest can be used."""


class Lost(StoreError):
    """Somebody else has claimed the instance since, or it has ended: the late owner may write nothing."""


class Missing(StoreError):
    """There is no such instance, or no such checkpoint."""


class Ended(StoreError):
    """The instance has ended: nothing can be sent to it."""


class BlobsGone(StoreError):
    """A save referred to blobs that are not there any more: it has to be made whole."""


class NoTransactions(StoreError):
    """The store has no database in which a program could write its own data."""


class Refused(StoreError):
    """The database refused a statement of the program's own: nothing of its transaction happens."""


# The protocol ---------------------------------------------------------------------------------


class Transaction(Protocol):
    """Statements in the store's own database, and a save together with them."""

    def execute(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run one SQL statement; its rows.  Parameters are `?` in SQLite, `%s` in PostgreSQL.  Raises Refused."""

    def save(self, held: Held, save: Save) -> Saved:
        """Save, and commit everything.  Raises Lost; nothing is committed then."""


class Store(Protocol):
    """Where instances are kept."""

    url: str
    """How to open it again, without a password."""

    # Owners write

    def create(self, instances: list[Instance]) -> list[str]:
        """Add new instances; gives the ids of those that were not there before.  Raises BlobsGone."""

    def claim(self, owner: str, now: float, until: float, limit: int, only: list[str] | None = None) -> list[Instance]:
        """Take up to `limit` instances that are due, with their states, the longest due first; nobody else gets
        them until `until`.  Of `only` these, if given.

        Each has a new epoch, one more attempt, the status `running`; if it waited, the outcome is decided, and an
        event that ended the wait is gone.  What is due though nothing has ended its wait is not given.
        """

    def save(self, held: Held, save: Save) -> Saved:
        """Put a new checkpoint in the place of the last one (or beside it, if all are kept); the outcome is gone,
        attempts are 0.  `starts` that are there already are left as they are, `sends` and `cancels` happen.

        With a wait: if what it waits for is there, the outcome is decided and kept; else the instance waits.
        If it was asked to cancel and has not been told: without a wait that is its outcome, which is kept; with one it
        waits, is due at once, and takes no event.
        The instances of `sends` must be there and not have ended: raises Missing, Ended.
        Raises Lost, BlobsGone, Unavailable.
        """

    def finish(self, held: Held, end: End) -> None:
        """End an instance: its events go, and its checkpoints unless it failed or all are kept; those that wait for
        it are due.  Raises Lost, Unavailable."""

    def renew(self, held: list[Held], until: float) -> list[Held]:
        """Prolong leases; gives those that are still held."""

    def release(self, held: Held, due: float, failed: bool = False) -> None:
        """Give up an instance, which is due at a time then.  Unless it `failed`, the attempt does not count.
        Nothing happens if it is lost."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """A transaction of the program's own; left without a save, nothing of it happens.  Raises NoTransactions."""

    # Others write

    def send(self, event: Event) -> bool:
        """Keep an event for an instance, which is due at once if it waits for it; False if one with its key was
        sent before, to this instance, even if it is gone.  Raises Missing, Ended."""

    def cancel(self, id: str, now: float) -> bool:
        """Ask an instance to cancel; False when it has ended.  It is due at once if it waits.  Raises Missing."""

    def retry(self, id: str, now: float) -> bool:
        """Let an instance that failed, or that waits for its next attempt, run again from its last checkpoint, at
        once; False when it has ended otherwise.  A failed one is `running` again, without a result; attempts are 0.
        Raises Missing."""

    def restore(self, whole: Whole) -> bool:
        """Put back an instance with all that belongs to it; False, and nothing happens, if its id is there.
        Raises BlobsGone."""

    def remove(self, ids: list[str]) -> int:
        """Remove instances that have ended, with all that belongs to them; gives their number."""

    def collect(self) -> Collected:
        """Remove the blobs that no checkpoint leads to."""

    # Reading

    def get(self, id: str) -> Instance | None:
        """An instance with its state.  What somebody is writing to it at the moment is waited for."""

    def find(self, query: Query) -> list[Instance]:
        """Instances, without states, results and outcomes.  Raises Missing."""

    def count(self) -> dict[str, int]:
        """How many instances there are of each status."""

    def history(self, id: str) -> list[Checkpoint]:
        """The checkpoints of an instance that are kept, without states; the first one first."""

    def checkpoint(self, id: str, number: int) -> Checkpoint | None:
        """A checkpoint with its state."""

    def events(self, id: str) -> list[Event]:
        """The events that an instance has not taken yet, the first one first."""

    def whole(self, id: str) -> Whole | None:
        """An instance with all that belongs to it, as it is at one moment.  Raises BlobsGone if some is missing."""

    def due(self) -> float | None:
        """The time when the next instance is due."""

    def blobs(self, roots: list[bytes]) -> dict[bytes, Blob]:
        """Blobs and all that they lead to, by their hashes; those that are missing are left out."""

    def watch(self, seconds: float) -> None:
        """Wait until something may have become due that was not when this was last called, or until the time is up."""

    def close(self) -> None:
        """Let go of connections; the store can be opened again."""


def open_store(url: str) -> Store:
    """The store at an address:

        memory:                        in this process
        files:orders-store             a directory
        sqlite:orders.db               a file
        postgresql://user@host/name    a database

    A path without a scheme is a directory if it is one or ends with `/`, else a file of SQLite.  Raises
    ValueError for another scheme, StoreError when it cannot be opened.
    """
    from turmeric.durability.instances.stores.opening import opened

    return opened(url)
