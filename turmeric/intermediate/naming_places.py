"""Where code holds names as text: primitives that take a type or a dynamic variable by its full name."""

from __future__ import annotations

NAMING = {"core.check-type": 1, "core.instance?": 0, "core.method-for": 1, "core.dynamic-value": 0}
"""The place of the name among the operands of each."""


def names_type(symbol: str) -> int | None:
    """The place of the name among the operands of a primitive, if it takes one."""
    return NAMING.get(symbol)
