"""What a message holds: what its objects are, how lists and frames go on from run to run.

Inspecting, paths, sizes, pictures and comparisons all read messages through this.  What is
inside an object says the table in `insides`.  No code of the program is needed.
"""

from __future__ import annotations

from collections.abc import Iterator

from turmeric.durability.format import wire
from turmeric.durability.format.entries import PointRow
from turmeric.durability.format.message import Claims, Message
from turmeric.durability.format.wire import corrupt
from turmeric.durability.reports import insides

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.durability.code.resolve import Resolved
    from turmeric.durability.reports.insides import Part, Row


RUNS = (wire.LIST, wire.FRAMES)
"""Objects that go on in another one: element and frame numbers are counted through."""


class Contents:
    """The rows of one message, whose shape was checked."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.claims: Claims = message.claims
        self.heap: list[Row] = message.heap
        self.runs = message.shape.runs
        self.files = {row.name: row.file or f"{row.name}.tur" for row in message.claims.modules}
        self.lengths: dict[int, int] = {}
        self.fields: dict[int, tuple[str, ...]] = {}
        """The names of the fields of each type: of the program's they are saved, others are learned from the code."""
        for number, saved in enumerate(self.claims.types):
            if saved.fields is not None:
                self.fields[number] = saved.fields
        self.captured: dict[int, tuple[str, ...]] = {}

    def learn(self, found: Resolved | None) -> None:
        """Take names that are not saved from the types and functions that were found again."""
        for number, type_ in enumerate(found.types if found is not None else ()):
            if type_ is not None:
                self.fields.setdefault(number, type_.fields)
        for number, code in enumerate(found.functions if found is not None else ()):
            if code is not None:
                self.captured[number] = tuple([var.name for var in code.captured])

    def row(self, slot: Any) -> Row | None:
        """The object that a slot refers to; None for a value in line."""
        return self.heap[slot[0]] if type(slot) is list else None

    def tag(self, slot: Any) -> int | None:
        return self.heap[slot[0]][0] if type(slot) is list else None

    def kind(self, slot: Any) -> str:
        """What a value is, in a word."""
        row = self.row(slot)
        return LITERALS[type(slot)] if row is None else self.kind_of(row)

    def kind_of(self, row: Row) -> str:
        """What an object is, in a word."""
        if row[0] == wire.STRUCT:
            return str(self.claims.types[row[1]].name)
        if row[0] == wire.LARGE:
            return wire.LARGE_KINDS[row[1]]
        if row[0] == wire.EARLIER:
            return wire.NAMES.get(row[3], "object")
        return wire.NAMES.get(row[0], f"object {row[0]}")

    def full_name(self, module: int, name: int) -> str:
        return f"{self.claims.modules[module].name}.{self.claims.names[name]}"

    def parts(self, place: int) -> Iterator[Part]:
        """What is directly inside an object; of lists and frames, one run."""
        row = self.heap[place]
        return insides.PARTS.get(row[0], insides.references)(self, row)

    def large_slots(self, row: Row) -> Iterator[Any]:
        """The elements of a large collection; of a map, keys and values in turn."""
        return insides.large_slots(self, row)

    def entries(self, place: int) -> Iterator[tuple[Any, Any]]:
        """The keys and values of a map, large or not."""
        row = self.heap[place]
        flat = list(self.large_slots(row)) if row[0] == wire.LARGE else row[1:]
        return zip(flat[::2], flat[1::2], strict=False)

    # Lists and frames: runs that continue in each other ------------------------------------------

    def chain(self, reference: Any) -> Iterator[tuple[int, int, Any]]:
        """The items of a list or a chain of frames: each its run's place, its offset there, and itself."""
        passed: set[int] = set()
        while reference is not None:
            place, start = reference[0], offset(reference)
            if place in passed:
                raise corrupt("an immutable value contains itself")
            passed.add(place)
            items = self.items(place)
            for number in range(start, len(items)):
                yield place, number, items[number]
            reference = self.rest(place)

    def items(self, place: int) -> list[Any]:
        """The elements of a run of a list; of a run of frames, each as its point and its slots."""
        row = self.heap[place]
        if row[0] not in RUNS:
            return []  # which is in an earlier message
        return list(self.runs.outwards(place)) if row[0] == wire.FRAMES else row[2:]

    def rest(self, place: int) -> Any:
        """A reference to the run in which one continues, or nil."""
        row = self.heap[place]
        return row[1] if row[0] in RUNS else None

    def length(self, reference: Any) -> int:
        """How many items a list or a chain of frames has, through all its runs."""
        way: list[int] = []
        place, start = reference[0], offset(reference)
        at: int | None = place
        while at is not None and at not in self.lengths:
            if len(way) > len(self.heap):
                raise corrupt("an immutable value contains itself")
            way.append(at)
            at = None if self.rest(at) is None else self.rest(at)[0]
        for passed in reversed(way):
            rest = self.rest(passed)
            more = 0 if rest is None else self.lengths[rest[0]] - offset(rest)
            self.lengths[passed] = self.own_length(passed) + more
        return self.lengths[place] - start

    def own_length(self, place: int) -> int:
        row = self.heap[place]
        if row[0] not in RUNS:
            return 0
        return self.runs.length(place) if row[0] == wire.FRAMES else len(row) - 2

    # Frames ---------------------------------------------------------------------------------------

    def pieces(self, row: Row) -> Iterator[tuple[Any, Any]]:
        """The pieces of a continuation: a reference to frames or nil, and one to a mark."""
        return zip(row[3::2], row[4::2], strict=True)

    def frame_count(self, row: Row) -> int:
        return sum(self.length(frames) for frames, _ in self.pieces(row) if frames is not None)

    def frame_step(self, number: int, point: PointRow) -> str:
        """A frame as a step of a path; the innermost is number 1."""
        return f"frame {number}, {point.symbol} ({self.file(point)}:{point.line})"

    def file(self, point: PointRow) -> str:
        return self.files[point.module]


def offset(reference: Any) -> int:
    """Where in its run a reference points."""
    start = reference[1] if len(reference) == 2 else 0
    assert type(start) is int
    return start


LITERALS = {type(None): "nil", bool: "bool", int: "integer", float: "float", str: "string", bytes: "bytes"}
