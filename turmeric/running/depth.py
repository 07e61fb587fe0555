"""How deep Python's stack may get, and what is done about it.

    DEEP       while source is expanded and data looked at: nesting is Python's recursion there
    SPAN       levels that compiled code may take above the machine that runs it; then the stack is moved to the heap

Python's limit is the process's.  A run changes it for as long as it takes, and never below what the
embedding program had.
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


class Host:
    """The limit of the program that this one is part of, as it was at first."""

    limit = sys.getrecursionlimit()


def allow_deep() -> None:
    """Let Python's stack get deep, for what is not compiled code."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), DEEP))


def depth() -> int:
    """How deep Python's stack is here."""
    frame: FrameType | None = sys._getframe()
    count = 0
    while frame is not None:
        count += 1
        frame = frame.f_back
    return count


def limit_for_run(level: int, limit: int) -> int:
    """The limit for a run at a level of runs inside one another; `limit` is the one in force."""
    if level == 0:
        return max(Host.limit, depth() + SPAN)
    if level > LEVELS:
        message = f"functions of Python and of the program call each other, {LEVELS} levels deep"
        raise failure("python-error", message, "RecursionError")
    if limit >= DEEP:  # a macro, called while source is expanded
        return limit
    return limit + SPAN
