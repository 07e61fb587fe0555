"""Moving Python's stack to the heap.

    run -> entered -> f_main -> f_fib -> f_fib -> (an exception)     Python's stack
    frames: fib at its first call, fib at its second, main, ...      the same on the heap

An exception that comes out of compiled code has passed through every function that was under way, and its
traceback has them all.  For each, the instruction gives the site and so the point, and the
local variables give what the point's frame holds.  The result is what the machine
would have at that moment, which then goes on: it throws the error, does what was
requested, or evaluates once more what found the stack full.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from operator import itemgetter
from types import FrameType

from turmeric.intermediate import anf
from turmeric.running.calls import applied
from turmeric.running.compiled.performing import MARKING, perform, performed
from turmeric.running.compiled.support import TRANSPARENT, leave
from turmeric.running.compiled.support import with_room as with_room_before
from turmeric.running.compiled.units import UNITS, Unit
from turmeric.running.continuation import PENDING, Mask
from turmeric.running.evaluators import cause_of, located
from turmeric.running.interrupting import Again, Continue, Request, Waiting
from turmeric.running.machine import Machine
from turmeric.running.steps import Steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.intermediate.surroundings import Around
    from turmeric.running.compiled.sites import Site
    from turmeric.running.continuation import Frames, Segment
    from turmeric.running.functions import Environment, Point, State, Step


EVALUATED_AGAIN = (RecursionError, Again)
"""After these the machine evaluates the expression again; tuples, since `X | Y` would be made at each use."""
NO_CALL = (TypeError, AttributeError)
"""These may say that what was called is no function, or takes other arguments."""


class Stop:
    """Where the innermost function was: its unit, the site, its local variables; whether a function of
    Python's was called from there."""

    __slots__ = ("called", "function", "site", "unit")

    def __init__(self, unit: Unit, site: Site, function: FrameType, called: bool) -> None:
        self.unit = unit
        self.site = site
        self.function = function
        self.called = called

    @property
    def locals(self) -> dict[str, Any]:
        return self.function.f_locals


KNOWN: dict[int, Any] = UNITS.data  # type: ignore[attr-defined]
"""The references behind `UNITS`, whose own methods take longer than all the rest here."""


def moved(machine: Machine, error: BaseException, frames: Frames) -> tuple[Frames, Stop | None]:
    """The frames that wait, and where the innermost function stopped; its own frame is not among them.

    What comes before the compiled functions in the traceback is the machine; they end at the first
    function of Python's that may have called the program back, which then ran on a machine of its own."""
    traceback = error.__traceback__
    segments: list[Segment] | None = None
    last: Site | None = None
    unit: Any = None
    function: Any = None
    called = marked = False
    while traceback is not None:
        frame = traceback.tb_frame
        key = id(frame.f_code)
        reference = KNOWN.get(key)
        known = reference() if reference is not None else None
        if known is not None:
            site = known.sites[traceback.tb_lasti]
            if site.node is not None:
                if last is not None:
                    if last.frame is not None and not marked:
                        point, save = last.frame
                        frames = (point, save(function.f_locals), frames)
                    else:
                        segments = pending_segments(machine.segment) if segments is None else segments
                        frames = moved_one(machine, unit, last, function, frames, segments)
                        if marked:
                            segments.pop().frames, frames, marked = frames, None, False
                last, unit, function = site, known.unit, frame
        elif key in MARKING:
            marked = traceback.tb_next is not None  # else it has not called the clause
        elif last is not None and key not in TRANSPARENT:
            called = True
            break
        traceback = traceback.tb_next
    if last is None:
        return frames, None
    around = last.around
    if marked and type(error) is Request:
        return marked_end(machine, unit, last, function, frames)[0], None  # the clause is no function of the program
    if type(error) is Request and around is None:
        return frames, Stop(unit, last, function, called)
    if not_begun(error, called):
        if last.leaving is not None:
            around = (last.node, around)  # type: ignore[assignment]
        take_back(machine, error, segments)
    elif marked and machine.segment.frames is PENDING and type(machine.segment.mark) is Mask and called:
        return marked_end(machine, unit, last, function, frames)
    if around is not None:
        segments = pending_segments(machine.segment) if segments is None else segments
        frames = pushed(unit, around, function.f_locals, frames, segments)
    return frames, Stop(unit, last, function, called)


def marked_end(
    machine: Machine, unit: Unit, site: Site, function: FrameType, frames: Frames
) -> tuple[Frames, Stop | None]:
    """The same where the innermost mark is held by a function that called none of the program's."""
    segments = pending_segments(machine.segment)
    frames = moved_one(machine, unit, site, function, frames, segments)
    segments.pop().frames = frames
    return None, Stop(unit, site, function, True)


def moved_one(
    machine: Machine, unit: Unit, site: Site, function: FrameType, frames: Frames, segments: list[Segment]
) -> Frames:
    """What waits in one function, on top of what waits for it."""
    waiting = site.waiting
    if waiting is not None:
        if waiting[1] is None and isinstance(waiting[0], anf.Let):
            site.frame = frame_of(unit, waiting[0])
        frames = pushed(unit, waiting, function.f_locals, frames, segments)
    if site.library and site.call is None:
        machine.led = (site.place(unit.function.code), frames, last_segment(machine, segments))
    return frames


def pending_segments(segment: Segment) -> list[Segment]:
    """The segments whose frames are on Python's stack, the outermost last."""
    found: list[Segment] = []
    while segment.frames is PENDING:
        found.append(segment)
        assert segment.rest is not None
        segment = segment.rest
    return found


def last_segment(machine: Machine, segments: list[Segment]) -> Segment:
    """The segment on which frames are being put."""
    if not segments:
        return machine.segment
    rest = segments[-1].rest
    assert rest is not None
    return rest


