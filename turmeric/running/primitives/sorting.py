"""The primitives of the module `sorting`: sorts that ask no function of a program's."""

from __future__ import annotations

from turmeric.running import ordering
from turmeric.running.values import Builtin
from turmeric.vocabulary import vectors
from turmeric.vocabulary.kinds import is_number
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def sorted_plainly(values: Vector) -> Vector:
    """In the built-in order."""
    parts = list(values)
    return vectors.from_iterable(ordered(parts, sort_key(parts)))


def sorted_pairs(pairs: Vector) -> Vector:
    """The second parts of pairs, in the built-in order of the first."""
    rows: list[Any] = list(pairs)
    key = sort_key([row[0] for row in rows])
    by_first = ordered(rows, (lambda row: row[0]) if key is None else lambda row: key(row[0]))
    return vectors.from_iterable([row[1] for row in by_first])


def ordered(values: list[Any], key: Callable[[Any], Any] | None) -> list[Any]:
    return sorted(values, key=key) if key else sorted(values)


def sort_key(values: list[Any]) -> Callable[[Any], Any] | None:
    """What Python has to sort by; None when its own order is the language's."""
    kinds = {type(value) for value in values}
    if kinds == {str} or (kinds <= {int, float} and all(value == value for value in values)):
        return None
    from functools import cmp_to_key

    return cmp_to_key(ordering.compare)


def sorted_by_primitive(less: Any, values: Vector) -> Vector | None:
    """Sorted by a primitive such as `>`, which cannot capture; None for other functions."""
    if type(less) is not Builtin:
        return None
    from functools import cmp_to_key

    def order(a: Any, b: Any) -> int:
        return -1 if precedes(less(a, b)) else int(precedes(less(b, a)))

    return vectors.from_iterable(sorted(values, key=cmp_to_key(order)))


def precedes(answer: Any) -> bool:
    """What a comparison says: a truth value, or a number below 0."""
    return answer < 0 if is_number(answer) else answer is not None and answer is not False


TABLE: dict[str, Callable[..., Any]] = {
    "sorted*": sorted_plainly,
    "sorted-pairs*": sorted_pairs,
    "sorted-by-primitive*": sorted_by_primitive,
}
