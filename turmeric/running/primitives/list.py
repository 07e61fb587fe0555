"""The primitives of the module `list`: sequences of every kind."""

from __future__ import annotations

from itertools import chain, islice

from turmeric.running import collecting
from turmeric.running.iterating import Generator
from turmeric.running.primitives.core import concat, items
from turmeric.running.structure import short
from turmeric.vocabulary import lists, vectors
from turmeric.vocabulary.equality import equal, key_of, value_of
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.kinds import is_number
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any


def elements(value: Any, name: str) -> Vector:
    """The elements of a collection as a vector."""
    return value if isinstance(value, Vector) else vectors.from_iterable(items(value, name))


def array(value: Any, name: str) -> list[Any]:
    return list(items(value, name))


def append_slice(front: Vector, source: Vector, start: int, end: int) -> Vector:
    return front.concat(source.slice(start, end))


# Parts ----------------------------------------------------------------------------------------


def second(value: Any) -> Any:
    """The second element, or nil."""
    return next(islice(items(value, "second"), 1, None), None)


def last(value: Any) -> Any:
    """The last element, or nil."""
    if isinstance(value, Vector | str | bytes):
        return value[len(value) - 1] if value else None
    found = None
    for found in items(value, "last"):  # noqa: B007
        pass
    return found


def take(count: int, value: Any) -> List:
    return lists.from_iterable(list(islice(items(value, "take"), max(count, 0))))


def drop(count: int, value: Any) -> List:
    """What follows the first elements; shares a list's cells."""
    if isinstance(value, List):
        left: List = value
        for _ in range(min(count, len(left))):
            left = left.tail
        return left
    return lists.from_iterable(array(value, "drop")[max(count, 0) :])


def take_last(count: int, value: Any) -> List:
    parts = array(value, "take-last")
    return lists.from_iterable(parts[max(len(parts) - max(count, 0), 0) :])


def drop_last(count: int, value: Any) -> List:
    parts = array(value, "drop-last")
    return lists.from_iterable(parts[: max(len(parts) - max(count, 0), 0)])


# Making sequences -----------------------------------------------------------------------------


def number_range(start: Any, end: Any = None, step: Any = 1) -> List:
    """The numbers from `start` (0) to before `end` by `step`."""
    if end is None:
        start, end = 0, start
    for value in (start, end, step):
        if not is_number(value):
            raise failure("type-error", f"range expects numbers, got {short(value)}", value)
    if step == 0:
        raise failure("value-error", "the step of a range cannot be 0", step)
    if type(start) is type(end) is type(step) is int:
        return lists.from_iterable(list(range(start, end, step)))
    return lists.from_iterable(fractional_range(start, end, step))


def fractional_range(start: Any, end: Any, step: Any) -> list[Any]:
    """Each number is computed from the start, lest errors add up."""
    if not all(-float("inf") < value < float("inf") for value in (start, end, step)):
        raise failure("value-error", "a range needs finite numbers", end)
    found: list[Any] = []
    value = start
    while value < end if step > 0 else value > end:
        found.append(value)
        value = start + len(found) * step
    return found


def repeat(count: int, value: Any) -> List:
    return lists.from_iterable([value] * max(count, 0))


def list_star(*values: Any) -> List:
    *front, final = values
    return joined(lists.from_iterable(front), final)


def joined(*collections: Any) -> List:
    """All elements of all collections; the last list is shared."""
    return concat(*collections)


def rows(name: str, collections: tuple[Any, ...]) -> Iterable[tuple[Any, ...]]:
    return zip(*[items(each, name) for each in collections], strict=False)


def zip_all(*collections: Any) -> List:
    return lists.from_iterable([vectors.from_iterable(row) for row in rows("zip", collections)])


def interleave(*collections: Any) -> List:
    return lists.from_iterable(list(chain.from_iterable(rows("interleave", collections))))


def interpose(separator: Any, value: Any) -> List:
    parts = array(value, "interpose")
    return lists.from_iterable([each for part in parts for each in (separator, part)][1:])


def flatten(value: Any) -> List:
    """The elements of nested lists and vectors, to any depth."""
    found: list[Any] = []
    work = [iter(items(value, "flatten"))]
    while work:
        for item in work[-1]:
            if isinstance(item, List | Vector):
                work.append(iter(item))
                break
            found.append(item)
        else:
            work.pop()
    return lists.from_iterable(found)


def distinct(value: Any) -> List:
    keys = dict.fromkeys([key_of(item) for item in items(value, "distinct")])
    return lists.from_iterable([value_of(key) for key in keys])


def dedupe(value: Any) -> List:
    found: list[Any] = []
    for item in items(value, "dedupe"):
        if not found or not equal(found[-1], item):
            found.append(item)
    return lists.from_iterable(found)


def partition(size: int, step: int, value: Any, whole: bool) -> List:
    """Lists of `size` elements, each starting `step` after the one before."""
    if size < 1 or step < 1:
        raise failure("value-error", "partition expects a size and a step of at least 1", min(size, step))
    parts = array(value, "partition")
    slices = [parts[start : start + size] for start in range(0, len(parts), step)]
    return lists.from_iterable([lists.from_iterable(each) for each in slices if not whole or len(each) == size])


TABLE: dict[str, Callable[..., Any]] = {
    "elements*": elements,
    "at*": Vector.__getitem__,
    "list-of*": lists.from_iterable,
    "append-slice*": append_slice,
    "second": second,
    "last": last,
    "butlast": lambda value: drop_last(1, value),
    "take": take,
    "drop": drop,
    "take-last": take_last,
    "drop-last": drop_last,
    "list*": list_star,
    "range": number_range,
    "repeat": repeat,
    "concat": joined,
    "reverse": lambda value: lists.from_iterable(array(value, "reverse")[::-1]),
    "zip": zip_all,
    "interleave": interleave,
    "interpose": interpose,
    "flatten": flatten,
    "distinct": distinct,
    "dedupe": dedupe,
    "partition*": partition,
    "conj": collecting.conj,
    "generator?": lambda value: type(value) is Generator,
    "into*": collecting.into,
    "frequencies": collecting.frequencies,
}
