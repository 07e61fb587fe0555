"""The protocol of stores over rows: the plainest statement of what a store does, for memory and for files."""

from __future__ import annotations

from dataclasses import replace

from turmeric.durability.instances.records import STATUSES, Blob, Checkpoint, Event, Instance, Query, Whole
from turmeric.durability.instances.store import Missing, NoTransactions
from turmeric.durability.instances.stores.indexes import without_state
from turmeric.durability.instances.stores.row_owners import OwnedRows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from turmeric.durability.instances.store import Transaction


class RowStore(OwnedRows):
    """The protocol but for `close`, and for what `Rows` leaves open: what reads comes here."""

    url = ""

    def transaction(self) -> AbstractContextManager[Transaction]:
        raise NoTransactions(f"{self.url} has no database for the program's own data; use SQLite or PostgreSQL")

    def get(self, id: str) -> Instance | None:
        with self.change():
            row = self.row(id)
            return None if row is None else row.instance

    def find(self, query: Query) -> list[Instance]:
        with self.change():
            known = self.known().instances
            found = [each for each in known.values() if fits(each, query)]
            if query.after is not None:
                last = known.get(query.after)
                if last is None:
                    raise Missing(f"there is no instance {query.after} any more, after which to go on")
                found = [each for each in found if age(each) < age(last)]
        found.sort(key=age, reverse=True)
        return [without_state(each) for each in found[: query.limit]]

    def count(self) -> dict[str, int]:
        with self.change():
            found = dict.fromkeys(STATUSES, 0)
            for each in self.known().instances.values():
                found[each.status] += 1
            return found

    def history(self, id: str) -> list[Checkpoint]:
        with self.change():
            row = self.row(id)
            points = [] if row is None else self.points(row)
        return [replace(point, state=None) for point in points if point.state is not None]

    def checkpoint(self, id: str, number: int) -> Checkpoint | None:
        with self.change():
            row = self.row(id)
            if row is None or number > row.instance.checkpoint.number:
                return None
            newest = row.instance.checkpoint
            found = newest if number == newest.number else self.kept_one(id, number)
        return None if found is None or found.state is None else found

    def events(self, id: str) -> list[Event]:
        with self.change():
            row = self.row(id)
            return [] if row is None else list(row.events)

    def whole(self, id: str) -> Whole | None:
        with self.change():
            row = self.row(id)
            if row is None:
                return None
            points = self.points(row)
            blobs = self.reached(name for point in points for name in point.roots)
            self.need_blobs(name for point in points for name in point.roots)
            self.need_blobs(name for blob in blobs.values() for name in blob.references)
        return Whole(row.instance, tuple(points[:-1]), row.events, row.keys, tuple(blobs.values()))

    def due(self) -> float | None:
        with self.change():
            return self.known().first_due()

    def blobs(self, roots: list[bytes]) -> dict[bytes, Blob]:
        with self.change():
            return self.reached(roots)


def fits(instance: Instance, query: Query) -> bool:
    return (
        (query.statuses is None or instance.status in query.statuses)
        and (query.function is None or instance.function == query.function)
        and (query.parent is None or instance.parent == query.parent)
        and (query.prefix is None or instance.id.startswith(query.prefix))
    )


def age(instance: Instance) -> tuple[float, str]:
    return instance.created, instance.id
