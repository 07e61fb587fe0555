"""The primitives of the module `set`."""

from __future__ import annotations

from turmeric.running.structure import short
from turmeric.vocabulary import sets
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.sets import Set

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def require_set(value: Any, name: str) -> Set:
    """The set; an empty one for nil."""
    if value is None:
        return sets.EMPTY
    if isinstance(value, Set):
        return value
    raise failure("type-error", f"{name} expects sets, got {short(value)}", value)


def disj(value: Set, *items: Any) -> Set:
    for item in items:
        value = value.remove(item)
    return value


def union(*values: Any) -> Set:
    result = sets.EMPTY
    for value in values:
        result = result.union(require_set(value, "union"))
    return result


def intersection(first: Set, *others: Any) -> Set:
    for other in others:
        first = first.intersection(require_set(other, "intersection"))
    return first


def difference(first: Set, *others: Any) -> Set:
    for other in others:
        first = first.difference(require_set(other, "difference"))
    return first


def is_subset(a: Set, b: Set) -> bool:
    return all(item in b for item in a)


TABLE: dict[str, Callable[..., Any]] = {
    "disj": disj,
    "union": union,
    "intersection": intersection,
    "difference": difference,
    "subset?": is_subset,
    "superset?": lambda a, b: is_subset(b, a),
}
