"""Hostile messages of ten megabytes, each decoded in a process of its own.

    python -m tests.durability.hostile

prints for each what came of it and the peak of the memory.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterable

import cbor2

from turmeric.assembly.session import Session
from turmeric.durability.format import wire
from turmeric.durability.saving import deserialize, serialize
from turmeric.vocabulary.errors import TurmericError

SIZE = 10_000_000
LIST, VECTOR, MAP, SET = wire.LIST, wire.VECTOR, wire.MAP, wire.SET


def head(count: int) -> bytes:
    """The head of an array."""
    return b"\x9a" + count.to_bytes(4, "big")


def row(tag: int, items: bytes, count: int, *first: bytes) -> bytes:
    """A heap of one row."""
    return b"\x81" + head(1 + len(first) + count) + bytes([tag]) + b"".join(first) + items


def joined(items: Iterable[bytes]) -> bytes:
    made = bytearray()
    for item in items:
        made += item
    return bytes(made)


def numbers(start: int, count: int) -> bytes:
    return joined(b"\x1a" + (start + number).to_bytes(4, "big") for number in range(count))


def nested(count: int) -> bytes:
    """A list in a list in a list."""
    rows = joined(b"\x83\x04\xf6\x81\x1a" + (number + 1).to_bytes(4, "big") for number in range(count - 1))
    return head(count) + rows + b"\x82\x04\xf6"


HEAPS: dict[str, Callable[[], bytes]] = {
    "empty arrays": lambda: head(SIZE) + b"\x80" * SIZE,
    "empty sets": lambda: head(SIZE // 2) + b"\x81\x07" * (SIZE // 2),
    "prompts": lambda: head(SIZE // 2) + b"\x81\x13" * (SIZE // 2),
    "handlers": lambda: head(SIZE // 3) + b"\x82\x14\xf6" * (SIZE // 3),
    "vectors of one": lambda: head(SIZE // 3) + b"\x82\x05\x00" * (SIZE // 3),
    "small negative numbers": lambda: row(VECTOR, b"\x30" * SIZE, SIZE),
    "zeros": lambda: row(VECTOR, b"\x00" * SIZE, SIZE),
    "a list of zeros": lambda: row(LIST, b"\x00" * SIZE, SIZE, b"\xf6"),
    "short texts": lambda: row(VECTOR, b"\x62ab" * (SIZE // 3), SIZE // 3),
    "half floats": lambda: row(VECTOR, b"\xf9\x3e\x01" * (SIZE // 3), SIZE // 3),
    "references": lambda: row(VECTOR, b"\x81\x00" * (SIZE // 2), SIZE // 2),
    "a large map": lambda: row(MAP, numbers(1 << 20, SIZE // 10 * 2), SIZE // 10 * 2),
    "a map that is let through": lambda: row(MAP, numbers(1 << 20, 1_000_000), 1_000_000),
    "a large set": lambda: row(SET, numbers(1 << 20, SIZE // 5), SIZE // 5),
    "a set that is let through": lambda: row(SET, numbers(1 << 20, 700_000), 700_000),
    "numbers": lambda: row(VECTOR, numbers(1 << 20, SIZE // 5), SIZE // 5),
    "a nested list": lambda: nested(1_000_000),
    "one number": lambda: b"\x81\x82\x05\xc2\x5a" + SIZE.to_bytes(4, "big") + b"\xff" * SIZE,
    "a CBOR map": lambda: b"\x81\x82\x05" + b"\xba\x00\x10\x00\x00" + numbers(1 << 20, 1 << 20),
    "claimed counts": lambda: b"\x9b\x00\x00\x00\x7f\xff\xff\xff\xff" + b"\x00" * SIZE,
    "a claimed length": lambda: b"\x81\x82\x03\x5b\x00\x00\x00\x7f\xff\xff\xff\xff",
}


def message(session: Session, heap: bytes, root: bytes = b"\x81\x00") -> bytes:
    """The bytes of a message with this heap and a right checksum."""
    items = wire.unframe(serialize(session.world, None))
    start = wire.HEAD + b"".join(cbor2.dumps(item) for item in items[:5])
    body = b"".join((start, heap, root, wire.CHECKSUM_HEAD))
    del heap
    return body + wire.checksum(body)


def measure(session: Session, make: Callable[[], bytes]) -> str:
    """What came of a message, and the peak of this process's memory."""
    data = message(session, make())
    try:
        deserialize(session.world, data)
        outcome = "accepted"
    except TurmericError as error:
        outcome = error.name
    return f"{outcome}, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB"


def main() -> None:
    session = Session([])
    for name, make in HEAPS.items():
        child = os.fork()
        if not child:
            print(f"{name}: {measure(session, make)}", flush=True)
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
