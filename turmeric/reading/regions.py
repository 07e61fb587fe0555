"""Regions: the forms that put a mark around a body.

`reset` delimits, `try` catches and cleans up, `binding` binds dynamic variables; `shift`
and its kin capture up to the nearest delimiter.
"""

from __future__ import annotations

from turmeric.reading import core, type_annotations
from turmeric.reading.core import (
    Call,
    Const,
    Core,
    Lambda,
    LoopTarget,
    Marked,
    Parameters,
)
from turmeric.reading.datums import span_of, spans_of
from turmeric.reading.expander import Expander, special
from turmeric.reading.functions import make_lambda, parameter_pairs
from turmeric.reading.scope import Scope
from turmeric.vocabulary import namespace
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.symbols import Keyword, Symbol
from turmeric.vocabulary.vectors import Vector


@special("reset")
@special("cloneable-reset")
@special("reset0")
def expand_reset(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    """A delimiter; a body that is one `(fn [] ...)` is called inside it."""
    body: Core
    only = form.tail.head if len(form) == 2 else None
    if isinstance(only, List) and only and expander.names_special(only.head, "fn", scope) and is_thunk(only):
        body = Call(expander.expand(only, scope), [], expander.span)
    else:
        body = expander.body(form.tail, Scope(scope))
    return Marked(core.PROMPT, [], body, expander.span)


def is_thunk(form: List) -> bool:
    """Whether a `(fn ...)` datum takes no parameters."""
    rest = form.tail
    if rest and type(rest.head) is Symbol:
        rest = rest.tail
    return bool(rest) and isinstance(rest.head, Vector) and len(rest.head) == 0


def expand_shift(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    """`(shift [k] body...)`: the operator of the same name, given the body as a function of `k`."""
    head = form.head
    assert type(head) is Symbol
    parts = expander.operands(form, 1, None, f"({head.name} [k] body ...)")
    name = parts[0]
    if isinstance(name, Vector) and len(name) == 1:
        name = name[0]
    if type(name) is not Symbol:
        raise expander.error(f"expected ({head.name} [k] body ...), got {write(parts[0])} for [k]")
    body = make_lambda(expander, None, [(name, None)], form.tail.tail, scope, recurs=False)
    body.name = head.name
    return expander.core_call("call-" + head.name, body)


for _name in ("shift", "cloneable-shift", "shift0"):
    special(_name)(expand_shift)


@special("try")
def expand_try(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    body, clauses, cleanup = split_try(expander, form, scope)
    inside = expander.body(body, Scope(scope))
    if clauses:
        handlers: list[Core] = [Const(None)]
        for clause in clauses:
            handlers.extend(catch_clause(expander, clause, scope))
        inside = Marked(core.HANDLER, handlers, inside, expander.span)
    if cleanup is not None:
        thunk = Lambda("finally", Parameters(), expander.body(cleanup, Scope(scope)), expander.span)
        inside = Marked(core.CLEANUP, [thunk], inside, expander.span)
    return inside


def split_try(expander: Expander, form: List, scope: Scope) -> tuple[List, list[List], List | None]:
    """The body, the `catch` clauses and the `finally` body of a `try`."""
    from turmeric.vocabulary.lists import source_list

    body: list[object] = []
    clauses: list[List] = []
    cleanup: List | None = None
    spans = spans_of(form)
    for part in form.tail:
        if isinstance(part, List) and part and expander.names_special(part.head, "catch", scope):
            clauses.append(part)
        elif isinstance(part, List) and part and expander.names_special(part.head, "finally", scope):
            if cleanup is not None:
                raise expander.error("a `try` has at most one `finally`", span=span_of(part))
            cleanup = part.tail
        elif clauses or cleanup is not None:
            raise expander.error("`catch` and `finally` come last in a `try`", span=span_of(part))
        else:
            body.append(part)
    return source_list(body, expander.span, tuple(spans.get(i + 1) for i in range(len(body)))), clauses, cleanup


@special("catch")
@special("finally")
def expand_stray_clause(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    raise expander.error(f"`{write(form.head)}` belongs into a `try`")


@special("defer")
def expand_stray_defer(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    raise expander.error("`defer` must stand directly in a body, so that it is clear when the body ends")


def catch_clause(expander: Expander, clause: List, scope: Scope) -> list[Core]:
    """A clause as its type (nil for any), its way, and its handler function."""
    if not clause.tail or not isinstance(clause.tail.head, Vector):
        raise expander.error("expected (catch [e] ...) or (catch [e : type] ...)", span=span_of(clause))
    pairs = parameter_pairs(expander, clause.tail.head)
    if len(pairs) != 1:
        raise expander.error("a `catch` takes one variable: (catch [e] ...)", span=span_of(clause))
    pattern, type_ = pairs[0]
    handler = make_lambda(expander, None, [(pattern, None)], clause.tail.tail, scope, recurs=False)
    handler.name = "catch"
    outer = type_[0] if isinstance(type_, tuple) else type_
    handler.params.required[0].type = outer  # not checked, but part of what stored code is known by
    return [Const(outer), Const("catch"), handler]


@special("with-handler*")
def expand_with_handler(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    """`(with-handler* [:way type function ...] body)`: a handler mark for thrown values; what
    libraries build on."""
    rows, body = expander.operands(form, 2, 2, "(with-handler* [:way type function ...] body)")
    items = type_annotations.vector_items(expander, rows, "a vector of clauses")
    operands: list[Core] = [Const(None)]
    for way, type_, function in zip(items[::3], items[1::3], items[2::3], strict=True):
        if not isinstance(way, Keyword) or way.name not in ("catch", "resume"):
            raise expander.error(f"expected :catch or :resume, got {write(way)}")
        operands += [expander.expand(type_, scope), Const(way.name), expander.expand(function, scope)]
    return Marked(core.HANDLER, operands, expander.expand(body, scope), expander.span)


@special("with-cleanup*")
def expand_with_cleanup(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    """`(with-cleanup* thunk body)`: `thunk` runs when the body is left for good."""
    thunk, body = expander.operands(form, 2, 2, "(with-cleanup* thunk body)")
    return Marked(core.CLEANUP, [expander.expand(thunk, scope)], expander.expand(body, scope), expander.span)


@special("binding")
def expand_binding(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    parts = expander.operands(form, 1, None, "(binding [*name* value ...] body ...)")
    items = type_annotations.vector_items(expander, parts[0], "a vector of bindings")
    if len(items) % 2:
        raise expander.error("`binding` takes pairs of a dynamic variable and a value")
    flat: list[Core] = []
    for name, value in zip(items[::2], items[1::2], strict=True):
        flat += [dynamic(expander, name, scope), expander.expand(value, scope)]
    return Marked(core.BINDING, flat, expander.body(form.tail.tail, Scope(scope)), expander.span)


def dynamic(expander: Expander, name: object, scope: Scope) -> Core:
    """The full name of a dynamic variable, as a constant."""
    found = expander.resolve(name, scope) if type(name) is Symbol else None
    if found is None and type(name) is Symbol:
        found = expander.member(name)
    if not isinstance(found, namespace.Global) or found.kind != namespace.DYNAMIC:
        message = f"{write(name)} is not a dynamic variable; define it with (defdynamic ...)"
        raise expander.error(message, span=span_of(name))
    return Const(found.symbol)
