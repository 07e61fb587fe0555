"""The primitives of the module `string`, but for templates and regular expressions."""

from __future__ import annotations

import sys

from turmeric.reading.datums import plain
from turmeric.reading.reader import read_forms
from turmeric.running import regex
from turmeric.running.primitives.core import items
from turmeric.running.primitives.math import DIGITS, check_base
from turmeric.running.structure import short
from turmeric.running.templates import filled, placed_values
from turmeric.vocabulary import vectors
from turmeric.vocabulary.equality import equal
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.numerals import CHUNK
from turmeric.vocabulary.spans import remember_text
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def write_out(text: str) -> None:
    """Write to standard output; Python flushes it at exit."""
    sys.stdout.write(text)


# Parts ----------------------------------------------------------------------------------------


def subs(text: str, start: int, end: Any = None) -> str:
    """The characters from `start` to before `end`."""
    end = len(text) if end is None else end
    if type(end) is not int:
        raise failure("type-error", f"subs expects an integer, got {short(end)}", end)
    if not 0 <= start <= end <= len(text):
        raise failure("index-error", f"no characters from {start} to {end}: the length is {len(text)}", start)
    return text[start:end]


def split(text: str, separator: Any = None) -> Vector:
    """The parts between separators; the characters for an empty one, words for none."""
    if separator is not None and type(separator) is not str:
        raise failure("type-error", f"split expects a string as separator, got {short(separator)}", separator)
    return vectors.from_iterable(list(text) if separator == "" else text.split(separator))


def split_lines(text: str) -> Vector:
    """Lines end with a line feed, after a carriage return or not."""
    found = text.replace("\r\n", "\n").split("\n")
    return vectors.from_iterable(found[:-1] if found[-1] == "" else found)


# Changing -------------------------------------------------------------------------------------


def replace(text: str, old: str, new: str) -> str:
    if old == "":
        raise failure("value-error", "replace cannot look for an empty string", old)
    return text.replace(old, new)


def pad(name: str, left: bool) -> Callable[..., str]:
    """`pad-left` or `pad-right`."""

    def padded(text: str, width: int, fill: Any = " ") -> str:
        if type(fill) is not str or len(fill) != 1:
            raise failure("type-error", f"{name} expects one character to fill with, got {short(fill)}", fill)
        return text.rjust(width, fill) if left else text.ljust(width, fill)

    return padded


# Asking ---------------------------------------------------------------------------------------


def index_of(value: Any, part: Any, start: Any = 0) -> int | None:
    """The place of a part of a string, or of an element of a sequence, or nil."""
    if type(start) is not int:
        raise failure("type-error", f"index-of expects an integer, got {short(start)}", start)
    start = max(start, 0)
    if type(value) is str:
        found = value.find(require_part("index-of", part), start)
        return None if found < 0 else found
    for place, item in enumerate(items(value, "index-of")):
        if place >= start and equal(item, part):
            return place
    return None


def last_index_of(value: Any, part: Any) -> int | None:
    if type(value) is str:
        found = value.rfind(require_part("last-index-of", part))
        return None if found < 0 else found
    places = [place for place, item in enumerate(items(value, "last-index-of")) if equal(item, part)]
    return places[-1] if places else None


def require_part(name: str, part: Any) -> str:
    if type(part) is not str:
        raise failure("type-error", f"{name} looks for a string in a string, got {short(part)}", part)
    return part


def is_blank(text: Any) -> bool:
    if text is not None and type(text) is not str:
        raise failure("type-error", f"blank? expects a string, got {short(text)}", text)
    return not text or text.isspace()


# Conversions ----------------------------------------------------------------------------------


def parse_int(text: str, base: Any = 10) -> int | None:
    """The integer a text shows; nil for anything but digits after an optional sign.

    The digits are converted by chunks, because Python refuses too many at once.
    """
    check_base("parse-int", base)
    digits = (text[1:] if text[:1] in ("+", "-") else text).lower()
    if not digits or not set(digits) <= set(DIGITS[:base]):
        return None
    value = 0
    for start in range(0, len(digits), CHUNK):
        chunk = digits[start : start + CHUNK]
        value = value * base ** len(chunk) + int(chunk, base)
    return -value if text[0] == "-" else value


def parse_float(text: str) -> float | None:
    """The number a text shows as a float; nil if it shows none."""
    if not text.isascii() or "_" in text or text != text.strip():
        return None
    try:
        return float(text)
    except ValueError:
        return None


def read_string(text: str) -> Any:
    """The first datum of a text."""
    file = "<string>"
    remember_text(file, text)
    form = next(read_forms(text, file), None)
    if form is None:
        raise failure("read-error", "there is nothing to read in the string", text)
    return plain(form.datum)


def char_code(text: str) -> int:
    if not text:
        raise failure("index-error", "char-code of an empty string", text)
    return ord(text[0])


def from_char_code(code: int) -> str:
    if not 0 <= code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise failure("value-error", f"{code} is the code of no character", code)
    return chr(code)


def to_bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise failure("value-error", f"the string has no UTF-8: {error.reason} at {error.start}", text) from error


def from_bytes(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise failure("value-error", f"not valid UTF-8: {error.reason} at byte {error.start}", error.start) from error


TABLE: dict[str, Callable[..., Any]] = {
    "write-out*": write_out,
    "subs": subs,
    "split": split,
    "lines": split_lines,
    "upper": str.upper,
    "lower": str.lower,
    "capitalize": str.capitalize,
    "trim": str.strip,
    "trim-start": str.lstrip,
    "trim-end": str.rstrip,
    "replace": replace,
    "repeat-str": lambda text, count: text * count,
    "pad-left": pad("pad-left", left=True),
    "pad-right": pad("pad-right", left=False),
    "index-of": index_of,
    "last-index-of": last_index_of,
    "starts-with?": str.startswith,
    "ends-with?": str.endswith,
    "includes?": lambda text, part: part in text,
    "blank?": is_blank,
    "parse-int": parse_int,
    "parse-float": parse_float,
    "read-string": read_string,
    "char-code": char_code,
    "from-char-code": from_char_code,
    "string->bytes": to_bytes,
    "bytes->string": from_bytes,
    "placed-values*": placed_values,
    "filled*": filled,
    "re-find": regex.find,
    "re-matches": regex.matches,
    "re-seq": regex.every,
    "re-split": regex.split,
    "re-pieces*": regex.pieces,
    "re-replace*": regex.replace,
}
