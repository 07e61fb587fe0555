"""The primitives of the module `classes`: what the built-in type classes do by default.

A value's *custom* parts are those whose types have methods of a program's own.  Only the
outermost count: a method decides itself about what is inside its argument.
"""

from __future__ import annotations

from turmeric.running import hashing, ordering, reaching
from turmeric.running.classes import TypeClass
from turmeric.running.continuation import Continuation
from turmeric.running.copying import copied
from turmeric.running.primitives.core import usable
from turmeric.running.structure import short
from turmeric.running.values import Ref
from turmeric.vocabulary import lists
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.numerals import integer_text
from turmeric.vocabulary.printer import display, write
from turmeric.vocabulary.sets import Set
from turmeric.vocabulary.structs import Struct
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

DATA = (List, Vector, Map, Set, Struct)
PLAIN = frozenset((str, int, float, bool, type(None), bytes))
SCALARS = frozenset(("string", "int64", "bigint", "float64", "bool", "nil", "bytes"))
"""Python's classes of plain values, and the names of their types."""


def customized(type_class: TypeClass) -> bool:
    """Whether some type has methods of its own, not just a class's defaults."""
    return any(instance.methods for instance in type_class.instances.values())


def is_custom(type_class: TypeClass, value: Any) -> bool:
    instance = type_class.instance_for(value)
    return instance is not None and bool(instance.methods)


def custom_parts(type_class: TypeClass, value: Any) -> List:
    """The outermost custom parts of a value, itself included, in order."""
    if not customized(type_class):
        return lists.EMPTY
    return lists.from_iterable(found_in(type_class, [value]))


def custom_inside(type_class: TypeClass, value: Any) -> List:
    """The outermost custom parts inside a value."""
    if not isinstance(value, DATA) or not customized(type_class):
        return lists.EMPTY
    return lists.from_iterable(found_in(type_class, reaching.children(value)))


def found_in(type_class: TypeClass, values: list[Any]) -> list[Any]:
    found: list[Any] = []
    seen: set[int] = set()
    work = values[::-1]
    plain = PLAIN if SCALARS.isdisjoint(type_class.instances) else ()
    while work:
        part = work.pop()
        if type(part) in plain:
            continue
        if isinstance(part, DATA):
            if id(part) in seen:
                continue
            seen.add(id(part))
        if is_custom(type_class, part):
            found.append(part)
        elif isinstance(part, DATA):
            work.extend(reversed(reaching.children(part)))
    return found


def plain_text(type_class: TypeClass | None, values: List, separator: str, raw: bool) -> str | None:
    """The values' texts, joined; None when one of them must be asked for its own."""
    plain = type_class is None or SCALARS.isdisjoint(type_class.instances)
    asked = type_class is not None and customized(type_class)
    texts: list[str] = []
    for value in values:
        kind = type(value)
        if plain and kind is int:
            texts.append(integer_text(value))  # type: ignore[arg-type]
        elif plain and kind is str:
            texts.append(value if raw else write(value))  # type: ignore[arg-type]
        elif asked and found_in(type_class, [value]):  # type: ignore[arg-type]
            return None
        else:
            texts.append(display(value) if raw else write(value))
    return separator.join(texts)


def shown(value: Any, parts: Any, texts: Any, raw: bool) -> str:
    """A value's text, with the texts that a user's `Show` made for some of its parts."""
    for text in texts:
        if type(text) is not str:
            raise failure("type-error", f"show must give a string, got {short(text)}", text)
    replaced = {id(part): text for part, text in zip(parts, texts, strict=True)}
    return display(value, replaced) if raw else write(value, replaced)


def clone(value: Any) -> Any:
    """A copy of a value that shares no cell with it, but for refs that are definitions'."""
    if type(value) is Ref:
        return Ref(copied(usable(value, "clone").value))
    if type(value) is not Continuation:
        return copied(value)
    if value.one_shot:
        raise failure("continuation-consumed", "a one-shot continuation cannot be cloned", value)
    if value.consumed:
        raise failure("continuation-consumed", "a continuation that was continued cannot be cloned", value)
    made = copied(value)
    if made is value:
        made = Continuation(value.pieces, one_shot=False)
        made.abortive, made.continuable = value.abortive, value.continuable
    return made


TABLE: dict[str, Callable[..., Any]] = {
    "customized?": customized,
    "custom-parts*": custom_parts,
    "custom-inside*": custom_inside,
    "plain-text*": plain_text,
    "shown*": shown,
    "compare-values*": ordering.compare,
    "compared-parts*": ordering.compared_parts,
    "hash-value*": hashing.hash_value,
    "clone-value*": clone,
}
