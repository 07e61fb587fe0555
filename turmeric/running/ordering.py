"""The built-in order of values.

Numbers compare by value, strings and names by character, lists, vectors and structs
part by part, then by length; constructors of one data type by their place in it.
Values of different kinds have no order.  Nothing here calls itself, so that values may
be nested to any depth.
"""

from __future__ import annotations

from itertools import chain

from turmeric.running.structure import short
from turmeric.vocabulary import vectors
from turmeric.vocabulary.errors import TurmericError, failure
from turmeric.vocabulary.kinds import is_number
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.structs import Struct
from turmeric.vocabulary.symbols import Keyword, Symbol
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from typing import Any

    Parts = Collection[Any]


WITH_PARTS = (List, Vector, Struct)
PLAIN_SEQUENCES = frozenset((List, Vector))
"""Classes of which two values differ by their parts alone."""


def compare(a: Any, b: Any) -> int:
    """-1, 0 or 1; `type-error` when the values, or parts at the same place, have no order."""
    pending: list[Iterator[tuple[Any, Any]]] = [iter(((a, b),))]
    while pending:
        pair = next(pending[-1], None)
        if pair is None:
            pending.pop()
            continue
        x, y = pair
        if x is y and not has_parts(x):
            require_order(x)
            continue
        kind = type(x)
        if kind is not type(y) or kind not in PLAIN_SEQUENCES:
            order = compare_simple(x, y)
            if order:
                return order
        if has_parts(x):
            xs, ys = parts_of(x, y)
            pending.append(chain(zip(xs, ys, strict=False), ((len(xs), len(ys)),)))
    return 0


def has_parts(value: Any) -> bool:
    return isinstance(value, WITH_PARTS)


def parts_of(x: Any, y: Any) -> tuple[Parts, Parts]:
    """What is inside two values of the same kind."""
    return (x.values, y.values) if type(x) is Struct else (x, y)


def compared_parts(x: Any, y: Any) -> Vector:
    """The parts of two values that have to be compared in turn, as two vectors.

    The first parts are the values themselves when they have none, or differ as wholes.
    """
    if not (has_parts(x) or has_parts(y)) or compare_simple(x, y):
        return vectors.from_iterable((vectors.from_iterable((compare_simple(x, y),)), vectors.from_iterable((0,))))
    xs, ys = parts_of(x, y)
    return vectors.from_iterable((vectors.from_iterable(xs), vectors.from_iterable(ys)))


def compare_simple(x: Any, y: Any) -> int:
    """The order of two values without parts; 0 for two collections of the same kind."""
    if is_number(x) and is_number(y):
        return compare_numbers(x, y)
    for kinds, key in KEYS:
        if isinstance(x, kinds) and isinstance(y, kinds):
            return sign_of(key(x), key(y))
    if type(x) is Struct and type(y) is Struct:
        return compare_constructors(x, y)
    raise no_order(x, y)


def compare_numbers(x: Any, y: Any) -> int:
    """By value; nan comes after all other numbers."""
    if x != x or y != y:
        return bool(x != x) - bool(y != y)
    return sign_of(x, y)


def sign_of(x: Any, y: Any) -> int:
    """-1, 0 or 1 by Python's order."""
    return int(x > y) - int(x < y)


def compare_constructors(x: Struct, y: Struct) -> int:
    """By the constructors' places in their data type; 0 for the same struct type."""
    if x.type is y.type:
        return 0
    data = x.type.data_type
    if data is None or data is not y.type.data_type:
        raise no_order(x, y)
    place, other = data.constructors.index(x.type), data.constructors.index(y.type)
    return sign_of(place, other)


def require_order(value: Any) -> None:
    """An error for a value of a kind that has no order, even against itself."""
    compare_simple(value, value)


def no_order(x: Any, y: Any) -> TurmericError:
    return failure("type-error", f"compare cannot order {short(x)} and {short(y)}", vectors.from_iterable((x, y)))


KEYS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (str, lambda value: value),
    (bool, int),
    (Keyword, lambda value: value.name),
    (Symbol, lambda value: value.name),
    (bytes, lambda value: value),
    (type(None), lambda value: 0),
    (List, lambda value: 0),
    (Vector, lambda value: 0),
)
"""The kinds whose values compare by a Python value, and that value."""
