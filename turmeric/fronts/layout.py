"""A datum on several lines, indented as people indent Turmeric.

    (defn f [x]                  a form that fits stays on one line; special forms keep
      (if (< x 2)                their first operands beside the head, and indent the rest
        x                        by two
        (+ (f (- x 1))
           (f (- x 2)))))        the operands of a call stand below each other
"""

from __future__ import annotations

from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.sets import Set
from turmeric.vocabulary.symbols import Symbol
from turmeric.vocabulary.vectors import Vector

WIDTH = 100

BESIDE_HEAD = {
    "def": 1,
    "defn": 2,
    "defn-": 2,
    "defmacro": 2,
    "defdynamic": 1,
    "struct": 2,
    "deferror": 2,
    "defdata": 1,
    "defclass": 2,
    "instance": 2,
    "fn": 1,
    "let": 1,
    "letrec": 1,
    "loop": 1,
    "binding": 1,
    "shift": 1,
    "cloneable-shift": 1,
    "shift0": 1,
    "reset": 0,
    "do": 0,
    "defer": 0,
    "try": 0,
    "catch": 1,
    "finally": 0,
    "if": 1,
    "with-handler*": 2,
    "with-cleanup*": 0,
}
"""How many operands of a form stay on its first line."""


def laid_out(datum: object, indent: int = 0) -> str:
    """The text of a datum whose first character stands in column `indent`."""
    flat = write(datum)
    if indent + len(flat) <= WIDTH and "\n" not in flat:
        return flat
    if isinstance(datum, List) and len(datum) > 1 and not is_quoted(datum):
        return form_text(datum, indent)
    if isinstance(datum, Vector):
        return vector_text(list(datum), indent)
    if isinstance(datum, Map):
        return "{" + pairs_text([part for pair in datum.items() for part in pair], indent + 1) + "}"
    if isinstance(datum, Set):
        return "#{" + column_text(list(datum), indent + 2) + "}"
    return flat


def is_quoted(datum: List) -> bool:
    return type(datum.head) is Symbol and datum.head.name == "quote" and len(datum) == 2


def form_text(datum: List, indent: int) -> str:
    """A special form, or a call with its operands below each other."""
    parts = list(datum)
    head = laid_out(parts[0], indent + 1)
    beside = BESIDE_HEAD.get(head)
    if beside is None:
        if "\n" in head or len(head) > 20:
            return f"({head}\n{' ' * (indent + 1)}{column_text(parts[1:], indent + 1)})"
        return f"({head} {column_text(parts[1:], indent + len(head) + 2)})"
    if isinstance(parts[-1], Symbol) or beside >= len(parts) - 1:
        beside = min(beside, len(parts) - 2)
    text = f"({head}"
    for part in parts[1 : beside + 1]:
        column = indent + len(text) - text.rfind("\n") if "\n" in text else indent + len(text) + 1
        text += " " + laid_out(part, column)
    rest = parts[beside + 1 :]
    return f"{text}\n{' ' * (indent + 2)}{column_text(rest, indent + 2)})"


def column_text(parts: list[object], indent: int) -> str:
    """Data below each other."""
    return f"\n{' ' * indent}".join(laid_out(part, indent) for part in parts)


def vector_text(parts: list[object], indent: int) -> str:
    """A vector that does not fit: pairs below each other when it is one of bindings."""
    if len(parts) % 2 == 0 and all(type(part) is Symbol for part in parts[::2]):
        return "[" + pairs_text(parts, indent + 1) + "]"
    return "[" + column_text(parts, indent + 1) + "]"


def pairs_text(parts: list[object], indent: int) -> str:
    rows = []
    for name, value in zip(parts[::2], parts[1::2], strict=True):
        lead = laid_out(name, indent)
        rows.append(f"{lead} {laid_out(value, indent + len(lead) + 1)}")
    return f"\n{' ' * indent}".join(rows)
