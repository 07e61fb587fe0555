"""What no longer fits: collecting it, and raising it as one `schema-mismatch`.

The resolver and the decoder note what they cannot find; everything is noted before
anything is raised, so that one error can tell all of it.
"""

from __future__ import annotations

from turmeric.durability.message import FunctionRow, PointRow, TypeRow, full
from turmeric.running.world import World
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.namespace import UNBOUND, nearest
from turmeric.vocabulary.structs import Struct, StructType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.durability.message import Message
    from turmeric.vocabulary.namespace import Global

    Row = PointRow | FunctionRow | TypeRow | None

PATCHED = "edit the code back, or resume with the version that saved it"


class Mismatch:
    """One thing that no longer fits: what it is, what was saved, what is there now.

    `row` is the entry of the message's tables that was not found again, None for
    definitions and instances.
    """

    __slots__ = ("detail", "kind", "new", "old", "row", "source", "symbol")

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


class Mismatches:
    """What does not fit, of one message, in the order in which it was found."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.found: list[Mismatch] = []

    def note(
        self, kind: str, symbol: str, old: bytes, new: bytes | None, detail: str, source: str, row: Row = None
    ) -> None:
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

    def refuse(self, message: Message) -> None:
        """Raise `schema-mismatch` if anything did not fit."""
        if not self.found:
            return
        first = self.found[0]
        more = len(self.found) - 1
        detail = first.detail + (f" (and {more} more)" if more else "") + f"; {PATCHED}"
        what_type = self.world.find("serial", "mismatch").force()
        assert isinstance(what_type, StructType)
        what = Struct(what_type, (first.kind, first.symbol, first.old, first.new, detail, first.source))
        modules = message.claims.modules
        version = next((row.version for row in modules if first.symbol.startswith(row.name + ".")), None)
        error = failure("schema-mismatch", "")
        assert isinstance(error.value, Struct)
        error.value.values = (what, version)
        raise error


def is_defined(found: Global) -> bool:
    """Whether a global has a definition, not just a use."""
    return found.pending is not None or found.value is not UNBOUND
