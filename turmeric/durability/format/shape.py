"""Checking the shape of a heap: that every row and reference is what it must be.

After this the decoder can trust tags, lengths and indexes; nothing here looks at code, which
`fitting` does next.  The check keeps what the decoder needs: how many frames each run has, which
rows refer back, and into the middle of which lists and runs there are references.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence

from turmeric.durability.format import wire
from turmeric.durability.format.wire import corrupt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sized
    from typing import Any

    from turmeric.durability.format.limits import Allowance
    from turmeric.durability.format.message import Claims

    Row = list[Any]

SCALARS = frozenset((int, str, bytes, float, bool, type(None)))
SLOTS = frozenset((*SCALARS, list))

MARKS = (wire.PROMPT, wire.HANDLER, wire.MASK, wire.BINDING, wire.CLEANUP, wire.WIND, wire.BASE)
NO_VARIABLES = frozenset((wire.FRAMES, wire.PARTS, *MARKS))
NO_VALUES = NO_VARIABLES | {wire.CELL, wire.SENTINEL}
"""What is no value; frames and functions also hold variables that are cells, or have no value yet."""
NO_CONTENTS = NO_VARIABLES | {wire.CELL}
"""What is not in a cell: a variable that has no value yet is."""
ENDS = (wire.PROMPT, wire.HANDLER, wire.WIND, wire.BASE)
"""The marks that a capture goes up to."""

ONE_SHOT, CONSUMED, ABORTIVE, LEAVING = 1, 2, 4, 8
FLAGS = 16


class Shape:
    """What references may point at, for one message."""

    def __init__(self, heap: Any, claims: Claims, bases: list[bytes], allowance: Allowance) -> None:
        self.heap = heap
        self.claims = claims
        self.bases = bases
        self.allowance = allowance
        self.place = 0
        self.tags: set[int] = set()
        """The kinds of objects that there are."""
        self.back: list[int] = []
        """The places of the rows that refer to themselves, or to what stands before them."""
        self.parts: set[int] = set()
        """The places of lists and runs into which there are references."""
        self.distant: list[tuple[int, int]] = []
        """The references to later parts of what earlier messages hold: place and offset."""
        self.runs = Runs(heap, claims.sizes)
        self.links = Links(heap)

    def check(self, root: Any) -> None:
        """Raise `corrupt-data` unless all rows are well formed."""
        heap = self.heap
        if type(heap) is not list:
            raise corrupt("the heap is malformed")
        for row in heap:
            if type(row) is not list or not row or type(row[0]) is not int or row[0] not in CHECKS:
                raise corrupt("the heap holds something that is no object")
        self.tags = {row[0] for row in heap}
        take = self.allowance.take
        for place, row in enumerate(heap):
            self.place = place
            check, each, slot = CHECKS[row[0]]
            cost = each + slot * len(row)
            if cost > 0:
                take(cost)
            check(self, row)
        for tag in (wire.LIST, wire.FRAMES):
            if tag in self.tags:
                self.check_chains(tag)
        self.place = -1
        self.slots([root], NO_VALUES)

    def check_chains(self, tag: int) -> None:
        """A chain of runs ends: otherwise who follows it does not."""
        state = bytearray(len(self.heap))
        for place, row in enumerate(self.heap):
            if row[0] != tag or row[1] is None:
                continue
            followed = []
            while not state[place]:
                state[place] = 1
                followed.append(place)
                outer = self.heap[place][1]
                if outer is None or self.heap[place][0] != tag:
                    break
                place = outer[0]
            else:
                if state[place] == 1:
                    raise corrupt(f"a chain of {wire.NAMES[tag]} contains itself")
            for each in followed:
                state[each] = 2

    def slots(self, slots: Row, refused: frozenset[int]) -> None:
        """Values where they are used; they do not refer to rows of the refused kinds.  What is no
        reference may be a number of the row's own."""
        kinds = set(map(type, slots))
        if kinds <= SCALARS:
            return
        if not kinds <= SLOTS:
            raise corrupt("a value in line is of no known type")
        for slot in slots:
            if type(slot) is list:
                tag = self.target(slot)
                if len(slot) == 2 and tag == wire.LIST:
                    self.part(slot, tag)
                elif len(slot) == 2 or tag in refused:
                    raise corrupt(f"a reference to {wire.NAMES[tag]} is no value there")

    def target(self, slot: Any) -> int:
        """The kind of object that a reference points at, if need be in an earlier message."""
        if type(slot) is not list or not 1 <= len(slot) <= 2 or type(slot[0]) is not int:
            raise corrupt("a reference is malformed")
        place = slot[0]
        if not 0 <= place < len(self.heap):
            raise corrupt("a reference points nowhere")
        if place <= self.place and (not self.back or self.back[-1] != self.place):
            self.back.append(self.place)
        row: Row = self.heap[place]
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
            length = len(row) - 2 if tag == wire.LIST else self.runs.length(place)
        if type(offset) is not int or not 0 < offset < length:
            raise corrupt("a reference points into something that has no such part")
        self.parts.add(place)

    def to(self, slot: Any, *tags: int) -> None:
        """A reference to an object of one of these kinds."""
        tag = self.target(slot)
        if tag not in tags:
            raise corrupt(f"a reference should point at {wire.NAMES[tags[0]]}")
        if len(slot) == 2:
            self.part(slot, tag)

    def frames_in(self, place: int) -> int:
        """How many frames the run at a place has."""
        return self.runs.length(place)

    def index(self, value: Any, table: Sized) -> None:
        if type(value) is not int or not 0 <= value < len(table):
            raise corrupt("a row refers to a table entry that does not exist")


