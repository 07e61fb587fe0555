"""Which primitives may be evaluated twice, and what an error in the middle of them leaves behind.

When Python's stack is full, the expression at which that shows is evaluated again after
the stack was moved to the heap.  A primitive that changes something is therefore evaluated in a
statement of its own: either its change is the last thing it does (`LAST`), or it gets
room on the stack beforehand.
"""

from __future__ import annotations

REPEATABLE_MODULES = frozenset(
    (
        *("core", "list", "map", "set", "vector", "string", "math", "path"),
        *("reducing", "sorting", "logic", "json", "effects", "classes"),
    )
)
"""Modules whose primitives only compute, but for those named below."""

LAST = frozenset(("core.set-ref!", "core.gensym", "async.set-state!", "async.set-here!", "control.fresh-identity"))
"""Primitives that change something, as their last act."""

DEEP = frozenset(
    (
        *("string.write-out*", "core.macroexpand", "core.import-python*", "core.copy-cells"),
        *("core.dynamic-value", "core.has-instance?"),
    )
)
"""Primitives of the modules above that may do more: call functions of the program, or load modules."""


def repeatable(symbol: str) -> bool:
    """Whether evaluating a call of it again gives the same, and does no more."""
    return symbol.partition(".")[0] in REPEATABLE_MODULES and symbol not in LAST and symbol not in DEEP


def needs_room(symbol: str) -> bool:
    """Whether it must not run out of stack in the middle."""
    return not repeatable(symbol) and symbol not in LAST
