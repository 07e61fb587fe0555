"""Rows: one for each instance, with the events that belong to it; and how they change together.

    with self.change():     everything that is put inside happens at once, or not at all if it raises
        row = self.row(id)
        self.put(row)

Where rows are is said by those who derive from `Rows`, in memory or in files.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Condition
from time import monotonic

from turmeric.durability.instances.records import RUNNING, Blob, Checkpoint, Event, Held, Instance
from turmeric.durability.instances.store import BlobsGone, Lost, Missing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from turmeric.durability.instances.stores.indexes import Index


@dataclass(frozen=True, slots=True)
class Row:
    """An instance, the events it has not taken, the keys of all that were sent."""

    instance: Instance
    events: tuple[Event, ...] = ()
    keys: frozenset[str] = frozenset()

    def taking(self, name: str) -> tuple[Row, Event | None]:
        """The row without the first event of that name, and the event."""
        for place, event in enumerate(self.events):
            if event.name == name:
                return replace(self, events=self.events[:place] + self.events[place + 1 :]), event
        return self, None

    def changed(self, **parts: object) -> Row:
        """The row with some parts of its instance changed."""
        return replace(self, instance=replace(self.instance, **parts))  # type: ignore[arg-type]


class Rows:
    """Rows, blobs, and the earlier checkpoints of instances that keep all."""

    def __init__(self) -> None:
        self.condition = Condition()
        self.news = 0
        """How often something has become due, or will be at a time that was not known."""
        self.seen = 0
        self.reset()

    def reset(self) -> None:
        """Nothing is about to change."""
        self.changed: dict[str, Row | None] = {}
        self.changed_blobs: dict[bytes, Blob | None] = {}
        self.kept_now: list[tuple[str, Checkpoint]] = []

    # What a place for rows must have ----------------------------------------------------------

    def begin(self) -> None:
        """Nobody else reads or writes until `end`; what others have written can be read."""

    def end(self) -> None:
        pass

    def write(self) -> None:
        """Make what was put what is there: all of it, or nothing."""
        raise NotImplementedError

    def stored_row(self, id: str) -> Row | None:
        raise NotImplementedError

    def stored_blob(self, name: bytes) -> Blob | None:
        raise NotImplementedError

    def has_stored_blob(self, name: bytes) -> bool:
        raise NotImplementedError

    def blob_names(self) -> Iterable[bytes]:
        raise NotImplementedError

    def kept(self, id: str) -> Iterable[Checkpoint]:
        """The earlier checkpoints of an instance; the newest one may be among them."""
        raise NotImplementedError

    def kept_one(self, id: str, number: int) -> Checkpoint | None:
        raise NotImplementedError

    def need_all(self) -> None:
        """Raises Damaged if an instance cannot be read."""

    def size_of_blob(self, name: bytes) -> int:
        """The bytes of a blob that is there, even if it is damaged."""
        raise NotImplementedError

    def known(self) -> Index:
        """What is known of all instances, as they were when the change began."""
        raise NotImplementedError

    # Changing ---------------------------------------------------------------------------------

    @contextmanager
    def change(self) -> Iterator[None]:
        with self.condition:
            self.begin()
            try:
                yield
                if self.changed or self.changed_blobs or self.kept_now:
                    self.write()
            finally:
                self.reset()
                self.end()

    def row(self, id: str) -> Row | None:
        return self.changed[id] if id in self.changed else self.stored_row(id)

    def put(self, row: Row) -> None:
        self.changed[row.instance.id] = row

    def drop(self, id: str) -> None:
        """Remove an instance, with the checkpoints that are kept."""
        self.changed[id] = None

    def keep(self, id: str, point: Checkpoint) -> None:
        """Keep a checkpoint of which the row will have a later one."""
        self.kept_now.append((id, point))

    def has_blob(self, name: bytes) -> bool:
        return self.changed_blobs[name] is not None if name in self.changed_blobs else self.has_stored_blob(name)

    def put_blob(self, blob: Blob) -> None:
        self.changed_blobs[blob.name] = blob

    def drop_blob(self, name: bytes) -> None:
        self.changed_blobs[name] = None

    # Finding ----------------------------------------------------------------------------------

    def existing(self, id: str | None) -> Row:
        row = None if id is None else self.row(id)
        if row is None:
            raise Missing(f"there is no instance {id}")
        return row

    def held(self, held: Held) -> Row:
        """The row of an instance that is held still."""
        row = self.row(held.id)
        if row is None or not is_held(row.instance, held):
            raise Lost(f"the instance {held.id} belongs to somebody else by now")
        return row

    def points(self, row: Row) -> list[Checkpoint]:
        """All checkpoints of a row: those that are kept, and the newest one."""
        newest = row.instance.checkpoint
        earlier = self.kept(row.instance.id) if row.instance.keep else ()
        return [*sorted((each for each in earlier if each.number < newest.number), key=number_of), newest]

    def reached(self, roots: Iterable[bytes]) -> dict[bytes, Blob]:
        """The blobs that can be reached from these."""
        found: dict[bytes, Blob] = {}
        work = list(roots)
        while work:
            name = work.pop()
            blob = None if name in found else self.stored_blob(name)
            if blob is not None:
                found[name] = blob
                work.extend(blob.references)
        return found

    def need_blobs(self, names: Iterable[bytes]) -> None:
        for name in names:
            if not self.has_blob(name):
                raise BlobsGone(f"blob {name.hex()} is not there any more")

    # Waiting ----------------------------------------------------------------------------------

    def announce(self, instance: Instance) -> None:
        """Wake those who wait in `watch`, if an instance has become due for anybody."""
        if instance.due is not None and instance.owner is None:
            self.news += 1
            self.condition.notify_all()

    def watch(self, seconds: float) -> None:
        end = monotonic() + seconds
        with self.condition:
            before = self.seen
            while self.nothing_new(before) and (left := end - monotonic()) > 0:
                self.rest(left)
            self.seen = max(self.seen, self.news)

    def nothing_new(self, before: int) -> bool:
        return self.news == before

    def rest(self, seconds: float) -> None:
        self.condition.wait(seconds)


def is_due(instance: Instance, now: float) -> bool:
    return instance.due is not None and instance.due <= now


def is_held(instance: Instance, held: Held) -> bool:
    return instance.epoch == held.epoch and instance.status == RUNNING and instance.owner is not None


def number_of(point: Checkpoint) -> int:
    return point.number
