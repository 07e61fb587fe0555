"""The files of a store: a line that says what they are, a checksum, and CBOR in its deterministic encoding.

    turmeric store 1\\n       the version of the format
    16 bytes                 BLAKE2b of what follows
    [kind, key, content]

Kind and key say what the file is of, so that one that got a wrong name is refused:

    "instance"     its id             {"instance": {...}, "events": [...], "keys": [...]}
    "checkpoint"   "id number"        {...}
    "blob"         its hash, in hex   {...}
    "journal"      ""                 [[name of a file, its new bytes or nil], ...]
"""

from __future__ import annotations

from turmeric.durability.format import wire
from turmeric.durability.instances.records import Event, Instance
from turmeric.durability.instances.store import Damaged, StoreError
from turmeric.durability.instances.stores.forms import Malformed, plain, record
from turmeric.durability.instances.stores.rows import Row
from turmeric.vocabulary.digest import blake2b
from turmeric.vocabulary.errors import TurmericError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VERSION = 1
FIRST = b"turmeric store "
LINE = FIRST + b"%d\n" % VERSION
CHECKSUM = 16
NESTING = 8


class NewerFormat(Damaged):
    """A newer release has written it."""


def framed(kind: str, key: str, content: Any) -> bytes:
    """The bytes of a file.  Raises StoreError for text that has no bytes."""
    try:
        body = wire.pack([kind, key, content])
    except UnicodeEncodeError as error:
        raise StoreError(f"the {kind} {key!r}: {error}") from error
    return LINE + checksum(body) + body


def unframed(data: bytes, kind: str, key: str) -> Any:
    """What is in a file.  Raises Malformed, NewerFormat."""
    check_line(data[: len(FIRST) + 8])
    body = memoryview(data)[len(LINE) + CHECKSUM :]
    if checksum(body) != data[len(LINE) : len(LINE) + CHECKSUM]:
        raise Malformed("its checksum does not match: it is damaged or incomplete")
    try:
        found = wire.parse(body, nesting=NESTING)
    except TurmericError as error:
        raise Malformed(str(error)) from error
    if type(found) is not list or len(found) != 3 or found[:2] != [kind, key]:
        raise Malformed(f"it is not the {kind} {key}".rstrip())
    return found[2]


def check_line(start: bytes) -> None:
    """Whether a file is one of a store, of this version."""
    if not start.startswith(FIRST) or b"\n" not in start:
        raise Malformed("it does not begin as a file of a store")
    if not start.startswith(LINE):
        version = start[len(FIRST) : start.index(b"\n")].decode("latin-1")
        raise NewerFormat(f"format version {version} is unknown to this release, which reads version {VERSION}")


def checksum(body: bytes | memoryview) -> bytes:
    return blake2b(body, digest_size=CHECKSUM).digest()


def of_row(row: Row) -> dict[str, Any]:
    """A row as plain data."""
    found: dict[str, Any] = {"instance": plain(row.instance)}
    if row.events:
        found["events"] = [plain(event) for event in row.events]
    if row.keys:
        found["keys"] = sorted(row.keys)
    return found


def to_row(data: Any) -> Row:
    """The row that plain data says.  Raises Malformed."""
    if type(data) is not dict or not data.keys() <= {"instance", "events", "keys"}:
        raise Malformed("it does not have the parts of an instance")
    events, keys = data.get("events", []), data.get("keys", [])
    if type(events) is not list or type(keys) is not list or any(type(key) is not str for key in keys):
        raise Malformed("its events are none")
    instance = record(Instance, data.get("instance"))
    return Row(instance, tuple(record(Event, event) for event in events), frozenset(keys))
