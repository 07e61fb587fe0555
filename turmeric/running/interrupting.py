"""What compiled code raises when the machine has to go on in its place.

None of these is an error: the machine moves Python's stack to the heap (`compiled.moving`), and does
what was asked for.  They are no `Exception`s, so that no primitive catches them.
"""

from __future__ import annotations

from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Interruption(BaseException):
    """Compiled code stops here."""


class Request(Interruption):
    """A call that the machine makes, of a control operator or of a continuation.

    `args` are what is called, the list of its arguments, and what the frame holds that waits for it, if
    one does.  There is no `__init__`: it would cost more than all the rest."""


class Pending:
    """The same, as the value of compiled code that the machine itself has called; the frames of that
    code that wait, the innermost first as (point, values, outer) with None at the end; and the site."""

    __slots__ = ("args", "callee", "frames", "site")

    def __init__(self, callee: Any, args: list[Any], frames: Any, site: Any) -> None:
        self.callee = callee
        self.args = args
        self.frames = frames
        self.site = site


class Again(Interruption):
    """The machine evaluates the expression at which this was raised."""


class Waiting:
    """Tells whether compiled code waits for what runs now, and might have it done again (`compiled.moving`)."""

    compiled: Callable[[], bool] = staticmethod(lambda: False)


def only_once() -> None:
    """What follows may do anything, such as code of a Python object's class: compiled code leaves it to the
    machine, which does nothing twice."""
    if Waiting.compiled():
        raise Again


class Trapped(Again):
    """A compiled function was called, and has not begun: a trap was set (`running.freezing`).  The machine
    goes on step by step (`running.watching`), and does `action` at the next call of a function."""

    def __init__(self, action: Any) -> None:
        self.action = action


class TrappedStep(Interruption):
    """The same, raised where the machine's loop called a step, which has not begun."""

    def __init__(self, action: Any) -> None:
        self.action = action


class Frozen(BaseException):
    """Ends a program that was stored.  It passes through everything: clean-ups were stored too, and must not run.

    `continuation` is what the program still had to do, if that is not stored elsewhere."""

    def __init__(self, continuation: Any = None) -> None:
        self.continuation = continuation


class Continue(Interruption):
    """The expression at which this was raised has this value."""

    def __init__(self, value: object) -> None:
        self.value = value
