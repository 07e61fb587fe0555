"""As much of CDDL (RFC 8610) as docs/wire-format.md uses: rules, choices, arrays, groups,
occurrences, tags, ranges, literals, and the controls .size, .regexp and .cbor.

A matcher takes a sequence and a place in it, and gives the places where a match may end.  A type
matches one item, a group any number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import cbor2

Matcher = Callable[[list[Any], int], set[int]]
TOKEN = re.compile(r'\s+|;[^\n]*|(#6\.\d+|"(?:[^"\\]|\\.)*"|-?\d+|\.\.|\.[a-z]+|//|[\[\](),:=/*+?]|[A-Za-z][\w-]*)')


class Tagged(NamedTuple):
    """A data item with a tag."""

    tag: int
    value: Any


def plain(data: bytes) -> Any:
    """CBOR with the tags that the format uses kept."""
    decoders = {tag: lambda value, immutable, tag=tag: Tagged(tag, value) for tag in (2, 3, 55799)}
    return cbor2.loads(data, semantic_decoders=decoders, allow_indefinite=False, allow_duplicate_keys=False)


def one(test: Callable[[Any], bool]) -> Matcher:
    """A matcher of single items."""
    return lambda items, at: {at + 1} if at < len(items) and test(items[at]) else set()


PRELUDE: dict[str, Matcher] = {
    "nil": one(lambda item: item is None),
    "bool": one(lambda item: type(item) is bool),
    "int": one(lambda item: type(item) is int),
    "uint": one(lambda item: type(item) is int and item >= 0),
    "float": one(lambda item: type(item) is float),
    "text": one(lambda item: type(item) is str),
    "bytes": one(lambda item: type(item) is bytes),
}


class Grammar:
    """The rules of a grammar."""

    def __init__(self, text: str) -> None:
        self.tokens = tokens_of(text)
        self.at = 0
        self.rules = dict(PRELUDE)
        while self.at < len(self.tokens):
            name = self.take()
            self.expect("=")
            assert name not in self.rules, f"{name} is there twice"
            self.rules[name] = self.choice()
        missing = {each for each in self.tokens if each[0].isalpha() and each not in self.rules} - self.keys()
        assert not missing, missing

    def accepts(self, rule: str, value: Any) -> bool:
        return 1 in self.rules[rule]([value], 0)

    # Reading --------------------------------------------------------------------------------

    def peek(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else ""

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, token: str) -> None:
        found = self.take()
        assert found == token, f"{found!r} where {token!r} should be, before {self.tokens[self.at : self.at + 5]}"

    def keys(self) -> set[str]:
        """The names that only say what an entry is."""
        return {name for name, colon in zip(self.tokens, self.tokens[1:], strict=False) if colon == ":"}

    def group(self, end: str) -> Matcher:
        """Entries up to a closing bracket; `//` is between choices of them."""
        options: list[list[Matcher]] = [[]]
        while self.peek() != end:
            if self.peek() == "//":
                self.take()
                options.append([])
            options[-1].append(self.entry())
            if self.peek() == ",":
                self.take()
        self.take()
        return either([in_sequence(entries) for entries in options])

    def entry(self) -> Matcher:
        occurs = self.take() if self.peek() in ("*", "+", "?") else ""
        if self.peek(1) == ":":
            self.at += 2
        found = self.choice()
        return repeated(found, occurs) if occurs else found

    def choice(self) -> Matcher:
        options = [self.controlled()]
        while self.peek() == "/":
            self.take()
            options.append(self.controlled())
        return either(options)

    def controlled(self) -> Matcher:
        found = self.primary()
        while self.peek()[:1] == "." and self.peek() != "..":
            found = both(found, CONTROLS[self.take()](self.primary_or_text()))
        return found

    def primary_or_text(self) -> Any:
        return text_of(self.take()) if self.peek()[0] == '"' else self.primary()

    def primary(self) -> Matcher:
        token = self.take()
        if token == "[":
            inside = self.group("]")
            return one(lambda item: type(item) is list and len(item) in inside(item, 0))
        if token == "(":
            return self.group(")")
        if token.startswith("#6."):
            self.expect("(")
            inside, tag = self.group(")"), int(token[3:])
            return one(lambda item: type(item) is Tagged and item.tag == tag and 1 in inside([item.value], 0))
        if token[0] == '"':
            return one(lambda item: item == text_of(token))
        if token[0].isalpha():
            return lambda items, at: self.rules[token](items, at)
        low = high = int(token)
        if self.peek() == "..":
            self.take()
            high = int(self.take())
        return one(lambda item: type(item) is int and low <= item <= high)


def tokens_of(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        assert match, text[at : at + 40]
        if match[1]:
            found.append(match[1])
        at = match.end()
    return found


def text_of(token: str) -> str:
    return token[1:-1].replace("\\\\", "\\").replace('\\"', '"')


def is_cbor(data: bytes) -> bool:
    try:
        plain(data)
    except cbor2.CBORDecodeError:
        return False
    return True


def either(options: list[Matcher]) -> Matcher:
    if len(options) == 1:
        return options[0]
    return lambda items, at: union(option(items, at) for option in options)


def union(sets: Iterable[set[int]]) -> set[int]:
    return set().union(*sets)


def both(first: Matcher, second: Matcher) -> Matcher:
    return lambda items, at: first(items, at) & second(items, at) if first(items, at) else set()


def in_sequence(entries: list[Matcher]) -> Matcher:
    def match(items: list[Any], at: int) -> set[int]:
        places = {at}
        for entry in entries:
            places = union(entry(items, place) for place in places)
        return places

    return match


def repeated(entry: Matcher, occurs: str) -> Matcher:
    def match(items: list[Any], at: int) -> set[int]:
        found: set[int] = set() if occurs == "+" else {at}
        new = {at}
        while new:
            new = union(entry(items, place) for place in new) - found
            found |= new
            if occurs == "?":
                break
        return found

    return match


CONTROLS: dict[str, Callable[[Any], Matcher]] = {
    ".size": lambda size: one(lambda item: 1 in size([len(item)], 0)),
    ".regexp": lambda pattern: one(lambda item: re.fullmatch(pattern, item) is not None),
    ".cbor": lambda inside: one(lambda item: is_cbor(item) and 1 in inside([plain(item)], 0)),
}
