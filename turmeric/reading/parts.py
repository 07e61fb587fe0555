"""The parts of a core form, for what goes through all of them."""

from __future__ import annotations

from turmeric.reading import core
from turmeric.reading.core import Core, Lambda, Marked


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
    if isinstance(form, core.SetLocal | core.SetGlobal | core.Leave):
        return [form.value]
    if isinstance(form, core.Block):
        return [form.body]
    if isinstance(form, Marked):
        return [*form.operands, form.body]
    if isinstance(form, Lambda):
        return [*(default for _, _, default in form.params.keys if default is not None), form.body]
    return []


def mentions(form: Core, var: core.Variable) -> int:
    """How often a form reads or sets a variable."""
    count = 0
    work = [form]
    while work:
        form = work.pop()
        if isinstance(form, core.Local | core.SetLocal) and form.var is var:
            count += 1
        work.extend(parts(form))
    return count
