"""Disturbing compiled code while it runs: it must not show.

    moved        at random calls of compiled functions Python's stack moves to the heap, as a freeze does it
    interrupted  at random calls of Python functions above compiled code there is no room left on the stack
    shallow      there is hardly any room on Python's stack

The first two are done by Python's profile hook, which is called for every call and may raise: then the
call has not begun.  That is all that happens when the stack is full, but it happens anywhere.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import CO_GENERATOR
from random import Random
from types import FrameType
from typing import Any

from turmeric.running import depth
from turmeric.running.compiled import support
from turmeric.running.compiled.support import TRANSPARENT
from turmeric.running.compiled.units import UNITS
from turmeric.running.depth import DEEP
from turmeric.running.interrupting import Again
from turmeric.running.machine import Machine

DISTURBED = ("moved", "interrupted")

MACHINE = Machine.run.__code__
ROOM = support.with_room.__code__
ASKING = support.some_levels.__code__


class Disturbance:
    """Raises `Again` or `RecursionError` at about one call in `every`, by chance, or just
    at the one that is the `only`th it could be raised at in the module `program`; counts how often."""

    def __init__(self, way: str, seed: object, every: int = 7, only: int = 0) -> None:
        self.random = Random(str(seed))
        self.every = every
        self.only = only
        self.count = 0
        self.within = "<program." if only else ""
        self.strike: Callable[[FrameType], None] = {"moved": self.move, "interrupted": self.interrupt}[way]
        self.left = self.gap()

    def gap(self) -> int:
        """How many calls to wait."""
        return 0 if self.only else self.random.randint(1, 2 * self.every - 1)

    def __call__(self, frame: FrameType, event: str, arg: Any) -> None:
        """Python's profile hook."""
        if event == "call":
            self.left -= 1
            if self.left <= 0:
                self.strike(frame)

    def move(self, frame: FrameType) -> None:
        if id(frame.f_code) in UNITS and waiting(frame, self.within, called=True):
            self.struck(Again())

    def interrupt(self, frame: FrameType) -> None:
        inner = frame.f_back
        assert inner is not None
        within = inner.f_code is ROOM and frame.f_code is not ASKING
        within = within or (frame.f_code.co_flags & CO_GENERATOR and frame.f_lasti > 8)  # it may be being closed
        if not within and sys.getrecursionlimit() < DEEP and waiting(frame, self.within, called=False):
            self.struck(RecursionError("disturbed"))

    def struck(self, error: BaseException) -> None:
        """Python switches the hook off when it raises; `disturbed` switches it on again."""
        self.left = self.gap()
        self.only -= 1
        if self.only <= 0:
            if self.only == 0:
                self.left = sys.maxsize
            self.count += 1
            raise error


def waiting(frame: FrameType, within: str, called: bool) -> bool:
    """Whether a compiled function waits for this call, one of the modules that begin so; with `called`, directly."""
    below = frame.f_back
    while below is not None and below.f_code is not MACHINE:
        known = UNITS.get(id(below.f_code))
        if known is not None:
            if known.sites[below.f_lasti].node is not None:
                return below.f_code.co_filename.startswith(within)
        elif called and id(below.f_code) not in TRANSPARENT:
            return False
        below = below.f_back
    return False


@contextmanager
def disturbed(hook: Disturbance) -> Iterator[None]:
    """Disturb what is run inside."""
    stopped = Machine.stopped

    def stopped_and_on(self: Machine, error: BaseException, frames: Any) -> Any:
        sys.setprofile(None)
        try:
            return stopped(self, error, frames)
        finally:
            sys.setprofile(hook)

    Machine.stopped = stopped_and_on  # type: ignore[method-assign]
    sys.setprofile(hook)
    try:
        yield
    finally:
        sys.setprofile(None)
        Machine.stopped = stopped  # type: ignore[method-assign]


@contextmanager
def shallow(levels: int) -> Iterator[None]:
    """Run with so many levels of Python's stack."""
    before, depth.SPAN = depth.SPAN, levels
    try:
        yield
    finally:
        depth.SPAN = before
