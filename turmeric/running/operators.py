"""The control operators, and how values that are no closures are called.

Each operator takes the machine, its arguments and the frames that wait, and gives the
machine's next state.  `shift` and its kin are called with their body as a function of
the continuation.
"""

from __future__ import annotations

from collections.abc import Callable

from turmeric.running.continuation import Cleanup, Continuation, Prompt, Wind, capture
from turmeric.running.copying import copied_pieces
from turmeric.running.interrupting import Request
from turmeric.running.machine import APPLIERS, Machine
from turmeric.running.reinstating import put_back, replace
from turmeric.running.structure import check_type, construct, get, nth
from turmeric.running.values import Operator
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map, SourceMap
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.sets import Set, SourceSet
from turmeric.vocabulary.structs import Struct, StructType
from turmeric.vocabulary.symbols import Keyword
from turmeric.vocabulary.vectors import SourceVector, Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.running.continuation import Frames, Piece
    from turmeric.running.functions import State

    Operate = Callable[[Machine, list[Any], Frames], State]

OPERATORS: dict[str, Operate] = {}
"""Operators by full name; the standard library declares them with their parameters."""


def operator(name: str, module: str = "core") -> Callable[[Operate], Operate]:
    """Register an operator of a module."""

    def register(function: Operate) -> Operate:
        OPERATORS[f"{module}.{name}"] = function
        return function

    return register


TAKING_PARTS: dict[str, Callable[..., State]] = {}
"""Operators, by full name, in a version that takes the type and the values of a struct as they are:
`(perform (Ask 1))` need not make the struct."""


def taking_parts(symbol: str) -> Callable[[Callable[..., State]], Callable[..., State]]:
    """Register that version of an operator."""

    def register(function: Callable[..., State]) -> Callable[..., State]:
        TAKING_PARTS[symbol] = function
        return function

    return register


# Capturing ------------------------------------------------------------------------------------


@operator("call-shift")
def call_shift(machine: Machine, args: list[Any], frames: Frames) -> State:
    return shift(machine, args[0], frames, ())


@operator("call-cloneable-shift")
def call_cloneable_shift(machine: Machine, args: list[Any], frames: Frames) -> State:
    return cloneable_shift(machine, args[0], frames, ())


@operator("call-shift0")
def call_shift0(machine: Machine, args: list[Any], frames: Frames) -> State:
    return shift0(machine, args[0], frames, ())


def shift(machine: Machine, body: Any, frames: Frames, above: tuple[Piece, ...], one_shot: bool = True) -> State:
    """Capture up to the delimiter, which stays; the body's value is the delimiter's."""
    pieces, segment = capture(frames, machine.segment, Prompt, above, leaving=True)
    if type(segment.mark) is Wind:
        return machine.leave_wind(pieces, segment, "shift" if one_shot else "cloneable-shift", body)
    machine.segment = segment
    return machine.apply(body, [Continuation(pieces, one_shot)], None)


def cloneable_shift(machine: Machine, body: Any, frames: Frames, above: tuple[Piece, ...]) -> State:
    return shift(machine, body, frames, above, one_shot=False)


def shift0(machine: Machine, body: Any, frames: Frames, above: tuple[Piece, ...]) -> State:
    """Capture up to and with the delimiter; the body runs outside of it."""
    pieces, segment = capture(frames, machine.segment, Prompt, above, leaving=True)
    if type(segment.mark) is Wind:
        return machine.leave_wind(pieces, segment, "shift0", body)
    assert segment.rest is not None
    machine.segment = segment.rest
    return machine.apply(body, [Continuation(pieces, one_shot=False)], segment.frames)


CAPTURES: dict[str, Callable[[Machine, Any, Frames, tuple[Piece, ...]], State]] = {
    "shift": shift,
    "cloneable-shift": cloneable_shift,
    "shift0": shift0,
    "throw": lambda machine, value, frames, above: machine.throw(value, frames, True, above),
    "raise": lambda machine, value, frames, above: machine.throw(value, frames, False, above),
}
"""How each capture goes on outside of a region of `dynamic-wind` that it has left."""


@operator("capture-on")
def capture_on(machine: Machine, args: list[Any], frames: Frames) -> State:
    kind, argument, captured = args
    return CAPTURES[kind](machine, argument, frames, captured.take())


