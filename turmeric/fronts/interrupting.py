"""Ctrl-C in the REPL: what was running becomes the continuation `*k`.

    tur> (work)
    ^Cinterrupted at the call of user.step; (continue *k) goes on
    tur> (continue *k)

The program stops at its next call of a function.  What makes none for a moment stops too, but cannot go on: a
primitive that waits or takes long, a loop without calls.  A second Ctrl-C does not wait for that moment.
"""

from __future__ import annotations

import signal
import sys

from turmeric.assembly.freezing import hindrance
from turmeric.fronts.conversation import Conversation
from turmeric.running.freezing import Trap, whole
from turmeric.running.interrupting import Frozen
from turmeric.running.machine import CURRENT, Machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

    from turmeric.running.continuation import Frames

PATIENCE = 0.15
"""Seconds that a primitive has to return after Ctrl-C; what is no primitive has them twice, lest a machine that is busy
with other things take them all."""

LIBRARY = "turmeric.running."
PRIMITIVES = "turmeric.running.primitives."


def say_interruptibly(talk: Conversation, entry: str) -> None:
    """Answer an entry; Ctrl-C names what is left of it `*k`, or raises KeyboardInterrupt."""
    watch = Watch(talk)
    before = signal.signal(signal.SIGINT, watch.interrupt)
    alarm = signal.signal(signal.SIGALRM, watch.look) if hasattr(signal, "SIGALRM") else None
    try:
        talk.say(entry)
    except Frozen as stopped:
        talk.name("*k", stopped.continuation)
        print(f"interrupted{place_of(stopped.continuation)}; (continue *k) goes on", file=sys.stderr)
    finally:
        signal.signal(signal.SIGINT, before)
        if hasattr(signal, "SIGALRM"):
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, alarm)
        if Machine.trap is not None:
            Machine.trap.remove()


class Watch:
    """What Ctrl-C does during one entry."""

    def __init__(self, talk: Conversation) -> None:
        self.talk = talk
        self.looks = 0

    def interrupt(self, number: int, frame: FrameType | None) -> None:
        """Ask the program to stop at its next call; the second time, stop it where it is."""
        if Machine.trap is not None:
            raise KeyboardInterrupt
        Trap(self.stop, hindrance=lambda: hindrance(self.talk.session)).set()
        if hasattr(signal, "SIGALRM"):
            signal.setitimer(signal.ITIMER_REAL, PATIENCE, PATIENCE)

    def look(self, number: int, frame: FrameType | None) -> None:
        """Stop what has not come to a call, and will not soon."""
        if Machine.trap is None:
            return
        self.looks += 1
        if self.looks > 1 or in_primitive(frame):
            raise KeyboardInterrupt

    def stop(self, machine: Machine, frames: Frames) -> None:
        raise Frozen(whole(machine, frames, None))


def in_primitive(frame: FrameType | None) -> bool:
    """Whether a primitive runs, or a function of Python's, and not the machine or compiled code."""
    if CURRENT.machine is not None and CURRENT.machine.foreign is not None:
        return True
    name = "" if frame is None else frame.f_globals.get("__name__", "")
    return bool(name) and (name.startswith(PRIMITIVES) or not name.startswith(LIBRARY))


def place_of(continuation: Any) -> str:
    """Which call was about to be made, and where."""
    frames, _ = continuation.pieces[0]
    point, values, frames = frames
    callee = dict(zip((var.name for var in point.point.live), values, strict=True))["callee"]
    where = f", {frames[0].span}" if frames is not None and frames[0].span is not None else ""
    return f" at the call of {callee.symbol}{where}"
