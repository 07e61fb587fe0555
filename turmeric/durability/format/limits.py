"""Limits on what bytes may ask for, whatever they are.

A byte of CBOR can become 90 bytes of Python objects (an empty array is one), so memory is
granted, not taken: a message may take `FREE` bytes of it, and one of more than 10 MB may take
`FOR_EACH` for each of its own.  That is ten times what usual messages need: a list that is
nested a million deep, the densest thing that programs save, passes.  Small messages cannot
ask for so much; of others the headers are counted before anything is made of them, and the
objects to be built from a row before they are built.
"""

from __future__ import annotations

import sys
from functools import cache

from turmeric.vocabulary.equality import Compound
from turmeric.vocabulary.errors import TurmericError, failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from re import Pattern
    from typing import Any

FREE = 256_000_000
FOR_EACH = 25
WORST = 112
"""No byte of input becomes more than that, parsed and built."""

ROWS = 100_000
"""Rows of one table: distinct points, functions or types of one message."""
SPELLED = 4_000_000
"""Characters of the names that the rows of the tables spell out, all in all."""
COLLISIONS = 2_000_000
"""Pairs of keys with the same hash that are compared, in one message."""

PARTS = 50_000_000
"""Parts of large collections, counted in each that has them."""


def refused(message: str) -> TurmericError:
    """The error for bytes that ask for too much."""
    return failure("corrupt-data", message)


def check_size(size: int, limit: int | None) -> None:
    """Refuse a message of more than `limit` bytes."""
    if limit is not None and size > limit:
        raise refused(f"the message has {size} bytes, and at most {limit} are accepted here")


def allowed(size: int) -> int:
    """The bytes of memory that an input of this size may take."""
    return max(FREE, FOR_EACH * size)


class Allowance:
    """What one message may still take of memory and of time."""

    def __init__(self, size: int, memory: int | None = None) -> None:
        self.allowed = allowed(size) if memory is None else memory
        self.left = self.allowed
        self.size = size
        self.compared = 0
        self.seen = 0

    def take(self, amount: int) -> None:
        self.left -= amount
        if self.left < 0:
            raise too_much(self.size, self.allowed)

    def work(self, parts: int) -> None:
        """Count the parts of large collections that are gone through: many may have the same ones."""
        self.seen += parts
        if self.seen > PARTS:
            raise refused("large collections have too many parts")

    def parse(self, data: bytes | memoryview) -> None:
        """Take what parsing this CBOR takes, if that could be much.

        Structure is no matter here: each header stands for an object, wherever it is.
        """
        place, size = 0, len(data)
        if size * WORST <= self.allowed:
            return
        while place < size:
            run = patterns()[0].match(data, place)
            if run is not None:
                self.take(run_cost(data, place, run.end()))
                place = run.end()
            elif data[place] in LONG:
                place = self.after_long(data, place)
            else:
                raise refused(f"not valid CBOR: {data[place]:#04x} at byte {place} begins nothing that a message has")

    def after_long(self, data: bytes | memoryview, place: int) -> int:
        """The place after a long text or bytes, whose objects are taken into account."""
        start = place + 1 + LONG[data[place]]
        length = int.from_bytes(data[place + 1 : start], "big")
        self.take(64 + SLOT + min(length, len(data) - start) * (WIDE if data[place] >= 0x60 else 1))
        return start + length

    def compare(self, keys: list[Any]) -> None:
        """Count the keys of one map or set that have the same hash: each is compared with all before
        it, so a few thousand chosen ones would take hours.  Nobody can choose the hash of a text."""
        counts: dict[int, int] = {}
        for key in keys:
            if isinstance(key, Compound) or (type(key) is int and not -MODULUS < key < MODULUS):
                at = hash(key)
                before = counts.get(at, 0)
                counts[at] = before + 1
                self.compared += before
                if self.compared > COLLISIONS:
                    raise refused("a map or set has too many keys of the same hash")


MODULUS = sys.hash_info.modulus
"""Integers below it have a hash of their own."""


def too_much(size: int, limit: int) -> TurmericError:
    text = f"these {size} bytes would take more than {limit // 1_000_000} MB of memory"
    return refused(f"{text}; if you know where they come from, (deserialize bytes :memory N) allows N bytes")


# What parsing takes ---------------------------------------------------------------------------

TOKEN = (
    rb"[\x00-\x17\x20-\x37\x40\x60\x80-\x97\xf4-\xf6]"
    rb"|[\x18\x38\x41\x61\x98\xf8]."
    rb"|[\x19\x39\x42\x62\x99\xf9].."
    rb"|[\x1a\x3a\x9a\xfa].{4}"
    rb"|[\x1b\x3b\x9b\xfb].{8}"
    rb"|[\xc2\xc3]"
) + b"".join(rb"|[%c%c].{%d}" % (0x40 + length, 0x60 + length, length) for length in range(3, 24))
"""A header with what follows it, but for texts and bytes of more than 23 bytes, of which some
contain headers: those are stepped over."""

CHUNK = 1 << 17


@cache
def patterns() -> tuple[Pattern[bytes], Pattern[bytes]]:
    """A run of headers, and one; made when a message is large enough to be looked at."""
    import re

    run = re.compile(b"(?:%s){1,%d}+" % (TOKEN, CHUNK), re.DOTALL)
    return run, re.compile(b"(?=(.))(?:%s)" % TOKEN, re.DOTALL)



LIST, NUMBER, REAL, STRING, SHARED = 0, 1, 2, 3, 4
KINDS = bytes(
    LIST if 0x80 <= byte < 0xA0
    else NUMBER if byte in (0x19, 0x1A, 0x1B) or 0x25 <= byte < 0x40
    else REAL if byte in (0xF9, 0xFA, 0xFB)
    else STRING if 0x41 <= byte < 0x60 or 0x62 <= byte < 0x80
    else SHARED
    for byte in range(256)
)
"""What each header makes: small numbers and constants are there already."""
COSTS = ((LIST, 64), (NUMBER, 32), (REAL, 24), (STRING, 80))
SLOT = 8
ROUNDING = 12
"""On average, of a short list's slots to a multiple of 16 bytes."""
WIDE = 4
"""Bytes of a character of a long text, at most for each of its own."""
LONG = {0x58: 1, 0x78: 1, 0x59: 2, 0x79: 2, 0x5A: 4, 0x7A: 4, 0x5B: 8, 0x7B: 8}
"""The headers of longer bytes and texts, and the bytes of their lengths."""


def run_cost(data: bytes | memoryview, start: int, end: int) -> int:
    """The cost of a run of headers."""
    kinds = b"".join(patterns()[1].findall(data, start, end)).translate(KINDS)
    lists = kinds.count(LIST)
    cost = len(kinds) * SLOT + lists * ROUNDING
    for kind, each in COSTS:
        cost += kinds.count(kind) * each
    return cost
