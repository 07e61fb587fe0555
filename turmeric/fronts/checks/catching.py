"""What the handlers around a form catch."""

from __future__ import annotations

from turmeric.reading import core
from turmeric.reading.core import Const, Core, Marked

EVERY = "every error"
"""Stands for the names of all errors, where a `catch` has no type."""


def caught(form: Core) -> frozenset[str]:
    """The errors that the clauses around a form's body name."""
    if not isinstance(form, Marked) or form.kind != core.HANDLER:
        return frozenset()
    named = [key.value for key in form.operands[1::3] if isinstance(key, Const)]
    return frozenset(EVERY if name is None else str(name).rpartition(".")[2] for name in named)
