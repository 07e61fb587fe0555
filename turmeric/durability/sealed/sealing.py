"""Sealing bytes with a key ring, and opening what was sealed.

What takes bytes from outside, a store or a server, opens them with `open_sealed` and
decodes what that gives.  It accepts sealed bytes only, and gives nothing before their
seal was found right; so no decoder ever sees what somebody without a key has made.

Sealing does not hinder anybody from sending the same bytes again, or other ones that were
sealed with the same key: a `context`, such as the name of the row they belong in, does.
"""

from __future__ import annotations

import os

from turmeric.durability.sealed import cose
from turmeric.durability.sealed.keys import valid_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from turmeric.durability.sealed.keys import KeyRing

LIMIT = 64 * 1024 * 1024
"""How long sealed bytes may be unless the caller says something else."""

FIRST_BYTES = (b"\xd0", b"\xd1")
"""How sealed bytes begin: the tags 16 and 17.  Saved bytes begin otherwise."""


def is_sealed(data: bytes) -> bool:
    """Whether bytes look sealed.  They may still be damaged or forged."""
    return data[:1] in FIRST_BYTES


def seal(
    data: bytes,
    ring: KeyRing,
    *,
    encrypt: bool = False,
    context: bytes = b"",
    randomness: Callable[[int], bytes] = os.urandom,
) -> bytes:
    """Bytes under the seal of the ring's newest key: authenticated, and with `encrypt` not readable either.

    Without `encrypt` the result depends on the key and the bytes only.  Raises missing-key when
    no key may seal, and python-error when encryption is not installed.
    """
    key = ring.sealing_key()
    name = key.id.encode()
    if encrypt:
        return cose.encrypt0(data, key.derived("encrypt"), name, randomness(cose.NONCE_SIZE), context)
    return cose.mac0(data, key.derived("mac"), name, context)


def open_sealed(data: bytes, ring: KeyRing, *, context: bytes = b"", limit: int = LIMIT) -> bytes:
    """The bytes under a seal, once it was checked.  `context` is the one they were sealed with.

    Raises corrupt-data for bytes that are not sealed, damaged, forged, for another context or
    longer than `limit`; missing-key when the ring does not have the key they name; python-error
    for encrypted ones when encryption is not installed.  No other error, whatever the bytes.
    """
    if len(data) > limit:
        raise cose.damaged(f"the sealed bytes are {len(data)} bytes long, and at most {limit} are accepted")
    sealed = cose.parse(data)
    key = ring.opening_key(key_name(sealed))
    return cose.opened(sealed, key.derived("mac" if sealed.algorithm == cose.HMAC_256 else "encrypt"), context)


def key_name(sealed: cose.Sealed) -> str:
    """The id of the key that bytes say they are sealed with."""
    name = "" if sealed.key_id is None else sealed.key_id.decode("latin-1")
    if not valid_id(name):
        raise cose.damaged("the seal does not name its key")
    return name


def described(data: bytes) -> dict[str, str]:
    """How bytes are sealed, as plain data.  It is true once `open_sealed` has opened them."""
    sealed = cose.parse(data)
    return {"key": key_name(sealed), "algorithm": cose.ALGORITHMS[sealed.algorithm]}
