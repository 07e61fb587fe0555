"""Reading JSON (RFC 8259) into values of the language, to any depth.

Objects become maps, arrays vectors, null nil; integers stay exact.  What is open waits
on a list, not in recursion.
"""

from __future__ import annotations

import re
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]

from turmeric.vocabulary import maps, vectors
from turmeric.vocabulary.errors import TurmericError, failure
from turmeric.vocabulary.numerals import parse_number
from turmeric.vocabulary.symbols import keyword

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SPACE = re.compile(r"[ \t\n\r]*")
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
WORDS = {"true": True, "false": False, "null": None}
NOT_FINITE = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
WORD = re.compile("-?[A-Za-z]+")

NOTHING = object()


class Open:
    """An array or object whose end is not reached: its elements, or its keys and values."""

    __slots__ = ("is_object", "items", "start")

    def __init__(self, is_object: bool, start: int) -> None:
        self.is_object = is_object
        self.items: list[Any] = []
        self.start = start


class Reading:
    """One text being read.  `keywords`: keys become keywords; `not_finite`: NaN is allowed."""

    def __init__(self, text: str, keywords: bool, not_finite: bool) -> None:
        self.text = text
        self.words = {**WORDS, **NOT_FINITE} if not_finite else WORDS
        self.keywords = keywords
        self.at = 0

    def read(self) -> Any:
        """The one value that the text is."""
        opened: list[Open] = []
        while True:
            value = self.value(opened)
            while value is not NOTHING:
                if not opened:
                    return self.finish(value)
                value = self.add(opened, value)

    def finish(self, value: Any) -> Any:
        self.skip()
        if self.at < len(self.text):
            raise self.error("expected nothing more after the value")
        return value

    def value(self, opened: list[Open]) -> Any:
        """The next value; NOTHING when it is an array or object that has just begun."""
        char = self.skip()
        if char and char in "[{":
            opened.append(Open(char == "{", self.at))
            self.at += 1
            if self.skip() == ("}" if char == "{" else "]"):
                self.at += 1
                return self.close(opened.pop())
            if char == "{":
                self.key(opened[-1])
            return NOTHING
        if char == '"':
            return self.string()
        return self.number_or_word()

    def add(self, opened: list[Open], value: Any) -> Any:
        """Put a value where it belongs; the whole of what it closes, or NOTHING if more comes."""
        innermost = opened[-1]
        innermost.items.append(value)
        closer = "}" if innermost.is_object else "]"
        char = self.skip()
        if char == closer:
            self.at += 1
            return self.close(opened.pop())
        if char != ",":
            raise self.error(f"expected `,` or `{closer}`", innermost)
        self.at += 1
        if innermost.is_object:
            self.key(innermost)
        return NOTHING

    def key(self, innermost: Open) -> None:
        """A key and its colon."""
        if self.skip() != '"':
            raise self.error("expected a key, a string in double quotes", innermost)
        innermost.items.append(self.string())
        if self.skip() != ":":
            raise self.error("expected `:` after the key", innermost)
        self.at += 1

    def close(self, ended: Open) -> Any:
        if not ended.is_object:
            return vectors.from_iterable(ended.items)
        keys = ended.items[::2]
        named = map(keyword, keys) if self.keywords else keys
        return maps.from_pairs(zip(named, ended.items[1::2], strict=True))

    def string(self) -> str:
        start = self.at
        value: str
        try:
            value, self.at = scanstring(self.text, start + 1, True)
        except JSONDecodeError as error:
            self.at = error.pos
            raise self.error(own_words(error.msg)) from error
        if "\\u" in self.text[start : self.at] and any("\ud800" <= char <= "\udfff" for char in value):
            self.at = start
            raise self.error("the string has half a surrogate pair")
        return value

    def number_or_word(self) -> Any:
        found = NUMBER.match(self.text, self.at)
        if found is not None:
            return self.number(found[0])
        word = WORD.match(self.text, self.at)
        if word is None or word[0] not in self.words:
            raise self.error("expected a value")
        self.at = word.end()
        return self.words[word[0]]

    def number(self, text: str) -> int | float:
        try:
            value = parse_number(text)
        except ValueError as error:
            raise self.error("the number is too large for a float") from error
        self.at += len(text)
        return value

    def skip(self) -> str:
        """Go past white space; the character there, "" at the end."""
        found = SPACE.match(self.text, self.at)
        assert found is not None
        self.at = found.end()
        return self.text[self.at : self.at + 1]

    def error(self, message: str, inside: Open | None = None) -> TurmericError:
        line, column = position(self.text, self.at)
        got = "" if self.at < len(self.text) else ", but the text ends"
        where = ""
        if inside is not None:
            opened, _ = position(self.text, inside.start)
            where = f", in the {'object' if inside.is_object else 'array'} opened on line {opened}"
        place = f"line {line}, column {column}"
        return failure("value-error", f"bad JSON at {place}: {message}{got}{where}", self.at)


def own_words(message: str) -> str:
    """Python's message about a string, without the place that it expects to follow."""
    message = message.removesuffix(" at").removesuffix(" starting").rstrip(": ")
    return message[0].lower() + message[1:]


def position(text: str, at: int) -> tuple[int, int]:
    """Line and column of an index, both from 1."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
