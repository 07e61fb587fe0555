"""Scanning a file's forms for what they will define, before any is expanded."""

from __future__ import annotations

from collections.abc import Iterator

from turmeric.vocabulary import namespace
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.symbols import Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.reading.reader import Form

KINDS = {
    "def": namespace.VALUE,
    "defn": namespace.FUNCTION,
    "defn-": namespace.FUNCTION,
    "defmacro": namespace.MACRO,
    "defdynamic": namespace.DYNAMIC,
    "struct": namespace.TYPE,
    "defstruct": namespace.TYPE,
    "deferror": namespace.TYPE,
    "defdata": namespace.TYPE,
}


def renamed_names(forms: list[Form]) -> Iterator[str]:
    """The old names of the `defrename`s."""
    for form in forms:
        datum = form.datum
        if isinstance(datum, List) and len(datum) == 3 and type(datum.head) is Symbol:
            old = datum.tail.head
            if datum.head.name == "defrename" and type(old) is Symbol:
                yield old.name


def defined_names(forms: list[Form]) -> Iterator[tuple[str, str, Form]]:
    """(kind, name, form) for each definition that can be seen without expanding."""
    for form in forms:
        datum = form.datum
        if not isinstance(datum, List) or len(datum) < 2 or type(datum.head) is not Symbol:
            continue
        kind = KINDS.get(datum.head.name)
        name = datum.tail.head
        if kind is None:
            continue
        if isinstance(name, List) and name:
            name = name.head
        if type(name) is Symbol:
            yield kind, name.name, form
        if datum.head.name == "defdata":
            for part in datum.tail.tail:
                head = part.head if isinstance(part, List) and part else part
                if type(head) is Symbol:
                    yield namespace.TYPE, head.name, form
