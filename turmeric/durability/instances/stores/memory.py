"""A store in this process's memory: for tests, and for what may be lost with the process."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from threading import Condition, RLock
from time import monotonic

from turmeric.durability.instances.records import INSTANCE, WAITING, Blob
from turmeric.durability.instances.stores.rows import Row, RowStore


class MemoryStore(RowStore):
    """Rows in a dictionary; those that are due first are found by a heap, in which old entries stay until met."""

    url = "memory:"

    def __init__(self) -> None:
        self.table: dict[str, Row] = {}
        self.blob_table: dict[bytes, Blob] = {}
        self.changed: dict[str, Row | None] = {}
        self.changed_blobs: dict[bytes, Blob | None] = {}
        self.heap: list[tuple[float, str]] = []
        self.awaited: dict[str, set[str]] = {}
        """By instance: those that wait, or have waited, for it."""
        self.condition = Condition(RLock())
        self.depth = 0
        self.news = 0
        self.seen = 0

    # Changing ---------------------------------------------------------------------------------

    @contextmanager
    def change(self) -> Iterator[None]:
        with self.condition:
            self.depth += 1
            try:
                yield
                if self.depth == 1:
                    self.commit()
            finally:
                self.depth -= 1
                if self.depth == 0:
                    self.changed, self.changed_blobs = {}, {}

    def commit(self) -> None:
        """Make what was put what is there."""
        for id, row in self.changed.items():
            if row is None:
                self.table.pop(id, None)
            else:
                self.table[id] = row
                self.note(row)
        for name, blob in self.changed_blobs.items():
            if blob is None:
                self.blob_table.pop(name, None)
            else:
                self.blob_table[name] = blob

    def note(self, row: Row) -> None:
        """See to it that a row is found when it is due, and by what it waits for."""
        instance, wait = row.instance, row.instance.checkpoint.wait
        if instance.due is not None:
            heappush(self.heap, (instance.due, instance.id))
            if instance.owner is None:
                self.news += 1
                self.condition.notify_all()
        if instance.status == WAITING and wait is not None and wait.kind == INSTANCE and wait.name is not None:
            self.awaited.setdefault(wait.name, set()).add(instance.id)

    def put(self, row: Row) -> None:
        self.changed[row.instance.id] = row

    def drop(self, id: str) -> None:
        self.changed[id] = None

    def put_blob(self, blob: Blob) -> None:
        self.changed_blobs[blob.name] = blob

    def drop_blob(self, name: bytes) -> None:
        self.changed_blobs[name] = None

    # Finding ----------------------------------------------------------------------------------

    def row(self, id: str) -> Row | None:
        return self.changed[id] if id in self.changed else self.table.get(id)

    def rows(self) -> Iterable[Row]:
        return list(self.table.values())

    def due_rows(self, now: float) -> Iterator[Row]:
        """Those that are asked for, one by one; the heap keeps the entries of those that stay due."""
        met: list[tuple[float, str]] = []
        try:
            while self.heap and self.heap[0][0] <= now:
                entry = heappop(self.heap)
                row = self.table.get(entry[1])
                if row is not None and row.instance.due == entry[0] and entry not in met[-1:]:
                    insort(met, entry)
                    yield row
        finally:
            for entry in met:
                heappush(self.heap, entry)

    def first_due(self) -> float | None:
        while self.heap:
            due, id = self.heap[0]
            row = self.table.get(id)
            if row is not None and row.instance.due == due:
                return due
            heappop(self.heap)
        return None

    def waiting_for(self, id: str) -> Iterable[Row]:
        rows = [self.row(each) for each in self.awaited.pop(id, ())]
        return [row for row in rows if row is not None and waits_for(row, id)]

    def blob(self, name: bytes) -> Blob | None:
        return self.changed_blobs[name] if name in self.changed_blobs else self.blob_table.get(name)

    def blob_names(self) -> Iterable[bytes]:
        return list(self.blob_table)

    # Waiting ----------------------------------------------------------------------------------

    def watch(self, seconds: float) -> None:
        end = monotonic() + seconds
        with self.condition:
            while self.news == self.seen and (left := end - monotonic()) > 0:
                self.condition.wait(left)
            self.seen = self.news

    def close(self) -> None:
        pass


def waits_for(row: Row, id: str) -> bool:
    wait = row.instance.checkpoint.wait
    return row.instance.status == WAITING and wait is not None and wait.kind == INSTANCE and wait.name == id
