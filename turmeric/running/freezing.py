"""A running program as a continuation, although it asked for none.

    frozen-call [callee args]      the innermost frame: the call that was about to be made
    what was running               down to the base of the run
    program-run [...]              what the program has to do after that

What stops the program is a `Trap`, a profile function: as long as it is not set, it costs nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CodeType, FrameType

from turmeric.reading.expander import EXPANSION
from turmeric.running.continuation import Base, Continuation, Prompt, capture, trimmed
from turmeric.running.functions import MISSING, entered_by
from turmeric.running.interrupting import Trapped, TrappedStep
from turmeric.running.machine import CURRENT, Machine
from turmeric.running.values import Closure
from turmeric.vocabulary.lists import from_iterable
from turmeric.vocabulary.symbols import keyword

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.running.continuation import Frames
    from turmeric.running.functions import Environment, Function
    from turmeric.running.machine import Wanted
    from turmeric.running.world import World

# Frames ---------------------------------------------------------------------------------------


def frozen_call(function: Function, env: Environment, frames: Frames) -> Frames:
    """The frame that calls a function, whose environment is parameters and captured values."""
    args = from_iterable(arguments(function, env))
    return library_frame(function.linker.world, "frozen-call", {"callee": callee(function, env), "args": args}, frames)


def library_frame(world: World, name: str, values: dict[str, Any], frames: Frames) -> Frames:
    """A frame of a function of the module `freezing`, which waits at its only point."""
    closure: Any = world.find("freezing", name).force()
    function = closure.function
    function.ready()
    point = next(iter(function.points.values()))
    return point, tuple([values[var.name] for var in point.point.live]), frames


def callee(function: Function, env: Environment) -> Closure:
    """What was called: the function of a definition itself, or one with the same captured values."""
    code = function.code
    if not code.path:
        value = function.linker.world.find(*code.definition.rsplit(".", 1)).value
        if type(value) is Closure and value.function is function:
            return value
    return Closure(function, tuple(env[len(code.params.variables()) :]))


def arguments(function: Function, env: Environment) -> list[Any]:
    """The arguments that `Function.arrange` puts into these places."""
    params = function.code.params
    count = len(params.required)
    args = env[:count]
    rest: list[Any] = []
    if params.rest is not None:
        rest, count = list(env[count]), count + 1
    for name, _, _ in params.keys:
        if env[count] is not MISSING:
            args += [keyword(name), env[count]]
        count += 1
    return args + rest


def whole(machine: Machine, frames: Frames, after: Frames) -> Continuation:
    """All that a run still has to do, and `after` it what waits for its value outside."""
    pieces, _ = capture(frames, machine.segment, Base)
    pieces = trimmed((*pieces[:-1], (pieces[-1][0], Prompt())))
    return Continuation(pieces if after is None else (*pieces, (after, Prompt())), one_shot=True)


# Stopping -------------------------------------------------------------------------------------


Hindrance = Callable[[], "str | None"]


class Trap:
    """Stops the outermost run at its next call of a function, or at the last of a number of calls.

    A call of compiled code by compiled code counts, and what the machine enters.  Where a reason hinders it, what
    runs inside of a function of Python's for example, nothing is stopped and nothing counts.
    """

    def __init__(self, action: Wanted, calls: int | None = None, hindrance: Hindrance = lambda: None) -> None:
        self.action = action
        self.left = calls
        self.hindrance = hindrance
        self.hindered: str | None = None
        """The first reason why a call did not stop."""
        self.entered: object = None
        """The environment of the last function that the machine has entered."""

    def set(self) -> None:
        Machine.trap = self
        sys.setprofile(self.hook)

    def remove(self) -> None:
        if Machine.trap is self:
            Machine.trap = None
            sys.setprofile(None)

    def hook(self, frame: FrameType, event: str, argument: object) -> None:
        """Python calls this when a function of Python's is called, and switches it off when it raises."""
        caller = frame.f_back
        if event != "call" or caller is None:
            return
        if caller.f_code is RUN:
            if frame.f_code not in INTERNAL and self.enters(caller) and self.due():
                raise TrappedStep(self.action)
        elif frame.f_code in WATCHED:
            if self.due():
                raise TrappedStep(self.action)
        elif called_by_compiled(frame.f_code, caller) and self.due():
            raise Trapped(self.action)

    def enters(self, caller: FrameType) -> bool:
        """Whether the step that is called enters a function; when calls are not counted, any step will do."""
        if self.left is None:
            return True
        variables = caller.f_locals
        env = variables["env"]
        if entered_by(variables["step"]) is None or env is self.entered:
            return False
        self.entered = env
        return True

    def due(self) -> bool:
        """Count a call; whether it is the one to stop at."""
        why = in_the_way() or self.hindrance()
        if why is not None:
            self.hindered = self.hindered or why
            return False
        if self.left is not None:
            self.left -= 1
            if self.left > 0:
                return False
        Machine.trap = None
        return True


def in_the_way() -> str | None:
    """Why what runs in this thread is not the outermost run, if it is not."""
    if EXPANSION.current:
        return "while a macro is expanded"
    machine = CURRENT.machine
    assert machine is not None
    if machine.outer is None:
        return None
    foreign = machine.outer.foreign
    return f"inside of the Python function {foreign}" if foreign else "inside of a function of Python's"


def called_by_compiled(code: CodeType, caller: FrameType) -> bool:
    """Whether compiled code calls a function that is compiled.  Where the machine enters one, the step was looked
    at; and where a function checks the types of its arguments, its caller's call was."""
    if Machine.interrupted is None:
        return False  # there is no compiled code yet
    from turmeric.running.compiled import support, units

    if id(code) not in units.UNITS:
        return False
    frame: FrameType | None = caller
    while frame is not None and id(frame.f_code) in support.TRANSPARENT:
        if frame.f_code is support.leave.__code__:
            return False  # the region is left already, and would be once more
        frame = frame.f_back
    known = None if frame is None else units.UNITS.get(id(frame.f_code))
    return frame is not None and known is not None and known.sites[frame.f_lasti].node is not None


RUN = Machine.run.__code__
INTERNAL = (Machine.stopped.__code__, Machine.watched.__code__)
WATCHED: set[CodeType] = set()
"""What looks at a call, where all steps are looked at (`running.watching`)."""
