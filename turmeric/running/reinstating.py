"""Reinstating continuations: entering the regions of `dynamic-wind` again, one after the other.

    pieces  =  inner pieces, (frames, wind), outer pieces

The outer pieces are put back, `before` runs there, then `enter-on` puts back the wind and
the inner pieces, up to the next wind.  Without winds, all of it is one step.
"""

from __future__ import annotations

from turmeric.running.continuation import Continuation, Piece, Prompt, Wind, capture, reinstate
from turmeric.running.copying import copied_pieces

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.running.continuation import Frames, Segment
    from turmeric.running.functions import State
    from turmeric.running.machine import Machine


def put_back(
    machine: Machine, pieces: tuple[Piece, ...], value: Any, thrown: bool, frames: Frames, entered: int = 0
) -> State:
    """Go on with a value, or an error that is thrown, in pieces put onto the frames.  The first
    `entered` winds, from the outside in, are regions that were not left."""
    place = next_wind(pieces, entered)
    if place is None:
        frames, machine.segment = reinstate(pieces, frames, machine.segment)
        bindings = machine.segment.bindings
        state = machine.throw(value, frames) if thrown else machine.give(value, frames)
        return state if bindings is None or bindings[2] is None else machine.watched(state)
    if pieces[place + 1 :]:
        frames, machine.segment = reinstate(pieces[place + 1 :], frames, machine.segment)
    wind = pieces[place][1]
    assert type(wind) is Wind
    inner = Continuation(pieces[: place + 1], one_shot=True)
    return machine.apply(machine.library("enter-wind"), [wind.before, inner, value, thrown], frames)


def next_wind(pieces: tuple[Piece, ...], entered: int) -> int | None:
    """The place of the outermost wind after those that are entered."""
    for place in range(len(pieces) - 1, -1, -1):
        if type(pieces[place][1]) is Wind:
            if not entered:
                return place
            entered -= 1
    return None


def replace(machine: Machine, continuation: Continuation, how: str, value: Any, frames: Frames) -> State:
    """Go on in a continuation that replaces the current one up to the delimiter (`call/cc`).

    Regions that only the current one is in are left first, the innermost first: `leave-region`
    comes back here after each.  Those that both are in are neither left nor entered.
    """
    current, delimiter = capture(frames, machine.segment, Prompt)
    common = shared_winds(current, continuation.pieces)
    segment = wind_to_leave(machine.segment, delimiter, len(winds(current)) - common)
    if segment is not None:
        assert type(segment.mark) is Wind and segment.rest is not None
        machine.segment = segment.rest
        after = segment.mark.after
        return machine.apply(machine.library("leave-region"), [after, how, continuation, value], segment.frames)
    pieces = copied_pieces(continuation) if how == "resume" else continuation.take()
    machine.segment = delimiter
    pieces = (*pieces[:-1], (pieces[-1][0], delimiter.mark))
    return put_back(machine, pieces, value, how == "discontinue", None, common)


def winds(pieces: tuple[Piece, ...]) -> list[Wind]:
    """The winds in some pieces, from the outside in."""
    return [mark for _, mark in reversed(pieces) if type(mark) is Wind]


def shared_winds(current: tuple[Piece, ...], other: tuple[Piece, ...]) -> int:
    """How many winds, from the outside in, are the same in both."""
    count = 0
    for one, two in zip(winds(current), winds(other), strict=False):
        if one is not two:
            break
        count += 1
    return count


def wind_to_leave(segment: Segment, delimiter: Segment, count: int) -> Segment | None:
    """The innermost wind's segment, if there are any to leave."""
    if not count:
        return None
    while type(segment.mark) is not Wind and segment is not delimiter:
        assert segment.rest is not None
        segment = segment.rest
    return segment
