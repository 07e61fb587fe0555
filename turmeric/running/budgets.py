"""Budgets: so many calls, then what remains to be done is a continuation.

    frames of the thunk --> Segment(prompt) --> Segment(binding: what is left) --frames--> ...

What is left of a budget is the value of a dynamic variable, in a cell.  So it belongs to the continuation: it
counts while the program is inside, is captured and stored along, and a copy has its own.
`Segment.bindings` has the budgets that are around a place, so that nobody has to look for them.
"""

from __future__ import annotations

from turmeric.running.continuation import (
    BUDGET,
    Binding,
    Continuation,
    Prompt,
    Segment,
    Wind,
    capture,
    trimmed,
)
from turmeric.running.operators import CAPTURES, operator
from turmeric.running.structure import construct, short
from turmeric.running.values import Ref
from turmeric.running.world import require_world
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.running.continuation import Budgets, Frames, Piece
    from turmeric.running.functions import State
    from turmeric.running.machine import Machine


@operator("call-with-budget", "freezing")
def call_with_budget(machine: Machine, args: list[Any], frames: Frames) -> State:
    """Call a thunk with a budget of calls, of which its own is none."""
    calls, thunk = args
    if type(calls) is not int or calls < 0:
        raise failure("value-error", f"with-budget expects a number of calls, 0 or more, got {short(calls)}", calls)
    machine.segment = Segment(Binding({BUDGET: Ref(calls)}), frames, machine.segment)
    machine.segment = Segment(Prompt(), None, machine.segment)
    state = machine.apply(thunk, [], None)
    machine.entered = state[1]
    return machine.watched(state)


def spend(budgets: Budgets) -> Ref | None:
    """Take a call off all budgets; or give the outermost that has none left, and take nothing."""
    counting = []
    used_up = None
    while budgets is not None:
        left, budgets = budgets
        if left is not None and left.value is not None:
            counting.append(left)
            used_up = left if left.value == 0 else used_up
    if used_up is None:
        for left in counting:
            left.value -= 1  # type: ignore[operator]
    return used_up


def suspended(machine: Machine, left: Ref, frames: Frames, above: tuple[Piece, ...]) -> State:
    """Leave the region of a budget; its value is what remains to be done there."""
    left.value = None  # what runs while regions of `dynamic-wind` are left does not count
    delimiter = delimiter_of(left, machine.segment)
    pieces, segment = capture(frames, machine.segment, delimiter, above, leaving=True)
    if type(segment.mark) is Wind:
        return machine.leave_wind(pieces, segment, "budget", left)
    assert segment.rest is not None and segment.rest.rest is not None
    machine.segment = segment.rest.rest
    type_ = require_world().find("freezing", "suspended").force()
    return machine.give(construct(type_, [Continuation(trimmed(pieces), one_shot=True)]), segment.rest.frames)


CAPTURES["budget"] = suspended


def delimiter_of(left: Ref, segment: Segment) -> Segment:
    """The segment of the delimiter of a budget."""
    while segment.rest is not None:
        below = segment.rest
        if type(below.mark) is Binding and below.mark.values.get(BUDGET) is left:
            return segment
        segment = below
    raise failure("no-prompt", "the budget of these calls is not around them")
