"""How a clause of a handler uses its continuation `k`.

    (continue k (+ n 1))                           ==>  in place:  (+ n 1)
    (if (ok? x) (continue k x) :stop)              ==>  in place:  (if (ok? x) x (leave-clause :stop))
    (do (log x) (+ 1 (continue k x)))              ==>  one-shot, and `k` does not outlive the clause
    (push! queue k)                                ==>  one-shot

A clause that does nothing with `k` but continue it, as the last thing, needs no
continuation: it runs where the effect was performed, like a function, and its value goes
there.  Where such a clause ends without continuing, it leaves the body.
"""

from __future__ import annotations

from collections.abc import Callable

from turmeric.reading import core
from turmeric.reading.core import (
    Call,
    Const,
    Core,
    Global,
    If,
    Lambda,
    Let,
    Letrec,
    Local,
    Loop,
    Marked,
    Seq,
    SetLocal,
    Variable,
)
from turmeric.reading.parts import mentions, parts

CONTINUING = ("continue", "resume")
CONSUMING = (*CONTINUING, "discontinue")


def used_by(form: Core, k: Variable, names: tuple[str, ...]) -> tuple[Core, ...] | None:
    """The other arguments when the form is a call of one of these functions with `k`, or of `k`."""
    if not isinstance(form, Call):
        return None
    if is_local(form.function, k):
        return form.args
    callee = form.function
    known = isinstance(callee, Global) and callee.module == "core" and callee.name in names
    return form.args[1:] if known and form.args and is_local(form.args[0], k) else None


def is_local(form: Core, var: Variable) -> bool:
    return isinstance(form, Local) and form.var is var


def with_tails(form: Core, change: Callable[[Core], Core]) -> Core:
    """The form with each expression that may give its value changed."""
    if isinstance(form, If):
        return If(form.test, with_tails(form.then, change), with_tails(form.orelse, change), form.span)
    if isinstance(form, Seq):
        return Seq([*form.forms[:-1], with_tails(form.forms[-1], change)], form.span)
    if isinstance(form, Let):
        return Let(form.var, form.init, with_tails(form.body, change), form.span)
    if isinstance(form, Letrec):
        return Letrec(form.bindings, with_tails(form.body, change), form.span)
    if isinstance(form, Loop):
        return Loop(form.target, form.vars, form.inits, with_tails(form.body, change), form.span)
    return form if isinstance(form, core.Recur) else change(form)


def in_place(
    form: Core, k: Variable, leave: Callable[[Core], Core], check: Callable[[Core, Core], Core]
) -> Core | None:
    """The clause that runs in place: `(continue k v)` is `v`, which `check` gets with the whole call,
    and any other end leaves.  None when the clause does something else with `k`."""
    continued = 0

    def change(end: Core) -> Core:
        nonlocal continued
        given = used_by(end, k, CONTINUING)
        if given is None or len(given) > 1:
            return leave(end)
        continued += 1
        return check(given[0] if given else Const(None, end.span), end)

    made = with_tails(form, change)
    return made if mentions(form, k) == continued else None


def is_confined(form: Core, k: Variable) -> bool:
    """Whether `k` cannot outlive the clause: it is only ever continued, and in no closure."""
    work = [form]
    while work:
        form = work.pop()
        if (isinstance(form, Lambda) and mentions(form, k)) or is_local(form, k):
            return False
        if isinstance(form, SetLocal) and form.var is k:
            return False
        given = used_by(form, k, CONSUMING)
        work.extend(parts(form) if given is None else given)
    return True


def settled(form: Core, k: Variable) -> Core:
    """A clause to which `k` is confined: however it ends, the body is left if it waits still.

    Continuing `k` as the last thing takes this clean-up away, so it leaves nothing behind.
    """
    return Marked(core.CLEANUP, [Local(k)], form, form.span)


def unsettled(form: Core, k: Variable) -> Core:
    """What `settled` was given."""
    settled = isinstance(form, Marked) and form.kind == core.CLEANUP and is_local(form.operands[0], k)
    return form.body if settled else form  # type: ignore[attr-defined]
