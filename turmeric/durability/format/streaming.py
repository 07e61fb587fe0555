"""Messages to and from streams: written as they are made, read up to their end and no further.

A stream holds the same bytes as `serialize` gives; several messages may follow each other.
"""

from __future__ import annotations

from turmeric.durability.format import wire
from turmeric.durability.format.items import ARRAY, BYTES, MAP, SIZES, TAG, TEXT, head
from turmeric.durability.format.wire import corrupt
from turmeric.vocabulary.digest import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

PIECE = 65_536
"""Bytes that are written or read at a time."""


def write_message(items: list[Any], write: Callable[[bytes], object]) -> None:
    """Write the items of a message, its heap row by row, so that the bytes are never in memory as a whole."""
    digest = blake2b(digest_size=wire.CHECKSUM)
    waiting = bytearray()
    for part in parts_of(items):
        waiting += part
        if len(waiting) >= PIECE:
            digest.update(waiting)
            write(bytes(waiting))
            waiting.clear()
    digest.update(waiting)
    write(bytes(waiting) + digest.digest())


def parts_of(items: list[Any]) -> Iterator[bytes]:
    """The bytes of a message up to its checksum, in parts."""
    *before, heap, root = items
    yield wire.HEAD + b"".join([wire.pack(item) for item in before])
    yield head(ARRAY, len(heap))
    for row in heap:
        yield wire.pack(row)
    yield wire.pack(root) + wire.CHECKSUM_HEAD


def read_message(read: Callable[[int], bytes]) -> bytes | None:
    """The bytes of the next message of a stream; None at its end.

    `read` gives at most as many bytes as it is asked for, and none at the end.  Raises
    corrupt-data for what is no message, without reading on.
    """
    data = bytearray(read(1))
    if not data:
        return None

    def take(count: int) -> bytes:
        """The next bytes, in pieces: a length that is claimed is no reason to make room for it."""
        start = len(data)
        while len(data) - start < count:
            piece = read(min(count - (len(data) - start), PIECE))
            if not piece:
                raise corrupt("the stream ends in the middle of a saved value")
            data.extend(piece)
        return bytes(data[start:])

    take(len(wire.HEAD) - 1)
    if data != wire.HEAD:
        raise corrupt("the stream holds no saved Turmeric value here")
    left = wire.ITEMS
    while left:
        left += more_items(take) - 1
    return bytes(data)


def more_items(take: Callable[[int], bytes]) -> int:
    """Read one item of CBOR without those inside it; gives the number of these."""
    first = take(1)[0]
    kind, argument = first >> 5, first & 31
    if argument in SIZES:
        argument = int.from_bytes(take(SIZES[argument]), "big")
    elif argument > 27 or kind == MAP:
        raise corrupt("the stream holds what the format does not have")
    if kind in (BYTES, TEXT):
        take(argument)
    return argument if kind == ARRAY else 1 if kind == TAG else 0
