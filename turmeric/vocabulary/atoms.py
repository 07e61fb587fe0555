"""The text of values that have no parts: numbers, strings, bytes, names, constants."""

from __future__ import annotations

from turmeric.vocabulary.lexical import STRING_ESCAPES, is_plain_keyword, is_plain_symbol
from turmeric.vocabulary.numerals import float_text, integer_text
from turmeric.vocabulary.symbols import Keyword, Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_INVISIBLE = (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF)
_ESCAPED = {ord(char): "\\" + letter for letter, char in STRING_ESCAPES.items()}
_STRING_TABLE = {code: f"\\u{{{code:x}}}" for code in _INVISIBLE} | _ESCAPED
_BYTES_TABLE = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0x100))} | _ESCAPED


def write_string(value: str) -> str:
    """A string in quotes, with escapes for what cannot be seen."""
    text = value.translate(_STRING_TABLE)
    if not text.isascii():
        text = "".join(f"\\u{{{ord(char):x}}}" if "\ud800" <= char <= "\udfff" else char for char in text)
    return f'"{text}"'


def _write_bytes(value: bytes) -> str:
    return f'#b"{value.decode("latin-1").translate(_BYTES_TABLE)}"'


def _write_symbol(value: Symbol) -> str:
    return value.name if is_plain_symbol(value.name) else "#symbol" + write_string(value.name)


def _write_keyword(value: Keyword) -> str:
    return ":" + value.name if is_plain_keyword(value.name) else "#keyword" + write_string(value.name)


def _write_boolean(value: bool) -> str:
    return "true" if value else "false"


def _write_nil(value: None) -> str:
    return "nil"


ATOMS: dict[type, Callable[[Any], str]] = {
    int: integer_text,
    float: float_text,
    str: write_string,
    bytes: _write_bytes,
    Symbol: _write_symbol,
    Keyword: _write_keyword,
    bool: _write_boolean,
    type(None): _write_nil,
}
