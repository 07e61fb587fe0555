"""Bodies: sequences of forms in which `def`, `defn` and `defer` are local.

    (def a 1) (defer (close a)) (f a)   ==>   Let(a, 1, Marked(cleanup, fn [] (close a), (f a)))

Local functions may refer to each other in any order.  A variable that something may
read before its definition has run is *early*: it lives in a cell, checked when read.
"""

from __future__ import annotations

from turmeric.reading import core
from turmeric.reading.core import Const, Core, Lambda, Let, Letrec, LoopTarget, Marked, Parameters, Seq, SetLocal, Variable
from turmeric.reading.expander import PENDING, Expander, sequence, spans_of
from turmeric.reading.scope import Scope
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.namespace import UNBOUND
from turmeric.vocabulary.spans import Span
from turmeric.vocabulary.symbols import Symbol


class Definition:
    """A `def` or `defn` of a body: its variable and, once expanded, its value."""

    __slots__ = ("form", "function", "span", "value", "var")

    def __init__(self, var: Variable, form: List, function: bool, span: Span | None) -> None:
        self.var = var
        self.form = form
        self.function = function
        self.span = span
        self.value: Core = Const(None)


Item = Definition | Core
"""One form of a body, expanded: a definition, or any other form."""


def expand_body(expander: Expander, forms: List, scope: Scope, tail: LoopTarget | None) -> Core:
    """The core form of a body's forms, in a scope of its own."""
    inner = Scope(scope)
    heads = [(expander.expand_head(form, inner), spans_of(forms).get(place)) for place, form in enumerate(forms)]
    datums = [(form, span or expander.span) for (form, _), span in heads]
    rows = declare(expander, datums, inner)
    return assemble(expander, rows, inner, tail)


def declare(expander: Expander, datums: list[tuple[object, Span | None]], scope: Scope) -> list[tuple[object, Span | None]]:
    """Give every definition of the body a variable before anything is expanded."""
    rows: list[tuple[object, Span | None]] = []
    for datum, span in datums:
        kind = definition_kind(expander, datum, scope)
        if kind is None or not isinstance(datum, List):
            rows.append((datum, span))
            continue
        name = definition_name(expander, datum, kind)
        if (name.name, name.marks) in scope.names:
            rows.append((Definition(Variable(name.name, None, name.span), datum, kind != "def", span), span))
            continue
        var = scope.bind(name)
        expander.variables.append(var)
        PENDING.add(var)
        rows.append((Definition(var, datum, kind != "def", span), span))
    return rows


def definition_kind(expander: Expander, datum: object, scope: Scope) -> str | None:
    """`"def"` or `"defn"` for a local definition, else None."""
    if isinstance(datum, List) and datum:
        for kind in ("def", "defn", "defn-"):
            if expander.names_special(datum.head, kind, scope):
                return kind
    return None


def definition_name(expander: Expander, form: List, kind: str) -> Symbol:
    name = form.tail.head if form.tail else None
    if type(name) is not Symbol:
        raise expander.error(f"expected a name after {kind}")
    return name


def assemble(
    expander: Expander, rows: list[tuple[object, Span | None]], scope: Scope, tail: LoopTarget | None
) -> Core:
    """Expand the rows in order and build the nest of `Let`, `Letrec` and clean-ups."""
    items: list[Item] = []
    for place, (row, span) in enumerate(rows):
        last = place == len(rows) - 1
        if isinstance(row, Definition):
            expand_definition(expander, row, scope, group_of(rows, place))
            items.append(row)
        elif is_defer(expander, row, scope):
            rest = assemble_rest(expander, rows[place + 1 :], scope, tail)
            items.append(Marked(core.CLEANUP, [cleanup(expander, row, scope)], rest, span))
            break
        else:
            items.append(expander.expand(row, scope, tail if last else None, span))
    return nest(items, expander.span)


def assemble_rest(
    expander: Expander, rows: list[tuple[object, Span | None]], scope: Scope, tail: LoopTarget | None
) -> Core:
    """The forms after a `defer`: a `recur` there leaves through the clean-up."""
    return assemble(expander, rows, scope, tail)


def group_of(rows: list[tuple[object, Span | None]], place: int) -> list[Variable]:
    """The variables of the run of neighbouring `defn`s around `place`: one `Letrec`."""
    row = rows[place][0]
    if not isinstance(row, Definition) or not row.function:
        return []
    low = high = place
    while low > 0 and is_function(rows[low - 1][0]):
        low -= 1
    while high + 1 < len(rows) and is_function(rows[high + 1][0]):
        high += 1
    return [found.var for found, _ in rows[low : high + 1] if isinstance(found, Definition)]


def is_function(row: object) -> bool:
    return isinstance(row, Definition) and row.function


def expand_definition(expander: Expander, row: Definition, scope: Scope, group: list[Variable]) -> None:
    """Expand a definition's value; functions of its group count as defined meanwhile."""
    from turmeric.reading.forms import definition_value

    waiting = [var for var in group if var in PENDING]
    PENDING.difference_update(waiting)
    row.value = definition_value(expander, row.form, scope, row.var, row.function)
    PENDING.update(waiting)
    PENDING.discard(row.var)
    name = definition_name(expander, row.form, "def")
    scope.names[(name.name, name.marks)] = row.var


def is_defer(expander: Expander, row: object, scope: Scope) -> bool:
    return isinstance(row, List) and bool(row) and expander.names_special(row.head, "defer", scope)


def cleanup(expander: Expander, form: object, scope: Scope) -> Lambda:
    """The thunk of a `(defer expr...)`."""
    assert isinstance(form, List)
    body = expander.body(form.tail, Scope(scope))
    return Lambda("defer", Parameters(), body, getattr(form, "span", None))


def nest(items: list[Item], span: Span | None) -> Core:
    """Fold expanded items into one form, from the last to the first."""
    result: Core | None = None
    early: list[Variable] = []
    group: list[tuple[Variable, Lambda]] = []
    for item in reversed(items):
        if isinstance(item, Definition) and isinstance(item.value, Lambda) and item.function and not item.var.early:
            group.insert(0, (item.var, item.value))
            continue
        if group:
            result, group = Letrec(group, result or Const(None, span), span), []
        result = nest_one(item, result, early)
    if group:
        result = Letrec(group, result or Const(None, span), span)
    for var in early:
        result = Let(var, Const(UNBOUND), result or Const(None, span), var.span)
    return result or Const(None, span)


def nest_one(item: Item, rest: Core | None, early: list[Variable]) -> Core:
    if not isinstance(item, Definition):
        return item if rest is None else then(item, rest)
    after = rest or Const(None, item.span)
    if item.var.early:
        item.var.assigned = True
        early.append(item.var)
        return then(SetLocal(item.var, item.value, item.span), after)
    return Let(item.var, item.value, after, item.span)


def then(first: Core, rest: Core) -> Core:
    """`first`, then `rest`, as one flat sequence."""
    forms = rest.forms if isinstance(rest, Seq) else (rest,)
    return Seq((first, *forms), first.span)


__all__ = ["expand_body", "sequence"]
