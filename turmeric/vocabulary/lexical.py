"""The characters and words that reader and printer must agree on.

Both look here: the reader to split text into data, the printer to see whether a
name can be written plainly or needs the form `#symbol"..."`.
"""

from __future__ import annotations

BLANKS = frozenset(
    ",\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""White space: Unicode's, the comma, and the byte order mark."""

DELIMITERS = BLANKS | frozenset('()[]{}";`~@')
"""What ends a number, a symbol or a keyword."""

CONSTANTS: dict[str, object] = {
    "true": True,
    "false": False,
    "nil": None,
    "+inf": float("inf"),
    "-inf": float("-inf"),
    "nan": float("nan"),
}

SUGAR = {"'": "quote", "`": "quasiquote", "~": "unquote", "~@": "unquote-splicing", "@": "deref"}
"""`'x` is `(quote x)`, and so on."""

STRING_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", '"': '"', "\\": "\\"}


def looks_like_number(name: str) -> bool:
    """Whether the reader takes `name` for a number, well-formed or not: `7`, `-7`, `.5`, `12abc`."""
    digits = name[1:] if name[:1] in ("+", "-") else name
    first = digits[1:2] if digits[:1] == "." else digits[:1]
    return "0" <= first <= "9"


def is_plain_symbol(name: str) -> bool:
    """Whether the reader reads `name` as the symbol of that name."""
    return (
        DELIMITERS.isdisjoint(name)
        and name[:1] not in ("", "'", "#")
        and (name[0] != ":" or name == ":")
        and name not in CONSTANTS
        and not looks_like_number(name)
    )


def is_plain_keyword(name: str) -> bool:
    """Whether the reader reads `:name` as the keyword of that name."""
    return name != "" and DELIMITERS.isdisjoint(name)
