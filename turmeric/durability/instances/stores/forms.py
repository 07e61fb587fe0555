"""Records as plain data, and back: a map of the fields that differ from their defaults, by name.

So a release with a new field reads what an earlier one wrote.  A field that is not known is refused: it was
written by a newer release, and leaving it out could be wrong.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from functools import cache

from turmeric.durability.instances.records import Blob, Checkpoint, Event, Instance, Outcome, Wait

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    Record = TypeVar("Record")

RECORDS: dict[str, type] = {each.__name__: each for each in (Blob, Checkpoint, Event, Instance, Outcome, Wait)}
TYPES = {"str": str, "bytes": bytes, "int": int, "bool": bool, "float": (float, int)}


class Malformed(ValueError):
    """The data is not that of such a record."""


def plain(record: Any) -> dict[str, Any]:
    """A record as plain data."""
    found = {}
    for name, default, _, _ in shape(type(record).__name__):
        value = getattr(record, name)
        if value != default:
            found[name] = to_plain(value)
    return found


def to_plain(value: Any) -> Any:
    if type(value).__name__ in RECORDS:
        return plain(value)
    return list(value) if type(value) is tuple else value


def record(kind: type[Record], data: Any) -> Record:
    """The record that plain data says.  Raises Malformed."""
    if type(data) is not dict:
        raise Malformed(f"not a record: {type(data).__name__}")
    parts, left = {}, dict(data)
    for name, _, required, read in shape(kind.__name__):
        if name in left:
            parts[name] = read(left.pop(name))
        elif required:
            raise Malformed(f"the field {name} is missing")
    if left:
        raise Malformed(f"the field {min(map(str, left))} is unknown to this release: a newer one has written it")
    return kind(**parts)


@cache
def shape(kind: str) -> tuple[tuple[str, Any, bool, Callable[[Any], Any]], ...]:
    """The fields of a record: the name, the default, whether there is none, and what reads its value."""
    return tuple(
        (each.name, each.default, each.default is MISSING, reader(str(each.type)))
        for each in fields(RECORDS[kind])
    )


def reader(annotation: str) -> Callable[[Any], Any]:
    """What reads a value of a type."""
    base = annotation.removesuffix(" | None")
    if base != annotation:
        inner = reader(base)
        return lambda value: None if value is None else inner(value)
    if base == "tuple[bytes, ...]":
        return several
    if base in RECORDS:
        return lambda value: record(RECORDS[base], value)
    expected = TYPES[base]
    return lambda value: checked(value, expected)


def several(value: Any) -> tuple[bytes, ...]:
    if type(value) is not list:
        raise Malformed(f"a {type(value).__name__} where a list should be")
    return tuple(checked(each, bytes) for each in value)


def checked(value: Any, expected: Any) -> Any:
    if not isinstance(value, expected) or (type(value) is bool and expected is not bool):
        raise Malformed(f"a {type(value).__name__} where something else should be")
    return value
