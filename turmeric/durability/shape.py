"""Checking the shape of a heap: that every row and reference is what it must be.

After this the decoder can trust tags, lengths and indexes; nothing here looks at code.
The check keeps what it found: the references of each row, and the frames of each run.
"""

from __future__ import annotations

import sys

from turmeric.durability import wire
from turmeric.durability.wire import corrupt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sized
    from typing import Any

    from turmeric.durability.message import Claims

    Row = list[Any]

SCALARS = frozenset((int, str, bytes, float, bool, type(None)))
SLOTS = frozenset((*SCALARS, list))


class Shape:
    """What references may point at, for one message."""

    def __init__(self, heap: Any, claims: Claims, bases: list[bytes]) -> None:
        self.heap = heap
        self.claims = claims
        self.bases = bases
        self.links: list[list[int]] = []
        """The places that each row refers to."""
        self.runs: dict[int, list[tuple[int, Row]]] = {}
        """The frames of each run: their points' numbers and their slots."""
        self.distant: list[tuple[int, int]] = []
        """The references to later parts of what earlier messages hold: place and offset."""
        self.found: list[int] = []

    def check(self, root: Any) -> None:
        """Raise `corrupt-data` unless all rows are well formed."""
        heap = self.heap
        if type(heap) is not list:
            raise corrupt("the heap is malformed")
        for row in heap:
            if type(row) is not list or not row or type(row[0]) is not int or row[0] not in CHECKS:
                raise corrupt("the heap holds something that is no object")
        for place, row in enumerate(heap):
            self.found = []
            if row[0] == wire.FRAMES:
                check_frames(self, row, place)
            else:
                CHECKS[row[0]](self, row)
            self.links.append(self.found)
        self.found = []
        self.slots([root])

    def slot(self, slot: Any) -> None:
        """A reference to a value."""
        tag = self.target(slot)
        if len(slot) == 2:
            self.part(slot, tag)
        elif tag in NOT_VALUES:
            raise corrupt("a reference to something that is no value")

    def slots(self, slots: Row) -> None:
        """Values where they are used."""
        kinds = set(map(type, slots))
        if kinds <= SCALARS:
            return
        if not kinds <= SLOTS:
            raise corrupt("a value in line is of no known type")
        for slot in slots:
            if type(slot) is list:
                self.slot(slot)

    def target(self, slot: Any) -> int:
        """The kind of object that a reference points at, if need be in an earlier message."""
        if type(slot) is not list or not 1 <= len(slot) <= 2 or type(slot[0]) is not int:
            raise corrupt("a reference is malformed")
        if not 0 <= slot[0] < len(self.heap):
            raise corrupt("a reference points nowhere")
        self.found.append(slot[0])
        row: Row = self.heap[slot[0]]
        if row[0] == wire.EARLIER:
            return int(row[3]) if len(row) == 4 and type(row[3]) is int else wire.EARLIER
        return int(row[0])

    def part(self, slot: Row, tag: int) -> None:
        """A reference to a later part of a list or of a frame chain."""
        place, offset = slot
        row = self.heap[place]
        if tag not in (wire.LIST, wire.FRAMES):
            length = 0
        elif row[0] == wire.EARLIER:
            length = sys.maxsize  # which is checked when the earlier message is there
            if type(offset) is int:
                self.distant.append((place, offset))
        else:
            length = len(row) - 2 if tag == wire.LIST else self.frames_in(place)
        if type(offset) is not int or not 0 < offset < length:
            raise corrupt("a reference points into something that has no such part")

    def frames_in(self, place: int) -> int:
        """How many frames the run at a place has; the row may come later, and be malformed."""
        if place not in self.runs:
            self.runs[place] = self.run(self.heap[place])
        return len(self.runs[place])

    def to(self, slot: Any, *tags: int) -> None:
        """A reference to an object of one of these kinds."""
        tag = self.target(slot)
        if tag not in tags:
            raise corrupt(f"a reference should point at {wire.NAMES[tags[0]]}")
        if len(slot) == 2:
            self.part(slot, tag)

    def index(self, value: Any, table: Sized) -> None:
        if type(value) is not int or not 0 <= value < len(table):
            raise corrupt("a row refers to a table entry that does not exist")

    def run(self, row: Row) -> list[tuple[int, Row]]:
        """The frames of a run, each the number of its point and its slots."""
        found: list[tuple[int, Row]] = []
        sizes, place, end = self.claims.sizes, 2, len(row)
        while place < end:
            number = row[place]
            if type(number) is not int or not 0 <= number < len(sizes):
                raise corrupt("a frame refers to a point that does not exist")
            start = place + 1
            place = start + sizes[number]
            found.append((number, row[start:place]))
        if place != end or not found:
            raise corrupt("a frame has the wrong number of variables")
        return found


MARKS = (wire.PROMPT, wire.HANDLER, wire.MASK, wire.BINDING, wire.CLEANUP, wire.WIND, wire.BASE)
NOT_VALUES = frozenset((wire.FRAMES, wire.PARTS, *MARKS))


def need(condition: bool, what: str) -> None:
    if not condition:
        raise corrupt(f"a {what} is malformed")


def check_text(shape: Shape, row: Row) -> None:
    need(len(row) == 2 and type(row[1]) is str, wire.NAMES[row[0]])


def check_sentinel(shape: Shape, row: Row) -> None:
    need(len(row) == 2, "sentinel")
    shape.index(row[1], wire.SENTINELS)


def check_bytes(shape: Shape, row: Row) -> None:
    need(len(row) == 2 and type(row[1]) is bytes, "bytes")


