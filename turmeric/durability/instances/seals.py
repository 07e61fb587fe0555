"""What goes into a store is sealed, and what comes out is opened, each for the one place it belongs in.

A seal's context names that place: the instance and the number of a state, the instance and the name of an event.
So nothing that is in a store can be passed off as something else in it.
"""

from __future__ import annotations

from turmeric.durability.instances.records import Blob
from turmeric.durability.sealed import sealing
from turmeric.durability.sealed.keys import KeyRing
from turmeric.durability.stores.blobs import hash_of, references_in

LIMIT = 1 << 30
"""Bytes of one sealed thing at most: what a store gives was written by ourselves."""


class Seals:
    """Seals with a key ring; with `encrypt` what is sealed cannot be read either."""

    def __init__(self, ring: KeyRing, encrypt: bool = False) -> None:
        self.ring = ring
        self.encrypt = encrypt

    def seal(self, data: bytes, context: str) -> bytes:
        return sealing.seal(data, self.ring, encrypt=self.encrypt, context=context.encode())

    def open(self, data: bytes, context: str) -> bytes:
        """Raises corrupt-data for anything that was not sealed for this place, and missing-key."""
        return sealing.open_sealed(data, self.ring, context=context.encode(), limit=LIMIT)

    def sealed_blob(self, name: bytes, blob: bytes) -> Blob:
        """A blob with its references in clear, so that a store can tell what is garbage."""
        return Blob(name, self.seal(blob, f"blob {name.hex()}"), tuple(references_in(blob)))

    def opened_blob(self, blob: Blob) -> bytes | None:
        """The bytes of a blob, or None if they are not those of its name."""
        found = self.open(blob.data, f"blob {blob.name.hex()}")
        return found if hash_of(found) == blob.name else None


def of_state(id: str, number: int) -> str:
    return f"state {id} {number}"


def of_event(id: str, name: str) -> str:
    return f"event {id} {name}"


def of_result(id: str) -> str:
    return f"result {id}"