def pushed(unit: Unit, around: Around, locals_: Any, frames: Frames, segments: list[Segment]) -> Frames:
    """The frames and regions of one function, on top of what waits for it."""
    node, outer = around  # type: ignore[misc]
    if outer is not None:
        frames = pushed(unit, outer, locals_, frames, segments)
    if isinstance(node, anf.Marked):
        segments.pop().frames = frames
        return None
    point, save = unit.frames.get(node) or frame_of(unit, node)
    return point, save(locals_), frames


def frame_of(unit: Unit, node: anf.Let) -> tuple[Point, Callable[[Any], tuple[Any, ...]]]:
    """The point of a `Let`, and what takes the values of its frame out of local variables."""
    function = unit.function
    function.ready()
    names = [unit.names[var] for var in node.point.live]
    if not names:
        save: Callable[[Any], tuple[Any, ...]] = lambda locals_: ()  # noqa: E731
    elif len(names) == 1:
        only = names[0]
        save = lambda locals_: (locals_[only],)  # noqa: E731
    else:
        save = itemgetter(*names)
    made = unit.frames[node] = (function.points[node], save)
    return made


def waits() -> bool:
    """Whether compiled code waits that might have an expression evaluated again."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_code is not ROOM and frame.f_code is not RUN:
        if id(frame.f_code) in UNITS:
            return True
        frame = frame.f_back
    return False


ROOM, RUN = with_room_before.__code__, Machine.run.__code__
Waiting.compiled = staticmethod(waits)


# Going on -------------------------------------------------------------------------------------


def interrupted(machine: Machine, error: BaseException, frames: Frames) -> State:
    """The machine's state after compiled code has raised something."""
    frames, stop = moved(machine, error, frames)
    if isinstance(error, Request):
        return request, [error.args, stop], frames
    if stop is None:
        if isinstance(error, (*EVALUATED_AGAIN, Continue)):
            error = RuntimeError(f"the stack is too full to go on ({type(error).__name__})")
        assert isinstance(error, Exception)
        return machine.failed(error, frames)
    site = stop.site
    evaluated_again = isinstance(error, EVALUATED_AGAIN)
    if evaluated_again or (not stop.called and (is_call(site, error) or isinstance(error, ZeroDivisionError))):
        if site.leaving is not None:
            return leaving, [stop.locals[site.leaving]], frames
        return *evaluation(stop, None), frames
    if isinstance(error, Continue):
        step, env = evaluation(stop, site.result)
        return step, [*env, error.value], frames
    assert isinstance(error, Exception)
    made = located(error, site.place(stop.unit.function.code))
    if made is not error:
        made.__cause__ = cause_of(error)
    return machine.failed(made, frames)


def is_call(site: Site, error: BaseException) -> bool:
    """Whether an error may say that what was called is no function, or takes other arguments."""
    return isinstance(error, NO_CALL) and (site.call is not None or site.tail)


def request(env: Environment, frames: Frames, machine: Machine) -> State:
    """What was requested; an error that it raises is thrown where it was."""
    (callee, given, *live), stop = env
    if stop is None:
        return machine.apply(callee, given, frames)
    unit, site = stop.unit, stop.site
    if site.call is not None:
        point, save = unit.frames.get(site.call) or frame_of(unit, site.call)
        frames = (point, live[0] if live else save(stop.locals), frames)
    return applied(machine, callee, given, frames, site.place(unit.function.code))


LEAVE, PERFORMS = leave.__code__, (perform.__code__, performed.__code__)


def not_begun(error: BaseException, called: bool) -> bool:
    """Whether what the innermost function called is called again, since it has done nothing."""
    return isinstance(error, EVALUATED_AGAIN) or (isinstance(error, NO_CALL) and not called)


def take_back(machine: Machine, error: BaseException, segments: list[Segment] | None) -> None:
    """Put back the region that the innermost function was leaving, or take the mask away under which it
    was calling a clause."""
    traceback = error.__traceback__
    found: Segment | None = None
    while traceback is not None:
        code = traceback.tb_frame.f_code
        known = UNITS.get(id(code))
        if code is LEAVE or code in PERFORMS:
            found = traceback.tb_frame.f_locals.get("segment" if code is LEAVE else "below")
        elif known is not None and known.sites[traceback.tb_lasti].node is not None:
            found = None
        traceback = traceback.tb_next
    if found is None:
        return
    if machine.segment is found.rest:
        machine.segment = found
        if segments is not None:
            segments.insert(0, found)
    elif machine.segment.rest is found:
        machine.segment = found
        if segments is not None:
            segments.pop(0)


def leaving(env: Environment, frames: Frames, machine: Machine) -> State:
    """The end of a region that was not left yet: the newest mark is its own."""
    assert frames is None
    return machine.leave(env[0])


def evaluation(stop: Stop, known: anf.Simple | None) -> tuple[Step, Environment]:
    """A step for the expression at which a function stopped, and its environment: the local variables, with
    what was evaluated and must not be again."""
    held = stop.unit.held
    locals_ = stop.locals
    names = [name for name in held if name in locals_ and (type(held[name]) is anf.Var or name in stop.site.known)]
    key = (stop.site, *names)
    steps = stop.unit.steps
    step = steps.get(key)
    if step is None:
        scope: dict[Any, int] = {held[name]: place for place, name in enumerate(names)}
        if known is not None:
            scope[known] = len(scope)
        function = stop.unit.function
        function.ready()
        assert stop.site.node is not None
        node = stop.site.node
        step = steps[key] = Steps(function.linker, function).step(node, scope, len(scope))
    return step, [locals_[name] for name in names]
