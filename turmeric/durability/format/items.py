"""Single items of deterministic CBOR (RFC 8949, section 4.2): what sealed bytes are made of.

For bytes that nobody vouches for yet: each item is asked for by its type, every length is
checked before anything is taken, and nothing nests.
"""

from __future__ import annotations

from turmeric.vocabulary.errors import TurmericError, failure

UNSIGNED, BYTES, TEXT, ARRAY, MAP, TAG = 0, 2, 3, 4, 5, 6
"""Major types of CBOR (RFC 8949, section 3.1)."""

SIZES = {24: 1, 25: 2, 26: 4, 27: 8}
"""How many bytes after the first one an argument takes that does not fit into it."""

BYTE = [bytes([each]) for each in range(256)]


def head(major: int, argument: int) -> bytes:
    """The head of an item, in its shortest form.  The first cases are most of what is sealed."""
    if argument < 24:
        return BYTE[major << 5 | argument]
    if argument < 1 << 8:
        return BYTE[major << 5 | 24] + BYTE[argument]
    if argument < 1 << 16:
        return BYTE[major << 5 | 25] + argument.to_bytes(2, "big")
    short, size = next((short, size) for short, size in SIZES.items() if argument < 1 << 8 * size)
    return BYTE[major << 5 | short] + argument.to_bytes(size, "big")


def byte_string(data: bytes) -> bytes:
    return head(BYTES, len(data)) + data


class Reader:
    """Reads items one after the other.  All its methods raise corrupt-data for what is not as asked."""

    __slots__ = ("data", "place")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0

    def malformed(self) -> TurmericError:
        text = f"these bytes are not sealed, or their seal is damaged (at byte {self.place})"
        return failure("corrupt-data", text)

    def head(self, major: int) -> int:
        """The argument of an item's head, which must be of that major type and in its shortest form."""
        if self.place >= len(self.data) or self.data[self.place] >> 5 != major:
            raise self.malformed()
        short = self.data[self.place] & 31
        size = SIZES.get(short, 0)
        end = self.place + 1 + size
        argument = int.from_bytes(self.data[self.place + 1 : end], "big") if size else short
        if end > len(self.data) or head(major, argument) != self.data[self.place : end]:
            raise self.malformed()
        self.place = end
        return argument

    def expect(self, major: int, argument: int) -> None:
        """Go past a head that has just one argument it may have."""
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
        """Nothing follows."""
        if self.place != len(self.data):
            raise self.malformed()
