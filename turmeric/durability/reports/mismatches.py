"""What no longer fits, collected.

The resolver and the decoder note what they cannot find; everything is noted before
anything is raised (`refusing`), so that one error can tell all of it.
"""

from __future__ import annotations

from turmeric.durability.format.entries import FunctionRow, PointRow, TypeRow, full
from turmeric.running.world import World
from turmeric.vocabulary.namespace import UNBOUND, nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.vocabulary.namespace import Global

    Facts = dict[str, Any]
    Row = PointRow | FunctionRow | TypeRow | None

PARTS = ("kind", "symbol", "old", "new", "detail", "source", "paths", "count", "then", "now", "renamed", "advice")
"""What is known of a mismatch, in the order of the fields of the struct `serial.mismatch`."""


class Mismatch:
    """One thing that no longer fits: what it is, what was saved, what is there now.

    `row` is the entry of the message's tables that was not found again, None for
    definitions and instances.  The rest is filled in when all was found: `paths` lead to
    what is affected (of `count` in all, the first ones), `then` and `now` are
    what was saved and what is there, `renamed` is where it seems to have gone, `advice`
    says what can be done, the best first.
    """

    def __init__(
        self, kind: str, symbol: str, old: str, new: str | None, detail: str, source: str, row: Row = None
    ) -> None:
        self.kind = kind
        self.symbol = symbol
        self.old = old
        self.new = new
        self.detail = detail
        self.source = source
        self.row = row
        self.paths: list[str] = []
        self.count = 0
        self.then: Facts = {}
        self.now: Facts = {}
        self.renamed: str | None = None
        self.advice: list[str] = []

    @property
    def definition(self) -> str:
        """The full name of the definition that it is about."""
        return self.symbol if self.row is None else full(self.row.module, self.row.name)

    def data(self) -> dict[str, Any]:
        """All of it as plain data; docs/inspecting.md says what the parts mean."""
        return {name: getattr(self, name) for name in PARTS}


class Mismatches:
    """What does not fit, of one message, in the order in which it was found."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.found: list[Mismatch] = []

    def note(
        self, kind: str, symbol: str, old: bytes, new: bytes | None, detail: str, source: str, row: Row = None
    ) -> None:
        if row is None and any(each.kind == kind and each.symbol == symbol for each in self.found):
            return  # a name that the heap has twice
        self.found.append(Mismatch(kind, symbol, old.hex(), new.hex() if new else None, detail, source, row))

    def missing(self, kind: str, module: str, name: str, old: bytes, row: Row = None) -> None:
        """Note that a definition is gone, with the nearest name there is."""
        home = self.world.modules.get(module)
        symbol = full(module, name)
        if home is None:
            detail = f"the module {module} of {symbol} cannot be found"
        else:
            near = nearest(name, [each for each, found in home.definitions.items() if is_defined(found)])
            hint = f"; the nearest name is `{near}`" if near else ""
            detail = f"{symbol} no longer exists{hint}"
        self.note(kind, symbol, old, None, detail, module, row)


def is_defined(found: Global) -> bool:
    """Whether a global has a definition, not just a use."""
    return found.pending is not None or found.value is not UNBOUND
