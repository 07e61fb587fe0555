"""A decoder made from docs/wire-format.md alone: Python's standard library, no code of the project.

    python tests/durability/second_decoder.py FILE              a message
    python tests/durability/second_decoder.py DIRECTORY NAME    what a directory of blobs has under a name

Prints the frames and values that were saved.  An object that is met again is printed as `#row`.
"""

from __future__ import annotations

import struct
import sys
from hashlib import blake2b
from pathlib import Path

NAMED = {None: "nil", True: "true", False: "false"}
FLAGS = ("one-shot", "consumed", "call/cc", "final")
WAYS = ["catch", "resume", "in-place", "one-shot", "multi-shot"]


def cbor(data, at=0):
    """A data item and where it ends."""
    major, short = data[at] >> 5, data[at] & 31
    at += 1
    if short >= 28:
        raise ValueError("an indefinite length, or no CBOR")
    size = 1 << short - 24 if short >= 24 else 0
    raw, at = data[at : at + size], at + size
    number = int.from_bytes(raw, "big") if size else short
    if major <= 1:
        return (number, at) if major == 0 else (-1 - number, at)
    if major == 2 or major == 3:
        part = bytes(data[at : at + number])
        assert len(part) == number, "cut off"
        return (part if major == 2 else part.decode()), at + number
    if major == 4:
        items = []
        for _ in range(number):
            item, at = cbor(data, at)
            items.append(item)
        return items, at
    if major == 6 and number in (2, 3):
        part, at = cbor(data, at)
        value = int.from_bytes(part, "big")
        return (value if number == 2 else -1 - value), at
    if major == 7 and size in (2, 4, 8):
        return struct.unpack({2: ">e", 4: ">f", 8: ">d"}[size], raw)[0], at
    if major == 7 and number in (20, 21, 22):
        return {20: False, 21: True, 22: None}[number], at
    raise ValueError(f"major type {major} with {number} is not in the format")


class Message:
    """A message; `blobs` finds others by their hashes."""

    def __init__(self, data, blobs=None):
        self.data, self.blobs, self.earlier = data, blobs, {}
        assert data[:4] == b"\xd9\xd9\xf7\x88", "not a message"
        assert blake2b(data[:-8], digest_size=8).digest() == data[-8:], "damaged"
        items, end = cbor(data, 3)
        assert end == len(data) and items[0] == "turmeric", "not a message"
        assert items[1] == 1, f"version {items[1]}, and this reads version 1"
        tables, self.bases, _, self.heap, self.root, _ = items[2:]
        self.tables = self.base(tables).tables if type(tables) is int else tables
        tables = cbor(self.tables)[0]
        self.writer, self.program, self.names, self.modules, self.types, self.functions, self.points = tables

    def base(self, number):
        if number not in self.earlier:
            self.earlier[number] = Message(self.blobs(self.bases[number]), self.blobs)
        return self.earlier[number]

    def inner(self, content):
        """The message of a lazy value."""
        if isinstance(content, int):
            return self.base(content)
        return self.earlier.setdefault(content, Message(content))

    def find(self, index):
        """The message and row that an index leads to, through rows that stand for earlier ones."""
        row = self.heap[index]
        return self.base(row[1]).find(row[2]) if row[0] == 28 else (self, index)

    def name(self, module, *names):
        return ".".join([self.modules[module][0], *[self.names[each] for each in names if self.names[each]]])

    def function(self, row):
        return self.name(row[0], row[1], *row[2])

    def frames(self, row):
        """The frames in a row: points and values."""
        found, at = [], 2
        while at < len(row):
            point = self.points[row[at]]
            end = at + 1 + len(point[5])
            assert end <= len(row), "a frame is cut off"
            found.append((point, row[at + 1 : end]))
            at = end
        return found


