"""What is directly inside each kind of object of a message, with the names of the steps to it.

A new kind of row needs an entry in PARTS, and one in `brief.TEXTS` to look well.  Without
an entry, everything in the row is inside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from turmeric.durability.format import wire
from turmeric.durability.format.wire import corrupt
from turmeric.durability.reports import brief

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.durability.reports.contents import Contents

Row = list["Any"]
Part = tuple[str, "Any"]
"""The name of a step from an object to something inside it, and the slot there."""

ARROW = " -> "
"""Between the steps of a path."""
ATOMS = frozenset((None, wire.SYMBOL, wire.KEYWORD, wire.TEXT, wire.BYTES, wire.GLOBAL))
"""Values without parts; those in line have no tag."""
STAND_INS = {wire.STAND_IN: "value", wire.RESOURCE: "resource", wire.LAZY: "resource"}
"""Objects with an instance's stand-in in their place, by what they stand for."""


def variable_step(name: str) -> str:
    """A variable of a frame, as a step of a path."""
    return f"variable {name}" if name else "a value in waiting"


def references(contents: Contents, row: Row) -> Iterator[Part]:
    """Everything that looks like a value: for rows that nothing else is known about."""
    for place, slot in enumerate(row[1:]):
        yield f"part {place}", slot


def nothing(contents: Contents, row: Row) -> Iterator[Part]:
    return iter(())


def elements(contents: Contents, row: Row) -> Iterator[Part]:
    for place, slot in enumerate(row[1:]):
        yield f"element {place}", slot


def members(contents: Contents, row: Row) -> Iterator[Part]:
    for slot in row[1:]:
        yield "an element", slot


def entries(contents: Contents, row: Row) -> Iterator[Part]:
    return pairs(contents, row[1:])


def pairs(contents: Contents, flat: Row) -> Iterator[Part]:
    """Keys and values in turn; a key that has parts itself is one of the map's."""
    for key, slot in zip(flat[::2], flat[1::2], strict=False):
        text = brief.text(contents, key)
        if contents.tag(key) not in ATOMS:
            yield f"the key {text}", key
        yield f"key {text}", slot


def large(contents: Contents, row: Row) -> Iterator[Part]:
    """The elements of a collection in parts, those of its parts first."""
    kind, number = wire.LARGE_KINDS[row[1]], 0
    for place in leaves(contents, row[2]):
        if contents.heap[place][0] == wire.EARLIER:
            yield "a part in an earlier message", [place]
            number = -1
    flat = large_slots(contents, row)
    if kind == "map":
        yield from pairs(contents, list(flat))
        return
    for count, slot in enumerate(flat):
        yield (f"element {count}" if kind == "vector" and number == 0 else "an element"), slot


def large_slots(contents: Contents, row: Row) -> Iterator[Any]:
    """The elements as they are stored; of a map, keys and values in turn."""
    for place in leaves(contents, row[2]):
        if contents.heap[place][0] == wire.VECTOR:
            yield from contents.heap[place][1:]
    yield from row[3:]


def leaves(contents: Contents, reference: Any) -> Iterator[int]:
    """The vectors, and the objects of earlier messages, at the bottom of rows of parts."""
    seen: set[int] = set()
    work = [reference]
    while work:
        place = work.pop()[0]
        if place in seen:
            raise corrupt("a part of a large collection occurs twice in it")
        seen.add(place)
        if contents.heap[place][0] == wire.PARTS:
            work.extend(reversed(contents.heap[place][1:]))
        else:
            yield place


def fields(contents: Contents, row: Row) -> Iterator[Part]:
    """The fields of a struct, by name if the type is there."""
    names = contents.fields.get(row[1], ())
    for place, slot in enumerate(row[2:]):
        yield f"field {names[place] if place < len(names) else place}", slot


def captured(contents: Contents, row: Row) -> Iterator[Part]:
    names = contents.captured.get(row[1], ())
    function = contents.claims.functions[row[1]].symbol
    for place, slot in enumerate(row[2:]):
        name = f"variable {names[place]}" if place < len(names) else f"captured value {place}"
        yield f"function {function}{ARROW}{name}", slot


def inside(contents: Contents, row: Row) -> Iterator[Part]:
    """The contents of a cell.  That of a variable which is `set!` is the variable's value."""
    yield ("" if row[0] == wire.CELL else f"contents of the {wire.NAMES[row[0]]}"), row[1]


def stand_in(contents: Contents, row: Row) -> Iterator[Part]:
    yield f"stand-in of the {contents.claims.names[row[2]]}", row[3]


def clauses(contents: Contents, row: Row) -> Iterator[Part]:
    yield "a handler's return clause", row[1]
    for slot in row[4::3]:
        yield "a handler's clause", slot


def bindings(contents: Contents, row: Row) -> Iterator[Part]:
    for name, slot in zip(row[1::2], row[2::2], strict=True):
        yield f"dynamic variable {contents.claims.names[name]}", slot


def regions(contents: Contents, row: Row) -> Iterator[Part]:
    yield "the `before` of a dynamic-wind", row[1]
    yield "the `after` of a dynamic-wind", row[2]


def clean_up(contents: Contents, row: Row) -> Iterator[Part]:
    yield "a clean-up", row[1]


PARTS: dict[int, Callable[[Contents, Row], Iterator[Part]]] = {
    wire.SYMBOL: nothing,
    wire.KEYWORD: nothing,
    wire.TEXT: nothing,
    wire.BYTES: nothing,
    wire.GLOBAL: nothing,
    wire.SENTINEL: nothing,
    wire.PROMPT: nothing,
    wire.BASE: nothing,
    wire.EXTERNAL: nothing,
    wire.LIST: nothing,
    wire.FRAMES: nothing,
    wire.CONTINUATION: nothing,
    wire.VECTOR: elements,
    wire.SET: members,
    wire.MAP: entries,
    wire.LARGE: large,
    wire.PARTS: lambda contents, row: iter([("", part) for part in row[1:]]),
    wire.EARLIER: nothing,
    wire.STRUCT: fields,
    wire.CLOSURE: captured,
    wire.CELL: inside,
    wire.REF: inside,
    wire.RC: inside,
    wire.FUTURE: inside,
    wire.STAND_IN: stand_in,
    wire.RESOURCE: stand_in,
    wire.LAZY: stand_in,
    wire.LATER: nothing,
    wire.HANDLER: clauses,
    wire.MASK: lambda contents, row: iter([("a handler whose clause runs", row[1])]),
    wire.BINDING: bindings,
    wire.WIND: regions,
    wire.CLEANUP: clean_up,
}
"""What is inside each kind of object; those without anything here are gone through by `Contents.chain`."""
