"""The parts of a core form, so that a check can go through all of them."""

from __future__ import annotations

from turmeric.reading import core
from turmeric.reading.core import Const, Core, Lambda, Marked

EVERY = "every error"
"""Stands for the names of all errors, where a `catch` has no type."""


def parts(form: Core) -> list[Core]:
    """The forms directly inside a form, in the order in which they are evaluated."""
    if isinstance(form, core.Call):
        return [form.function, *form.args]
    if isinstance(form, core.If):
        return [form.test, form.then, form.orelse]
    if isinstance(form, core.Seq):
        return list(form.forms)
    if isinstance(form, core.Let):
        return [form.init, form.body]
    if isinstance(form, core.Letrec):
        return [*(value for _, value in form.bindings), form.body]
    if isinstance(form, core.Loop):
        return [*form.inits, form.body]
    if isinstance(form, core.Recur):
        return list(form.args)
    if isinstance(form, core.SetLocal | core.SetGlobal):
        return [form.value]
    if isinstance(form, Marked):
        return [*form.operands, form.body]
    if isinstance(form, Lambda):
        return [*(default for _, _, default in form.params.keys if default is not None), form.body]
    return []


def caught(form: Core) -> frozenset[str]:
    """The errors that the clauses around a form's body name."""
    if not isinstance(form, Marked) or form.kind != core.HANDLER:
        return frozenset()
    kind, *clauses = form.operands
    if not isinstance(kind, Const) or kind.value != "catch":
        return frozenset([EVERY])
    named = [clause.value for clause in clauses[::2] if isinstance(clause, Const)]
    return frozenset(EVERY if name is None else str(name).rpartition(".")[2] for name in named)
