"""Adding to collections, each where it grows naturally, and counting into maps."""

from __future__ import annotations

from turmeric.running.primitives.core import items
from turmeric.running.structure import short
from turmeric.vocabulary import lists, maps, vectors
from turmeric.vocabulary.equality import key_of, value_of
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.sets import Set
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def conj(value: Any, *values: Any) -> Any:
    """A collection with values added where adding is natural for it."""
    return added("conj", value, values)


def into(value: Any, source: Any) -> Any:
    """A collection with all elements of another added."""
    return added("into", value, items(source, "into"))


def added(name: str, value: Any, values: Iterable[Any]) -> Any:
    if isinstance(value, Vector):
        return value.concat(values)
    if value is None or isinstance(value, List):
        value = lists.EMPTY if value is None else value
        for item in values:
            value = lists.cons(item, value)
        return value
    if isinstance(value, Set):
        for item in values:
            value = value.add(item)
        return value
    if isinstance(value, Map):
        return value.assoc_all([pair for item in values for pair in entries(item)])
    raise failure("type-error", f"{name} expects a list, vector, map or set, got {short(value)}", value)


def entries(item: Any) -> list[tuple[Any, Any]]:
    """The entries that adding a value to a map adds: a pair's, a map's, none for nil."""
    if isinstance(item, Map):
        return list(item.items())
    if isinstance(item, Vector | List) and len(item) == 2:
        key, value = item
        return [(key, value)]
    if item is None:
        return []
    raise failure("type-error", f"a map takes [key value] pairs or maps, got {short(item)}", item)


def frequencies(value: Any) -> Map:
    counts: dict[Any, int] = {}
    for item in items(value, "frequencies"):
        key = key_of(item)
        counts[key] = counts.get(key, 0) + 1
    return maps.from_pairs((value_of(key), count) for key, count in counts.items())


def append_at(groups: Map, key: Any, item: Any) -> Map:
    """The map with `item` appended to the vector at `key`."""
    return groups.assoc(key, groups.get(key, vectors.EMPTY).append(item))
