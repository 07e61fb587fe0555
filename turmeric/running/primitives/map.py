"""The primitives of the module `map`: values at keys, of maps, vectors and structs."""

from __future__ import annotations

from turmeric.running import structure
from turmeric.running.collecting import entries
from turmeric.running.primitives.core import contains, items
from turmeric.running.structure import short
from turmeric.vocabulary import lists, maps
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.structs import Struct
from turmeric.vocabulary.symbols import Keyword, keyword
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def assoc(value: Any, *flat: Any) -> Any:
    """A map, vector or struct with values at keys; nil counts as an empty map."""
    if len(flat) == 2 and type(value) is Map:
        return value.assoc(*flat)
    if len(flat) % 2:
        raise failure("arity-error", f"assoc expects a value for each key, got none for {short(flat[-1])}", flat[-1])
    value = maps.EMPTY if value is None else value
    for key, item in zip(flat[::2], flat[1::2], strict=True):
        value = assoc_one(value, key, item)
    return value


def assoc_one(value: Any, key: Any, item: Any) -> Any:
    if isinstance(value, Map):
        return value.assoc(key, item)
    if isinstance(value, Vector):
        return with_element(value, key, item)
    if type(value) is Struct:
        return with_field(value, key, item)
    raise failure("type-error", f"assoc expects a map, vector or struct, got {short(value)}", value)


def with_element(vector: Vector, place: Any, item: Any) -> Vector:
    """The vector with an element replaced, or appended at its end."""
    if type(place) is not int:
        raise failure("type-error", f"assoc expects an integer as the index of a vector, got {short(place)}", place)
    if not 0 <= place <= len(vector):
        raise failure("index-error", f"index {place} is out of range: the length is {len(vector)}", place)
    return vector.append(item) if place == len(vector) else vector.set(place, item)


def with_field(value: Struct, key: Any, item: Any) -> Struct:
    """The struct with a field replaced, checked against the field's type."""
    if not isinstance(key, Keyword):
        raise failure("type-error", f"assoc expects a keyword as the field of a struct, got {short(key)}", key)
    type_ = value.type
    place = type_.index.get(key.name)
    if place is None:
        known = ", ".join(type_.fields) or "none"
        raise failure("key-error", f"{type_.name} has no field `{key.name}`; it has {known}", key.name)
    structure.check_field(type_, key.name, type_.types[place], item)
    return Struct(type_, (*value.values[:place], item, *value.values[place + 1 :]))


def dissoc(value: Any, *keys: Any) -> Map:
    """A map without some keys."""
    result = require_map(value, "dissoc")
    for key in keys:
        result = result.dissoc(key)
    return result


def require_map(value: Any, name: str) -> Map:
    """The map; an empty one for nil."""
    if value is None:
        return maps.EMPTY
    if isinstance(value, Map):
        return value
    raise failure("type-error", f"{name} expects a map, got {short(value)}", value)


def pairs(value: Any, name: str) -> list[tuple[Any, Any]]:
    """The entries of a map, or the fields of a struct with their values."""
    if type(value) is Struct:
        return [(keyword(field), item) for field, item in zip(value.type.fields, value.values, strict=True)]
    if value is not None and not isinstance(value, Map):
        raise failure("type-error", f"{name} expects a map or struct, got {short(value)}", value)
    return list(value.items()) if value else []


def keys_of(value: Any) -> List:
    return lists.from_iterable([key for key, _ in pairs(value, "keys")])


def vals_of(value: Any) -> List:
    return lists.from_iterable([item for _, item in pairs(value, "vals")])


def part_of_entry(name: str, place: int) -> Callable[[Vector], Any]:
    """`key` or `val`."""

    def part(entry: Vector) -> Any:
        if len(entry) != 2:
            raise failure("type-error", f"{name} expects an entry, [key value], got {short(entry)}", entry)
        return entry[place]

    return part


def select_keys(value: Any, wanted: Any) -> Map:
    source = maps.from_pairs(pairs(value, "select-keys"))
    return maps.from_pairs([(key, source.get(key)) for key in items(wanted, "select-keys") if key in source])


def zipmap(keys: Any, values: Any) -> Map:
    return maps.from_pairs(zip(items(keys, "zipmap"), items(values, "zipmap"), strict=False))


def merge(*parts: Any) -> Any:
    """The first map or struct with the entries of the others."""
    given = [part for part in parts if part is not None]
    if not given:
        return None
    first, *others = given
    added = [pair for part in others for pair in merged_entries(part)]
    if isinstance(first, Map):
        return first.assoc_all(added)
    merged_entries(first)
    return assoc(first, *[part for pair in added for part in pair])


def merged_entries(part: Any) -> list[tuple[Any, Any]]:
    return pairs(part, "merge") if type(part) is Struct else entries(require_map(part, "merge"))


def path_in(value: Any, path: Any) -> bool:
    """Whether there is something at the end of a path of keys."""
    for key in items(path, "get-in"):
        if not has_key(value, key):
            return False
        value = structure.get(value, key)
    return True


def held(value: Any, key: Any) -> Any:
    """What `update` changes: the value at a key, nil if there is none; a struct must have the field."""
    if type(value) is Map:
        return value.get(key)
    if type(value) is Struct and isinstance(key, Keyword):
        return structure.field(value, key.name)
    return structure.get(value, key)


def has_key(value: Any, key: Any) -> bool:
    if isinstance(value, List | str | bytes):
        return type(key) is int and 0 <= key < len(value)
    return contains(value, key)


TABLE: dict[str, Callable[..., Any]] = {
    "assoc": assoc,
    "dissoc": dissoc,
    "keys": keys_of,
    "vals": vals_of,
    "key": part_of_entry("key", 0),
    "val": part_of_entry("val", 1),
    "select-keys": select_keys,
    "zipmap": zipmap,
    "merge": merge,
    "path-in?": path_in,
    "held*": held,
}
