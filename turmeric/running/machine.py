"""The CEK machine: control, environment, continuation.

    step, environment, frames = step(environment, frames, machine)

The control is a step, the environment a list, the continuation is the frames above the
newest mark together with `machine.segment`.  Nothing of the program is on Python's
stack, so its depth is bounded by memory only.  A function that Python code calls runs
on a machine of its own, whose base nothing can be captured through.
"""

from __future__ import annotations

import sys
from _thread import _local as ThreadLocal
from collections.abc import Callable

from turmeric.running.continuation import (
    RESUME,
    Base,
    Binding,
    Cleanup,
    Continuation,
    Handler,
    Prompt,
    Segment,
    Wind,
    capture,
    masked_handler,
    open_masks,
    without_budgets,
)
from turmeric.running.depth import DEEP, allow_deep, check_level, limit_of_run
from turmeric.running.evaluators import arity_error, translated
from turmeric.running.interrupting import Interruption, Trapped, TrappedStep
from turmeric.running.values import Builtin, Closure, Operator
from turmeric.vocabulary.errors import TurmericError, exception_for, failure
from turmeric.vocabulary.kinds import type_name
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.structs import ERROR, SIGNAL, Struct
from turmeric.vocabulary.symbols import Keyword

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from turmeric.running.continuation import Frames, Piece
    from turmeric.running.evaluators import Place
    from turmeric.running.freezing import Trap
    from turmeric.running.functions import State

    Wanted = Callable[["Machine", Frames], None]
    from turmeric.vocabulary.spans import Span

TRACE_LENGTH = 12
"""Pending functions that an error remembers, from the innermost out."""


class Halt(BaseException):
    """The base was reached: the run's value."""

    def __init__(self, value: object) -> None:
        self.value = value


