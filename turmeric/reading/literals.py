"""Escapes inside quoted literals: strings `"..."` and bytes `#b"..."`."""

from __future__ import annotations

from turmeric.vocabulary.lexical import STRING_ESCAPES

_HEX = frozenset("0123456789abcdefABCDEF")
_LAST_CODE_POINT = 0x10FFFF


class BadEscape(Exception):
    """`message` says what is wrong with the escape that ends before `end`."""

    def __init__(self, message: str, end: int) -> None:
        super().__init__(message)
        self.message = message
        self.end = end


def string_escape(text: str, at: int) -> tuple[str, int]:
    """The character that the escape at `at` stands for, and where the text goes on."""
    letter = text[at + 1]
    simple = STRING_ESCAPES.get(letter)
    if simple is not None:
        return simple, at + 2
    if letter != "u":
        raise BadEscape(f'unknown escape `\\{letter}`: expected \\n \\t \\r \\0 \\" \\\\ or \\u{{1F600}}', at + 2)
    return _code_point(text, at)


def byte_escape(text: str, at: int) -> tuple[str, int]:
    """Like `string_escape` for a byte, as the character of that number."""
    letter = text[at + 1]
    simple = STRING_ESCAPES.get(letter)
    if simple is not None:
        return simple, at + 2
    digits = text[at + 2 : at + 4]
    if letter != "x":
        raise BadEscape(f'unknown escape `\\{letter}` in bytes: expected \\n \\t \\r \\0 \\" \\\\ or \\xff', at + 2)
    if len(digits) != 2 or not _HEX.issuperset(digits):
        raise BadEscape("expected two hexadecimal digits after `\\x`", at + 2)
    return chr(int(digits, 16)), at + 4


def _code_point(text: str, at: int) -> tuple[str, int]:
    """The character that `\\u{...}` at `at` names by its number."""
    end = at + 3
    while text[end] in _HEX:
        end += 1
    digits = text[at + 3 : end]
    if text[at + 2] != "{" or text[end] != "}" or not digits:
        raise BadEscape("expected hexadecimal digits in braces after `\\u`, as in \\u{1F600}", at + 2)
    code = int(digits, 16)
    if code > _LAST_CODE_POINT:
        raise BadEscape(f"`\\u{{{digits}}}` is beyond the last character, \\u{{10FFFF}}", end + 1)
    if 0xD800 <= code <= 0xDFFF:
        raise BadEscape(f"`\\u{{{digits}}}` is half of a surrogate pair; write the character's own number", end + 1)
    return chr(code), end + 1
