"""What saved names are called now, and what names of now were called then (`defrename`).

A rename changes where something is looked for.  What is found there must still be the same: the schema ids
of code and types of now are computed as if the renames had not happened yet, from the last one back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from turmeric.running.world import World

Undo = Callable[[str], str]
"""From a full name of now to the one of then."""
FEW = 4
"""Up to so many renames, every choice of those that had not happened yet is tried."""


class Renames:
    """The renames of a world."""

    def __init__(self, world: World) -> None:
        self.edits = world.edits
        self.table: dict[str, str] = {}
        for module in world.modules.values():
            self.table.update(module.renames)

    def now(self, symbol: str) -> str:
        """What a definition or module is called now; a definition's own rename goes before its module's."""
        seen = {symbol}
        while True:
            found = self.step(symbol)
            if found is None or found in seen:
                return symbol
            seen.add(found)
            symbol = found

    def step(self, symbol: str) -> str | None:
        """One rename on."""
        prefix, rest = symbol, ""
        while prefix:
            if prefix in self.table:
                return self.table[prefix] + rest
            prefix, _, last = prefix.rpartition(".")
            rest = f".{last}{rest}"
        return None

    def undoings(self) -> Iterator[Undo]:
        """How names were before the last rename, the last two, and so on; then every other choice of some."""
        steps = list(self.table.items())[::-1]
        tried = [tuple(range(count)) for count in range(1, len(steps) + 1)]
        if len(steps) <= FEW:
            for count in range(1, len(steps) + 1):
                tried += [each for each in combinations(range(len(steps)), count) if each not in tried]
        for chosen in tried:
            yield undo([steps[place] for place in chosen])


def undo(steps: list[tuple[str, str]]) -> Undo:
    """Takes back some renames, the last one first."""

    def before(symbol: str) -> str:
        for old, new in steps:
            if symbol == new:
                symbol = old
            elif symbol.startswith(new + "."):
                symbol = old + symbol[len(new) :]
        return symbol

    return before
