"""The special forms: what cannot be a macro of the standard library.

One function a form, registered by name.  A form takes the expander, the datum, the
scope, and the loop that a `recur` in its place would continue.
"""

from __future__ import annotations

from turmeric.reading import annotations, core, patterns
from turmeric.reading.core import (
    Call,
    Const,
    Core,
    Global,
    If,
    Lambda,
    Letrec,
    Local,
    Loop,
    LoopTarget,
    Marked,
    Parameters,
    Recur,
    SetGlobal,
    SetLocal,
    Variable,
)
from turmeric.reading.expander import Expander, plain, sequence, span_of, spans_of, special
from turmeric.reading.scope import Scope
from turmeric.vocabulary import namespace
from turmeric.vocabulary.lists import EMPTY, List, cons
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.symbols import Keyword, Symbol, symbol
from turmeric.vocabulary.vectors import Vector


def operands(expander: Expander, form: List, low: int, high: int | None, shape: str) -> list[object]:
    """The datums after the head, or an error that shows how the form is written."""
    found = list(form.tail)
    if len(found) < low or (high is not None and len(found) > high):
        raise expander.error(f"expected {shape}, got {write(form)[:60]}")
    return found


@special("quote")
def expand_quote(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    (datum,) = operands(expander, form, 1, 1, "(quote datum)")
    return Const(plain(datum), expander.span)


@special("if")
def expand_if(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    parts = operands(expander, form, 2, 3, "(if test then else)")
    spans = spans_of(form)
    test = expander.expand(parts[0], scope, None, spans.get(1))
    then = expander.expand(parts[1], scope, tail, spans.get(2))
    orelse = expander.expand(parts[2], scope, tail, spans.get(3)) if len(parts) == 3 else Const(None)
    return If(test, then, orelse, expander.span)


@special("do")
def expand_do(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    return expander.body(form.tail, scope, tail)


@special("let")
def expand_let(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    parts = operands(expander, form, 1, None, "(let [name value ...] body ...)")
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
    parts = operands(expander, form, 2, None, "(let name [variable value ...] body ...)")
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
    parts = operands(expander, form, 1, None, "(letrec [name value ...] body ...)")
    body = form.tail.tail
    for pattern, _, value, _ in reversed(patterns.binding_pairs(expander, parts[0], "letrec")):
        kind = symbol("def").with_mark((0, "core"))
        row = cons(kind, cons(pattern, cons(value, EMPTY)))
        fn = as_defn(expander, pattern, value, scope)
        body = cons(fn if fn is not None else row, body)
    return expander.body(body, scope, tail)


def as_defn(expander: Expander, name: object, value: object, scope: Scope) -> List | None:
    """`(def f (fn [x] ...))` as a `defn`, so that neighbours share one `Letrec`."""
    if isinstance(value, List) and value and value.tail and expander.names_special(value.head, "fn", scope):
        if isinstance(value.tail.head, Vector):
            return cons(symbol("defn").with_mark((0, "core")), cons(name, value.tail))
    return None


@special("fn")
def expand_fn(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    parts = operands(expander, form, 1, None, "(fn [parameters] body ...)")
    if type(parts[0]) is not Symbol:
        return make_lambda(expander, None, parameter_pairs(expander, parts[0]), form.tail.tail, scope)
    operands(expander, form, 2, None, "(fn name [parameters] body ...)")
    inner = Scope(scope)
    var = inner.bind(parts[0])
    made = make_lambda(expander, parts[0], parameter_pairs(expander, parts[1]), form.tail.tail.tail, inner)
    if not var.used:
        return made
    return Letrec([(var, made)], Local(var, expander.span), expander.span)


def parameter_pairs(expander: Expander, datum: object) -> list[tuple[object, object]]:
    """A parameter vector as pairs of a pattern and its type."""
    items = annotations.vector_items(expander, datum, "a vector of parameters")
    return annotations.split_annotations(expander, items)


def make_lambda(
    expander: Expander, name: Symbol | None, pairs: list[tuple[object, object]], body: List, scope: Scope
) -> Lambda:
    """A lambda from its parameters and body.

    Parameters with a type are checked on entry.  The result's type is not checked at run
    time: that would make every tail call leave a frame.
    """
    _, forms = annotations.result_type(expander, body)
    inner = Scope(scope, function=name.name if name else "fn")
    params, prologue, wraps = patterns.parameters(expander, pairs, inner, name.name if name else "fn")
    inside = expander.body(forms, inner)
    for wrap in reversed(wraps):
        inside = wrap(inside)
    if prologue:
        inside = sequence([*prologue, inside], expander.span)
    return Lambda(name.name if name else None, params, inside, expander.span)


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
        return make_lambda(expander, name, parameter_pairs(expander, rest.head), rest.tail, scope)
    type_, rest = annotations.result_type(expander, form.tail.tail)
    if rest and rest.tail and isinstance(rest.head, str):
        rest = rest.tail
    if len(rest) != 1:
        raise expander.error(f"expected (def {name.name} value), got {write(form)[:60]}")
    value = expander.expand(rest.head, scope, None, spans_of(form).get(len(form) - 1))
    if var is not None:
        var.type = type_
    return annotations.check_value(expander, value, type_, name.name)


@special("loop")
def expand_loop(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    parts = operands(expander, form, 1, None, "(loop [name value ...] body ...)")
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
        raise expander.error("`recur` must be the last thing its loop does; here its value would be used")
    if len(args) != tail.arity:
        raise expander.error(f"the loop has {tail.arity} variables, but `recur` gives {len(args)}")
    return Recur(tail, args, expander.span)


@special("set!")
def expand_set(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    parts = operands(expander, form, 2, 2, "(set! name value)")
    name = parts[0]
    if type(name) is not Symbol:
        raise expander.error(f"`set!` changes variables; {write(name)} is none (a ref is changed by set-ref!)")
    value = expander.expand(parts[1], scope, None, spans_of(form).get(2))
    found = expander.resolve(name, scope)
    if isinstance(found, Variable):
        found.assigned = True
        value = annotations.check_value(expander, value, found.type, name.name)
        return SetLocal(found, value, expander.span)
    if found is None and "." in name.name:
        raise expander.error(f"`{name.name}` is a field; structs do not change, (assoc value :field x) makes a new one")
    if found is not None and found.kind == namespace.DYNAMIC:
        raise expander.error(f"`{name.name}` is dynamic: give it a value with (binding [{name.name} value] ...)")
    if found is not None and found.module != expander.module.name:
        raise expander.error(f"`{name.name}` belongs to the module {found.module}; only that module may set! it")
    return SetGlobal(expander.module.name, name.name, value, expander.span)


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
    parts = operands(expander, form, 1, None, f"({head.name} [k] body ...)")
    name = parts[0]
    if isinstance(name, Vector) and len(name) == 1:
        name = name[0]
    if type(name) is not Symbol:
        raise expander.error(f"expected ({head.name} [k] body ...), got {write(parts[0])} for [k]")
    body = make_lambda(expander, None, [(name, None)], form.tail.tail, scope)
    body.name = head.name
    return expander.core_call("call-" + head.name, body)


for _name in ("shift", "cloneable-shift", "shift0"):
    special(_name)(expand_shift)


@special("try")
def expand_try(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    body, clauses, cleanup = split_try(expander, form, scope)
    inside = expander.body(body, Scope(scope))
    if clauses:
        handlers: list[Core] = []
        for clause in clauses:
            handlers.extend(catch_clause(expander, clause, scope))
        inside = Marked(core.HANDLER, [Const("catch"), *handlers], inside, expander.span)
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
    """A clause as its type (nil for any) and its handler function."""
    if not clause.tail or not isinstance(clause.tail.head, Vector):
        raise expander.error("expected (catch [e] ...) or (catch [e : type] ...)", span=span_of(clause))
    pairs = parameter_pairs(expander, clause.tail.head)
    if len(pairs) != 1:
        raise expander.error("a `catch` takes one variable: (catch [e] ...)", span=span_of(clause))
    pattern, type_ = pairs[0]
    handler = make_lambda(expander, None, [(pattern, None)], clause.tail.tail, scope)
    handler.name = "catch"
    outer = type_[0] if isinstance(type_, tuple) else type_
    return [Const(outer), handler]


@special("with-handler*")
def expand_with_handler(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    """`(with-handler* :kind type handler ... body)`: any handler mark; what libraries build on."""
    parts = operands(expander, form, 2, None, "(with-handler* :kind type handler ... body)")
    kind = parts[0]
    if not isinstance(kind, Keyword):
        raise expander.error("expected a keyword for the kind of handler")
    exprs = [expander.expand(part, scope) for part in parts[1:]]
    return Marked(core.HANDLER, [Const(kind.name), *exprs[:-1]], exprs[-1], expander.span)


@special("with-cleanup*")
def expand_with_cleanup(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    """`(with-cleanup* thunk body)`: `thunk` runs when the body is left for good."""
    thunk, body = operands(expander, form, 2, 2, "(with-cleanup* thunk body)")
    return Marked(core.CLEANUP, [expander.expand(thunk, scope)], expander.expand(body, scope), expander.span)


@special("binding")
def expand_binding(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    parts = operands(expander, form, 1, None, "(binding [*name* value ...] body ...)")
    items = annotations.vector_items(expander, parts[0], "a vector of bindings")
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
        raise expander.error(f"{write(name)} is not a dynamic variable; define it with (defdynamic ...)", span=span_of(name))
    return Const(found.symbol)


@special("the")
def expand_the(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    """`(the T (method ...))` chooses a method by its result's type; of other forms it checks the type."""
    type_datum, value = operands(expander, form, 2, 2, "(the type expression)")
    type_ = annotations.parse_type(expander, type_datum)
    outer = type_[0] if isinstance(type_, tuple) else type_
    if isinstance(value, List) and value and type(value.head) is Symbol:
        found = expander.resolve(value.head, scope)
        if isinstance(found, namespace.Global) and found.kind == namespace.METHOD and outer is not None:
            args = [expander.expand(arg, scope) for arg in value.tail]
            target = Global(found.module, found.name, expander.span)
            return Call(expander.core_call("method-for", target, Const(outer)), args, expander.span)
    return annotations.check_value(expander, expander.expand(value, scope), type_, "the expression")


@special("var")
def expand_var(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    """`(var name)`: the full name of a definition, as a symbol."""
    (name,) = operands(expander, form, 1, 1, "(var name)")
    found = expander.resolve(name, scope) if type(name) is Symbol else None
    if found is None and type(name) is Symbol:
        found = expander.member(name)
    if not isinstance(found, namespace.Global):
        raise expander.error(f"{write(name)} is not a definition")
    return Const(symbol(found.symbol), expander.span)


@special("match")
def expand_match(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    from turmeric.reading.matching import expand_clauses

    parts = operands(expander, form, 1, None, "(match value pattern -> body ...)")
    value = expander.expand(parts[0], scope, None, spans_of(form).get(1))
    return expand_clauses(expander, form, value, scope, tail)
