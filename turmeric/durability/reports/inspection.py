"""Looking into saved bytes without resuming them.

`describe` gives what a message holds as plain data, for JSON, tables and pictures;
docs/inspecting.md says what each part means.  It needs no code of the program.  With
`Origins` it also says where the frames are in the sources that are there now.
"""

from __future__ import annotations

from itertools import islice

from turmeric.durability.format import wire
from turmeric.durability.reports import brief
from turmeric.durability.reports.contents import Contents
from turmeric.durability.reports.insides import ATOMS, STAND_INS
from turmeric.durability.reports.sizes import Sizes
from turmeric.durability.reports.trails import Trails

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from turmeric.durability.reports.origins import Origins

Described = dict[str, "Any"]

LONG = 400
"""Characters of a value's text, at most."""
FRAMES = 100
"""Frames of a continuation inside another value that are named."""
NAMES = frozenset((*ATOMS, wire.SENTINEL, wire.PROMPT, wire.BASE))
"""What has no parts, or is met again and again: it says nothing about sharing."""


def describe(contents: Contents, origins: Origins | None = None, size: int = 0) -> Described:
    """What a message holds.  Raises corrupt-data."""
    return Inspector(contents, origins).all(size)


class Inspector:
    """Describes one message."""

    def __init__(self, contents: Contents, origins: Origins | None) -> None:
        self.contents = contents
        self.origins = origins
        self.sizes = Sizes(contents)
        self.uses = self.sizes.uses()
        self.trails = Trails(contents)

    def all(self, size: int) -> Described:
        message, claims, root = self.contents.message, self.contents.claims, self.contents.message.root
        is_chain = self.contents.tag(root) == wire.CONTINUATION
        found = {
            "format": message.version,
            "writer": claims.writer,
            "program": claims.program,
            "bytes": size,
            "bytes_of": {"tables": len(claims.data), "values": sum(self.sizes.own)},
            "earlier": {
                "messages": [base.hex() for base in message.bases],
                "objects": sum(row[0] == wire.EARLIER for row in message.heap),
            },
            "modules": list(self.modules()),
            "root": self.contents.kind(root),
            "value": brief.text(self.contents, root, LONG),
            **(self.chain(root[0]) if is_chain else {"frames": [], "marks": []}),
            "parts": [] if is_chain else list(self.parts(root)),
        }
        found["continuations"] = list(self.nested())
        found["shared"] = list(self.shared())
        found["stand_ins"] = list(self.stand_ins())
        found["objects"] = self.census()
        return found

    def modules(self) -> Iterator[Described]:
        for row in self.contents.claims.modules:
            if row.version is not None:
                now = self.origins.version(row.name) if self.origins is not None else None
                yield {"module": row.name, "file": row.file, "version": row.version, "version_now": now}

    # Frames ---------------------------------------------------------------------------------------

    def chain(self, place: int) -> Described:
        """The frames of a continuation from the innermost out, and the marks between them."""
        frames: list[Described] = []
        marks: list[Described] = []
        pieces = list(self.contents.pieces(self.contents.heap[place]))
        runs = {at for reference, _ in pieces for at, _, _ in self.contents.chain(reference)}
        self.sizes.pass_over([place, *runs])
        for reference, mark in pieces:
            for _, _, frame in self.contents.chain(reference):
                frames.append(self.frame(len(frames) + 1, *frame))
            marks.append({"after": len(frames), **self.value(mark)})
        return {"frames": frames, "marks": marks}

    def frame(self, number: int, point: int, slots: list[Any]) -> Described:
        row = self.contents.claims.points[point]
        variables = [
            {"name": name or None, **self.value(slot)} for name, slot in zip(row.variables, slots, strict=True)
        ]
        own = len(wire.pack(point))
        return {
            "number": number,
            "function": row.symbol,
            "at": row.label,
            "file": self.contents.file(row),
            "line": row.line,
            **(self.origins.line(row) if self.origins is not None else {}),
            "schema": row.schema.hex(),
            "bytes": own + sum(each["bytes"] for each in variables),
            "variables": variables,
        }

    def value(self, slot: Any) -> Described:
        """A value: its kind, its text, and the bytes it takes if it is met here first."""
        return {
            "kind": self.contents.kind(slot),
            "text": brief.text(self.contents, slot, LONG),
            "bytes": self.sizes.value(slot),
            "shared": type(slot) is list and self.is_shared(slot[0]),
        }

    # Values ---------------------------------------------------------------------------------------

    def parts(self, root: Any) -> Iterator[Described]:
        """What is directly inside the root that is no continuation, each with its size."""
        if type(root) is not list:
            return
        self.sizes.pass_over([root[0]])
        if self.contents.tag(root) == wire.LIST:
            for number, (_, _, slot) in enumerate(self.contents.chain(root)):
                yield {"name": f"element {number}", **self.value(slot)}
            return
        for step, slot in self.contents.parts(root[0]):
            yield {"name": step, **self.value(slot)}

    def nested(self) -> Iterator[Described]:
        """The continuations inside: those of generators, of tasks, of frames' variables."""
        for place in self.trails.order:
            row = self.contents.heap[place]
            if row[0] == wire.CONTINUATION and place != self.root_place():
                yield {
                    "path": self.trails.to(place),
                    "one_shot": bool(row[1] & 1),
                    "count": self.contents.frame_count(row),
                    "frames": list(islice(self.functions(row), FRAMES)),
                }

    def functions(self, row: list[Any]) -> Iterator[str]:
        """The functions and lines of a continuation's frames, from the innermost out."""
        for reference, _ in self.contents.pieces(row):
            for _, _, (number, _) in self.contents.chain(reference):
                point = self.contents.claims.points[number]
                yield f"{point.symbol} ({self.contents.file(point)}:{point.line})"

    def root_place(self) -> int | None:
        root = self.contents.message.root
        return root[0] if type(root) is list else None

    def is_shared(self, place: int) -> bool:
        return self.uses[place] > 1 and self.contents.heap[place][0] not in NAMES

    def shared(self) -> Iterator[Described]:
        """What is referred to more than once."""
        for place in self.trails.order:
            if self.is_shared(place):
                yield {
                    "path": self.trails.to(place),
                    "kind": self.contents.kind([place]),
                    "text": brief.text(self.contents, [place], LONG),
                    "references": self.uses[place],
                    "bytes": self.sizes.own[place],
                }

    def stand_ins(self) -> Iterator[Described]:
        """What an instance of the program brings back: values, and resources outside of it."""
        for place in self.trails.order:
            row = self.contents.heap[place]
            if row[0] in STAND_INS:
                yield {
                    "path": self.trails.to(place),
                    "kind": STAND_INS[row[0]],
                    "type": self.contents.claims.names[row[2]],
                    "from": brief.text(self.contents, row[3], LONG),
                }

    def census(self) -> dict[str, int]:
        """How many objects of each kind the heap holds."""
        counts: dict[str, int] = {}
        for row in self.contents.heap:
            name = wire.NAMES.get(row[0], f"object {row[0]}")
            counts[name] = counts.get(name, 0) + 1
        return dict(sorted(counts.items()))
