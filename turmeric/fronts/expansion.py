"""Core forms back to data, for people to read: what is left of a program without macros.

    If(Global(core.<, n, 2), Const(1), Const(nil))   ->   (if (< n 2) 1 nil)

The result reads as Turmeric that means the same, with one exception: a variable that may
be read before its definition has run is shown as nil until then, not as unbound.
"""

from __future__ import annotations

from turmeric.fronts.naming import Names
from turmeric.reading import core
from turmeric.reading.clauses import unsettled, with_tails
from turmeric.vocabulary import lists, vectors
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.namespace import UNBOUND
from turmeric.vocabulary.sets import Set
from turmeric.vocabulary.symbols import Symbol, keyword, symbol
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from turmeric.reading.core import Core


def datum_of(form: Core, names: Names) -> object:
    """The datum of one core form."""
    return DATUMS[type(form)](form, names)


def listed(head: str, *parts: object) -> List:
    """The datum `(head part ...)`."""
    return lists.from_iterable([symbol(head), *parts])


def body_of(form: Core, names: Names) -> list[object]:
    """The data of a body; a sequence is written without its `do`."""
    *before, last = form.forms if isinstance(form, core.Seq) else (form,)
    data = [datum_of(part, names) for part in before]
    if isinstance(last, core.Marked) and last.kind == core.CLEANUP and (thunk := named_thunk(last, "defer")):
        return [*data, listed("defer", *body_of(thunk.body, names)), *body_of(last.body, names)]
    return [*data, datum_of(last, names)]


def const(form: core.Const, names: Names) -> object:
    value = form.value
    if value is UNBOUND:
        return None
    return listed("quote", value) if needs_quote(value) else value


def needs_quote(value: object) -> bool:
    """Whether a constant, written plainly, would be taken for a variable or a call."""
    if isinstance(value, Symbol | List):
        return not isinstance(value, List) or bool(value)
    if isinstance(value, Map):
        return any(needs_quote(part) for pair in value.items() for part in pair)
    return isinstance(value, Vector | Set) and any(needs_quote(part) for part in value)


def call(form: core.Call, names: Names) -> object:
    """A call; what the expander wrote for a field or a dynamic variable is written short again."""
    head, args = form.function, form.args
    if isinstance(head, core.Global) and head.module == "core" and args and isinstance(last := args[-1], core.Const):
        if head.name == "field" and len(args) == 2:
            return listed(f".{last.value}", datum_of(args[0], names))
        if head.name == "dynamic-value":
            return names.of_symbol(str(last.value))
    if isinstance(head, core.Global) and head.module == "core" and head.name in SHIFTS and len(args) == 1:
        return shift(head.name, args[0], names)
    return lists.from_iterable([datum_of(part, names) for part in (head, *args)])


SHIFTS = ("call-shift", "call-cloneable-shift", "call-shift0")


def shift(name: str, body: Core, names: Names) -> object:
    """`(shift [k] body ...)` for the operator called with a function."""
    if isinstance(body, core.Lambda) and len(body.params.variables()) == 1 and body.params.required:
        return listed(name.removeprefix("call-"), *lambda_parts(body, names))
    return listed(name, datum_of(body, names))


def lambda_parts(form: core.Lambda, names: Names) -> list[object]:
    """A function's parameter vector and its body."""
    params, inner = form.params, names.within(form.params.variables())
    vector: list[object] = [inner.of(var) for var in params.required]
    if params.rest is not None:
        vector += [symbol("&"), inner.of(params.rest)]
    if params.keys:
        vector.append(symbol("&key"))
    for _, var, default in params.keys:
        name = inner.of(var)
        vector.append(name if default is None else lists.from_iterable([name, datum_of(default, inner)]))
    return [vectors.from_iterable(vector), *body_of(form.body, inner)]


def function(form: core.Lambda, names: Names) -> object:
    return listed("fn", *lambda_parts(form, names))


