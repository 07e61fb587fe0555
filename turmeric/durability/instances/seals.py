"""What goes into a store is sealed, and what comes out is opened, each for the one place it belongs in.

A seal's context names that place: the instance and the number of a state, the instance and the name of an event.
So nothing that is in a store can be passed off as something else in it.
"""

from __future__ import annotations

from turmeric.durability.format.items import byte_string
from turmeric.durability.instances.records import Blob
from turmeric.durability.sealed import sealing
from turmeric.durability.sealed.keys import KeyRing
from turmeric.durability.stores.blobs import data_in, hash_of, packed, references_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

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
        references = references_in(blob)
        return Blob(name, self.seal(shortened(data_in(blob), references), of_blob(name)), tuple(references))

    def opened_blob(self, blob: Blob) -> bytes | None:
        """The bytes of a blob, or None if they, with the references, are not those of its name."""
        found = packed(lengthened(self.open(blob.data, of_blob(blob.name)), blob.references), blob.references)
        return found if hash_of(found) == blob.name else None


def of_state(id: str, number: int) -> str:
    return f"state {id} {number}"


def of_event(id: str, name: str) -> str:
    return f"event {id} {name}"


def of_result(id: str) -> str:
    return f"result {id}"


def of_blob(name: bytes) -> str:
    return f"blob {name.hex()}"


# A message has the hashes of the blobs it refers to in a row, and the store has them in clear: they are kept once.


def row_of(references: Sequence[bytes]) -> bytes:
    """The hashes as they stand in a message."""
    return b"".join(map(byte_string, references))


def shortened(data: bytes, references: Sequence[bytes]) -> bytes:
    """A message without its row of hashes: where that was, in 4 bytes, and the rest."""
    row = row_of(references)
    place = data.index(row) if row in data else len(data)
    return place.to_bytes(4, "big") + data[:place] + data[place + len(row) :]


def lengthened(data: bytes, references: Sequence[bytes]) -> bytes:
    """The message that was shortened."""
    place, rest = int.from_bytes(data[:4], "big"), data[4:]
    return rest if place == len(rest) else rest[:place] + row_of(references) + rest[place:]