class Runs:
    """The frames of each run of a heap: their points' numbers and their slots."""

    def __init__(self, heap: list[Row], sizes: list[int]) -> None:
        self.heap = heap
        self.sizes = sizes
        self.found: dict[int, array[int]] = {}

    def starts(self, place: int) -> array[int]:
        """Where in its row each frame of a run begins.  Raises corrupt-data."""
        found = self.found.get(place)
        if found is None:
            found = self.found[place] = self.walk(self.heap[place])
        return found

    def walk(self, row: Row) -> array[int]:
        starts = array("I")
        if row[0] != wire.FRAMES:
            return starts
        sizes, place, end = self.sizes, 2, len(row)
        while place < end:
            number = row[place]
            if type(number) is not int or not 0 <= number < len(sizes):
                raise corrupt("a frame refers to a point that does not exist")
            starts.append(place)
            place += 1 + sizes[number]
        if place != end or not starts:
            raise corrupt("a frame has the wrong number of variables")
        return starts

    def length(self, place: int) -> int:
        """How many frames the run at a place has; none if there is no run."""
        return len(self.starts(place))

    def outwards(self, place: int) -> Iterator[tuple[int, Row]]:
        """The frames from the innermost out."""
        row, sizes = self.heap[place], self.sizes
        for start in self.starts(place):
            number = row[start]
            yield number, row[start + 1 : start + 1 + sizes[number]]

    def inwards(self, place: int) -> Iterator[tuple[int, Row]]:
        """The frames from the outermost in."""
        row, sizes = self.heap[place], self.sizes
        for start in reversed(self.starts(place)):
            number = row[start]
            yield number, row[start + 1 : start + 1 + sizes[number]]

    def __getitem__(self, place: int) -> list[tuple[int, Row]]:
        return list(self.outwards(place))


class Links(Sequence["list[int]"]):
    """The places that each row refers to: whatever a row holds that is a list is a reference."""

    def __init__(self, heap: list[Row]) -> None:
        self.heap = heap

    def __len__(self) -> int:
        return len(self.heap)

    def __getitem__(self, place: Any) -> Any:
        return [slot[0] for slot in self.heap[place] if type(slot) is list]


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
    need(len(row) >= 2 and (len(row) > 2 or row[1] is None), "list")
    if row[1] is not None:
        shape.to(row[1], wire.LIST)
        need(len(row[1]) == 2 or len(shape.heap[row[1][0]]) > 2, "list")
    shape.slots(row, NO_VALUES)


def check_frames(shape: Shape, row: Row) -> None:
    need(len(row) >= 3, "frame chain")
    if row[1] is not None:
        shape.to(row[1], wire.FRAMES)
    count = shape.runs.length(shape.place)
    shape.allowance.take(count * FRAME)
    shape.slots(row[2:], NO_VARIABLES)


def check_values(shape: Shape, row: Row) -> None:
    shape.slots(row, NO_VALUES)


def check_map(shape: Shape, row: Row) -> None:
    need(len(row) % 2 == 1, "map")
    shape.slots(row, NO_VALUES)


def check_struct(shape: Shape, row: Row) -> None:
    need(len(row) >= 2, "struct")
    shape.index(row[1], shape.claims.types)
    shape.slots(row, NO_VALUES)


def check_closure(shape: Shape, row: Row) -> None:
    need(len(row) >= 2, "function")
    shape.index(row[1], shape.claims.functions)
    shape.slots(row, NO_VARIABLES)


def check_global(shape: Shape, row: Row) -> None:
    need(len(row) == 3, "definition")
    shape.index(row[1], shape.claims.modules)
    shape.index(row[2], shape.claims.names)


def check_box(shape: Shape, row: Row) -> None:
    need(len(row) == 2, wire.NAMES[row[0]])
    shape.slots(row[1:], NO_VALUES)


def check_cell(shape: Shape, row: Row) -> None:
    need(len(row) == 2, wire.NAMES[row[0]])
    shape.slots(row[1:], NO_CONTENTS)