def let(form: core.Let, names: Names) -> object:
    """One `let` for several that stand directly inside one another."""
    bindings: list[object] = []
    inner: Core = form
    while isinstance(inner, core.Let):
        value = datum_of(inner.init, names)
        names = names.within([inner.var])
        bindings += [names.of(inner.var), value]
        inner = inner.body
    return listed("let", vectors.from_iterable(bindings), *body_of(inner, names))


def letrec(form: core.Letrec, names: Names) -> object:
    inner = names.within([var for var, _ in form.bindings])
    bindings: list[object] = []
    for var, value in form.bindings:
        bindings += [inner.of(var), datum_of(value, inner)]
    return listed("letrec", vectors.from_iterable(bindings), *body_of(form.body, inner))


def loop(form: core.Loop, names: Names) -> object:
    inner = names.within(form.vars)
    bindings: list[object] = []
    for var, init in zip(form.vars, form.inits, strict=True):
        bindings += [inner.of(var), datum_of(init, names)]
    return listed("loop", vectors.from_iterable(bindings), *body_of(form.body, inner))


def branch(form: core.If, names: Names) -> object:
    return listed("if", *(datum_of(part, names) for part in (form.test, form.then, form.orelse)))


def leave(form: core.Leave, names: Names) -> object:
    """`(leave* name)` for nil."""
    nothing = isinstance(form.value, core.Const) and form.value.value is None
    return listed("leave*", symbol(form.label.name), *([] if nothing else [datum_of(form.value, names)]))


def marked(form: core.Marked, names: Names) -> object:
    return REGIONS[form.kind](form, names)


def reset(form: core.Marked, names: Names) -> object:
    """The `reset` of one thunk keeps a `do`, or it would call the thunk."""
    body = body_of(form.body, names)
    return listed("reset", *([listed("do", *body)] if isinstance(form.body, core.Lambda) else body))


def binding(form: core.Marked, names: Names) -> object:
    pairs: list[object] = []
    for name, value in zip(form.operands[::2], form.operands[1::2], strict=True):
        assert isinstance(name, core.Const)
        pairs += [names.of_symbol(str(name.value)), datum_of(value, names)]
    return listed("binding", vectors.from_iterable(pairs), *body_of(form.body, names))


def handler(form: core.Marked, names: Names) -> object:
    """A `try`, a `handle`, or the mark of another kind that a library made."""
    returns, *operands = form.operands
    rows = list(zip(operands[::3], operands[1::3], operands[2::3], strict=True))
    ways = {way.value for _, way, _ in rows if isinstance(way, core.Const)}
    if not ways <= {"catch", "resume"} or not isinstance(returns, core.Const):
        return handle(form, names)
    if ways == {"catch"} and all(isinstance(each, core.Lambda) and each.name == "catch" for _, _, each in rows):
        clauses = [catch(type_, each, names) for type_, _, each in rows]
        return listed("try", *body_of(form.body, names), *clauses)
    flat: list[object] = []
    for type_, way, function_ in rows:
        assert isinstance(way, core.Const)
        flat += [keyword(str(way.value)), datum_of(type_, names), datum_of(function_, names)]
    return listed("with-handler*", vectors.from_iterable(flat), datum_of(form.body, names))


def handle(form: core.Marked, names: Names) -> object:
    """`(handle body (Effect [p] k) expr ... (return [v] expr))`."""
    returns, *operands = form.operands
    clauses: list[object] = []
    for key, way, made in zip(operands[::3], operands[1::3], operands[2::3], strict=True):
        assert isinstance(way, core.Const) and isinstance(made, core.Lambda)
        parameters, *body = lambda_parts(with_continuation(made, str(way.value)), names)
        assert isinstance(parameters, Vector)
        *fields, k = parameters
        shots = [symbol("^multishot")] if way.value == "multi-shot" else []
        clauses.append(lists.from_iterable([datum_of(key, names), vectors.from_iterable(fields), *shots, k]))
        clauses.append(body[0] if len(body) == 1 else listed("do", *body))
    if isinstance(returns, core.Lambda):
        parameters, *body = lambda_parts(returns, names)
        clauses.append(listed("return", parameters, *body))
    return listed("handle", datum_of(form.body, names), *clauses)


