"""Lazy values: large immutable ones that are stored once, and loaded on first use.

The content of a lazy value is a message of its own.  In bytes that stand alone it is a part of
them; in a store of blobs it is a blob, which all messages that need it refer to by hash.  What is
loaded and stored again is stored as it came, without a look inside.
"""

from __future__ import annotations

from turmeric.durability.format import wire
from turmeric.durability.reports.failures import Unserializable
from turmeric.running.lazies import ABSENT, Lazy
from turmeric.vocabulary.printer import BRIEF, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from turmeric.durability.stores.blobs import Blobs
    from turmeric.running.world import World

STEADY = frozenset((*wire.IMMUTABLE, wire.SYMBOL, wire.KEYWORD, wire.GLOBAL, wire.SENTINEL, wire.STAND_IN, wire.LATER))
"""The rows of a message that may be loaded once for all who use it."""
DEEPEST = 16
"""Lazy values in lazy values, at most."""


class Content:
    """What a lazy value stands for, as a message: its bytes, or where they are."""

    name = "stored value"

    def __init__(
        self,
        world: World,
        data: bytes | None = None,
        place: tuple[Blobs, bytes] | None = None,
        load: Callable[[bytes], Any] | None = None,
    ) -> None:
        self.world = world
        self.data = data
        self.place = place
        self.load = load
        """What makes the value of the bytes, unless it was there when this was made."""
        self.edits = world.edits

    def get(self) -> Any:
        """The value.  Raises corrupt-data, schema-mismatch."""
        assert self.load is not None
        return self.load(self.message())

    def message(self) -> bytes:
        """The bytes, from the store of blobs if need be."""
        if self.data is not None:
            return self.data
        assert self.place is not None
        blobs, name = self.place
        return blobs.get(name)


def lazy(world: World, value: Any) -> Lazy:
    """A lazy value that is there."""
    return Lazy(Content(world), value)


def content_of(value: Lazy, encode: Callable[[Any], tuple[bytes, list[Any]]]) -> Content:
    """The content of a lazy value, made by `encode` if it was not, or if the code has changed since.

    Raises Unserializable for one that holds state: those who load it would not share that.
    """
    content = value.source
    assert isinstance(content, Content)
    made = content.data is not None or content.place is not None
    if made and (content.edits == content.world.edits or value.value is ABSENT):
        return content
    data, rows = encode(value.value)
    found = next((row[0] for row in rows if row[0] not in STEADY), None)
    if found is not None:
        shown = write(value.value, limit=BRIEF)
        raise Unserializable(value, f"a lazy value has to be immutable, and {shown} holds a {wire.NAMES[found]}")
    value.source = content = Content(content.world, data)
    return content
