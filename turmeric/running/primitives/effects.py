"""The module `effects`: from a `perform` to the nearest handler that knows the effect.

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
    Handler,
    Mask,
    Segment,
    Wind,
    capture,
    masked_handler,
    masking,
    open_masks,
)
from turmeric.running.operators import CAPTURES, operator, taking_parts
from turmeric.running.steps import make_handler
from turmeric.running.structure import short
from turmeric.vocabulary.errors import TurmericError, failure
from turmeric.vocabulary.structs import EFFECT, Struct, StructType
from turmeric.vocabulary.symbols import Symbol, symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from turmeric.running.continuation import Frames, Piece
    from turmeric.running.functions import State
    from turmeric.running.machine import Machine


@operator("perform", "effects")
def perform(machine: Machine, args: list[Any], frames: Frames) -> State:
    """Ask the nearest handler of the effect for the value of the `perform`."""
    effect = args[0]
    if type(effect) is not Struct:
        raise no_effect(effect)
    return perform_parts(machine, effect.type, list(effect.values), frames)


@taking_parts("effects.perform")
def perform_parts(machine: Machine, type_: StructType, values: list[Any], frames: Frames) -> State:
    """`perform` of an effect that need not be made for it."""
    segment = machine.segment.handlers
    while segment is not None:
        handler: Handler = segment.mark  # type: ignore[assignment]
        clause = handler.clauses.get(type_)
        if clause is None:
            segment = segment.rest.handlers  # type: ignore[union-attr]
        elif clause[0] == IN_PLACE:
            machine.segment = masking(handler, frames, machine.segment, segment.rest)
            return machine.apply(clause[1], values, None)
        else:
            return general(machine, type_, values, frames, segment, ())
    raise unhandled(machine, Struct(type_, tuple(values)))


def general(
    machine: Machine, type_: StructType, values: list[Any], frames: Frames, found: Segment, above: tuple[Piece, ...]
) -> State:
    """Call a clause that gets the continuation; `above` are pieces of that which were captured before."""
    way, function = found.mark.clauses[type_]  # type: ignore[union-attr]
    pieces, segment = capture(frames, machine.segment, found, above, leaving=True)
    if type(segment.mark) is Wind:
        return machine.leave_wind(pieces, segment, "perform", Struct(type_, tuple(values)))
    continuation = Continuation(pieces, one_shot=way == ONE_SHOT)
    continuation.awaits = type_ if type_.result is not None else None
    assert segment.rest is not None
    machine.segment = segment.rest
    return machine.apply(function, [*values, continuation], segment.frames)


@operator("perform-or", "effects")
def perform_or(machine: Machine, args: list[Any], frames: Frames) -> State:
    """`perform`; where no handler knows the effect, what a function makes of that error."""
    effect, otherwise = args
    known = type(effect) is Struct and effect.type.kind == EFFECT
    if known and handling(machine.segment.handlers, effect.type) is None:
        return machine.apply(otherwise, [unhandled(machine, effect).value], frames)
    return perform(machine, [effect], frames)


def handling(segment: Segment | None, type_: StructType) -> Segment | None:
    """The nearest segment with a handler that knows an effect, from one with a handler on."""
    while segment is not None and type_ not in segment.mark.clauses:  # type: ignore[union-attr]
        segment = segment.rest.handlers  # type: ignore[union-attr]
    return segment


def perform_on(machine: Machine, effect: Struct, frames: Frames, above: tuple[Piece, ...]) -> State:
    """Go on with a `perform` outside of a region of `dynamic-wind`: its handler lies further out."""
    segment = handling(machine.handlers(open_masks(above)), effect.type)
    assert segment is not None
    return general(machine, effect.type, list(effect.values), frames, segment, above)


CAPTURES["perform"] = perform_on


def no_effect(value: Any) -> TurmericError:
    """The error for a `perform` of something else."""
    hint = ""
    if type(value) is StructType and value.kind == EFFECT:
        hint = f"; write (perform {shape(value)})"
    elif type(value) is Struct:
        hint = f": {value.type.name} is defined as a {value.type.kind}, not with defeffect"
    return failure("type-error", f"perform expects an effect, got {short(value)}{hint}", value)


def shape(effect: StructType) -> str:
    return f"({' '.join((effect.name, *effect.fields))})"


def unhandled(machine: Machine, effect: Struct) -> TurmericError:
    """The error for an effect without a handler; it is located where the effect was performed."""
    if effect.type.kind != EFFECT:
        return no_effect(effect)
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


def effect_name(effect: Any) -> Symbol:
    """An effect's name; messages show it as the program writes it."""
    if type(effect) is not StructType or effect.kind != EFFECT:
        raise failure("type-error", f"effect-name expects an effect's type, got {short(effect)}", effect)
    return symbol(effect.name)


TABLE: dict[str, Callable[..., Any]] = {"effect-name": effect_name}