class Machine:
    """One run of the machine.  `library` gives the functions of the module `core` that
    the machine itself calls (around clean-ups and handlers)."""

    interrupted: Callable[[Machine, BaseException, Frames], State] | None = None
    """What moves Python's stack to the heap, once there is compiled code (`compiled.moving`)."""

    trap: ClassVar[Trap | None] = None
    """What is to stop the program, once it is set.  Python switches it off when anything is raised in there."""
    wanted: Wanted | None = None
    """What is to be done at the next call of a function."""
    entered: list[Any] | None = None
    """The environment of the last function whose call was looked at."""

    def __init__(self, library: Callable[[str], object], outer: Machine | None = None, compiles: bool = False) -> None:
        self.library = library
        self.outer = outer
        self.level: int = outer.level + 1 if outer is not None else 0
        """How many runs are below this one."""
        self.compiles = compiles
        self.limit = 0
        """Python's recursion limit while compiled code runs; `DEEP` is that of everything else."""
        self.foreign: str | None = None
        self.waiting: Frames = None
        """What waits for a Python function that may call functions of the program."""
        self.place: Place | None = None
        """The call being made, for errors that an operator raises."""
        self.led: tuple[Place, Frames, Segment] | None = None
        """The last tail call from the program into the library, and what waited then: the
        call leaves no frame, but a report should show it."""
        self.segment = Segment(Base(outer.foreign or "turmeric" if outer else None), None, None)
        if outer is not None:
            self.segment.bindings = without_budgets(outer.segment.bindings)
        self.last_thrown: tuple[object, Span | None, Any] | None = None

    # Running --------------------------------------------------------------------------------

    def call(self, function: Any, args: list[Any], prompt: bool = False) -> Any:
        """Call a function and run until the base; with `prompt`, inside a delimiter."""
        outer = getattr(CURRENT, "machine", None)
        before = sys.getrecursionlimit()
        check_level(self.level)
        if self.compiles:
            self.limit = limit_of_run()
            allow_deep()
        CURRENT.machine = self
        if prompt:
            self.segment = Segment(Prompt(), None, self.segment)
        try:
            try:
                state = self.apply(function, args, None)
            except Halt as halt:
                return halt.value
            except TurmericError as error:
                state = self.raised(error, None)
            except Exception as error:
                state = self.raised(translated(error), None)
            return self.run(state)
        finally:
            CURRENT.machine = outer
            if self.compiles:
                sys.setrecursionlimit(before)

    def run(self, state: State) -> Any:
        """Take steps until the base is left; an error that nothing catches is raised."""
        step, env, frames = state
        while True:
            try:
                while True:
                    step, env, frames = step(env, frames, self)
            except Halt as halt:
                return halt.value
            except TrappedStep as trap:
                step, env, frames = self.watched((step, env, frames), trap.action)
            except (Exception, Interruption) as error:
                step, env, frames = self.stopped(error, frames)

    def stopped(self, error: BaseException, frames: Frames) -> State:
        """Go on after a step, or compiled code that it entered, has raised something."""
        if self.compiles:
            sys.setrecursionlimit(DEEP)
        if Machine.trap is not None:
            Machine.trap.set()
        if Machine.interrupted is not None:
            state = Machine.interrupted(self, error, frames)
            return self.watched(state, error.action) if isinstance(error, Trapped) else state
        assert isinstance(error, Exception)
        return self.failed(error, frames)

    def watched(self, state: State, wanted: Wanted | None = None) -> State:
        """Go on with a state step by step, and do what is wanted at the next call of a function."""
        from turmeric.running.watching import watch

        step, env, frames = state
        if wanted is not None:
            self.wanted = wanted
        return watch, [step, env], frames

    def failed(self, error: Exception, frames: Frames) -> State:
        """Throw an error."""
        return self.raised(error if isinstance(error, TurmericError) else translated(error), frames)

    def give(self, value: Any, frames: Frames) -> State:
        """Return a value to whatever waits for it."""
        if frames is None:
            return self.leave(value)
        point, values, frames = frames
        return point.body, [*values, value], frames

    def leave(self, value: Any) -> State:
        """Return a value through the newest mark, and those directly below it."""
        while True:
            segment = self.segment
            mark = segment.mark
            if segment.rest is None:
                raise Halt(value)
            self.segment = segment.rest
            if type(mark) is Cleanup and mark.needed():
                return self.apply(self.library(mark.then("return")), [value, mark.thunk], segment.frames)
            if type(mark) is Wind:
                return self.apply(self.library("return-after"), [value, mark.after], segment.frames)
            if type(mark) is Handler and mark.returns is not None:
                return self.apply(mark.returns, [value], segment.frames)
            if segment.frames is not None:
                point, values, frames = segment.frames
                return point.body, [*values, value], frames

    # Calls ----------------------------------------------------------------------------------

    def apply(self, callee: Any, args: list[Any], frames: Frames) -> State:
        """Call anything that can be called."""
        if type(callee) is Closure:
            function = callee.function
            if function.arity != len(args):
                args = function.arrange(args)
            return function.entry, [*args, *callee.captured], frames
        applier = APPLIERS.get(type(callee))
        if applier is not None:
            return applier(self, callee, args, frames)
        if callable(callee):
            return self.apply_foreign(callee, args, frames)
        raise failure("type-error", f"cannot call {write(callee)[:60]}: it is no function", callee)

    def apply_foreign(self, callee: Callable[..., Any], args: list[Any], frames: Frames) -> State:
        """Call a Python function; what it calls back runs on a machine of its own."""
        outer, self.foreign = self.foreign, getattr(callee, "__qualname__", None) or type(callee).__name__
        self.waiting = frames
        given, keywords = python_arguments(args)
        try:
            result = callee(*given, **keywords)
        finally:
            self.foreign, self.waiting = outer, None
        return self.give(result, frames)

    # Errors ---------------------------------------------------------------------------------

    def raised(self, error: TurmericError, frames: Frames) -> State:
        """Throw what a step raised.  Its continuation cannot be continued, only left."""
        if isinstance(error.value, Struct) and error.value.type.kind == ERROR and error.value.trace is None:
            error.value.trace = (error.span, (*error.trace, *self.pending(frames)), error.__cause__)
        elif not isinstance(error.value, Struct):
            self.last_thrown = (error.value, error.span, (*error.trace, *self.pending(frames)))
        return self.throw(error.value, frames, continuable=False)

    def pending(self, frames: Frames) -> tuple[tuple[str, Span | None], ...]:
        """The names and places of the innermost pending functions."""
        found: list[tuple[str, Span | None]] = []
        segment: Segment | None = self.segment
        while len(found) < TRACE_LENGTH and segment is not None:
            led = self.led
            if led is not None and frames is led[1] and segment is led[2] and not waits_for(frames, led[0].span):
                found.append((led[0].function, led[0].span))
            if frames is None:
                frames, segment = segment.frames, segment.rest
            else:
                point, _, frames = frames
                if not point.idle:
                    found.append((point.function.code.symbol, point.span))
        return tuple(found)

    def throw(self, value: Any, frames: Frames, continuable: bool = True, above: tuple[Piece, ...] = ()) -> State:
        """Throw a value: to the nearest handler that wants it, running the clean-ups in between.

        A handler that resumes is called where the throw happened; for one that catches,
        and when there is none, the stack is left first.  `above` are pieces of the continuation
        that were captured before.
        """
        segment, way, function = self.handler_for(value, open_masks(above))
        if segment is not None and way == RESUME:
            pieces, segment = capture(frames, self.segment, segment, above, leaving=True)
            if type(segment.mark) is Wind:
                return self.leave_wind(pieces, segment, "throw" if continuable else "raise", value)
            continuation = Continuation(pieces, one_shot=True)
            continuation.continuable = continuable
            assert segment.rest is not None
            self.segment = segment.rest
            return self.apply(self.library("run-handler"), [function, value, continuation], segment.frames)
        return self.unwind(value, segment, function)

    def unwind(self, value: Any, target: Segment | None, function: Any) -> State:
        """Leave every region down to the target (None: the base)."""
        while True:
            segment = self.segment
            if type(segment.mark) is Base:
                raise self.uncaught(value)
            assert segment.rest is not None
            self.segment = segment.rest
            if segment is target:
                return self.apply(function, [value], segment.frames)
            if type(segment.mark) is Cleanup and segment.mark.needed():
                name = segment.mark.then("throw")
                return self.apply(self.library(name), [value, segment.mark.thunk], segment.frames)
            if type(segment.mark) is Wind:
                return self.apply(self.library("throw-after"), [value, segment.mark.after], segment.frames)

    def leave_wind(self, pieces: tuple[Piece, ...], segment: Segment, kind: str, argument: Any) -> State:
        """Leave a region of `dynamic-wind` in the middle of a capture, which `capture-on` goes on with."""
        assert type(segment.mark) is Wind and segment.rest is not None
        self.segment = segment.rest
        captured = Continuation(pieces, one_shot=True)
        return self.apply(self.library("leave-wind"), [segment.mark.after, kind, argument, captured], segment.frames)

    def handlers(self, masked: list[Handler]) -> Segment | None:
        """The segment of the nearest handler that can be seen, through open masks."""
        if not masked:
            return self.segment.handlers
        beyond = masked_handler(masked, self.segment).rest
        return beyond.handlers if beyond is not None else None

    def handler_for(self, value: Any, masked: list[Handler]) -> tuple[Segment | None, str, Any]:
        """The nearest handler's segment with a clause that wants the value, its way and function."""
        names = names_of(value)
        segment = self.handlers(masked)
        while segment is not None and segment.rest is not None:
            assert type(segment.mark) is Handler
            for wanted, (way, function) in segment.mark.clauses.items():
                if wanted in names:
                    return segment, way, function
            segment = segment.rest.handlers
        return None, "", None

    def uncaught(self, value: Any) -> Uncaught:
        """The exception that carries an uncaught value out of the run."""
        if isinstance(value, Struct) and isinstance(value.trace, tuple):
            span, trace, cause = value.trace
            error = exception_for(value, span)
            error.trace = trace
            error.__cause__ = cause
            return Uncaught(error)
        error = exception_for(value)
        if self.last_thrown is not None and self.last_thrown[0] is value:
            _, error.span, error.trace = self.last_thrown
        return Uncaught(error)

    # Dynamic variables ----------------------------------------------------------------------

    def dynamic(self, name: str) -> tuple[bool, object]:
        """Whether a dynamic variable is bound here, and its value."""
        bindings = self.segment.bindings
        while bindings is not None:
            values, bindings, _ = bindings
            if name in values:
                return True, values[name]
        return False, None


