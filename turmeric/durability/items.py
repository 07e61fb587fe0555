"""Single items of deterministic CBOR (RFC 8949, section 4.2): what sealed bytes are made of.

For bytes that nobody vouches for yet: each item is asked for by its type, every length is
checked before anything is taken, and nothing nests.
"""

from __future__ import annotations

from turmeric.vocabulary.errors import TurmericError, failure

UNSIGNED, BYTES, TEXT, ARRAY, MAP, TAG = 0, 2, 3, 4, 5, 6
"""Major types of CBOR (RFC 8949, section 3.1)."""


def head(self, major: int) -> int:
        """The argument of an item's head, which must be of that major type and in its shortest form."""
        if self.place >= len(self.data) or self.data[self.place] >> 5 != major:
            raise self.malformed()
        short = self.data[self.place] & 31
        if short < 24:
            self.place += 1
            return short
        size = {24: 1, 25: 2, 26: 4, 27: 8}.get(short, 0)
        end = self.place + 1 + size
        argument = int.from_bytes(self.data[self.place + 1 : end], "big")
        if end > len(self.data) or len(head(major, argument)) != 1 + size:
            raise self.malformed()
        self.place = end
        return argument

    def expect(self, major: int, argument: int) -> None:
        start = self.place
        if self.head(major) != argument:
            self.place = start
            raise self.malformed()

    def bytes(self, least: int, most: int) -> bytes:
        """A byte string whose length lies between the two."""
        start = self.place
        length = self.head(BYTES)
        if not least <= length <= min(most, len(self.data) - self.place):
            self.place = start
            raise self.malformed()
        self.place += length
        return self.data[self.place - length : self.place]

    def end(self) -> None:
        if self.place != len(self.data):
            raise self.malformed()


def parse(data: bytes) -> Sealed:
    """The parts of sealed bytes.  Raises corrupt-data for all that is not exactly of the two forms."""
    reader = Reader(data)
    tag = reader.head(TAG)
    if tag not in FORMS:
        raise damaged("these bytes are not sealed")
    algorithm, parts = FORMS[tag]
    reader.expect(ARRAY, parts)
    protected = reader.bytes(1, HEADER_LIMIT)
    nonce = b""
    if tag == ENCRYPT0:
        reader.expect(MAP, 1)
        reader.expect(UNSIGNED, NONCE)
        nonce = reader.bytes(NONCE_SIZE, NONCE_SIZE)
    else:
        reader.expect(MAP, 0)
    payload = reader.bytes(GCM_TAG_SIZE if tag == ENCRYPT0 else 0, len(data))
    sealed = Sealed(protected, nonce, payload, reader.bytes(MAC_SIZE, MAC_SIZE) if tag == MAC0 else b"")
    reader.end()
    if sealed.algorithm != algorithm:
        raise damaged(f"these bytes are sealed with algorithm {sealed.algorithm} of COSE, which is not accepted here")
    return sealed


def read_protected(protected: bytes) -> tuple[int, bytes | None]:
    """The algorithm and the key id of a protected header: deterministic, and nothing else in it."""
    reader = Reader(protected)
    count = reader.head(MAP)
    if count not in (1, 2):
        raise reader.malformed()
    reader.expect(UNSIGNED, ALGORITHM)
    algorithm = reader.head(UNSIGNED)
    key_id = None
    if count == 2:
        reader.expect(UNSIGNED, KEY_ID)
        key_id = reader.bytes(1, KEY_ID_LIMIT)
    reader.end()
    return algorithm, key_id


# Writing --------------------------------------------------------------------------------------


def head(major: int, argument: int) -> bytes:
    """The head of an item, in its shortest form."""
    if argument < 24:
        return bytes([major << 5 | argument])
    for short, size in ((24, 1), (25, 2), (26, 4)):
        if argument < 1 << 8 * size:
            return bytes([major << 5 | short]) + argument.to_bytes(size, "big")
    return bytes([major << 5 | 27]) + argument.to_bytes(8, "big")


def byte_string(data: bytes) -> bytes:
    return head(BYTES, len(data)) + data


class Reader:
    """Reads items of deterministic CBOR one after the other."""

    __slots__ = ("data", "place")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0

    def malformed(self) -> TurmericError:
        return failure("corrupt-data", f"these bytes are not sealed, or their seal is damaged (at byte {self.place})")

    def head(self, major: int) -> int:
        """The argument of an item's head, which must be of that major type and in its shortest form."""
        if self.place >= len(self.data) or self.data[self.place] >> 5 != major:
            raise self.malformed()
        short = self.data[self.place] & 31
        if short < 24:
            self.place += 1
            return short
        size = {24: 1, 25: 2, 26: 4, 27: 8}.get(short, 0)
        end = self.place + 1 + size
        argument = int.from_bytes(self.data[self.place + 1 : end], "big")
        if end > len(self.data) or len(head(major, argument)) != 1 + size:
            raise self.malformed()
        self.place = end
        return argument

    def expect(self, major: int, argument: int) -> None:
        start = self.place
        if self.head(major) != argument:
            self.place = start
            raise self.malformed()

    def bytes(self, least: int, most: int) -> bytes:
        """A byte string whose length lies between the two."""
        start = self.place
        length = self.head(BYTES)
        if not least <= length <= min(most, len(self.data) - self.place):
            self.place = start
            raise self.malformed()
        self.place += length
        return self.data[self.place - length : self.place]

    def end(self) -> None:
        if self.place != len(self.data):
            raise self.malformed()