def check_list(shape: Shape, row: Row) -> None:
    need(len(row) >= 2, "list")
    if row[1] is not None:
        shape.to(row[1], wire.LIST)
    shape.slots(row[2:])


def check_frames(shape: Shape, row: Row, place: int) -> None:
    need(len(row) >= 3, "frame chain")
    if row[1] is not None:
        shape.to(row[1], wire.FRAMES)
    shape.slots(row[2:])
    if place not in shape.runs:
        shape.runs[place] = shape.run(row)


def check_values(shape: Shape, row: Row) -> None:
    shape.slots(row[1:])


def check_map(shape: Shape, row: Row) -> None:
    need(len(row) % 2 == 1, "map")
    shape.slots(row[1:])


def check_struct(shape: Shape, row: Row) -> None:
    need(len(row) >= 2, "struct")
    shape.index(row[1], shape.claims.types)
    shape.slots(row[2:])


def check_closure(shape: Shape, row: Row) -> None:
    need(len(row) >= 2, "function")
    shape.index(row[1], shape.claims.functions)
    shape.slots(row[2:])


def check_global(shape: Shape, row: Row) -> None:
    need(len(row) == 3, "definition")
    shape.index(row[1], shape.claims.modules)
    shape.index(row[2], shape.claims.names)


def check_cell(shape: Shape, row: Row) -> None:
    need(len(row) == 2, wire.NAMES[row[0]])
    shape.slots(row[1:])


def check_continuation(shape: Shape, row: Row) -> None:
    need(len(row) >= 5 and len(row) % 2 == 1 and type(row[1]) is int and 0 <= row[1] < 16, "continuation")
    if row[2] is not None:
        shape.index(row[2], shape.claims.types)
    for frames, mark in zip(row[3::2], row[4::2], strict=True):
        if frames is not None:
            shape.to(frames, wire.FRAMES)
        need(type(mark) is list and len(mark) == 1, "continuation")
        shape.to(mark, *MARKS)


def check_stand_in(shape: Shape, row: Row) -> None:
    need(len(row) == 4, "stand-in")
    shape.index(row[1], shape.claims.modules)
    shape.index(row[2], shape.claims.names)
    shape.slots(row[3:])


def check_handler(shape: Shape, row: Row) -> None:
    need(len(row) >= 2 and len(row) % 3 == 2, "handler")
    for way, key in zip(row[2::3], row[3::3], strict=True):
        shape.index(way, wire.WAYS)
        if way >= wire.ERROR_WAYS:
            shape.index(key, shape.claims.types)
        elif key is not None:
            shape.index(key, shape.claims.names)
    shape.slots([row[1], *row[4::3]])


def check_mask(shape: Shape, row: Row) -> None:
    need(len(row) == 2, "mask")
    shape.to(row[1], wire.HANDLER)


def check_wind(shape: Shape, row: Row) -> None:
    need(len(row) == 3, "dynamic-wind")
    shape.slots(row[1:])


def check_binding(shape: Shape, row: Row) -> None:
    need(len(row) % 2 == 1, "binding")
    for name in row[1::2]:
        shape.index(name, shape.claims.names)
    shape.slots(row[2::2])


def check_bare(shape: Shape, row: Row) -> None:
    need(len(row) == 1, wire.NAMES[row[0]])


def check_external(shape: Shape, row: Row) -> None:
    need(len(row) == 2 and type(row[1]) is int, "external object")


def check_earlier(shape: Shape, row: Row) -> None:
    need(len(row) == 4 and type(row[2]) is int and row[2] >= 0, "reference to an earlier message")
    need(type(row[3]) is int and row[3] in wire.IMMUTABLE, "reference to an earlier message")
    shape.index(row[1], shape.bases)


def check_parts(shape: Shape, row: Row) -> None:
    need(len(row) > 1, "row of parts")
    for part in row[1:]:
        need(type(part) is list and len(part) == 1, "row of parts")
        shape.to(part, wire.PARTS, wire.VECTOR)


def check_large(shape: Shape, row: Row) -> None:
    need(len(row) > 2, "large collection")
    shape.index(row[1], wire.LARGE_KINDS)
    check_parts(shape, row[1:3])
    shape.slots(row[3:])


def check_later(shape: Shape, row: Row) -> None:
    need(len(row) == 2, "lazy value")
    if type(row[1]) is not bytes:
        shape.index(row[1], shape.bases)


CHECKS: dict[int, Callable[..., None]] = {
    wire.SYMBOL: check_text,
    wire.KEYWORD: check_text,
    wire.TEXT: check_text,
    wire.BYTES: check_bytes,
    wire.LIST: check_list,
    wire.VECTOR: check_values,
    wire.MAP: check_map,
    wire.SET: check_values,
    wire.STRUCT: check_struct,
    wire.CLOSURE: check_closure,
    wire.GLOBAL: check_global,
    wire.CELL: check_cell,
    wire.REF: check_cell,
    wire.RC: check_cell,
    wire.FUTURE: check_cell,
    wire.CONTINUATION: check_continuation,
    wire.FRAMES: check_frames,
    wire.STAND_IN: check_stand_in,
    wire.RESOURCE: check_stand_in,
    wire.LAZY: check_stand_in,
    wire.SENTINEL: check_sentinel,
    wire.PROMPT: check_bare,
    wire.HANDLER: check_handler,
    wire.MASK: check_mask,
    wire.WIND: check_wind,
    wire.BINDING: check_binding,
    wire.CLEANUP: check_cell,
    wire.BASE: check_bare,
    wire.EXTERNAL: check_external,
    wire.EARLIER: check_earlier,
    wire.PARTS: check_parts,
    wire.LARGE: check_large,
    wire.LATER: check_later,
}
"""The check of each kind of row."""
