"""The wire format, version 1: its framing and its tags.  docs/wire-format.md specifies it.

    55799([ "turmeric", version, tables, bases, code, heap, root, checksum ])

    tables    = the bytes of [writer, program, names, modules, types, functions, points]:
                messages of a program mostly have the same ones, and are read faster so;
                or the number of a base whose tables are the same
    names     = [text, ...]                                  each name once
    modules   = [[name, file, version] or [name], ...]       [name]: of the standard library; the
                number of a bundle follows if the module's code goes along in it
    types     = [[module, name, kind, schema id, [field...]], ...]  modules and names by number;
                the fields of the program's types only
    functions = [[module, name, [name...], schema id], ...]
    points    = [[module, name, [name...], label, schema id, [variable...], line], ...]
    bases     = [hash of an earlier message, ...]
    code      = [bytes of a bundle, ...]                     `bundling` has what is in them
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

from turmeric.durability.format import limits
from turmeric.vocabulary.digest import blake2b
from turmeric.vocabulary.errors import TurmericError, failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

MAGIC = "turmeric"
MAGIC_ITEM = b"\x68" + MAGIC.encode()
VERSION = 1
ITEMS = 8
SELF_DESCRIBED = b"\xd9\xd9\xf7"
HEAD = SELF_DESCRIBED + bytes([0x80 + ITEMS])
SEALED = (b"\xd0", b"\xd1")
"""How sealed bytes begin (durability/sealed/cose.py)."""
CHECKSUM = 8
CHECKSUM_HEAD = bytes([0x40 + CHECKSUM])
NESTING = 8
"""Arrays in arrays, at most: more than the format has."""
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
EARLIER = 28
PARTS = 29
LARGE = 30
LAZY = 31
LATER = 32

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
    EARLIER: "object of an earlier message",
    PARTS: "parts",
    LARGE: "large collection",
    LAZY: "lazy resource",
    LATER: "lazy value",
}

SENTINELS = ("unbound", "missing")
"""By number: a variable without a value yet, a keyword argument that was left out."""
LARGE_KINDS = ("vector", "map", "set")
WAYS = ("catch", "resume", "in-place", "one-shot", "multi-shot")
"""How a handler's clause gets its continuation, by number; the first two are for thrown values."""
ERROR_WAYS = 2


IMMUTABLE = frozenset(
    (TEXT, BYTES, LIST, VECTOR, MAP, SET, STRUCT, CLOSURE, FRAMES, PARTS, LARGE)
)
"""What a later message may refer to, if no state can be reached from it."""


def frame(items: list[Any]) -> bytes:
    """The bytes of a whole message: tag, items, checksum."""
    body = HEAD + pack(items)[1:] + CHECKSUM_HEAD
    return body + checksum(body)


def checksum(body: bytes | memoryview) -> bytes:
    """The last bytes of a message, from all before them."""
    return blake2b(body, digest_size=CHECKSUM).digest()


def unframe(data: bytes, allowance: limits.Allowance | None = None) -> list[Any]:
    """The items of a message, after its checksum and version were checked."""
    if data[:1] in SEALED:
        raise corrupt("these bytes are sealed; (unseal bytes) opens them first")
    if type(data) is not bytes or not data.startswith(SELF_DESCRIBED) or len(data) < len(HEAD) + CHECKSUM:
        raise corrupt("these bytes are no saved Turmeric value")
    if checksum(memoryview(data)[:-CHECKSUM]) != data[-CHECKSUM:]:
        raise corrupt("the checksum does not match: the bytes are damaged or incomplete")
    check_version(data)
    items = parse(memoryview(data)[len(SELF_DESCRIBED) :], allowance)
    if type(items) is not list or len(items) < 2 or items[0] != MAGIC:
        raise corrupt("these bytes are no saved Turmeric value")
    if type(items[1]) is not int or items[1] != VERSION:
        raise corrupt("the message does not say of which version it is")
    if len(items) != ITEMS:
        raise corrupt("the message does not have the parts it should have")
    if items[-1] != data[-CHECKSUM:]:
        raise corrupt("there are bytes after the end of the message")
    return items


def check_version(data: bytes) -> None:
    """Refuse a message of a newer version by name, whatever the rest of it looks like."""
    start = data[len(HEAD) : len(HEAD) + len(MAGIC_ITEM) + 1]
    if start[:-1] == MAGIC_ITEM and start[-1] != VERSION and start[-1] < 24:
        raise corrupt(f"format version {start[-1]} is unknown to this release, which reads version {VERSION}")


def pack(value: Any) -> bytes:
    """Plain data as CBOR, in its deterministic encoding."""
    import cbor2

    return cbor2.dumps(value, canonical=True)


def parse(data: bytes | memoryview, allowance: limits.Allowance | None = None, nesting: int = NESTING) -> Any:
    """CBOR as plain data.  Only what the format uses is known; the rest is refused unread."""
    import cbor2

    (allowance or limits.Allowance(len(data))).parse(data)
    try:
        return cbor2.loads(
            data,
            max_depth=nesting,
            allow_indefinite=False,
            allow_duplicate_keys=False,
            semantic_decoders=REFUSED_TAGS,
            tag_hook=refuse_tag,
        )
    except Exception as error:
        raise corrupt(f"not valid CBOR: {error}") from error


def refuse_tag(*_: object) -> NoReturn:
    """Called for every CBOR tag but those of big integers."""
    raise ValueError("a tag that the format does not have")


REFUSED_TAGS = dict.fromkeys(
    (0, 1, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261, 1004, 43000, 55799), refuse_tag
)
"""The tags that the library would decode by itself."""


def corrupt(message: str) -> TurmericError:
    """The error for bytes that cannot be what they claim to be."""
    return failure("corrupt-data", message)
