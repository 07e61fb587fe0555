"""Regular expressions: Python's, loaded when the first one is used.

A match is shown to the program as the matched string, or as a vector of it and its
groups when the pattern has groups; a group that took no part is nil.
"""

from __future__ import annotations

from turmeric.vocabulary import lists, vectors
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from typing import Any

    from turmeric.vocabulary.lists import List
    from turmeric.vocabulary.vectors import Vector


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern; `value-error` says where a bad one goes wrong."""
    import re

    try:
        return re.compile(pattern)
    except re.error as error:
        place = "" if error.pos is None else f" at {error.pos}"
        raise failure("value-error", f"bad pattern: {error.msg}{place}", pattern) from error


def value_of(match: re.Match[str] | None) -> Any:
    """A match as the program sees it."""
    if match is None:
        return None
    return vectors.from_iterable((match[0], *match.groups())) if match.re.groups else match[0]


def find(pattern: str, text: str) -> Any:
    return value_of(compiled(pattern).search(text))


def matches(pattern: str, text: str) -> Any:
    return value_of(compiled(pattern).fullmatch(text))


def every(pattern: str, text: str) -> List:
    return lists.from_iterable([value_of(match) for match in compiled(pattern).finditer(text)])


def between(pattern: str, text: str) -> tuple[list[str], list[re.Match[str]]]:
    """The matches, and the texts before, between and after them."""
    found = list(compiled(pattern).finditer(text))
    starts = [0, *(match.end() for match in found)]
    ends = [*(match.start() for match in found), len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)], found


def split(pattern: str, text: str) -> Vector:
    return vectors.from_iterable(between(pattern, text)[0])


def pieces(pattern: str, text: str) -> List:
    """`[text match]` pairs: what is before each match; nil after the last."""
    texts, found = between(pattern, text)
    values = [*map(value_of, found), None]
    return lists.from_iterable([vectors.from_iterable(pair) for pair in zip(texts, values, strict=True)])


def replace(pattern: str, text: str, replacement: str) -> str:
    """Each match replaced by a text in which `$1` is a group and `$$` a `$`."""
    expression = compiled(pattern)
    parts = compiled(r"\$(\d|\$)").split(replacement)
    for name in parts[1::2]:
        if name != "$" and int(name) > expression.groups:
            raise failure("value-error", f"the pattern has {expression.groups} groups, no ${name}", replacement)

    def expand(match: re.Match[str]) -> str:
        groups = ["$" if name == "$" else match[int(name)] or "" for name in parts[1::2]]
        return "".join(part for pair in zip(parts[::2], [*groups, ""], strict=True) for part in pair)

    return expression.sub(expand, text)
