"""The primitives of the module `vector`."""

from __future__ import annotations

from turmeric.running.structure import short
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def subvec(vector: Vector, start: int, end: Any = None) -> Vector:
    """The elements from `start` to before `end`."""
    end = len(vector) if end is None else end
    if type(end) is not int:
        raise failure("type-error", f"subvec expects an integer, got {short(end)}", end)
    if not 0 <= start <= end <= len(vector):
        raise failure("index-error", f"no elements from {start} to {end}: the length is {len(vector)}", start)
    return vector.slice(start, end)


def peek(value: Any) -> Any:
    """What `pop` takes away: a vector's last element, a list's first."""
    if value is None:
        return None
    if isinstance(value, Vector):
        return value[len(value) - 1] if value else None
    if isinstance(value, List):
        return value.head if value else None
    raise failure("type-error", f"peek expects a list or vector, got {short(value)}", value)


def pop(value: Any) -> Any:
    """A vector without its last element, a list without its first."""
    if not isinstance(value, Vector | List):
        raise failure("type-error", f"pop expects a list or vector, got {short(value)}", value)
    if not value:
        raise failure("index-error", f"cannot pop an empty {value._kind}", value)
    return value.pop() if isinstance(value, Vector) else value.tail


TABLE: dict[str, Callable[..., Any]] = {"subvec": subvec, "peek": peek, "pop": pop}
