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
    Parameters,
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


LEFT = "clause-left"
"""The name of a confined clause's clean-up."""


def settled(form: Core, k: Variable, abandon: Core) -> Core:
    """A clause to which `k` is confined: however it ends, the body is left if it waits still.

        (if (ok? p) (continue k p) (+ 1 (continue k 2)))
        ==>  (let [next nil]
               (let [value (with-cleanup* (fn [] (if next nil (abandon k)))
                             (if (ok? p) (set! next [0 p]) (+ 1 (continue k 2))))]
                 (if next (if (= (next 0) 0) (continue k (next 1)) ...) value)))

    What uses `k` as the last thing stands outside of the clean-up, so that it leaves nothing behind.
    """
    go, value = Variable("next", span=form.span), Variable("value", span=form.span)
    go.assigned = True
    last: list[Call] = []

    def change(end: Core) -> Core:
        given = used_by(end, k, CONSUMING)
        if given is None or len(given) > 1:
            return end
        last.append(end)  # type: ignore[arg-type]
        chosen = (Const(len(last) - 1), *(given or (Const(None),)))
        return SetLocal(go, Call(Global("core", "vector"), chosen, end.span), end.span)

    body = with_tails(form, change)
    thunk = Lambda(LEFT, Parameters(), If(Local(go), Const(None), abandon) if last else abandon, form.span)
    guarded = Marked(core.CLEANUP, [thunk], body, form.span)
    if not last:
        return guarded
    after = If(Local(go), chosen_use(last, go, k), Local(value), form.span)
    return Let(go, Const(None), Let(value, guarded, after, form.span), form.span)


def chosen_use(last: list[Call], go: Variable, k: Variable) -> Core:
    """The use of `k` that a clause ended with, carried out."""

    def part(place: int) -> Core:
        return Call(Global("core", "nth"), [Local(go), Const(place)])

    made: Core | None = None
    for number, end in enumerate(last):
        arguments = [part(1)] if is_local(end.function, k) else [Local(k), part(1)]
        use = Call(end.function, arguments, end.span)
        test = Call(Global("core", "="), [part(0), Const(number)])
        made = use if made is None else If(test, use, made)
    assert made is not None
    return made


def unsettled(form: Core) -> Core:
    """What `settled` was given."""
    if is_guarded(form):
        return form.body  # type: ignore[attr-defined, no-any-return]
    if not (isinstance(form, Let) and isinstance(form.body, Let) and is_guarded(form.body.init)):
        return form
    uses: list[Call] = []
    rest: Core = form.body.body.then  # type: ignore[attr-defined]
    while isinstance(rest, If):
        uses.insert(0, rest.then)  # type: ignore[arg-type]
        rest = rest.orelse
    uses.insert(0, rest)  # type: ignore[arg-type]

    def change(end: Core) -> Core:
        if not (isinstance(end, SetLocal) and end.var is form.var):
            return end
        number, given = end.value.args  # type: ignore[attr-defined]
        use = uses[number.value]
        return Call(use.function, [*use.args[:-1], given], end.span)

    return with_tails(form.body.init.body, change)  # type: ignore[attr-defined]


def is_guarded(form: Core) -> bool:
    thunk = form.operands[0] if isinstance(form, Marked) and form.kind == core.CLEANUP else None
    return isinstance(thunk, Lambda) and thunk.name == LEFT
