"""Bodies: sequences of forms in which `def`, `defn` and `defer` are local.

    (def a 1) (defer (close a)) (f a)   ==>   Let(a, 1, Marked(cleanup, fn [] (close a), (f a)))

Local functions may refer to each other in any order.  A variable that something may
read before its definition has run is *early*: it lives in a cell, checked when read.
"""

from __future__ import annotations

from turmeric.reading import core
from turmeric.reading.core import Const, Core, Lambda, Let, Letrec, LoopTarget, Marked, Parameters, SetLocal, Variable
from turmeric.reading.datums import span_of, spans_of
from turmeric.reading.expander import Expander, sequence, special
from turmeric.reading.functions import definition_value
from turmeric.reading.scope import Scope
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.namespace import UNBOUND
from turmeric.vocabulary.spans import Span
from turmeric.vocabulary.symbols import Symbol

KINDS = {"def": False, "defn": True, "defn-": True}
"""The forms that define a name in a body, and whether it is a function."""


class Definition:
    """A `def` or `defn` of a body: its variable and, once expanded, its value."""

    __slots__ = ("form", "function", "span", "value", "var")

    def __init__(self, var: Variable, form: List, function: bool, span: Span | None) -> None:
        self.var = var
        self.form = form
        self.function = function
        self.span = span
        self.value: Core = Const(None)


Row = tuple[object, "Span | None"]
"""A form of a body with its macros expanded, or its `Definition`; and its place."""

Item = Definition | Core
"""One form of a body, expanded: a definition, or any other form."""


@special("do")
def expand_do(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    return expand_body(expander, form.tail, scope, tail)


def expand_body(expander: Expander, forms: List, scope: Scope, tail: LoopTarget | None) -> Core:
    """The core form of a body's forms, in a scope of its own."""
    inner = Scope(scope)
    return assemble(expander, declare(expander, forms, inner), inner, tail)


def declare(expander: Expander, forms: List, scope: Scope) -> list[Row]:
    """Expand the heads of a body's forms, and give every definition its variable, before
    the forms themselves are expanded."""
    rows: list[Row] = []
    spans = spans_of(forms)
    for place, form in enumerate(forms):
        span = span_of(form) or spans.get(place) or expander.span
        datum, kind = head_of(expander, form, scope, span)
        if kind is None or not isinstance(datum, List):
            rows.append((datum, span))
            continue
        name = definition_name(expander, datum, kind, span)
        rows.append((Definition(declared(expander, name, scope), datum, KINDS[kind], span), span))
    return rows


def head_of(expander: Expander, form: object, scope: Scope, span: Span | None) -> tuple[object, str | None]:
    """A form with the macros at its head expanded, and the kind of definition it is, if one."""
    outer, expander.span = expander.span, span
    datum, found = expander.expand_head(form, scope)
    expander.span = outer
    return datum, found.name if found is not None and found.name in KINDS else None


def declared(expander: Expander, name: Symbol, scope: Scope) -> Variable:
    """The variable of a definition; a second definition of a name gets one of its own."""
    if (name.name, name.marks) in scope.names:
        return Variable(name.name, None, name.span, name.stem)
    var = scope.bind(name)
    var.defined = False
    expander.variables.append(var)
    return var


def definition_name(expander: Expander, form: List, kind: str, span: Span | None) -> Symbol:
    name = form.tail.head if form.tail else None
    if type(name) is not Symbol:
        raise expander.error(f"expected a name after {kind}", span=span)
    return name


def assemble(expander: Expander, rows: list[Row], scope: Scope, tail: LoopTarget | None) -> Core:
    """Expand the rows in order and build the nest of `Let`, `Letrec` and clean-ups."""
    items: list[Item] = []
    groups = function_groups(rows)
    for place, (row, span) in enumerate(rows):
        last = place == len(rows) - 1
        if isinstance(row, Definition):
            expand_definition(expander, row, scope, groups.get(place, []))
            items.append(row)
        elif is_defer(expander, row, scope):
            rest = assemble(expander, rows[place + 1 :], scope, tail)
            items.append(Marked(core.CLEANUP, [cleanup(expander, row, scope, span)], rest, span))
            break
        else:
            items.append(expander.expand(row, scope, tail if last else None, span))
    return nest(items, expander.span)


def function_groups(rows: list[Row]) -> dict[int, list[Variable]]:
    """For the place of each `defn` the variables of its run of neighbouring ones: one `Letrec`."""
    groups: dict[int, list[Variable]] = {}
    run: list[Variable] = []
    for place, (row, _) in enumerate(rows):
        if isinstance(row, Definition) and row.function:
            run.append(row.var)
            groups[place] = run
        else:
            run = []
    return groups


def expand_definition(expander: Expander, row: Definition, scope: Scope, group: list[Variable]) -> None:
    """Expand a definition's value; functions of its group count as defined meanwhile."""
    waiting = [var for var in group if not var.defined]
    for var in waiting:
        var.defined = True
    outer, expander.span = expander.span, row.span
    row.value = definition_value(expander, row.form, scope, row.var, row.function)
    expander.span = outer
    for var in waiting:
        var.defined = False
    row.var.defined = True
    name = definition_name(expander, row.form, "def", row.span)
    scope.names[(name.name, name.marks)] = row.var


def is_defer(expander: Expander, row: object, scope: Scope) -> bool:
    return isinstance(row, List) and bool(row) and expander.names_special(row.head, "defer", scope)


def cleanup(expander: Expander, form: object, scope: Scope, span: Span | None) -> Lambda:
    """The thunk of a `(defer expr...)`."""
    assert isinstance(form, List)
    if not form.tail:
        raise expander.error("expected (defer expression ...)", span=span)
    return Lambda("defer", Parameters(), expander.body(form.tail, Scope(scope)), span)


def nest(items: list[Item], span: Span | None) -> Core:
    """Fold expanded items into one form, from the last to the first."""
    after: list[Core] = []
    """The forms of the sequence that follows, the last first."""
    early: list[Variable] = []
    group: list[tuple[Variable, Lambda]] = []
    waiting: list[Core] = []
    for item in reversed(items):
        if isinstance(item, Definition) and isinstance(item.value, Lambda) and item.function:
            if item.var.early:
                waiting.append(set_early(item, early))
            else:
                group.append((item.var, item.value))
            continue
        if group or waiting:
            after, group, waiting = close_group(after, group, waiting, span), [], []
        if not isinstance(item, Definition):
            after.append(item)
        elif item.var.early:
            after.append(set_early(item, early))
        else:
            after = [Let(item.var, item.value, in_order(after, item.span), item.span)]
    result = in_order(close_group(after, group, waiting, span), span)
    for var in early:
        result = Let(var, Const(UNBOUND), result, var.span)
    return result


def close_group(
    after: list[Core], group: list[tuple[Variable, Lambda]], waiting: list[Core], span: Span | None
) -> list[Core]:
    """What follows a run of functions, inside their `Letrec`.

    Those of the run that are early get their values (`waiting`) inside it, for they may
    refer to the others."""
    after = [*after, *waiting]
    return [Letrec(group[::-1], in_order(after, span), span)] if group else after


def set_early(item: Definition, early: list[Variable]) -> Core:
    """Give an early variable its value; it is bound, without one, at the start of the body."""
    item.var.assigned = True
    early.append(item.var)
    return SetLocal(item.var, item.value, item.span)


def in_order(after: list[Core], span: Span | None) -> Core:
    """Forms collected from the last to the first, as one; after a definition alone, nil."""
    return sequence(after[::-1], span)
