"""The primitives of the module `async`: futures as cells, dynamic variables as data, the loop."""

from __future__ import annotations

from math import isfinite

from turmeric.running.continuation import BUDGET, Binding, Segment
from turmeric.running.futures import Future
from turmeric.running.machine import CURRENT
from turmeric.running.operators import operator
from turmeric.running.outside import clock, outside_of
from turmeric.running.primitives.control import EXTENT
from turmeric.running.structure import short
from turmeric.running.world import require_world
from turmeric.vocabulary import lists, maps
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.maps import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from turmeric.running.continuation import Frames
    from turmeric.running.functions import State
    from turmeric.running.machine import Machine

def future(value: Any) -> Future:
    if type(value) is not Future:
        raise failure("type-error", f"expected a future, got {short(value)}", value)
    return value


def set_state(cell: Future, state: Any) -> None:
    cell.state = state


def set_here(cell: Future, here: Any) -> None:
    cell.here = here


def is_ended(value: Any) -> bool:
    return future(value).ended()


def is_awaitable(value: Any) -> bool:
    """Whether Python code could await it: a coroutine, an `asyncio.Future`, a struct of neither."""
    return hasattr(type(value), "__await__")


def deadline(seconds: float) -> float:
    """The time some seconds from now."""
    if not (isfinite(seconds) and seconds >= 0):
        raise failure("value-error", f"expected seconds, 0 or more, got {short(seconds)}", seconds)
    return clock() + seconds


def bindings() -> Map | None:
    """The dynamic variables that are bound here and their values; nil when none is."""
    machine = CURRENT.machine
    chain = machine.segment.bindings if machine is not None else None
    found: dict[str, Any] = {}
    parameters: list[Any] = []
    while chain is not None:
        values, chain, _ = chain
        for name, value in values.items():
            found.setdefault(name, value)
        entries: Any = values.get(EXTENT, ())
        parameters += [entry for entry in entries if entry[1] is not None]
    if EXTENT in found:  # of escapes nothing: a task cannot leave through what is not around it
        found[EXTENT] = lists.from_iterable(parameters)
    found.pop(BUDGET, None)
    return maps.from_pairs(found.items()) if found else None


@operator("call-bound", "async")
def call_bound(machine: Machine, args: list[Any], frames: Frames) -> State:
    """Call a thunk with dynamic variables bound as `bindings` gave them."""
    values, thunk = args
    machine.segment = Segment(Binding(dict(values.items())), frames, machine.segment)
    return machine.apply(thunk, [], None)


@operator("drive", "async")
def drive(machine: Machine, args: list[Any], frames: Frames) -> State:
    """Run the loop until the scheduler tells the number.  It is an operator so that the machine
    knows what waits: in round-trip mode the cells in there stay what they are."""
    machine.waiting = frames
    try:
        ended = outside_of(require_world()).drive(args[0])
    finally:
        machine.waiting = None
    return machine.give(ended, frames)


TABLE: dict[str, Callable[..., Any]] = {
    "new-future": lambda state: Future(require_world(), state),
    "future?": lambda value: type(value) is Future,
    "own-future?": lambda value: type(value) is Future and value.world is require_world(),
    "ended?": is_ended,
    "state": lambda value: future(value).state,
    "set-state!": set_state,
    "here": lambda value: value.here,
    "set-here!": set_here,
    "awaitable?": is_awaitable,
    "seconds-from-now": deadline,
    "past?": lambda deadline: deadline <= clock(),
    "bindings": bindings,
    "start-timer": lambda number, deadline: outside_of(require_world()).start_timer(number, deadline),
    "start-awaitable": lambda number, awaitable: outside_of(require_world()).start_awaitable(number, awaitable),
    "stop-event": lambda number: outside_of(require_world()).stop(number),
    "call-scheduler": lambda: outside_of(require_world()).call_scheduler(),
    "tell": lambda number: outside_of(require_world()).tell(number),
}
