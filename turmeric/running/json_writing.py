"""Writing values of the language as JSON (RFC 8259), to any depth.

Maps and structs become objects; vectors, lists and sets arrays; keywords and symbols
strings.  What is begun waits on a list, not in recursion.
"""

from __future__ import annotations

from json.encoder import encode_basestring

from turmeric.running.structure import short
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.kinds import type_name
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.numerals import float_text, integer_text
from turmeric.vocabulary.sets import Set
from turmeric.vocabulary.structs import Struct
from turmeric.vocabulary.symbols import Keyword, Symbol
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    Begun = tuple[Iterator[tuple[str, Any]], str]
    """The parts of a collection still to write, each with the text before it, and what closes it."""

NOT_FINITE = {"nan": "NaN", "+inf": "Infinity", "-inf": "-Infinity"}
CONSTANTS = {None: "null", True: "true", False: "false"}


class Writing:
    """One value being written.  `indent` blanks a level, None for a single line."""

    def __init__(self, indent: int | None, not_finite: bool) -> None:
        self.indent = indent
        self.not_finite = not_finite
        self.pieces: list[str] = []

    def write(self, value: Any) -> str:
        begun: list[Begun] = []
        self.begin(value, begun)
        while begun:
            parts, closer = begun[-1]
            for before, part in parts:
                self.pieces.append(before)
                if self.begin(part, begun):
                    break
            else:
                begun.pop()
                self.pieces.append(closer)
        return "".join(self.pieces)

    def begin(self, value: Any, begun: list[Begun]) -> bool:
        """Write an atom, or begin a collection; whether it was one with parts."""
        parts: Iterable[tuple[str, Any]]
        if isinstance(value, Map | Struct):
            pairs = value.items() if isinstance(value, Map) else zip(value.type.fields, value.values, strict=True)
            parts, brackets = keyed(pairs, ": " if self.indent is not None else ":"), "{}"
        elif isinstance(value, Vector | List | Set):
            parts, brackets = (("", item) for item in value), "[]"
        else:
            self.pieces.append(self.atom(value))
            return False
        if not (len(value.values) if isinstance(value, Struct) else len(value)):
            self.pieces.append(brackets)
            return False
        self.pieces.append(brackets[0])
        inner, outer = self.line(len(begun) + 1), self.line(len(begun))
        begun.append((separated(parts, inner), outer + brackets[1]))
        return True

    def line(self, depth: int) -> str:
        return "" if self.indent is None else "\n" + " " * (self.indent * depth)

    def atom(self, value: Any) -> str:
        kind = type(value)
        if kind is str:
            return quoted(value)
        if kind is int:
            return integer_text(value)
        if kind is float:
            return self.float(value)
        if isinstance(value, Keyword | Symbol):
            return quoted(value.name)
        if value is None or kind is bool:
            return CONSTANTS[value]
        raise failure("type-error", f"JSON has no form for {type_name(value)} values: {short(value)}", value)

    def float(self, value: float) -> str:
        text = float_text(value)
        if text not in NOT_FINITE:
            return text
        if self.not_finite:
            return NOT_FINITE[text]
        raise failure("value-error", f"JSON has no {text}; write it with :allow-nan true", value)


def separated(parts: Iterable[tuple[str, Any]], line: str) -> Iterator[tuple[str, Any]]:
    """The parts with the comma and the line's start before each."""
    comma = ""
    for before, part in parts:
        yield comma + line + before, part
        comma = ","


def keyed(pairs: Iterable[tuple[Any, Any]], colon: str) -> Iterator[tuple[str, Any]]:
    """The values, each with its key before it; every key a text of its own."""
    seen: set[str] = set()
    for key, value in pairs:
        if not isinstance(key, str | Keyword | Symbol):
            raise failure("type-error", f"a key in JSON is a string; {short(key)} is none", key)
        name = key if isinstance(key, str) else key.name
        if name in seen:
            raise failure("value-error", f"the key {short(name)} would appear twice in one JSON object", name)
        seen.add(name)
        yield quoted(name) + colon, value


def quoted(text: str) -> str:
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise failure("value-error", f"JSON has no half of a surrogate pair: {short(text)}", text)
    return encode_basestring(text)