def call_with_current(machine: Machine, body: Any, frames: Frames, one_shot: bool) -> State:
    """`call/cc`: the continuation up to the delimiter, without leaving it."""
    pieces, _ = capture(frames, machine.segment, Prompt)
    continuation = Continuation(pieces, one_shot)
    continuation.abortive = True
    return machine.apply(body, [continuation], frames)


@operator("call/cc")
def call_cc(machine: Machine, args: list[Any], frames: Frames) -> State:
    return call_with_current(machine, args[0], frames, one_shot=True)


@operator("call/cc*")
def call_cc_star(machine: Machine, args: list[Any], frames: Frames) -> State:
    return call_with_current(machine, args[0], frames, one_shot=False)


@operator("cloneable")
def cloneable(machine: Machine, args: list[Any], frames: Frames) -> State:
    """Move a one-shot continuation into a multi-shot one."""
    continuation = need_continuation("cloneable", args[0])
    made = Continuation(continuation.take(), one_shot=False)
    made.abortive, made.awaits = continuation.abortive, continuation.awaits
    made.continuable = continuation.continuable
    return machine.give(made, frames)


# Reinstating ----------------------------------------------------------------------------------


def need_continuation(name: str, value: Any) -> Continuation:
    if type(value) is not Continuation:
        raise failure("type-error", f"{name} expects a continuation, got {write(value)[:60]}", value)
    return value


@operator("continue")
def continue_(machine: Machine, args: list[Any], frames: Frames) -> State:
    """Move: reinstate the continuation itself, which is consumed."""
    continuation = need_continuation("continue", args[0])
    value = fitting(continuation, args)
    continuation.look()
    if continuation.abortive:
        return replace(machine, continuation, "continue", value, frames)
    frames = unguarded(machine, continuation, frames)
    return put_back(machine, continuation.take(), value, False, frames)


def unguarded(machine: Machine, continuation: Continuation, frames: Frames) -> Frames:
    """The frames to go on above: a clause whose last act consumes its continuation need not give it up."""
    segment = machine.segment
    if frames is None and type(segment.mark) is Cleanup and segment.mark.thunk is continuation:
        assert segment.rest is not None
        machine.segment = segment.rest
        return segment.frames
    return frames


@operator("resume")
def resume(machine: Machine, args: list[Any], frames: Frames) -> State:
    """Copy: reinstate a copy of a multi-shot continuation; a one-shot one is continued."""
    continuation = need_continuation("resume", args[0])
    if continuation.one_shot:
        return continue_(machine, args, frames)
    value = fitting(continuation, args)
    continuation.look()
    if continuation.abortive:
        return replace(machine, continuation, "resume", value, frames)
    return put_back(machine, copied_pieces(continuation), value, False, frames)


def fitting(continuation: Continuation, args: list[Any]) -> Any:
    """The value that a continuation is given; `type-error` when its effect declares another type."""
    if not continuation.continuable:
        raise failure("not-continuable", "this error was not raised by `throw`: nothing waits for a value in its place")
    value = args[1] if len(args) > 1 else None
    effect = continuation.awaits
    if effect is not None:
        wanted = effect.result[0] if isinstance(effect.result, tuple) else effect.result
        check_type(value, str(wanted), f"the result of {effect.name}")
    return value


@operator("discontinue")
def discontinue(machine: Machine, args: list[Any], frames: Frames) -> State:
    """Consume the continuation by raising an error inside it, so that its clean-ups run."""
    continuation = need_continuation("discontinue", args[0])
    continuation.look()
    if continuation.abortive:
        return replace(machine, continuation, "discontinue", args[1], frames)
    frames = unguarded(machine, continuation, frames)
    return put_back(machine, continuation.take(), args[1], True, frames)


@operator("discontinue-quietly")
def discontinue_quietly(machine: Machine, args: list[Any], frames: Frames) -> State:
    """Discontinue a continuation that nobody continued with a signal that ends at its handler."""
    continuation, signal = args
    pieces = continuation.take()
    if not any(type(mark) is Cleanup for _, mark in pieces):
        return machine.give(None, frames)  # nothing to run: its regions need not be entered
    return put_back(machine, pieces, signal, True, frames)


