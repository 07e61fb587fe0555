"""Values as text.

`write` gives what the reader reads back as an equal value, for all plain data;
values without a text form are written `#<...>`.  `display` shows a string as it is.
Collections wait on a list, not in recursion, so that they may be nested to any depth.
"""

from __future__ import annotations

from turmeric.vocabulary.atoms import ATOMS
from turmeric.vocabulary.lexical import SUGAR
from turmeric.vocabulary.lists import List, SourceList
from turmeric.vocabulary.maps import Map, SourceMap
from turmeric.vocabulary.sets import Set, SourceSet
from turmeric.vocabulary.structs import Struct
from turmeric.vocabulary.symbols import Symbol
from turmeric.vocabulary.vectors import SourceVector, Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

_FOREIGN_LENGTH = 80
"""Characters of a Python object's own representation that are shown."""


class Limit:
    """How much of a value to write: elements of each collection, and characters in all."""

    __slots__ = ("elements", "length")

    def __init__(self, elements: int, length: int) -> None:
        self.elements = elements
        self.length = length


BRIEF = Limit(8, 80)
"""For a value inside a message."""


class _Text(str):
    """Text ready to be put out, unlike a string of the program."""

    __slots__ = ()


def write(value: object, replaced: dict[int, str] | None = None, limit: Limit | None = None) -> str:
    """`value` as the reader reads it.

    `replaced` has the text for values with a `Show` instance of their own, by `id`.
    Beyond `limit`, `...` stands for the rest.
    """
    pieces: list[str] = []
    room = limit.length if limit else None
    todo: list[Iterator[object]] = [iter((value,))]
    while todo:
        for item in todo[-1]:
            if type(item) is _Text:
                text: str = item
            elif replaced and id(item) in replaced:
                text = replaced[id(item)]
            elif (parts := _COLLECTIONS.get(type(item))) is not None:
                todo.append(parts(item, limit.elements if limit else -1))
                break
            else:
                text = ATOMS.get(type(item), _write_other)(item)
            pieces.append(text)
            if room is not None:
                room -= len(text)
                if room < 0:
                    pieces[-1] = text[:room]
                    return "".join(pieces) + "..."
        else:
            todo.pop()
    return "".join(pieces)


def display(value: object, replaced: dict[int, str] | None = None, limit: Limit | None = None) -> str:
    """Like `write`, but a string stands for itself."""
    if type(value) is not str or (replaced and id(value) in replaced):
        return write(value, replaced, limit)
    return value if limit is None or len(value) <= limit.length else value[: limit.length] + "..."


_BLANK = _Text(" ")
_COMMA = _Text(", ")
_DOTS = _Text("...")
_PREFIXES = {name: _Text(prefix) for prefix, name in SUGAR.items()}


def _sequence(opener: str, items: Iterable[object], closer: str, most: int) -> Iterator[object]:
    yield _Text(opener)
    for place, item in enumerate(items):
        if place:
            yield _BLANK
        if place == most:
            yield _DOTS
            break
        yield item
    yield _Text(closer)


def _list_parts(value: List, most: int) -> Iterator[object]:
    if len(value) == 2 and type(value.head) is Symbol and value.head.name in _PREFIXES:
        return _prefixed(value.head.name, value.tail.head)
    return _sequence("(", value, ")", most)


def _prefixed(name: str, quoted: object) -> Iterator[object]:
    """`'x` for `(quote x)`.  A blank keeps `~ @x` apart from `~@x`."""
    yield _PREFIXES[name]
    if name == "unquote" and _is_deref(quoted):
        yield _BLANK
    yield quoted


def _is_deref(value: object) -> bool:
    return isinstance(value, List) and len(value) == 2 and type(value.head) is Symbol and value.head.name == "deref"


def _vector_parts(value: Vector, most: int) -> Iterator[object]:
    return _sequence("[", value, "]", most)


def _set_parts(value: Set, most: int) -> Iterator[object]:
    return _sequence("#{", value, "}", most)


def _map_parts(value: Map, most: int) -> Iterator[object]:
    yield _Text("{")
    for place, (key, item) in enumerate(value.items()):
        if place:
            yield _COMMA
        if place == most:
            yield _DOTS
            break
        yield key
        yield _BLANK
        yield item
    yield _Text("}")


def _struct_parts(value: Struct, most: int) -> Iterator[object]:
    return _sequence("(", (_Text(value.type.name), *value.values), ")", -1)


_COLLECTIONS: dict[type, Callable[[Any, int], Iterator[object]]] = {
    List: _list_parts,
    SourceList: _list_parts,
    Vector: _vector_parts,
    SourceVector: _vector_parts,
    Map: _map_parts,
    SourceMap: _map_parts,
    Set: _set_parts,
    SourceSet: _set_parts,
    Struct: _struct_parts,
}


def _write_other(value: object) -> str:
    """What `value` says of itself; for a Python object its type and the start of its `repr`."""
    kind = type(value)
    describe = getattr(kind, "describe", None)
    if describe is not None and kind.__module__.partition(".")[0] == "turmeric":
        return str(describe(value))
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    try:
        text = " ".join(repr(value).split())
    except Exception:  # whatever a stranger's __repr__ raises
        text = ""
    if " at 0x" in text:  # an address says nothing, and differs every time
        text = ""
    if len(text) > _FOREIGN_LENGTH:
        text = text[:_FOREIGN_LENGTH] + "..."
    if kind.__module__.partition(".")[0] == "turmeric" and text.startswith("#<"):
        return text
    return f"#<python {name} {text}>" if text else f"#<python {name}>"
