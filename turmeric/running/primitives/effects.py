"""The operators of the module `effects`: from a `perform` to the nearest handler that knows the effect.

A clause that runs in place stands on a mask above the frames of the `perform`; its value
goes to them.  Any other clause gets those frames as a continuation, and runs outside of
its handler, which the continuation contains.
"""

from __future__ import annotations

from turmeric.running.continuation import (
    IN_PLACE,
    ONE_SHOT,
    Base,
    Cleanup,
    Continuation,
    Mask,
    Segment,
    Wind,
    capture,
    masked_handler,
    open_masks,
)
from turmeric.running.operators import CAPTURES, operator
from turmeric.running.steps import make_handler
from turmeric.running.structure import short
from turmeric.vocabulary.errors import TurmericError, failure
from turmeric.vocabulary.structs import EFFECT, Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.running.continuation import Frames, Piece
    from turmeric.running.functions import State
    from turmeric.running.machine import Machine


@operator("perform", "effects")
def perform(machine: Machine, args: list[Any], frames: Frames) -> State:
    """Ask the nearest handler of the effect for the value of the `perform`."""
    return asked(machine, args[0], frames, ())


def asked(machine: Machine, effect: Any, frames: Frames, above: tuple[Piece, ...]) -> State:
    """`perform` of an effect; `above` are pieces of the continuation that were captured before."""
    if type(effect) is not Struct or effect.type.kind != EFFECT:
        raise failure("type-error", f"perform expects an effect, got {short(effect)}", effect)
    segment = machine.handlers(open_masks(above)) if above else machine.segment.handlers
    while segment is not None:
        handler: Any = segment.mark
        clause = handler.clauses.get(effect.type)
        if clause is not None:
            break
        segment = segment.rest.handlers  # type: ignore[union-attr]
    else:
        raise unhandled(machine, effect)
    way, function = clause
    if way == IN_PLACE:
        if handler.mask is None:
            handler.mask = Mask(handler)
        machine.segment = Segment(handler.mask, frames, machine.segment, segment.rest)
        return machine.apply(function, list(effect.values), None)
    pieces, segment = capture(frames, machine.segment, segment, above, leaving=True)
    if type(segment.mark) is Wind:
        return machine.leave_wind(pieces, segment, "perform", effect)
    continuation = Continuation(pieces, one_shot=way == ONE_SHOT)
    continuation.awaits = effect.type if effect.type.result is not None else None
    assert segment.rest is not None
    machine.segment = segment.rest
    return machine.apply(function, [*effect.values, continuation], segment.frames)


CAPTURES["perform"] = asked


def unhandled(machine: Machine, effect: Struct) -> TurmericError:
    """The error for an effect without a handler; it is located where the effect was performed."""
    segment = machine.segment
    while segment.rest is not None:
        segment = segment.rest
    beyond = segment.mark.foreign if type(segment.mark) is Base else None
    hint = f"; handlers outside of the Python function {beyond} cannot be reached" if beyond else ""
    message = f"no handler around this for the effect {short(effect)}{hint}"
    return failure("unhandled-effect", message, effect)


@operator("leave-clause", "effects")
def leave_clause(machine: Machine, args: list[Any], frames: Frames) -> State:
    """End a clause that runs in place without continuing: leave the body of its handler."""
    masked = machine.segment
    assert type(masked.mark) is Mask and masked.rest is not None
    pieces, found = capture(masked.frames, masked.rest, masked_handler([masked.mark.handler], masked.rest))
    assert found.rest is not None
    machine.segment = found.rest
    if any(type(mark) in (Cleanup, Wind) for _, mark in pieces):
        left = Continuation(pieces, one_shot=True)
        return machine.apply(machine.library("leave-body"), [args[0], left], found.frames)
    return machine.give(args[0], found.frames)


@operator("call-handled", "effects")
def call_handled(machine: Machine, args: list[Any], frames: Frames) -> State:
    """Call a thunk under a handler given as data: what `handle` makes of its clauses."""
    row, thunk = args
    machine.segment = Segment(make_handler(list(row)), frames, machine.segment)
    return machine.apply(thunk, [], None)



