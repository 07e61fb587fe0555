"""Where the code of each module of a message comes from: the program that is there, or a bundle."""

from __future__ import annotations

from turmeric.durability.format.message import Message
from turmeric.durability.reports.mismatches import Mismatches
from turmeric.running.world import World

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.running.bundles import Bundle

SAVED, CURRENT, STRICT = MODES = ("saved", "current", "strict")
"""Which code saved state goes on in: that which came with it; that which is there now, where it fits; the
same, and all modules must be the versions that they were."""


class Sources:
    """The sources of one message's code; its bundles are loaded if they are to run."""

    def __init__(self, world: World, message: Message, mode: str) -> None:
        rows = message.claims.modules
        self.loaded: list[Bundle] = [world.load_bundle(data) for data in message.code] if mode == SAVED else []
        self.bundles: list[Bundle | None] = [
            self.loaded[row.bundle] if self.loaded and row.bundle is not None else None for row in rows
        ]
        """The bundle of each module, None for those of the program."""
        self.missing = [f"{module}.{name}" for bundle in self.loaded for module, name in bundle.missing]
        """What the bundles need of the standard library, and this release does not have."""
        pairs = [] if self.missing else zip(rows, self.bundles, strict=True)
        self.homes = [row.name if bundle is None else bundle.module(row.name).name for row, bundle in pairs]
        """What each module is called in this process."""

    @property
    def keys(self) -> tuple[str | None, ...]:
        """The keys of the modules' bundles."""
        return tuple([None if bundle is None else bundle.key for bundle in self.bundles])

    def type_name(self, home: int, symbol: str) -> str:
        """The full name in this process of a type that something of a module has to do with."""
        bundle = self.bundles[home]
        return symbol if bundle is None else bundle.type_name(symbol)

    def brings(self, class_name: str, target: str) -> bool:
        """Whether a bundle has an instance that is not in use yet."""
        return any((class_name, target) in bundle.instances for bundle in self.loaded)

    def install(self) -> None:
        """All of the message fits: the instances of its bundles can be used."""
        for bundle in self.loaded:
            bundle.install()


def check_carries(message: Message, mode: str, mismatches: Mismatches) -> None:
    """To go on in the code that was saved, a message must hold some, if it needs any."""
    own = [row.name for row in message.claims.modules if row.version is not None]
    if mode == SAVED and own and not message.code:
        detail = f"no code of the module {own[0]} is in these bytes; `serialize` adds it with :code :bundle"
        mismatches.note("code", own[0], b"", None, detail, own[0])
