"""What is drawn of a message: boxes of frames and of objects, and arrows between them.

The frames of the continuation stand in the first column, the innermost on top; what
they refer to stands right of them, what is met first nearest.  Of much, a part is drawn,
and a box says how much more there is.
"""

from __future__ import annotations

from itertools import islice

from turmeric.durability.format import wire
from turmeric.durability.reports import brief
from turmeric.durability.reports.contents import Contents
from turmeric.durability.reports.insides import ATOMS
from turmeric.fronts.boxes import Box, Picture

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FRAMES = 24
"""Frames that are drawn: the first and the last ones."""
OBJECTS = 80
ROWS = 8
"""Lines of an object's box."""
TEXT = 30
"""Characters of a line."""
IN_LINE = frozenset((*ATOMS, wire.SENTINEL, wire.LIST, wire.LATER))
"""Objects that are shown where they are used; a list only when it is empty."""


def picture_of(contents: Contents) -> Picture:
    """The picture of a message."""
    return Drawer(contents).draw()


class Drawer:
    """Decides what is drawn, object by object, those that are nearer to the root first."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents
        self.picture = Picture()
        self.numbers: dict[int, int] = {}
        self.waiting: list[tuple[int, int]] = []
        """Places of objects that have a box without lines so far, and its number."""

    def draw(self) -> Picture:
        root = self.contents.message.root
        if self.contents.tag(root) == wire.CONTINUATION:
            self.chain(root[0])
        else:
            self.root(root)
        for place, number in self.waiting:  # which grows meanwhile
            self.fill(place, self.picture.boxes[number])
        return self.picture

    def add(self, box: Box) -> int:
        self.picture.boxes.append(box)
        return len(self.picture.boxes) - 1

    def root(self, root: Any) -> None:
        if self.target(root, 0) is None:
            self.add(Box(brief.text(self.contents, root, TEXT), "value", 0))

    # The chain ------------------------------------------------------------------------------------

    def link(self, box: Box) -> int:
        """Add a box to the chain."""
        self.picture.chain.append(self.add(box))
        return self.picture.chain[-1]

    def chain(self, place: int) -> None:
        """Boxes for the frames and the marks, from the innermost out.  Arrows to the continuation
        itself lead to the innermost one."""
        self.numbers[place] = 0
        row = self.contents.heap[place]
        count, number = self.contents.frame_count(row), 0
        for reference, mark in self.contents.pieces(row):
            for _, _, (point, slots) in self.contents.chain(reference):
                number += 1
                if number <= FRAMES // 2 or number > count - FRAMES // 2:
                    self.frame(number, point, slots)
                elif number == FRAMES // 2 + 1:
                    self.link(Box(f"{count - FRAMES // 2 * 2} more frames", "more", 0))
            self.mark(mark)

    def frame(self, number: int, point: int, slots: list[Any]) -> None:
        row = self.contents.claims.points[point]
        box = Box(f"{number}  {row.symbol}", "frame", 0)
        box.note = f"{self.contents.file(row)}:{row.line}"
        self.link(box)
        for name, slot in list(zip(row.variables, slots, strict=True))[:ROWS]:
            box.lines.append(self.line(f"{name or 'in waiting'} = ", slot, 1))
        self.rest(box, len(slots))

    def mark(self, mark: Any) -> None:
        """A box for a mark, but not for a delimiter, which says nothing."""
        if self.contents.tag(mark) != wire.PROMPT:
            box = Box(brief.text(self.contents, mark, 2 * TEXT)[2:-1], "mark", 0)
            self.numbers[mark[0]] = self.link(box)
            self.parts(mark[0], box)

    # Objects --------------------------------------------------------------------------------------

    def line(self, lead: str, slot: Any, column: int) -> tuple[str, int | None]:
        """A line of a box: a value in line, or the kind of what an arrow leads to."""
        number = self.target(slot, column)
        if number is None:
            return lead + brief.text(self.contents, slot, TEXT), None
        return lead.removesuffix(" = "), number

    def target(self, slot: Any, column: int) -> int | None:
        """The box of an object, made at its first use; None for what is shown in line."""
        tag = self.contents.tag(slot)
        if tag is None or (tag in IN_LINE and (tag != wire.LIST or not self.contents.length(slot))):
            return None
        place = slot[0]
        if place not in self.numbers:
            if len(self.numbers) >= OBJECTS:
                self.picture.left_out += 1
                return None
            self.numbers[place] = self.add(Box(self.contents.kind(slot), family(tag), column))
            self.waiting.append((place, self.numbers[place]))
        return self.numbers[place]

    def fill(self, place: int, box: Box) -> None:
        """Write the lines of an object's box."""
        row = self.contents.heap[place]
        if row[0] == wire.CONTINUATION:
            self.inner(row, box)
        elif row[0] == wire.LIST:
            count = self.contents.length([place])
            for number, (_, _, slot) in enumerate(islice(self.contents.chain([place]), ROWS)):
                box.lines.append(self.line(f"{number} = ", slot, box.column + 1))
            box.note = str(count)
            self.rest(box, count)
        else:
            if row[0] == wire.CLOSURE:
                box.title = self.contents.claims.functions[row[1]].symbol
            self.parts(place, box)

    def parts(self, place: int, box: Box) -> None:
        """A line for each thing that is directly inside."""
        inside = list(self.contents.parts(place))
        if self.contents.heap[place][0] in COUNTED:
            box.note = str(len(inside))
        for step, slot in inside[:ROWS]:
            if slot is not None or box.family != "mark":
                box.lines.append(self.line(f"{short(step)} = " if short(step) else "", slot, box.column + 1))
        self.rest(box, len(inside))

    def inner(self, row: list[Any], box: Box) -> None:
        """A continuation inside a value: its functions, and arrows to what its frames refer to."""
        box.note = str(self.contents.frame_count(row))
        shown = 0
        for reference, _ in self.contents.pieces(row):
            for _, _, (point, slots) in self.contents.chain(reference):
                shown += 1
                if shown > ROWS:
                    continue
                claimed = self.contents.claims.points[point]
                box.lines.append((f"{claimed.symbol}:{claimed.line}", None))
                for name, slot in zip(claimed.variables, slots, strict=True):
                    box.lines.append(self.line(f"  {name or 'in waiting'} = ", slot, box.column + 1))
        self.rest(box, shown)

    def rest(self, box: Box, count: int) -> None:
        if count > ROWS:
            box.lines.append((f"... {count - ROWS} more", None))


def short(step: str) -> str:
    """The step to a part, without the words that the box says."""
    if step.startswith("function "):
        step = step.rpartition(" -> ")[2]
    for word in ("element ", "field ", "key ", "variable "):
        step = step.removeprefix(word)
    return "" if step == "an element" or step.startswith("contents of") else step.removeprefix("a handler's ")


COUNTED = (wire.VECTOR, wire.SET, wire.MAP, wire.LARGE)
FAMILIES = {
    wire.STRUCT: "struct",
    wire.CLOSURE: "function",
    wire.CONTINUATION: "frame",
    wire.CELL: "cell",
    wire.REF: "cell",
    wire.RC: "cell",
    wire.FUTURE: "cell",
    wire.STAND_IN: "resource",
    wire.RESOURCE: "resource",
    wire.LAZY: "resource",
}


def family(tag: int) -> str:
    """The group of objects that look alike."""
    return FAMILIES.get(tag, "value")
