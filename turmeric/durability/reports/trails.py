"""The way from the root of a message to each thing in it, for reports.

    frame 2, app.orders.total (orders.tur:12) -> variable items -> element 3

Every object is reached once, on one of its shortest ways.  Computed from the rows, only
when somebody is to read it: when something does not fit, or a file is inspected.
"""

from __future__ import annotations

from collections import deque

from turmeric.durability.format import wire
from turmeric.durability.reports.contents import RUNS, Contents, offset
from turmeric.durability.reports.insides import ARROW, variable_step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ROOT = 0


class Trails:
    """The ways to all objects and frames of a message."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents
        self.nodes: list[tuple[int, str]] = [(-1, "")]
        """For each node of the walk, the one it was met in and the step from there; the root is first."""
        self.met: dict[int, int] = {}
        """The node at which each object was met first."""
        self.frames: list[tuple[int, int]] = []
        """The node of each frame, and the number of its point."""
        self.order: list[int] = []
        """The places of the objects, in the order in which they were met."""
        self.low: dict[int, int] = {}
        """From where on the runs have been gone through."""
        self.waiting: deque[tuple[int, int, int, int]] = deque()
        """Places to go through: the node whose parts they are, the place, the offset in a
        run, and the number of items that came before it."""
        self.meet(contents.message.root, ROOT, "")
        while self.waiting:
            self.visit(*self.waiting.popleft())

    def text(self, node: int) -> str:
        """The steps to a node; empty for the root."""
        found: list[str] = []
        while node > ROOT:
            node, step = self.nodes[node]
            if step:
                found.append(step)
        return ARROW.join(reversed(found))

    def to(self, place: int) -> str:
        """The steps to an object; hostile bytes may hold some that nothing leads to."""
        return self.text(self.met[place]) if place in self.met else "an object that nothing leads to"

    def node(self, parent: int, step: str) -> int:
        self.nodes.append((parent, step))
        return len(self.nodes) - 1

    def meet(self, slot: Any, parent: int, step: str) -> None:
        """Note a value inside a node, if it is an object that was not met before."""
        if type(slot) is not list:
            return
        place, start = slot[0], offset(slot)
        run = self.contents.heap[place][0] == wire.LIST
        if place in self.met and not (run and start < self.low.get(place, start)):
            return
        node = self.node(parent, step) if step else parent
        if place not in self.met:
            self.met[place] = node
            self.order.append(place)
        self.waiting.append((node, place, start, 0))

    def visit(self, node: int, place: int, start: int, before: int) -> None:
        """Go through an object, or a run."""
        row = self.contents.heap[place]
        if row[0] in RUNS:
            self.run(node, place, start, before)
        elif row[0] == wire.CONTINUATION:
            self.continuation(node, row)
        else:
            for step, slot in self.contents.parts(place):
                self.meet(slot, node, step)

    def run(self, node: int, place: int, start: int, before: int) -> None:
        """The items of a run, as far as they were not met before, and the run it continues in."""
        known = self.low.get(place)
        items = self.contents.items(place)
        self.low[place] = start if known is None else min(start, known)
        frames = self.contents.heap[place][0] == wire.FRAMES
        for number in range(start, len(items) if known is None else known):
            count = before + number - start
            if frames:
                self.frame(node, count + 1, *items[number])
            else:
                self.meet(items[number], node, f"element {count}")
        rest = self.contents.rest(place)
        if known is None and rest is not None:
            self.onward(node, rest, before + len(items) - start)

    def onward(self, node: int, reference: Any, before: int) -> None:
        """Go on with the run that a list or a chain of frames continues in."""
        place = reference[0]
        if place not in self.met:
            self.met[place] = node
            self.order.append(place)
        if offset(reference) < self.low.get(place, len(self.contents.items(place))):
            self.waiting.append((node, place, offset(reference), before))

    def frame(self, node: int, number: int, point: int, slots: list[Any]) -> None:
        row = self.contents.claims.points[point]
        frame = self.node(node, self.contents.frame_step(number, row))
        self.frames.append((frame, point))
        for name, slot in zip(row.variables, slots, strict=True):
            self.meet(slot, frame, variable_step(name))

    def continuation(self, node: int, row: list[Any]) -> None:
        """The frames of a continuation, numbered through all its pieces, and its marks."""
        before = 0
        for frames, mark in self.contents.pieces(row):
            if frames is not None:
                self.onward(node, frames, before)
                before += self.contents.length(frames)
            self.meet(mark, node, f"mark after frame {before}")
