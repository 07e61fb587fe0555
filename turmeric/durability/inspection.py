"""Looking into saved bytes without resuming them, and without the code they need.

`describe` gives what a message holds as plain data (for JSON and for tables): its
writer, its modules, the frames from the innermost out, each with its variables.
"""

from __future__ import annotations

from turmeric.durability import wire
from turmeric.durability.message import Message
from turmeric.durability.stages import STAND_INS
from turmeric.vocabulary.printer import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TEXT_LIMIT = 60
DEPTH_LIMIT = 3

Described = dict[str, "Any"]


def describe(data: bytes) -> Described:
    """What a message holds.  Raises corrupt-data."""
    message = Message(data)
    claims, reader = message.claims, Inspector(message)
    return {
        "format": message.version,
        "writer": claims.writer,
        "program": claims.program,
        "bytes": len(data),
        "modules": [
            {"module": row.name, "file": row.file, "version": row.version}
            for row in claims.modules
            if row.version is not None
        ],
        "root": reader.kind(message.root),
        "value": reader.text(message.root, 0),
        "frames": reader.frames(message.root),
        "objects": reader.census(),
    }


class Inspector:
    """Reads the tables and the heap of one message."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.claims = message.claims
        self.heap = message.heap

    def kind(self, slot: Any) -> str:
        """What a value is, in a word."""
        if type(slot) is list:
            row = self.heap[slot[0]]
            return self.claims.types[row[1]].name if row[0] == wire.STRUCT else wire.NAMES[row[0]]
        names = {type(None): "nil", bool: "bool", int: "integer", float: "float", str: "string", bytes: "bytes"}
        return names[type(slot)]

    def frames(self, slot: Any) -> list[Described]:
        """The frames of the continuation at the root, from the innermost out."""
        if type(slot) is not list or self.heap[slot[0]][0] != wire.CONTINUATION:
            return []
        return self.frames_of_row(self.heap[slot[0]])

    def chain(self, reference: Any) -> list[Described]:
        """The frames of a chain, through all the runs it consists of."""
        found: list[Described] = []
        while reference is not None:
            start = reference[1] if len(reference) == 2 else 0
            found += [self.frame(*frame) for frame in self.message.shape.runs[reference[0]][start:]]
            reference = self.heap[reference[0]][1]
        return found

    def length(self, reference: Any) -> int:
        """How many frames a chain has; to describe them would not end where one holds its own chain."""
        count = 0
        while reference is not None:
            count += self.message.shape.runs.length(reference[0]) - (reference[1] if len(reference) == 2 else 0)
            reference = self.heap[reference[0]][1]
        return count

    def frame(self, number: int, slots: list[Any]) -> Described:
        point = self.claims.points[number]
        file = next(row.file for row in self.claims.modules if row.name == point.module)
        return {
            "function": point.symbol,
            "at": point.label,
            "file": file or f"{point.module}.tur",
            "line": point.line,
            "schema": point.schema.hex(),
            "variables": {
                name: self.text(slot, 0) for name, slot in zip(point.variables, slots, strict=True) if name
            },
        }

    def census(self) -> dict[str, int]:
        """How many objects of each kind the heap holds."""
        counts: dict[str, int] = {}
        for row in self.heap:
            name = wire.NAMES[row[0]]
            counts[name] = counts.get(name, 0) + 1
        return dict(sorted(counts.items()))

    # Values as text -------------------------------------------------------------------------

    def text(self, slot: Any, depth: int) -> str:
        """A value, cut to a length a person can take in."""
        if type(slot) is not list:
            return shorten(write(slot))
        row = self.heap[slot[0]]
        start = slot[1] if len(slot) == 2 else 0
        return shorten(self.object(row, start, depth))

    def object(self, row: list[Any], start: int, depth: int) -> str:
        tag = row[0]
        if tag in (wire.SYMBOL, wire.KEYWORD):
            return (":" if tag == wire.KEYWORD else "") + str(row[1])
        if tag in (wire.TEXT, wire.BYTES):
            return write(row[1][:TEXT_LIMIT])  # which may be long, and shown for each frame
        if tag == wire.GLOBAL:
            return f"{self.claims.modules[row[1]].name}.{self.claims.names[row[2]]}"
        if tag == wire.CLOSURE:
            return f"#<fn {self.claims.functions[row[1]].symbol}>"
        if tag == wire.CONTINUATION:
            return f"#<continuation of {sum(self.length(chain) for chain in row[3::2])} frames>"
        if depth >= DEPTH_LIMIT:
            return "..."
        if tag in STAND_INS:
            return f"#<{self.claims.names[row[2]]} from {self.text(row[3], depth + 1)}>"
        return self.compound(row, start, depth)

    def frames_of_row(self, row: list[Any]) -> list[Described]:
        return [frame for chain in row[3::2] for frame in self.chain(chain)]

    def compound(self, row: list[Any], start: int, depth: int) -> str:
        tag = row[0]
        if tag in (wire.CELL, wire.REF, wire.RC, wire.FUTURE):
            inside = self.text(row[1], depth + 1)
            return inside if tag == wire.CELL else f"#<{wire.NAMES[tag]} {inside}>"
        if tag == wire.STRUCT:
            return " ".join([f"({self.claims.types[row[1]].name}", *self.texts(row[2:], depth)]) + ")"
        if tag == wire.LIST:
            return "(" + " ".join(self.texts(row[2 + start :], depth)) + ")"
        if tag == wire.VECTOR:
            return "[" + " ".join(self.texts(row[1:], depth)) + "]"
        if tag == wire.MAP:
            pairs = zip(self.texts(row[1::2], depth), self.texts(row[2::2], depth), strict=True)
            return "{" + ", ".join(f"{key} {value}" for key, value in pairs) + "}"
        if tag == wire.SET:
            return "#{" + " ".join(self.texts(row[1:], depth)) + "}"
        return f"#<{wire.NAMES[tag]}>"

    def texts(self, slots: list[Any], depth: int) -> list[str]:
        """The first few values; `...` for the rest."""
        shown = [self.text(slot, depth + 1) for slot in slots[:12]]
        return [*shown, "..."] if len(slots) > 12 else shown


def shorten(text: str) -> str:
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 3] + "..."