class Printer:
    """Prints values; lines of frames are indented below what they belong to."""

    def __init__(self):
        self.seen = {}
        self.later = []

    def text(self, message, value):
        """A value on a line; objects that need more lines follow later."""
        if isinstance(value, list):
            home, index = message.find(value[0])
            offset = value[1] if len(value) == 2 else 0
            row = home.heap[index]
            key = (id(home), index)
            if row[0] in (0, 1):
                return ":" * row[0] + row[1]
            if row[0] in (2, 3, 10):
                return self.row(home, row)
            if key not in self.seen:
                self.seen[key] = f"#{len(self.seen)}"
                self.later.append((self.seen[key], home, row))
            return self.seen[key] + (f"+{offset}" if offset else "")
        return NAMED[value] if value is None or isinstance(value, bool) else repr(value)

    def row(self, message, row):
        """What a row holds, on one line, frames apart."""
        tag, rest = row[0], row[1:]

        def texts(values):
            return " ".join(self.text(message, each) for each in values)

        def on(value):
            return "" if value is None else " . " + texts([value])

        if tag in (2, 3):
            return repr(rest[0])
        if tag in (8, 9):
            table = message.types if tag == 8 else message.functions
            entry = table[rest[0]]
            name = message.name(*entry[:2]) if tag == 8 else message.function(entry)
            return " ".join([("" if tag == 8 else "fn ") + name, *[self.text(message, each) for each in rest[1:]]])
        if tag == 10:
            return "the definition " + message.name(*rest)
        if tag in (16, 17, 31):
            kind = {16: "stand-in", 17: "resource", 31: "lazy resource"}[tag]
            return f"{kind} of {message.names[rest[1]]} ({message.name(rest[0])}): {texts(rest[2:])}"
        if tag == 32:
            inner = message.inner(rest[0])
            return f"lazy value {self.text(inner, inner.root)}"
        if tag == 4:
            return f"list {texts(rest[1:])}{on(rest[0])}"
        if tag == 14:
            flags = [word for bit, word in enumerate(FLAGS) if rest[0] >> bit & 1]
            awaited = [] if rest[1] is None else ["awaits " + message.name(*message.types[rest[1]][:2])]
            return " ".join(["continuation", *flags, *awaited, texts(rest[2:])])
        if tag == 15:
            lines = [f"frames{on(rest[0])}"]
            for (module, definition, path, label, _, variables, line), values in message.frames(row):
                pairs = zip(variables, values, strict=True)
                shown = [f"{message.names[name] or '%'}={self.text(message, value)}" for name, value in pairs]
                where = f"{message.name(module, definition, *path)} at {message.names[label]}:{line}"
                lines.append(" ".join(["   ", where, *shown]))
            return "\n".join(lines)
        if tag == 20:
            clauses = zip(rest[1::3], rest[2::3], rest[3::3], strict=True)
            shown = [f"{WAYS[way]} {self.key(message, way, key)} {texts([function])}" for way, key, function in clauses]
            return "; ".join([f"handler returns {texts(rest[:1])}", *shown])
        if tag == 21:
            pairs = zip(rest[::2], rest[1::2], strict=True)
            return " ".join(["binding", *[f"{message.names[name]}={texts([value])}" for name, value in pairs]])
        if tag == 30:
            return f"large {('vector', 'map', 'set')[rest[0]]} {texts(rest[1:])}"
        names = {5: "vector", 6: "map", 7: "set", 11: "variable", 12: "ref", 13: "rc", 19: "prompt", 22: "clean-up",
                 25: "mask", 26: "wind", 27: "future", 29: "parts"}  # fmt: skip
        return ("unbound" if rest[0] == 0 else "missing") if tag == 18 else f"{names[tag]} {texts(rest)}".rstrip()

    def key(self, message, way, key):
        return "all" if key is None else message.names[key] if way < 2 else message.name(*message.types[key][:2])

    def lines(self, message):
        yield f"written by {message.writer}, program {message.program}"
        yield f"root {self.text(message, message.root)}"
        for name, home, row in self.later:  # which grows meanwhile
            yield f"{name} {self.row(home, row)}"


def shown(message):
    return "\n".join(Printer().lines(message)) + "\n"


def stored(directory, name):
    """The message under a name of a directory of blobs."""
    def data(key):
        blob = (Path(directory) / "blobs" / key.hex()[:2] / key.hex()[2:]).read_bytes()
        assert blake2b(blob, digest_size=20).digest() == key, "damaged"
        return blob[4 + 20 * int.from_bytes(blob[:4], "big") :]

    head = (Path(directory) / "heads" / f"={name}").read_text()
    return Message(data(bytes.fromhex(head.strip())), data)


if __name__ == "__main__":
    target = sys.argv[1]
    found = stored(*sys.argv[1:3]) if Path(target).is_dir() else Message(Path(target).read_bytes())
    sys.stdout.write(shown(found))
