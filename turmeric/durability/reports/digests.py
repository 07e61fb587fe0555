"""Digests of the values of a message, by which two messages are compared.

Two values have the same digest when all they lead to is the same: the same kinds, names,
scalars and structure, whatever their places in the heaps.  A cell inside itself counts as
a cell at its second occurrence, so a change in a cycle shows where the cycle is met first.
"""

from __future__ import annotations

from turmeric.durability.format import wire
from turmeric.durability.reports import brief
from turmeric.durability.reports.contents import RUNS, Contents, offset
from turmeric.durability.reports.insides import STAND_INS
from turmeric.vocabulary.digest import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SIZE = 16
CYCLE = b"again"


class Digests:
    """The digests of one message's values, each made once."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents
        self.links = contents.message.shape.links
        self.made: dict[int, bytes] = {}
        self.tails: dict[int, list[bytes]] = {}
        """For each run, the digest of what begins at each of its items."""
        self.open: set[int] = set()

    def of(self, slot: Any) -> bytes:
        """The digest of a value."""
        if type(slot) is not list:
            return hashed([type(slot).__name__.encode(), wire.pack(slot)])
        self.need(slot[0])
        return self.known(slot)

    def need(self, root: int) -> None:
        """Make the digests of an object and of all it leads to, those inside first."""
        work = [root]
        while work:
            place = work[-1]
            if place in self.made:
                work.pop()
                continue
            inside = [] if place in self.open else [at for at in self.links[place] if at not in self.made]
            self.open.add(place)
            if inside:
                work.extend(at for at in inside if at not in self.open)
                if work[-1] != place:
                    continue
            self.make(place)
            self.open.discard(place)
            work.pop()

    def known(self, slot: Any) -> bytes:
        """The digest of a slot whose object's digest is made, or being made."""
        if type(slot) is not list:
            return self.of(slot)
        place = slot[0]
        if place in self.tails and offset(slot) < len(self.tails[place]):
            return self.tails[place][offset(slot)]
        return self.made.get(place, CYCLE)

    def make(self, place: int) -> None:
        contents, row = self.contents, self.contents.heap[place]
        if row[0] in RUNS:
            self.tails[place] = self.run(place)
            self.made[place] = self.tails[place][0] if self.tails[place] else hashed([b"empty"])
        elif row[0] == wire.CONTINUATION:
            marks = [self.known(slot) for piece in contents.pieces(row) for slot in piece]
            self.made[place] = hashed([self.head(row), *marks])
        else:
            parts = [part for step, slot in contents.parts(place) for part in (step.encode(), self.known(slot))]
            self.made[place] = hashed([self.head(row), *parts])

    def run(self, place: int) -> list[bytes]:
        """The digests of the tails of a list, or of a chain of frames, from each item on."""
        rest = self.contents.rest(place)
        after = b"end" if rest is None else self.known(rest)
        found: list[bytes] = []
        for item in reversed(self.contents.items(place)):
            own = self.frame(*item) if type(item) is tuple else self.known(item)
            after = hashed([b"item", own, after])
            found.append(after)
        return found[::-1]

    def frame(self, point: int, slots: list[Any]) -> bytes:
        """The digest of one frame."""
        row = self.contents.claims.points[point]
        return hashed([row.symbol.encode(), row.label.encode(), row.schema, *[self.known(slot) for slot in slots]])

    def head(self, row: list[Any]) -> bytes:
        """What an object is, without what is inside it: no numbers of tables."""
        claims, tag = self.contents.claims, row[0]
        if tag == wire.STRUCT:
            return f"struct {claims.types[row[1]].symbol} {claims.types[row[1]].schema.hex()}".encode()
        if tag == wire.CLOSURE:
            return f"function {claims.functions[row[1]].symbol} {claims.functions[row[1]].schema.hex()}".encode()
        if tag == wire.GLOBAL or tag in STAND_INS:
            place = row[1:3]
            return f"{self.contents.kind_of(row)} {self.contents.full_name(*place)}".encode()
        if tag == wire.HANDLER:
            return brief.write_handler(self.contents, row, 0, brief.SHORT, 0).encode()
        if tag == wire.LATER and type(row[1]) is int:
            return f"lazy {self.contents.message.bases[row[1]].hex()}".encode()
        if tag == wire.EARLIER:
            return f"earlier {self.contents.message.bases[row[1]].hex()} {row[2]}".encode()
        if tag == wire.CONTINUATION or tag in SCALARS:
            return repr(row[:2]).encode()
        return self.contents.kind_of(row).encode()


SCALARS = frozenset((wire.SYMBOL, wire.KEYWORD, wire.TEXT, wire.BYTES, wire.SENTINEL, wire.EXTERNAL, wire.LATER))


def hashed(parts: list[bytes]) -> bytes:
    found = blake2b(digest_size=SIZE)
    for part in parts:
        found.update(len(part).to_bytes(4, "big") + part)
    return found.digest()
