"""Functions: `fn`, the lambdas of `defn` and `def`, and their parameters."""

from __future__ import annotations

from turmeric.reading import exits, patterns, type_annotations
from turmeric.reading.core import (
    Core,
    Lambda,
    Letrec,
    Local,
    Loop,
    LoopTarget,
    Parameters,
    Variable,
)
from turmeric.reading.datums import spans_of
from turmeric.reading.expander import Expander, sequence, special
from turmeric.reading.scope import Scope
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.symbols import Symbol


@special("fn")
def expand_fn(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    parts = expander.operands(form, 1, None, "(fn [parameters] body ...)")
    if type(parts[0]) is not Symbol:
        return make_lambda(expander, None, parameter_pairs(expander, parts[0]), form.tail.tail, scope)
    expander.operands(form, 2, None, "(fn name [parameters] body ...)")
    inner = Scope(scope)
    var = inner.bind(parts[0])
    made = make_lambda(expander, parts[0], parameter_pairs(expander, parts[1]), form.tail.tail.tail, inner)
    if not var.used:
        return made
    return Letrec([(var, made)], Local(var, expander.span), expander.span)


def parameter_pairs(expander: Expander, datum: object) -> list[tuple[object, object]]:
    """A parameter vector as pairs of a pattern and its type."""
    items = type_annotations.vector_items(expander, datum, "a vector of parameters")
    return type_annotations.split_annotations(expander, items)


def make_lambda(
    expander: Expander,
    name: Symbol | None,
    pairs: list[tuple[object, object]],
    body: List,
    scope: Scope,
    recurs: bool = True,
    returns: bool = False,
) -> Lambda:
    """A lambda from its parameters and body; `recurs`: a `recur` in it may begin it anew;
    `returns`: a `return` in its body leaves it (in a parameter's default there is nothing to leave).

    Parameters with a type are checked on entry.  The result's type is not checked at run
    time: that would make every tail call leave a frame.
    """
    _, forms = type_annotations.result_type(expander, body)
    inner = Scope(scope)
    owner = name.name if name else "fn"
    label = exits.label_called(exits.RETURN) if returns else None
    if label is not None:
        inner.labels = {label.name: None}
    params, prologue, wraps = patterns.parameters(expander, pairs, inner, owner)
    variables = params.variables()
    target = LoopTarget(len(variables), owner) if recurs and not params.keys else None
    inside = expander.body(forms, exits.labelled(label, inner) if label else inner, target)
    for wrap in reversed(wraps):
        inside = wrap(inside)
    if prologue:
        inside = sequence([*prologue, inside], expander.span)
    if target is not None and target.used:
        params, inside = begun_anew(params, target, inside)
    if label is not None:
        inside = exits.block(expander, label, inside)
    return Lambda(name.stem if name else None, params, inside, expander.span)


def begun_anew(params: Parameters, target: LoopTarget, body: Core) -> tuple[Parameters, Core]:
    """A function's body as a loop over its parameters, which get stand-ins."""
    variables = params.variables()
    given = [Variable(var.name, var.type, var.span, var.stem) for var in variables]
    count = len(params.required)
    loop = Loop(target, variables, [Local(var, body.span) for var in given], body, body.span)
    return Parameters(given[:count], given[count] if params.rest else None), loop


def definition_value(expander: Expander, form: List, scope: Scope, var: Variable | None, function: bool) -> Core:
    """The value form of a `def` or `defn`, at top level (`var` is None) or local."""
    name = form.tail.head
    assert type(name) is Symbol
    if function:
        rest = form.tail.tail
        if rest and isinstance(rest.head, str) and rest.tail:
            rest = rest.tail
        if not rest:
            raise expander.error(f"expected (defn {name.name} [parameters] body ...)")
        return make_lambda(expander, name, parameter_pairs(expander, rest.head), rest.tail, scope, returns=True)
    type_, rest = type_annotations.result_type(expander, form.tail.tail)
    if rest and rest.tail and isinstance(rest.head, str):
        rest = rest.tail
    if len(rest) != 1:
        raise expander.error(f"expected (def {name.name} value), got {write(form)[:60]}")
    value = expander.expand(rest.head, scope, None, spans_of(form).get(len(form) - 1))
    if isinstance(value, Lambda) and value.name is None:
        value.name = name.stem
    if var is not None:
        var.type = type_
    return type_annotations.check_value(expander, value, type_, name.name)
