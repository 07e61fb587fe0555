"""Names from other Lisps and languages, and what the same thing is called here."""

from __future__ import annotations

from turmeric.vocabulary.namespace import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

ELSEWHERE = {
    "False": "false",
    "None": "nil",
    "True": "true",
    "append": "concat",
    "atom": "ref",
    "begin": "do",
    "car": "first",
    "cdr": "rest",
    "class": "type-of",
    "define": "def",
    "defprotocol": "defclass",
    "defrecord": "struct",
    "deftype": "struct",
    "defun": "defn",
    "display": "print",
    "double": "float",
    "ex-info": "error",
    "extend-type": "instance",
    "foldl": "fold",
    "foldr": "fold-right",
    "input": "read-line",
    "int?": "integer?",
    "lambda": "fn",
    "len": "count",
    "length": "count",
    "letfn": "letrec",
    "lower-case": "lower",
    "newline": "println",
    "null": "nil",
    "null?": "nil?",
    "parse-double": "parse-float",
    "parse-long": "parse-int",
    "progn": "do",
    "raise": "throw",
    "require": "import",
    "reset!": "set-ref!",
    "seq?": "list?",
    "setq": "set!",
    "slurp": "read-file",
    "spit": "write-file",
    "split-lines": "lines",
    "string-append": "str",
    "substring": "subs",
    "trim-newline": "trim-end",
    "type": "type-of",
    "upper-case": "upper",
    "use": "import",
    "volatile!": "ref",
}


def meant(name: str, candidates: Iterable[str]) -> str | None:
    """What an undefined name was probably meant to be, for "did you mean": what is called so
    elsewhere, else the candidate most like it, if one is close."""
    return ELSEWHERE.get(name) or nearest(name, candidates)
