"""The wire format, version 1: its framing and its tags.

    55799([ "turmeric", version, header, types, functions, points, heap, root, checksum ])

    header    = [writer, program, [[module, file, version], ...]]
    types     = [[module, name, kind, schema id], ...]
    functions = [[module, definition, [path...], schema id], ...]
    points    = [[module, definition, [path...], label, schema id, [variable...], file, line], ...]
    heap      = [[tag, ...], ...]
    root      = a value
    value     = nil / bool / int / float / short text / short bytes
              / [heap index]              an object of the heap
              / [heap index, offset]      a later part of a list or frame chain there

Nothing nests with the depth of the data: objects stand side by side in the heap and
refer to each other by index, in the order in which a walk from the root meets them.
The checksum is the last 8 bytes: BLAKE2b of everything before it.
"""

from __future__ import annotations

from hashlib import blake2b

from turmeric.vocabulary.errors import TurmericError, failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAGIC = "turmeric"
VERSION = 1
ITEMS = 9
SELF_DESCRIBED = b"\xd9\xd9\xf7"
CHECKSUM = 8
INLINE = 16
"""Texts and bytes up to this length stand in line; longer ones once in the heap."""

SYMBOL = 0
KEYWORD = 1
TEXT = 2
BYTES = 3
LIST = 4
VECTOR = 5
MAP = 6
SET = 7
STRUCT = 8
CLOSURE = 9
GLOBAL = 10
CELL = 11
REF = 12
RC = 13
CONTINUATION = 14
FRAMES = 15
STAND_IN = 16
RESOURCE = 17
SENTINEL = 18
PROMPT = 19
HANDLER = 20
BINDING = 21
CLEANUP = 22
BASE = 23
EXTERNAL = 24
MASK = 25
WIND = 26
FUTURE = 27

NAMES = {
    SYMBOL: "symbol",
    KEYWORD: "keyword",
    TEXT: "string",
    BYTES: "bytes",
    LIST: "list",
    VECTOR: "vector",
    MAP: "map",
    SET: "set",
    STRUCT: "struct",
    CLOSURE: "function",
    GLOBAL: "definition",
    CELL: "variable",
    REF: "ref",
    RC: "rc",
    CONTINUATION: "continuation",
    FRAMES: "frames",
    STAND_IN: "stand-in",
    RESOURCE: "resource",
    SENTINEL: "unset",
    PROMPT: "prompt",
    HANDLER: "handler",
    BINDING: "binding",
    CLEANUP: "clean-up",
    BASE: "base",
    EXTERNAL: "external",
    MASK: "mask",
    WIND: "dynamic-wind",
    FUTURE: "future",
}


def frame(items: list[Any]) -> bytes:
    """The bytes of a whole message: tag, items, checksum."""
    import cbor2

    body = SELF_DESCRIBED + bytes([0x80 + ITEMS]) + b"".join([cbor2.dumps(item, canonical=True) for item in items])
    body += bytes([0x40 + CHECKSUM])
    return body + checksum(body)


def checksum(body: bytes) -> bytes:
    """The last bytes of a message, from all before them."""
    return blake2b(body, digest_size=CHECKSUM).digest()


def unframe(data: bytes) -> list[Any]:
    """The items of a message, after its checksum and version were checked."""
    import cbor2

    if not data.startswith(SELF_DESCRIBED) or len(data) < 32:
        raise corrupt("these bytes are no saved Turmeric value")
    if checksum(data[:-CHECKSUM]) != data[-CHECKSUM:]:
        raise corrupt("the checksum does not match: the bytes are damaged or incomplete")
    try:
        items = cbor2.loads(data[len(SELF_DESCRIBED) :])
    except Exception as error:
        raise corrupt(f"not valid CBOR: {error}") from error
    if not isinstance(items, list) or len(items) < 2 or items[0] != MAGIC:
        raise corrupt("these bytes are no saved Turmeric value")
    if type(items[1]) is not int or items[1] != VERSION:
        raise corrupt(f"format version {items[1]} is unknown to this release, which reads version {VERSION}")
    if len(items) != ITEMS:
        raise corrupt("the message does not have the parts it should have")
    return items


def corrupt(message: str) -> TurmericError:
    """The error for bytes that cannot be what they claim to be."""
    return failure("corrupt-data", message)