def ended(form: Core) -> bool:
    """Whether an end of a clause that runs in place was wrapped, since it does not continue."""
    callee = form.function if isinstance(form, core.Call) else None
    return isinstance(callee, core.Global) and (callee.module, callee.name) == ("effects", "leave-clause")


def with_continuation(made: core.Lambda, way: str) -> core.Lambda:
    """A clause's function as it was written: with the continuation as its last parameter."""
    if way != "in-place":
        return core.Lambda(made.name, made.params, unsettled(made.body, made.params.required[-1]), made.span)
    k = core.Variable("k")

    def change(end: Core) -> Core:
        if ended(end):
            return end.args[0]  # type: ignore[attr-defined, no-any-return]
        return core.Call(core.Global("core", "continue"), [core.Local(k), end])

    params = core.Parameters((*made.params.required, k))
    return core.Lambda(made.name, params, with_tails(made.body, change), made.span)


def catch(type_: Core, made: Any, names: Names) -> object:
    """`(catch [e : type] ...)`."""
    assert isinstance(type_, core.Const)
    parameters, *body = lambda_parts(made, names)
    if isinstance(parameters, Vector) and type_.value is not None:
        full = str(type_.value)
        name = names.of_symbol(full) if "." in full else symbol(full)
        parameters = vectors.from_iterable([*parameters, symbol(":"), name])
    return listed("catch", parameters, *body)


def cleanup(form: core.Marked, names: Names) -> object:
    """`defer` and `finally`, or what a library made."""
    if named_thunk(form, "defer"):
        return listed("do", *body_of(form, names))
    thunk = named_thunk(form, "finally")
    if thunk is None:
        return listed("with-cleanup*", datum_of(form.operands[0], names), datum_of(form.body, names))
    inside = datum_of(form.body, names)
    clause = listed("finally", *body_of(thunk.body, names))
    catches = isinstance(form.body, core.Marked) and form.body.kind == core.HANDLER
    if catches and isinstance(inside, List) and inside.head is symbol("try"):
        return lists.from_iterable([*inside, clause])
    return listed("try", *body_of(form.body, names), clause)


def named_thunk(form: core.Marked, name: str) -> core.Lambda | None:
    """The clean-up's thunk when the expander made it for the form of that name."""
    thunk = form.operands[0]
    return thunk if isinstance(thunk, core.Lambda) and thunk.name == name else None


REGIONS: dict[str, Callable[[core.Marked, Names], object]] = {
    core.PROMPT: reset,
    core.BINDING: binding,
    core.HANDLER: handler,
    core.CLEANUP: cleanup,
}


DATUMS: dict[type, Callable[[Any, Names], object]] = {
    core.Const: const,
    core.Local: lambda form, names: names.of(form.var),
    core.Global: lambda form, names: names.of_global(form.module, form.name),
    core.Lambda: function,
    core.Call: call,
    core.If: branch,
    core.Seq: lambda form, names: listed("do", *body_of(form, names)),
    core.Let: let,
    core.Letrec: letrec,
    core.Loop: loop,
    core.Recur: lambda form, names: listed("recur", *(datum_of(arg, names) for arg in form.args)),
    core.SetLocal: lambda form, names: listed("set!", names.of(form.var), datum_of(form.value, names)),
    core.SetGlobal: lambda form, names: listed(
        "set!", names.of_global(form.module, form.name), datum_of(form.value, names)
    ),
    core.Marked: marked,
    core.Block: lambda form, names: listed("block*", symbol(form.label.name), *body_of(form.body, names)),
    core.Leave: leave,
}

__all__ = ["datum_of", "lambda_parts", "listed"]
