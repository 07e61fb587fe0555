"""The special forms: what cannot be a macro of the standard library.

One function a form, registered by name.  A form takes the expander, the datum, the
scope, and the loop that a `recur` in its place would continue.
"""

from __future__ import annotations

from turmeric.reading import patterns, type_annotations
from turmeric.reading.core import (
    Call,
    Const,
    Core,
    Global,
    If,
    Letrec,
    Local,
    LoopTarget,
    SetGlobal,
    SetLocal,
    Variable,
)
from turmeric.reading.datums import plain, spans_of
from turmeric.reading.expander import Expander, special
from turmeric.reading.functions import make_lambda
from turmeric.reading.scope import Scope
from turmeric.vocabulary import namespace
from turmeric.vocabulary.lists import EMPTY, List, cons
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.symbols import Symbol, symbol
from turmeric.vocabulary.vectors import Vector


@special("quote")
def expand_quote(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    (datum,) = expander.operands(form, 1, 1, "(quote datum)")
    return Const(plain(datum), expander.span)


@special("if")
def expand_if(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    parts = expander.operands(form, 2, 3, "(if test then else)")
    spans = spans_of(form)
    test = expander.expand(parts[0], scope, None, spans.get(1))
    then = expander.expand(parts[1], scope, tail, spans.get(2))
    orelse = expander.expand(parts[2], scope, tail, spans.get(3)) if len(parts) == 3 else Const(None)
    return If(test, then, orelse, expander.span)


@special("let")
def expand_let(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    parts = expander.operands(form, 1, None, "(let [name value ...] body ...)")
    if type(parts[0]) is Symbol:
        return expand_named_let(expander, form, scope)
    bindings = patterns.binding_pairs(expander, parts[0], "let")
    inner, wraps = Scope(scope), []
    for pattern, type_, value, span in bindings:
        init = expander.expand(value, inner, None, span)
        inner = Scope(inner)
        wraps.append(patterns.bind(expander, pattern, type_, init, inner))
    body = expander.body(form.tail.tail, inner, tail)
    for wrap in reversed(wraps):
        body = wrap(body)
    return body


def expand_named_let(expander: Expander, form: List, scope: Scope) -> Core:
    """`(let loop [i 0] ...)`: a local function, called once."""
    name = form.tail.head
    parts = expander.operands(form, 2, None, "(let name [variable value ...] body ...)")
    assert type(name) is Symbol
    bindings = patterns.binding_pairs(expander, parts[1], "let")
    inits = [expander.expand(value, scope, None, span) for _, _, value, span in bindings]
    inner = Scope(scope)
    var = inner.bind(name)
    body = form.tail.tail.tail
    fn = make_lambda(expander, name, [(pattern, type_) for pattern, type_, _, _ in bindings], body, inner)
    return Letrec([(var, fn)], Call(Local(var, expander.span), inits, expander.span), expander.span)


@special("letrec")
def expand_letrec(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    parts = expander.operands(form, 1, None, "(letrec [name value ...] body ...)")
    body = form.tail.tail
    for pattern, _, value, _ in reversed(patterns.binding_pairs(expander, parts[0], "letrec")):
        kind = symbol("def").with_mark((0, "core"))
        row = cons(kind, cons(pattern, cons(value, EMPTY)))
        fn = as_defn(expander, pattern, value, scope)
        body = cons(fn if fn is not None else row, body)
    return expander.body(body, scope, tail)


def as_defn(expander: Expander, name: object, value: object, scope: Scope) -> List | None:
    """`(def f (fn [x] ...))` as a `defn`, so that neighbours share one `Letrec`."""
    if not isinstance(value, List) or not value.tail or not isinstance(value.tail.head, Vector):
        return None
    if not expander.names_special(value.head, "fn", scope):
        return None
    return cons(symbol("defn").with_mark((0, "core")), cons(name, value.tail))


@special("set!")
def expand_set(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    parts = expander.operands(form, 2, 2, "(set! name value)")
    name = parts[0]
    if type(name) is not Symbol:
        raise expander.error(f"`set!` changes variables; {write(name)} is none (a ref is changed by set-ref!)")
    value = expander.expand(parts[1], scope, None, spans_of(form).get(2))
    found = expander.resolve(name, scope)
    if isinstance(found, Variable):
        found.assigned = True
        value = type_annotations.check_value(expander, value, found.type, name.name)
        return SetLocal(found, value, expander.span)
    if found is None and "." in name.name:
        raise expander.error(f"`{name.name}` is a field; structs do not change, (assoc value :field x) makes a new one")
    if found is not None and found.kind == namespace.DYNAMIC:
        raise expander.error(f"`{name.name}` is dynamic: give it a value with (binding [{name.name} value] ...)")
    if found is not None and found.module != expander.module.name:
        raise expander.error(f"`{name.name}` belongs to the module {found.module}; only that module may set! it")
    if found is not None:
        value = type_annotations.check_value(expander, value, found.type, name.name)
        if found.kind == namespace.FUNCTION:
            found.kind = namespace.VALUE  # its value is no longer the same for as long as the program runs
    return SetGlobal(expander.module.name, name.name, value, expander.span)


@special("the")
def expand_the(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    """`(the T (method ...))` chooses a method by its result's type; of other forms it checks the type."""
    type_datum, value = expander.operands(form, 2, 2, "(the type expression)")
    type_ = type_annotations.parse_type(expander, type_datum)
    outer = type_[0] if isinstance(type_, tuple) else type_
    if isinstance(value, List) and value and type(value.head) is Symbol:
        found = expander.resolve(value.head, scope)
        if isinstance(found, namespace.Global) and found.kind == namespace.METHOD and outer is not None:
            args = [expander.expand(arg, scope) for arg in value.tail]
            target = Global(found.module, found.name, expander.span)
            return Call(expander.core_call("method-for", target, Const(outer)), args, expander.span)
    return type_annotations.check_value(expander, expander.expand(value, scope), type_, "the expression")


@special("var")
def expand_var(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    """`(var name)`: the full name of a definition, as a symbol."""
    (name,) = expander.operands(form, 1, 1, "(var name)")
    found = expander.resolve(name, scope) if type(name) is Symbol else None
    if found is None and type(name) is Symbol:
        found = expander.member(name)
    if not isinstance(found, namespace.Global):
        raise expander.error(f"{write(name)} is not a definition")
    return Const(symbol(found.symbol), expander.span)


@special("match")
def expand_match(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    from turmeric.reading.matching import expand_clauses

    parts = expander.operands(form, 1, None, "(match value pattern -> body ...)")
    value = expander.expand(parts[0], scope, None, spans_of(form).get(1))
    return expand_clauses(expander, form, value, scope, tail)
