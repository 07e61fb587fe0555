"""`loop` and `recur`: jumps that keep no frame.

    (loop [i 0] (if (< i 9) (recur (+ i 1)) i))   ==>   Loop([i], [0], If(..., Recur(i + 1), i))
"""

from __future__ import annotations

from turmeric.reading import core, patterns
from turmeric.reading.core import (
    Core,
    Local,
    Loop,
    LoopTarget,
    Recur,
    Variable,
)
from turmeric.reading.datums import spans_of
from turmeric.reading.expander import Expander, special
from turmeric.reading.scope import Scope
from turmeric.vocabulary.lists import List


@special("loop")
def expand_loop(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    parts = expander.operands(form, 1, None, "(loop [name value ...] body ...)")
    bindings = patterns.binding_pairs(expander, parts[0], "loop")
    target, inner, turn = LoopTarget(len(bindings)), Scope(scope), Scope(scope)
    variables: list[Variable] = []
    starts: list[tuple[Variable, Core]] = []
    around, inside = [], []
    for pattern, type_, value, span in bindings:
        start = Variable("start", None, span)
        starts.append((start, expander.expand(value, inner, None, span)))
        around.append(patterns.bind(expander, pattern, type_, Local(start), inner))
        var, wrap = patterns.parameter(expander, pattern, type_, turn)
        variables.append(var)
        inside.append(wrap)
    body = expander.body(form.tail.tail, turn, target)
    for wrap in reversed(inside):
        body = wrap(body)
    loop: Core = Loop(target, variables, [Local(start) for start, _ in starts], body, expander.span)
    for (start, init), wrap in zip(reversed(starts), reversed(around), strict=True):
        loop = core.Let(start, init, wrap(loop), expander.span)
    return loop


@special("recur")
def expand_recur(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    spans = spans_of(form)
    args = [expander.expand(arg, scope, None, spans.get(place + 1)) for place, arg in enumerate(form.tail)]
    if tail is None:
        raise expander.error("`recur` must be the last thing its loop or function does; here its value would be used")
    if len(args) != tail.arity:
        what = f"{tail.owner} has {tail.arity} parameter" if tail.owner else f"the loop has {tail.arity} variable"
        raise expander.error(f"{what}{'' if tail.arity == 1 else 's'}, but `recur` gives {len(args)}")
    tail.used = True
    return Recur(tail, args, expander.span)
