"""How deep Python's stack may get, and what is done about it.

    DEEP       while source is expanded and data looked at: nesting is Python's recursion there
    SPAN       levels that compiled code may take above the machine that runs it; then the stack is moved to the heap

Python's limit is the process's.  A run sets it, and sets it back to what it was when it ends.
"""

from __future__ import annotations

import sys
from types import FrameType

from turmeric.vocabulary.errors import failure

DEEP = 200_000
SPAN = 1500
"""Chosen by measurement (docs/performance.md): what is moved at once should fit into the processor's cache."""
LEVELS = 400
"""Runs inside one another, through functions of Python's: each takes some of the C stack."""


def allow_deep() -> None:
    """Let Python's stack get deep, for what is not compiled code."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), DEEP))


class Room:
    """A block in which Python's stack may get deep; afterwards the limit is what it was."""

    __slots__ = ("limit",)

    def __enter__(self) -> None:
        self.limit = sys.getrecursionlimit()
        allow_deep()

    def __exit__(self, *error: object) -> None:
        sys.setrecursionlimit(self.limit)


def depth(most: int = DEEP) -> int:
    """How deep Python's stack is here; looks no further than `most` levels."""
    frame: FrameType | None = sys._getframe()
    count = 0
    while frame is not None and count < most:
        count += 1
        frame = frame.f_back
    return count


FAR = 4000
"""A stack that is deeper where a run begins is the expander's, which a macro was called from: how deep is not counted,
since every macro would do that again, and the limit is left as it is."""


def check_level(level: int) -> None:
    """`python-error` when there are too many runs inside one another."""
    if level > LEVELS:
        message = f"functions of Python and of the program call each other, {LEVELS} levels deep"
        raise failure("python-error", message, "RecursionError")


def limit_of_run() -> int:
    """The limit for the compiled code of a run that begins here."""
    count = depth(FAR)
    return count + SPAN if count < FAR else DEEP
