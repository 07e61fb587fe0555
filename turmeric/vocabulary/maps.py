"""Maps: persistent, in the order in which the keys were added.

Up to `SMALL` entries a map is one Python dict, copied on every change.  A larger one
has two parts:

    entries    a vector of (key, value) in order, None where a key was removed
    index      a tree from key to place in `entries` (`places.py`)

Setting a key again keeps its place and the key first used.  When more than half of
`entries` are removed ones, the map is built anew.  The index depends on this
process's hashes; all that matters of a map is `entries`.
"""

from __future__ import annotations

from turmeric.vocabulary import vectors
from turmeric.vocabulary.equality import NATIVE, Compound, key_of, numbered, value_of
from turmeric.vocabulary.places import BITS, MASK, index_of, inserted, place_of, removed
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Iterator
    from typing import Any

    from turmeric.vocabulary.places import Node
    from turmeric.vocabulary.spans import Span

    Entry = tuple[object, Any]

SMALL = 32

_ABSENT = object()


class Map(Compound):
    """A map.  `small` is its dict, by `key_of`; None in a large one.  Make them from `EMPTY`."""

    __slots__ = ("_count", "entries", "index", "small")

    _kind: object = "map"

    def __init__(self, count: int, small: dict[object, Any] | None, index: Node, entries: Vector) -> None:
        self._count = count
        self.small = small
        self.index = index
        self.entries = entries
        self._hash = None
        self.inert = False

    def __len__(self) -> int:
        return self._count

    def __bool__(self) -> bool:
        return self._count > 0

    def __iter__(self) -> Iterator[object]:
        small = self.small
        if small is not None:
            return iter([key if type(key) is not tuple else value_of(key) for key in small])
        return (entry[0] for entry in self._entries() if entry is not None)

    def __contains__(self, key: object) -> bool:
        if type(key) not in NATIVE:
            key = key_of(key)
        small = self.small
        return key in small if small is not None else place_of(self.index, key) is not None

    def keys(self) -> Iterator[object]:
        """The keys, in order."""
        return iter(self)

    def values(self) -> Iterator[Any]:
        """The values, in the order of their keys."""
        small = self.small
        if small is not None:
            return iter(small.values())
        return (entry[1] for entry in self._entries() if entry is not None)

    def items(self) -> Iterator[tuple[object, Any]]:
        """The pairs of key and value, in order."""
        small = self.small
        if small is None:
            return filter(None, self._entries())
        return iter([(key if type(key) is not tuple else value_of(key), value) for key, value in small.items()])

    def _entries(self) -> Iterator[tuple[object, Any] | None]:
        return iter(self.entries)

    def get(self, key: object, default: object = None) -> Any:
        """The value of `key`, or `default`."""
        if type(key) not in NATIVE:
            key = key_of(key)
        small = self.small
        if small is not None:
            return small.get(key, default)
        bits = hash(key)
        node: Any = self.index[bits & MASK]  # `place_of`, without the call
        while type(node) is tuple:
            bits >>= BITS
            node = node[bits & MASK]
        place = node.get(key)
        return default if place is None else self.entries[place][1]

    def assoc(self, key: object, value: object) -> Map:
        """This map with `value` for `key`."""
        found = key if type(key) in NATIVE else key_of(key)
        small = self.small
        if small is not None:
            small = small.copy()
            small[found] = value
            count = len(small)
            return Map(count, small, _NO_INDEX, vectors.EMPTY) if count <= SMALL else _from_dict(small)
        place = place_of(self.index, found)
        if place is not None:
            return Map(self._count, None, self.index, _with_value(self.entries, place, value))
        index = inserted(self.index, found, len(self.entries), hash(found), 0)
        return Map(self._count + 1, None, index, self.entries.append((key, value)))

    def include(self, key: object) -> Map:
        """This very map if it has `key`, else it with nil for `key`."""
        found = key if type(key) in NATIVE else key_of(key)
        small = self.small
        if small is not None:
            return self if found in small else self.assoc(key, None)
        if place_of(self.index, found) is not None:
            return self
        index = inserted(self.index, found, len(self.entries), hash(found), 0)
        return Map(self._count + 1, None, index, self.entries.append((key, None)))

    def assoc_all(self, pairs: Collection[tuple[object, object]]) -> Map:
        """This map with every pair of `pairs` set in turn."""
        if self.small is None and len(pairs) * 4 < self._count:
            result = self
            for key, value in pairs:
                result = result.assoc(key, value)
            return result
        return from_pairs((*self.items(), *pairs)) if pairs else self

    def dissoc(self, key: object) -> Map:
        """This map without `key`."""
        found = key_of(key)
        small = self.small
        if small is not None:
            if found not in small:
                return self
            small = small.copy()
            del small[found]
            return _from_dict(small)
        place = place_of(self.index, found)
        if place is None:
            return self
        entries = self.entries.set(place, None)
        if self._count - 1 < len(entries) // 2:
            return from_pairs(filter(None, entries))  # type: ignore[arg-type]
        return Map(self._count - 1, None, removed(self.index, found, hash(found), 0), entries)

    def _parts(self) -> Collection[object]:
        return [part for item in self.items() for part in item]

    def _composed(self, parts: list[int]) -> Hashable:
        return (self._kind, frozenset(zip(parts[::2], parts[1::2], strict=True)))

    def _pairs(self, other: Map) -> list[tuple[object, object]] | None:
        """As in `Compound`.  Compound keys are paired by hash, not looked up, lest `equal` call itself."""
        if self._count != other._count:
            return None
        pairs: list[tuple[object, object]] = []
        twins: dict[int, list[Entry]] | None = None
        unclear: list[Entry] = []
        for key, value in self.items():
            if isinstance(key, Compound):
                if twins is None:
                    twins = _by_hash(other)
                same = twins.get(hash(key))
                if same is None:
                    return None
                if len(same) == 1:
                    pairs += ((key, same[0][0]), (value, same[0][1]))
                else:
                    unclear.append((key, value))
                continue
            found = other.get(key, _ABSENT)
            if found is _ABSENT:
                return None
            pairs.append((value, found))
        return pairs if not unclear else _paired(unclear, other, pairs)


