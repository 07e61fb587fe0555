"""How many bytes the parts of a message take, as they are encoded.

What is shared is counted where it is first met: the values of the frames are asked for
from the innermost frame out, each with all that it leads to and that was not counted yet.
"""

from __future__ import annotations

from turmeric.durability.format import wire
from turmeric.durability.reports.contents import Contents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Sizes:
    """Counts each row of a heap once."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents
        self.links = contents.message.shape.links
        self.own = [len(wire.pack(row)) for row in contents.heap]
        """The bytes of each row, without what it refers to."""
        self.counted = bytearray(len(self.own))

    def pass_over(self, places: list[int]) -> None:
        """Do not count these rows."""
        for place in places:
            self.counted[place] = 1

    def value(self, slot: Any) -> int:
        """The bytes of a value where it is used, with all it leads to that was not counted yet."""
        total = len(wire.pack(slot))
        work = [slot[0]] if type(slot) is list else []
        while work:
            place = work.pop()
            if not self.counted[place]:
                self.counted[place] = 1
                total += self.own[place]
                work.extend(self.links[place])
        return total

    def uses(self) -> list[int]:
        """How often each object is referred to."""
        found = [0] * len(self.own)
        for links in self.links:
            for place in links:
                found[place] += 1
        if type(self.contents.message.root) is list:
            found[self.contents.message.root[0]] += 1
        return found
