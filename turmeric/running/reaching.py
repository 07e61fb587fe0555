"""What can be reached from a value, and which of it is state.

State is what a resumption must have for itself: cells, and continuations, which can be
consumed.  A value from which none can be reached is remembered as *inert*.
"""

from __future__ import annotations

from turmeric.running.continuation import Binding, Cleanup, Continuation, Handler, Mark, Wind
from turmeric.running.values import Cell, Closure, Ref
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.sets import Set
from turmeric.vocabulary.structs import Struct
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from turmeric.running.continuation import Frames

FLAGGED = (List, Vector, Map, Set, Struct, Closure)
"""Classes with an `inert` slot."""
STATE = (Cell, Ref, Continuation)
WALKED = (*FLAGGED, *STATE)


def children(value: Any) -> list[Any]:
    """The values directly inside a value (of a frame chain: all its frames' values)."""
    if isinstance(value, List):
        return list(value)
    if isinstance(value, Vector | Set):
        return list(value)
    if isinstance(value, Map):
        return [part for pair in value.items() for part in pair]
    if isinstance(value, Struct):
        return list(value.values)
    if type(value) is Closure:
        return [] if value.is_home() else list(value.captured)
    if type(value) is Cell or type(value) is Ref:
        return [value.value]
    if type(value) is Continuation:
        return [part for frames, mark in value.pieces for part in (*chain_values(frames), *mark_values(mark))]
    return []


def chain_values(frames: Frames) -> list[Any]:
    found: list[Any] = []
    while frames is not None:
        _, values, frames = frames
        found.extend(values)
    return found


def mark_values(mark: Mark) -> list[Any]:
    """The values that a mark holds."""
    if type(mark) is Handler:
        return [*(function for _, function in mark.clauses.values()), mark.returns]
    if type(mark) is Binding:
        return list(mark.values.values())
    if type(mark) is Cleanup:
        return [mark.thunk]
    if type(mark) is Wind:
        return [mark.before, mark.after]
    return []


def leading_to_state(roots: Iterable[Any]) -> tuple[set[int], bool]:
    """The ids of all values below `roots` that are state or lead to some, and whether that is so for good.

    It is not when something leads to the cell of a definition, which stops being that when it
    is defined again. Otherwise the values that do not lead to state are inert from now on.
    """
    parents: dict[int, list[int]] = {}
    visited: dict[int, Any] = {}
    for_good = True
    work: list[Any] = [root for root in roots if isinstance(root, WALKED)]
    while work:
        value = work.pop()
        if id(value) in visited or getattr(value, "inert", False):
            continue
        if isinstance(value, Ref | Closure) and value.is_home():
            for_good = for_good and isinstance(value, Closure) and not value.captured
            continue
        visited[id(value)] = value
        for child in children(value):
            if isinstance(child, WALKED):
                parents.setdefault(id(child), []).append(id(value))
                work.append(child)
    leading = climbed([place for place, value in visited.items() if isinstance(value, STATE)], parents)
    for place, value in visited.items() if for_good else ():
        if place not in leading:
            value.inert = True
    return leading, for_good


def climbed(found: list[int], parents: dict[int, list[int]]) -> set[int]:
    """Everything from which something found can be reached."""
    leading = set(found)
    while found:
        for parent in parents.get(found.pop(), ()):
            if parent not in leading:
                leading.add(parent)
                found.append(parent)
    return leading
