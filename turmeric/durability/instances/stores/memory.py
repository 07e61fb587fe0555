"""A store in this process's memory: for tests, and for what may be lost with the process."""

from __future__ import annotations

from turmeric.durability.instances.records import Blob, Checkpoint
from turmeric.durability.instances.stores.indexes import Index
from turmeric.durability.instances.stores.row_store import RowStore
from turmeric.durability.instances.stores.rows import Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class MemoryStore(RowStore):
    """Rows in a dictionary."""

    url = "memory:"

    def __init__(self) -> None:
        super().__init__()
        self.table: dict[str, Row] = {}
        self.blob_table: dict[bytes, Blob] = {}
        self.kept_table: dict[str, dict[int, Checkpoint]] = {}
        self.index = Index()

    def write(self) -> None:
        for id, point in self.kept_now:
            self.kept_table.setdefault(id, {})[point.number] = point
        for name, blob in self.changed_blobs.items():
            if blob is None:
                self.blob_table.pop(name, None)
            else:
                self.blob_table[name] = blob
        for id, row in self.changed.items():
            if row is None:
                self.remove_row(id)
            else:
                self.table[id] = row
                self.index.note(row.instance)
                self.announce(row.instance)

    def remove_row(self, id: str) -> None:
        self.table.pop(id, None)
        self.kept_table.pop(id, None)
        self.index.forget(id)

    def stored_row(self, id: str) -> Row | None:
        return self.table.get(id)

    def stored_blob(self, name: bytes) -> Blob | None:
        return self.blob_table.get(name)

    def has_stored_blob(self, name: bytes) -> bool:
        return name in self.blob_table

    def size_of_blob(self, name: bytes) -> int:
        return len(self.blob_table[name].data)

    def blob_names(self) -> Iterable[bytes]:
        return list(self.blob_table)

    def kept(self, id: str) -> Iterable[Checkpoint]:
        return self.kept_table.get(id, {}).values()

    def kept_one(self, id: str, number: int) -> Checkpoint | None:
        return self.kept_table.get(id, {}).get(number)

    def known(self) -> Index:
        return self.index

    def close(self) -> None:
        pass
