"""The templates of `format`: text with places for values.

    template ::= (text | "{{" | "}}" | "{" number? (":" spec)? "}")*

A place without a number takes the next value.  `spec` is Python's format specification,
for numbers and strings; a place without one shows its value as `str` does.
"""

from __future__ import annotations

from turmeric.running.structure import short
from turmeric.vocabulary import lists
from turmeric.vocabulary.errors import TurmericError, failure
from turmeric.vocabulary.kinds import is_number
from turmeric.vocabulary.lists import List

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Placeholder:
    """A place of a template: the number of its value, and how to format it."""

    __slots__ = ("number", "spec")

    def __init__(self, number: int, spec: str | None) -> None:
        self.number = number
        self.spec = spec


def placed_values(template: str, values: List) -> List:
    """The values that a template shows as `str` does, in order."""
    given = list(values)
    places = placeholders(parse(template), len(given))
    return lists.from_iterable([given[place.number] for place in places if place.spec is None])


def filled(template: str, values: List, texts: List) -> str:
    """The template with its places filled; `texts` belong to `placed_values`."""
    given, shown = list(values), iter(texts)
    pieces: list[str] = []
    for part in parse(template):
        if isinstance(part, str):
            pieces.append(part)
        elif part.spec is None:
            pieces.append(next(shown))  # type: ignore[arg-type]
        else:
            pieces.append(formatted(given[part.number], part.spec))
    return "".join(pieces)


def placeholders(parts: list[str | Placeholder], count: int) -> list[Placeholder]:
    """The places of a template; `value-error` when `count` values do not fit them."""
    places = [part for part in parts if isinstance(part, Placeholder)]
    needed = max((place.number + 1 for place in places), default=0)
    if needed != count:
        noun = "value" if needed == 1 else "values"
        raise failure("value-error", f"the template has places for {needed} {noun}, got {count}", count)
    return places


def parse(template: str) -> list[str | Placeholder]:
    """The texts and places of a template."""
    parts: list[str | Placeholder] = []
    at = following = 0
    while at < len(template):
        opening = next_brace(template, at)
        parts.append(template[at:opening])
        at = opening
        if template[at : at + 2] in ("{{", "}}"):
            parts.append(template[at])
            at += 2
        elif at < len(template):
            place, at = placeholder(template, at, following)
            following += place.number == following
            parts.append(place)
    return parts


def next_brace(template: str, start: int) -> int:
    """The place of the next brace, or the end."""
    found = [at for at in (template.find("{", start), template.find("}", start)) if at >= 0]
    return min(found, default=len(template))


def placeholder(template: str, start: int, following: int) -> tuple[Placeholder, int]:
    """The place that begins at `start`, and where the text goes on."""
    end = template.find("}", start)
    if template[start] == "}" or end < 0:
        raise bad_template(template, f"a single {template[start]} at {start}; write it twice to show it")
    number, colon, spec = template[start + 1 : end].partition(":")
    if number and not (number.isascii() and number.isdigit()):
        raise bad_template(template, f"expected {{}} or a number, got {{{number}}}")
    return Placeholder(int(number) if number else following, spec if colon else None), end + 1


def formatted(value: Any, spec: str) -> str:
    """A number or string in Python's format."""
    if not is_number(value) and type(value) is not str:
        raise failure("type-error", f"{{:{spec}}} expects a number or string, got {short(value)}", value)
    try:
        return format(value, spec)
    except ValueError as error:
        raise failure("value-error", f"{{:{spec}}} cannot show {short(value)}", spec) from error


def bad_template(template: str, problem: str) -> TurmericError:
    return failure("value-error", f"bad template: {problem}", template)