class SourceMap(Map):
    """A map as read: where it stands, and where its keys and values do, as the reader gave them."""

    __slots__ = ("span", "spans")

    def __init__(self, plain: Map, span: Span | None, spans: tuple[Span | None, ...]) -> None:
        super().__init__(plain._count, plain.small, plain.index, plain.entries)
        self.span = span
        self.spans = spans


_NO_INDEX: Node = {}
EMPTY = Map(0, {}, _NO_INDEX, vectors.EMPTY)


def from_pairs(pairs: Iterable[tuple[object, object]]) -> Map:
    """The map of `pairs`; of two equal keys the first gives the place, the last the value."""
    return _from_dict({key if type(key) in NATIVE else key_of(key): value for key, value in pairs})


def from_keys(keys: Iterable[object]) -> Map:
    """The map of `keys`, each with nil."""
    return _from_dict(dict.fromkeys([key if type(key) in NATIVE else key_of(key) for key in keys]))


def from_entries(entries: Vector) -> Map | None:
    """The map of a vector of pairs, which it keeps when it is large; None if a key occurs twice."""
    if len(entries) <= SMALL:
        small = from_pairs(entries)  # type: ignore[arg-type]
        return small if len(small) == len(entries) else None
    places: dict[object, int] = {}
    for place, entry in enumerate(entries):
        places[key_of(entry[0])] = place  # type: ignore[index]
    return Map(len(entries), None, index_of(places, 0), entries) if len(places) == len(entries) else None


def source_map(pairs: Iterable[tuple[object, object]], span: Span | None, spans: Iterable[Span | None]) -> SourceMap:
    """The map of `pairs` read at `span`, its keys and values at `spans`."""
    return SourceMap(from_pairs(pairs), span, tuple(spans))


def _from_dict(table: dict[object, Any]) -> Map:
    """The map of a dict by `key_of`, which nobody may change afterwards."""
    if not table:
        return EMPTY
    if len(table) <= SMALL:
        return Map(len(table), table, _NO_INDEX, vectors.EMPTY)
    entries = vectors.from_iterable([(value_of(key), value) for key, value in table.items()])
    return Map(len(table), None, index_of(dict(zip(table, range(len(table)), strict=True)), 0), entries)


def _by_hash(table: Map) -> dict[int, list[Entry]]:
    """The entries that have compound keys, by hash of the key."""
    result: dict[int, list[Entry]] = {}
    for entry in table.items():
        if isinstance(entry[0], Compound):
            result.setdefault(hash(entry[0]), []).append(entry)
    return result


def _paired(unclear: list[Entry], other: Map, pairs: list[tuple[object, object]]) -> list[tuple[object, object]] | None:
    """`pairs`, and the values of the keys for which there are several of the same hash in `other`."""
    hashes = {hash(key) for key, _ in unclear}
    theirs = [entry for entry in other.items() if isinstance(entry[0], Compound) and hash(entry[0]) in hashes]
    numbers = numbered([key for key, _ in (*unclear, *theirs)])  # type: ignore[misc]
    found = dict(zip(numbers[len(unclear) :], theirs, strict=True))
    for (_, value), number in zip(unclear, numbers, strict=False):
        if number not in found:
            return None
        pairs.append((value, found[number][1]))
    return pairs


def _with_value(entries: Vector, place: int, value: object) -> Vector:
    """The entries with another value at a place, under the key that is there."""
    count, tail = len(entries), entries.tail
    last = count - len(tail)
    if place < last:
        root = _revalued(entries.shift, entries.root, place, value)
        return Vector(count, entries.shift, root, tail)
    fresh = list(tail)
    fresh[place - last] = (fresh[place - last][0], value)
    return Vector(count, entries.shift, entries.root, tuple(fresh))


def _revalued(shift: int, node: vectors.Node, place: int, value: object) -> vectors.Node:
    fresh = list(node)
    at = (place >> shift) & vectors.MASK
    if shift > vectors.BITS:
        fresh[at] = _revalued(shift - vectors.BITS, fresh[at], place, value)
    else:
        leaf = list(fresh[at])
        within = place & vectors.MASK
        leaf[within] = (leaf[within][0], value)
        fresh[at] = tuple(leaf)
    return tuple(fresh)
