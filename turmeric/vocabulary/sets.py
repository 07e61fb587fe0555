"""Sets: persistent, in the order in which the elements were added.

A set is a map whose keys are the elements; the values say nothing.
"""

from __future__ import annotations

from turmeric.vocabulary import maps
from turmeric.vocabulary.equality import Compound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Iterator

    from turmeric.vocabulary.maps import Map
    from turmeric.vocabulary.spans import Span


class Set(Compound):
    """A set.  Make them with `from_iterable` and from `EMPTY`."""

    __slots__ = ("table",)

    _kind = "set"

    def __init__(self, table: Map) -> None:
        self.table = table
        self._hash = None
        self.inert = False

    def __len__(self) -> int:
        return len(self.table)

    def __bool__(self) -> bool:
        return len(self.table) > 0

    def __iter__(self) -> Iterator[object]:
        return iter(self.table)

    def __contains__(self, item: object) -> bool:
        return item in self.table

    def add(self, item: object) -> Set:
        """This set with `item`, last if it is new."""
        table = self.table.include(item)
        return self if table is self.table else Set(table)

    def remove(self, item: object) -> Set:
        """This set without `item`."""
        table = self.table.dissoc(item)
        return self if table is self.table else of_table(table)

    def union(self, other: Set) -> Set:
        """The elements of either, those of this set first."""
        return of_table(self.table.assoc_all([(item, None) for item in other if item not in self.table]))

    def intersection(self, other: Set) -> Set:
        """The elements of both, in the order of this set."""
        return from_iterable(item for item in self if item in other)

    def difference(self, other: Set) -> Set:
        """The elements of this set that are not in `other`."""
        return from_iterable(item for item in self if item not in other)

    def _parts(self) -> Collection[object]:
        return self

    def _composed(self, parts: list[int]) -> Hashable:
        return (self._kind, frozenset(parts))

    def _pairs(self, other: Set) -> list[tuple[object, object]] | None:
        return self.table._pairs(other.table)


class SourceSet(Set):
    """A set as read: where it stands, and where each of its elements does."""

    __slots__ = ("span", "spans")

    def __init__(self, plain: Set, span: Span | None, spans: tuple[Span | None, ...]) -> None:
        super().__init__(plain.table)
        self.span = span
        self.spans = spans


EMPTY = Set(maps.EMPTY)


def from_iterable(items: Iterable[object]) -> Set:
    """The set of `items`."""
    return of_table(maps.from_keys(items))


def source_set(items: Iterable[object], span: Span | None, spans: Iterable[Span | None]) -> SourceSet:
    """The set of `items` read at `span`, each at its place in `spans`."""
    return SourceSet(from_iterable(items), span, tuple(spans))


def of_table(table: Map) -> Set:
    """The set of a map's keys."""
    return Set(table) if table else EMPTY