def waits_for(frames: Frames, span: Span | None) -> bool:
    """Whether the newest frame is that of the call at a place."""
    return frames is not None and frames[0].span is span


def python_arguments(args: list[Any]) -> tuple[list[Any], dict[str, Any]]:
    """The arguments of a Python function: `(f 1 :end-at 2)` is `f(1, end_at=2)`.

    Arguments that do not end in such pairs are all passed as they are.
    """
    first = next((place for place, arg in enumerate(args) if type(arg) is Keyword), len(args))
    rest = args[first:]
    if len(rest) % 2 or any(type(key) is not Keyword for key in rest[::2]):
        return args, {}
    return args[:first], {key.name.replace("-", "_"): value for key, value in zip(rest[::2], rest[1::2], strict=True)}


class Uncaught(BaseException):
    """Carries an uncaught error through the loop of `run`, which must not throw it again."""

    def __init__(self, error: TurmericError) -> None:
        self.error = error


def names_of(value: Any) -> tuple[str | None, ...]:
    """The names a clause may have to want this value; None is "any"."""
    if type(value) is Struct:
        if value.type.kind == SIGNAL:
            return (value.type.symbol,)
        own = (value.type.symbol, "core.error") if value.type.kind == ERROR else (value.type.symbol,)
        data = value.type.data_type
        return (*own, None) if data is None else (*own, data.symbol, None)
    if type(value) is int:
        return ("int64", "bigint", "number", None)
    if type(value) is float:
        return ("float64", "number", None)
    return (type_name(value), None)


def apply_builtin(machine: Machine, callee: Builtin, args: list[Any], frames: Frames) -> State:
    if len(args) < callee.minimum or (callee.maximum is not None and len(args) > callee.maximum):
        raise arity_error(callee, len(args))
    return machine.give(callee.call(*args), frames)


def apply_operator(machine: Machine, callee: Operator, args: list[Any], frames: Frames) -> State:
    if len(args) < callee.minimum or (callee.maximum is not None and len(args) > callee.maximum):
        raise arity_error(callee, len(args))
    state: State = callee.operate(machine, args, frames)
    return state


Applier = Callable[[Machine, "Any", "list[Any]", "Any"], "State"]
APPLIERS: dict[type, Applier] = {Builtin: apply_builtin, Operator: apply_operator}
"""How values that are no closures are called; the operators add continuations,
constructors, methods and collections."""


class Current(ThreadLocal):
    """The machine that runs in this thread."""

    machine: Machine | None = None


CURRENT = Current()

__all__ = ["CURRENT", "Binding", "Machine"]
