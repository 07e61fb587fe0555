"""Key rings as text.

    {"turmeric-keys": 1,
     "keys": [{"id": "2026-02-03-5f1c9a", "secret": "...", "created": "2026-02-03T10:00:00Z",
               "expires": "2027-02-03T10:00:00Z", "retires": null}]}

A secret is 32 bytes in base64url.  Unknown fields are refused: a misspelt `expires` would
be a key that never expires.  No message has a part of the text, except ids.
"""

from __future__ import annotations

import base64
import contextlib
import json
from datetime import UTC, datetime
from itertools import accumulate

from turmeric.durability.sealed.keys import Key, valid_id
from turmeric.vocabulary.errors import TurmericError, failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

FORMAT = "turmeric-keys"
VERSION = 1
TIME = "%Y-%m-%dT%H:%M:%SZ"
NESTING = 3
FIELDS = ("id", "secret", "created", "expires", "retires")


def keys_of(text: str, source: str) -> list[Key]:
    """The keys that a text lists.  Raises value-error, which names the key and the field."""
    content = parsed(text)
    if not isinstance(content, dict) or content.get(FORMAT) != VERSION or type(content[FORMAT]) is not int:
        raise malformed(source, f'it should be an object with "{FORMAT}": {VERSION}')
    rows = content.get("keys")
    if len(content) != 2 or not isinstance(rows, list):
        raise malformed(source, f'beside "{FORMAT}" it should have a list "keys", and nothing else')
    return [key_of(row, source, number) for number, row in enumerate(rows, 1)]


def parsed(text: str) -> object:
    """A text as JSON; None when it is none, or nests too deep.  Nothing of the text is in any exception."""
    with contextlib.suppress(ValueError):
        return json.loads(text, object_pairs_hook=distinct) if nesting(text) <= NESTING else None
    return None


def nesting(text: str) -> int:
    """How deep brackets nest.  Python's reader would take its own stack for them, which may not be so deep."""
    return max(accumulate((char in "[{") - (char in "]}") for char in text), default=0)


def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field occurs twice")
    return fields


def key_of(row: object, source: str, number: int) -> Key:
    if not isinstance(row, dict) or not set(FIELDS[:3]) <= set(row) <= set(FIELDS):
        raise malformed(source, f"key {number} should have the fields {', '.join(FIELDS)}; the last two may be missing")
    id, secret = row["id"], secret_of(row["secret"])
    if not isinstance(id, str) or not valid_id(id):
        raise malformed(source, f"the id of key {number} is not letters, digits, dots, hyphens and underscores")
    if secret is None:
        raise malformed(source, f"the secret of the key `{id}` is not 32 bytes in base64url")
    times = [time_of(row.get(field)) for field in FIELDS[2:]]
    for field, given in zip(FIELDS[2:], times, strict=True):
        if given is None and (field == "created" or row.get(field) is not None):
            raise malformed(source, f"`{field}` of the key `{id}` is not a time such as 2026-02-03T10:00:00Z")
    return Key(id, secret, times[0] or 0, times[1], times[2])


def secret_of(text: object) -> bytes | None:
    """The 32 bytes that a text is in base64url, with or without its last `=`; None if it is something else."""
    if not isinstance(text, str):
        return None
    with contextlib.suppress(ValueError):
        secret = base64.urlsafe_b64decode(text.removesuffix("=") + "=")
        return secret if len(secret) == 32 and encoded(secret) == text.removesuffix("=") else None
    return None


def encoded(secret: bytes) -> str:
    return base64.urlsafe_b64encode(secret).decode().removesuffix("=")


def time_of(text: object) -> int | None:
    """Seconds since 1970; None for what is no time."""
    if not isinstance(text, str):
        return None
    with contextlib.suppress(ValueError):
        seconds = int(datetime.strptime(text, TIME).replace(tzinfo=UTC).timestamp())
        return seconds if time_text(seconds) == text else None
    return None


def time_text(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(TIME)


def malformed(source: str, what: str) -> TurmericError:
    return failure("value-error", f"{source} is no key ring: {what}", source)


def text_of(keys: Iterable[Key]) -> str:
    """The text that lists keys, with their secrets."""
    rows = [
        {
            "id": key.id,
            "secret": encoded(key.exposed()),
            "created": time_text(key.created),
            "expires": None if key.expires is None else time_text(key.expires),
            "retires": None if key.retires is None else time_text(key.retires),
        }
        for key in keys
    ]
    return json.dumps({FORMAT: VERSION, "keys": rows}, indent=1) + "\n"