@operator("unwind-quietly")
def unwind_quietly(machine: Machine, args: list[Any], frames: Frames) -> State:
    """The same for one whose regions of `dynamic-wind` were not left by capturing it."""
    continuation, signal = args
    pieces = continuation.take()
    return put_back(machine, pieces, signal, True, frames, entered=len(pieces))


@operator("enter-on")
def enter_on(machine: Machine, args: list[Any], frames: Frames) -> State:
    """Go on reinstating a continuation whose outermost wind has been entered."""
    continuation, value, thrown = args
    return put_back(machine, continuation.take(), value, thrown, frames, entered=1)


# Errors, application --------------------------------------------------------------------------


@operator("throw")
def throw(machine: Machine, args: list[Any], frames: Frames) -> State:
    remember_place(machine, args[0], frames)
    return machine.throw(args[0], frames)


def remember_place(machine: Machine, value: Any, frames: Frames) -> None:
    """Note where a value was first thrown, for the report if nothing catches it."""
    place = machine.place
    first = ((place.function, place.span),) if place is not None else ()
    span = place.span if place is not None else None
    trace = (*first, *machine.pending(frames))
    if type(value) is Struct:
        value.trace = value.trace or (span, trace, None)
    else:
        machine.last_thrown = (value, span, trace)


@operator("rethrow")
def rethrow(machine: Machine, args: list[Any], frames: Frames) -> State:
    """Throw on what a clean-up interrupted; the report keeps its first place."""
    return machine.throw(args[0], frames)


@operator("apply")
def apply(machine: Machine, args: list[Any], frames: Frames) -> State:
    """`(apply f a b more)`: call with the elements of the last argument."""
    function, *given = args
    last = given[-1] if given else None
    if last is not None and not isinstance(last, List | Vector | Set):
        raise failure("type-error", f"apply expects a list or vector last, got {write(last)[:60]}", last)
    return machine.apply(function, [*given[:-1], *(last or ())], frames)


# Calling values -------------------------------------------------------------------------------


def apply_continuation(machine: Machine, callee: Continuation, args: list[Any], frames: Frames) -> State:
    """`(k v)` is `(resume k v)`."""
    if len(args) > 1:
        raise failure("arity-error", f"a continuation takes at most one value, got {len(args)}", callee)
    return resume(machine, [callee, *args], frames)


def call_struct_type(callee: StructType, *args: Any) -> Any:
    return construct(callee, list(args))


def call_struct(callee: Struct, *args: Any) -> Any:
    """A nullary constructor's value, called, is itself."""
    if callee.type.nullary is callee and not args:
        return callee
    raise failure("type-error", f"cannot call {write(callee)[:60]}: it is no function", callee)


def call_keyword(callee: Keyword, *args: Any) -> Any:
    if not 1 <= len(args) <= 2:
        raise failure("arity-error", f":{callee.name} expects 1 to 2 arguments, got {len(args)}", callee)
    return get(args[0], callee, *args[1:])


def call_collection(callee: Any, *args: Any) -> Any:
    most = 1 if isinstance(callee, Vector) else 2
    if not 1 <= len(args) <= most:
        expected = "1 argument" if most == 1 else "1 to 2 arguments"
        raise failure("arity-error", f"a collection called as a function expects {expected}, got {len(args)}")
    return nth(callee, args[0]) if isinstance(callee, Vector) else get(callee, *args)


CALLED: dict[Any, Callable[..., Any]] = {
    StructType: call_struct_type,
    Struct: call_struct,
    Keyword: call_keyword,
    Vector: call_collection,
    SourceVector: call_collection,
    Map: call_collection,
    SourceMap: call_collection,
    Set: call_collection,
    SourceSet: call_collection,
}
"""Data that can be called: what a call of each gives."""


def applier_of(call: Callable[..., Any]) -> Callable[[Machine, Any, list[Any], Frames], State]:
    return lambda machine, callee, args, frames: machine.give(call(callee, *args), frames)


APPLIERS[Continuation] = apply_continuation
for _kind, _call in CALLED.items():
    APPLIERS[_kind] = applier_of(_call)
    _kind.tur_run = _call


def requested(callee: Any, *args: Any) -> Any:
    """What compiled code does to call what works on the machine itself."""
    raise Request(callee, list(args))


Continuation.tur_run = requested  # type: ignore[attr-defined]
Operator.tur_run = requested  # type: ignore[attr-defined]
