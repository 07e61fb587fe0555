"""Values of a message as short text, read from its rows; no code of the program is needed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from turmeric.durability.format import wire
from turmeric.vocabulary.printer import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.durability.reports.contents import Contents

    Row = list[Any]

SHORT = 60
"""Characters of a value that are shown, unless more are asked for."""
DEPTH = 3
ELEMENTS = 12


def text(contents: Contents, slot: Any, limit: int = SHORT, depth: int = 0) -> str:
    """A value, cut to a length a person can take in; on one line, without control characters."""
    if type(slot) is not list:
        return shorten(literal(slot, limit), limit)
    row = contents.heap[slot[0]]
    start = slot[1] if len(slot) == 2 else 0
    write_row = TEXTS.get(row[0], named)
    return shorten(write_row(contents, row, start, limit, depth), limit)


def literal(value: Any, limit: int) -> str:
    """A scalar as the reader reads it; of a long one only the beginning is looked at."""
    if type(value) is int and value.bit_length() > 400:
        return f"#<integer of {value.bit_length()} bits>"
    if type(value) in (str, bytes) and len(value) > limit:
        return plain(write(value[:limit]))[:-1] + "..."
    return plain(write(value))


def plain(shown: str) -> str:
    """Text that does nothing to a terminal."""
    if shown.isprintable():
        return shown
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in shown)


def shorten(shown: str, limit: int = SHORT) -> str:
    return shown if len(shown) <= limit else shown[: limit - 3] + "..."


def several(contents: Contents, slots: Row, limit: int, depth: int) -> list[str]:
    """The first few values; `...` for the rest."""
    shown = [text(contents, slot, limit, depth + 1) for slot in slots[:ELEMENTS]]
    return [*shown, "..."] if len(slots) > ELEMENTS else shown


def named(contents: Contents, row: Row, start: int, limit: int, depth: int) -> str:
    return f"#<{wire.NAMES.get(row[0], f'object {row[0]}')}>"


def sequence(opener: str, closer: str) -> Text:
    def write_sequence(contents: Contents, row: Row, start: int, limit: int, depth: int) -> str:
        inside = ["..."] if depth >= DEPTH and len(row) > 1 else several(contents, row[1:], limit, depth)
        return opener + " ".join(inside) + closer

    return write_sequence


def write_list(contents: Contents, row: Row, start: int, limit: int, depth: int) -> str:
    if depth >= DEPTH:
        return "(...)"
    slots = row[2 + start : 3 + start + ELEMENTS]
    for _ in range(ELEMENTS):
        if row[1] is None or len(slots) > ELEMENTS:
            break
        rest = row[1]
        row = contents.heap[rest[0]]
        if row[0] != wire.LIST:
            return "(" + " ".join([*several(contents, slots, limit, depth), "..."]) + ")"  # in an earlier message
        first = 2 + (rest[1] if len(rest) == 2 else 0)
        slots = [*slots, *row[first : first + ELEMENTS]]
    return "(" + " ".join(several(contents, slots, limit, depth)) + ")"


def write_map(contents: Contents, row: Row, start: int, limit: int, depth: int) -> str:
    if depth >= DEPTH:
        return "{...}"
    flat = [text(contents, slot, limit, depth + 1) for slot in row[1 : 1 + 2 * ELEMENTS]]
    pairs = [f"{key} {value}" for key, value in zip(flat[::2], flat[1::2], strict=True)]
    return "{" + ", ".join([*pairs, "..."] if len(row) > 1 + 2 * ELEMENTS else pairs) + "}"


def write_large(contents: Contents, row: Row, start: int, limit: int, depth: int) -> str:
    """A collection in parts, by its first elements."""
    kind = wire.LARGE_KINDS[row[1]]
    tag = {"vector": wire.VECTOR, "map": wire.MAP, "set": wire.SET}[kind]
    slots = list(islice(contents.large_slots(row), 2 * ELEMENTS + 2))
    return TEXTS[tag](contents, [tag, *slots], start, limit, depth)


def write_struct(contents: Contents, row: Row, start: int, limit: int, depth: int) -> str:
    name = contents.claims.types[row[1]].name
    if depth >= DEPTH and len(row) > 2:
        return f"({name} ...)"
    return " ".join([f"({name}", *several(contents, row[2:], limit, depth)]) + ")"


def write_cell(contents: Contents, row: Row, start: int, limit: int, depth: int) -> str:
    inside = "..." if depth >= DEPTH else text(contents, row[1], limit, depth + 1)
    return inside if row[0] == wire.CELL else f"#<{wire.NAMES[row[0]]} {inside}>"


def write_continuation(contents: Contents, row: Row, start: int, limit: int, depth: int) -> str:
    count = contents.frame_count(row)
    return f"#<continuation of {count} frame{'' if count == 1 else 's'}>"


def write_stand_in(contents: Contents, row: Row, start: int, limit: int, depth: int) -> str:
    inside = "..." if depth >= DEPTH else text(contents, row[3], limit, depth + 1)
    return f"#<{contents.claims.names[row[2]]} from {inside}>"


def write_handler(contents: Contents, row: Row, start: int, limit: int, depth: int) -> str:
    """A handler by what it handles: effects, thrown values by their types' names."""
    handled = []
    for way, key in zip(row[2::3], row[3::3], strict=True):
        if way >= wire.ERROR_WAYS:
            handled.append(contents.claims.types[key].name)
        else:
            handled.append("any error" if key is None else contents.claims.names[key])
    return f"#<handler of {', '.join(handled) or 'nothing'}>"


def write_binding(contents: Contents, row: Row, start: int, limit: int, depth: int) -> str:
    return f"#<binding of {', '.join(contents.claims.names[name] for name in row[1::2]) or 'nothing'}>"


def write_later(contents: Contents, row: Row, start: int, limit: int, depth: int) -> str:
    """A lazy value: its content is a message of its own, here or in a store of blobs."""
    return f"#<lazy value, {len(row[1])} bytes>" if type(row[1]) is bytes else "#<lazy value, stored elsewhere>"


def write_atom(contents: Contents, row: Row, start: int, limit: int, depth: int) -> str:
    return literal(row[1], limit)


Text = Callable[["Contents", "Row", int, int, int], str]
TEXTS: dict[int, Text] = {
    wire.SYMBOL: lambda contents, row, start, limit, depth: plain(row[1]),
    wire.KEYWORD: lambda contents, row, start, limit, depth: ":" + plain(row[1]),
    wire.TEXT: write_atom,
    wire.BYTES: write_atom,
    wire.GLOBAL: lambda contents, row, start, limit, depth: contents.full_name(row[1], row[2]),
    wire.CLOSURE: lambda contents, row, start, limit, depth: f"#<fn {contents.claims.functions[row[1]].symbol}>",
    wire.CONTINUATION: write_continuation,
    wire.HANDLER: write_handler,
    wire.BINDING: write_binding,
    wire.STAND_IN: write_stand_in,
    wire.RESOURCE: write_stand_in,
    wire.LAZY: write_stand_in,
    wire.LATER: write_later,
    wire.CELL: write_cell,
    wire.REF: write_cell,
    wire.RC: write_cell,
    wire.FUTURE: write_cell,
    wire.STRUCT: write_struct,
    wire.LIST: write_list,
    wire.VECTOR: sequence("[", "]"),
    wire.MAP: write_map,
    wire.SET: sequence("#{", "}"),
    wire.LARGE: write_large,
    wire.EARLIER: lambda contents, row, start, limit, depth: f"#<{contents.kind_of(row)} in an earlier message>",
}
"""The text of each kind of object; of the others, their kind."""
