"""The way from a root to a value inside it, for messages.

    process-order, orders.tur:12:5 -> variable conn -> field socket
"""

from __future__ import annotations

from collections.abc import Iterator

from turmeric.durability.reports.failures import MethodFailed, Unserializable, placed
from turmeric.running.continuation import Binding, Cleanup, Continuation, Handler, Wind
from turmeric.running.futures import Future
from turmeric.running.lazies import Lazy
from turmeric.running.values import Cell, Closure, Rc, Ref
from turmeric.vocabulary.errors import TurmericError, failure
from turmeric.vocabulary.kinds import type_name
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.printer import BRIEF, write
from turmeric.vocabulary.sets import Set
from turmeric.vocabulary.structs import Struct
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ARROW = " -> "
SHOWN = 5
"""Steps that are shown of the beginning of a long way, and of its end."""

Step = tuple[str, "Any"]


def steps(value: Any) -> Iterator[Step]:
    """The values directly inside a value, each with the name of the step to it."""
    if type(value) is Continuation:
        yield from continuation_steps(value)
    elif type(value) is Closure:
        if not value.is_home():
            name = value.function.code.name
            for var, inside in zip(value.function.code.captured, value.captured, strict=True):
                yield f"function {name}, variable {var.name}", inside
    elif isinstance(value, Struct):
        for field, inside in zip(value.type.fields, value.values, strict=True):
            yield f"field {field}", inside
    elif isinstance(value, Map):
        for key, inside in value.items():
            yield f"a key {write(key, limit=BRIEF)}", key
            yield f"key {write(key, limit=BRIEF)}", inside
    elif isinstance(value, Vector | List):
        for place, inside in enumerate(value):
            yield f"element {place}", inside
    elif isinstance(value, Set):
        for inside in value:
            yield "an element", inside
    elif type(value) in (Cell, Ref, Rc):
        yield ("" if type(value) is Cell else "contents of the ref"), value.value
    elif type(value) is Future:
        yield "future", value.state
    elif type(value) is Lazy and value.is_here():
        yield "the lazy value", value.value


def continuation_steps(value: Continuation) -> Iterator[Step]:
    for frames, mark in value.pieces:
        while frames is not None:
            point, values, frames = frames
            where = f"{point.function.code.symbol}, {point.span}"
            for var, inside in zip(point.point.live, values, strict=True):
                name = "a value in waiting" if var.temporary else f"variable {var.name}"
                yield f"{where}{ARROW}{name}", inside
        if type(mark) is Handler:
            for _, function in mark.clauses.values():
                yield "a handler", function
            yield "a handler's return clause", mark.returns
        elif type(mark) is Binding:
            for name, inside in mark.values.items():
                yield f"dynamic variable {name}", inside
        elif type(mark) is Cleanup:
            yield "a clean-up", mark.thunk
        elif type(mark) is Wind:
            yield "the `before` of a dynamic-wind", mark.before
            yield "the `after` of a dynamic-wind", mark.after


def path_to(root: Any, target: Any, made: dict[int, Any] | None = None) -> str:
    """The steps from the root to the target, as text; empty when they are the same.  `made` has what
    stands in for a value, by its id."""
    made = made or {}
    came: dict[int, tuple[int, str]] = {}
    kept: list[Any] = [root]
    place = 0
    while place < len(kept):
        value = kept[place]
        for name, inside in (*steps(value), *stand_in_of(value, made)):
            if id(inside) in came or inside is root:
                continue
            came[id(inside)] = (id(value), name)
            if inside is target:
                return joined(way(came, id(target), id(root)))
            kept.append(inside)
        place += 1
    return ""


def joined(names: list[str]) -> str:
    """The steps of a way as text, of a long one without its middle."""
    if len(names) > 2 * SHOWN + 1:
        names = [*names[:SHOWN], f"... {len(names) - 2 * SHOWN} more ...", *names[-SHOWN:]]
    return ARROW.join(names)


def stand_in_of(value: Any, made: dict[int, Any]) -> list[Step]:
    if id(value) not in made:
        return []
    return [(f"what stands in for {type_name(value)}", made[id(value)])]


def way(came: dict[int, tuple[int, str]], place: int, root: int) -> list[str]:
    found: list[str] = []
    while place != root and place in came:
        place, name = came[place]
        if name:
            found.append(name)
    return found[::-1]


def not_serializable(root: Any, error: Unserializable, made: dict[int, Any]) -> TurmericError:
    """The error for a value that cannot be stored, mostly because it has no encoding and no instance."""
    value = error.value
    path = path_to(root, value, made)
    kind = type_name(value)
    if isinstance(error, MethodFailed):
        return placed(error.error, f"{error.title}, at {path}" if path else error.title, [])
    if error.reason is not None:
        shown = write(value, limit=BRIEF)
        return failure("not-serializable", f"{error.reason}: {path + ARROW if path else ''}{shown}", kind)
    message = f"a value of type {kind} cannot be stored" + (f": {path}" if path else "")
    hint = f"; give {kind} an instance of Serializable or Resource-Serializable"
    return failure("not-serializable", message + hint, kind)