def check_continuation(shape: Shape, row: Row) -> None:
    need(len(row) >= 5 and len(row) % 2 == 1 and type(row[1]) is int and 0 <= row[1] < FLAGS, "continuation")
    need(not row[1] & ABORTIVE or not row[1] & LEAVING, "continuation")
    if row[2] is not None:
        need(not row[1] & (ABORTIVE | LEAVING), "continuation")
        shape.index(row[2], shape.claims.types)
    for frames, mark in zip(row[3::2], row[4::2], strict=True):
        if frames is not None:
            shape.to(frames, wire.FRAMES)
        need(type(mark) is list and len(mark) == 1, "continuation")
        shape.to(mark, *MARKS)
    shape.to(row[-1], *ENDS)


def check_stand_in(shape: Shape, row: Row) -> None:
    need(len(row) == 4, "stand-in")
    shape.index(row[1], shape.claims.modules)
    shape.index(row[2], shape.claims.names)
    shape.slots(row[3:], NO_VALUES)


def check_handler(shape: Shape, row: Row) -> None:
    need(len(row) >= 2 and len(row) % 3 == 2, "handler")
    keys = []
    for way, key in zip(row[2::3], row[3::3], strict=True):
        shape.index(way, wire.WAYS)
        keys.append((way >= wire.ERROR_WAYS, key))
        if way >= wire.ERROR_WAYS:
            shape.index(key, shape.claims.types)
        elif key is not None:
            shape.index(key, shape.claims.names)
    need(len(set(keys)) == len(keys), "handler")
    functions = [each for each in (row[1], *row[4::3]) if each is not None]
    need(None not in row[4::3] and all(type(each) is list for each in functions), "handler")
    shape.slots(functions, NO_VALUES)


def check_mask(shape: Shape, row: Row) -> None:
    need(len(row) == 2, "mask")
    shape.to(row[1], wire.HANDLER)


def check_wind(shape: Shape, row: Row) -> None:
    need(len(row) == 3, "dynamic-wind")
    shape.slots(row, NO_VALUES)


def check_cleanup(shape: Shape, row: Row) -> None:
    need(len(row) == 2 and type(row[1]) is list, "clean-up")
    shape.slots(row, NO_VALUES)


def check_binding(shape: Shape, row: Row) -> None:
    need(len(row) % 2 == 1, "binding")
    for name in row[1::2]:
        shape.index(name, shape.claims.names)
    need(len(set(row[1::2])) == len(row) // 2, "binding")
    shape.slots(row[2::2], NO_VALUES)


def check_future(shape: Shape, row: Row) -> None:
    need(len(row) == 2, "future")
    shape.to(row[1], wire.STRUCT, wire.STAND_IN, wire.EXTERNAL)
    need(len(row[1]) == 1, "future")


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
    shape.slots(row[3:], NO_VALUES)


def check_later(shape: Shape, row: Row) -> None:
    need(len(row) == 2, "lazy value")
    if type(row[1]) is not bytes:
        shape.index(row[1], shape.bases)


FRAME = 120
"""Bytes that a frame takes besides its values."""

CHECKS: dict[int, tuple[Callable[[Shape, Row], None], int, int]] = {
    wire.SYMBOL: (check_text, 200, 0),
    wire.KEYWORD: (check_text, 200, 0),
    wire.TEXT: (check_text, 8, 0),
    wire.BYTES: (check_bytes, 8, 0),
    wire.LIST: (check_list, -216, 72),
    wire.VECTOR: (check_values, 88, 20),
    wire.MAP: (check_map, 120, 165),
    wire.SET: (check_values, 200, 275),
    wire.STRUCT: (check_struct, 72, 8),
    wire.CLOSURE: (check_closure, 96, 8),
    wire.GLOBAL: (check_global, 100, 0),
    wire.CELL: (check_cell, 8, 0),
    wire.REF: (check_box, 8, 0),
    wire.RC: (check_box, 8, 0),
    wire.FUTURE: (check_future, 32, 0),
    wire.CONTINUATION: (check_continuation, 300, 48),
    wire.FRAMES: (check_frames, 8, 8),
    wire.STAND_IN: (check_stand_in, 200, 0),
    wire.RESOURCE: (check_stand_in, 200, 0),
    wire.SENTINEL: (check_sentinel, 8, 0),
    wire.PROMPT: (check_bare, 8, 0),
    wire.HANDLER: (check_handler, 250, 80),
    wire.MASK: (check_mask, 8, 0),
    wire.WIND: (check_wind, 8, 0),
    wire.BINDING: (check_binding, 200, 80),
    wire.CLEANUP: (check_cleanup, 8, 0),
    wire.BASE: (check_bare, 8, 0),
    wire.EXTERNAL: (check_external, 8, 0),
    wire.LAZY: (check_stand_in, 200, 0),
    wire.EARLIER: (check_earlier, 8, 0),
    wire.PARTS: (check_parts, 250, 24),
    wire.LARGE: (check_large, 250, 24),
    wire.LATER: (check_later, 250, 0),
}
"""For each kind of row its check; and the memory that its object takes beyond the row's, which is
given back when the object is there: for the object, and for each part of the row."""
