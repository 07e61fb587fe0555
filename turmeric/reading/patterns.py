"""Destructuring: `[x y & more :as all]` and `{:keys [z] :or {z 1}}` where names are bound.

A pattern becomes one variable for the whole value and a function that wraps a body
in the `Let`s for its parts.  Missing elements are nil, as in Clojure; `match` is the
strict form.
"""

from __future__ import annotations

from collections.abc import Callable

from turmeric.reading import type_annotations
from turmeric.reading.core import Const, Core, If, Let, Local, Parameters, Variable
from turmeric.reading.datums import plain, span_of, spans_of
from turmeric.reading.expander import Expander
from turmeric.reading.scope import Scope
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.spans import Span
from turmeric.vocabulary.symbols import Keyword, Symbol, keyword
from turmeric.vocabulary.vectors import Vector

Wrap = Callable[[Core], Core]
BindingPair = tuple[object, object, object, "Span | None"]


def binding_pairs(expander: Expander, datum: object, what: str) -> list[BindingPair]:
    """`[pattern value, name : type value ...]` as (pattern, type, value, place of value)."""
    items = type_annotations.vector_items(expander, datum, f"the bindings of {what}, [name value ...]")
    spans = spans_of(datum)
    pairs: list[BindingPair] = []
    place = 0
    while place < len(items):
        pattern, type_ = items[place], None
        place += 1
        if place + 1 < len(items) and type_annotations.is_colon(items[place]):
            type_ = type_annotations.parse_type(expander, items[place + 1])
            place += 2
        if place >= len(items):
            message = f"expected a value for {write(pattern)} in the bindings of {what}"
            raise expander.error(message, span=span_of(datum))
        pairs.append((pattern, type_, items[place], spans.get(place)))
        place += 1
    return pairs


def identity(body: Core) -> Core:
    """The wrap that adds nothing."""
    return body


def parameter(expander: Expander, pattern: object, type_: object, scope: Scope) -> tuple[Variable, Wrap]:
    """The variable for a whole pattern and the wrap that binds its parts."""
    if type(pattern) is Symbol:
        var = bind_name(expander, pattern, type_, scope)
        return var, identity
    var = Variable("%value", type_, span_of(pattern))
    return var, parts(expander, pattern, Local(var), scope)


def bind_name(expander: Expander, name: Symbol, type_: object, scope: Scope) -> Variable:
    """A new variable of that name; names of fields and modules cannot be bound."""
    text = name.name
    if text in ("&", "&key", ":") or "/" in text[:-1] or ("." in text and text.strip(".")):
        raise expander.error(f"`{text}` cannot be the name of a variable", span=name.span)
    var = scope.bind(name, type_)
    expander.variables.append(var)
    return var


def bind(expander: Expander, pattern: object, type_: object, init: Core, scope: Scope) -> Wrap:
    """Bind a pattern to a value: the wrap puts the `Let`s around a body."""
    if type(pattern) is Symbol:
        init = type_annotations.check_value(expander, init, type_, pattern.name)
    var, wrap = parameter(expander, pattern, type_, scope)
    span = expander.span
    return lambda body: Let(var, init, wrap(body), span)


def chain(wraps: list[Wrap]) -> Wrap:
    """Several wraps as one, the first outermost."""

    def wrap(body: Core) -> Core:
        for each in reversed(wraps):
            body = each(body)
        return body

    return wrap


def parts(expander: Expander, pattern: object, value: Core, scope: Scope) -> Wrap:
    """The wrap that binds the parts of a vector or map pattern."""
    if isinstance(pattern, Vector):
        return vector_parts(expander, pattern, value, scope)
    if isinstance(pattern, Map):
        return map_parts(expander, pattern, value, scope)
    raise expander.error(f"expected a name, a vector or a map to bind, got {write(pattern)}", span=span_of(pattern))


def vector_parts(expander: Expander, pattern: Vector, value: Core, scope: Scope) -> Wrap:
    items, wraps, place = list(pattern), [], 0
    while place < len(items):
        item = items[place]
        if isinstance(item, Keyword) and item.name == "as" and place + 1 < len(items):
            wraps.append(bind(expander, items[place + 1], None, value, scope))
            place += 2
        elif type(item) is Symbol and item.name == "&":
            if place + 1 >= len(items):
                raise expander.error("expected a name after &", span=item.span)
            rest = expander.core_call("destructure-rest", value, Const(place))
            wraps.append(bind(expander, items[place + 1], None, rest, scope))
            place += 2
        else:
            element = expander.core_call("destructure-nth", value, Const(place))
            wraps.append(bind(expander, item, None, element, scope))
            place += 1
    return chain(wraps)


def map_parts(expander: Expander, pattern: Map, value: Core, scope: Scope) -> Wrap:
    """`{:keys [a b]}`, `{:key pattern}` and `{pattern :key}`, with `:or` and `:as`."""
    defaults = pattern.get(keyword("or"))
    wraps: list[Wrap] = []
    for key, target in pattern.items():
        if key is keyword("or"):
            continue
        if key is keyword("as"):
            wraps.append(bind(expander, target, None, value, scope))
        elif key is keyword("keys"):
            for name in type_annotations.vector_items(expander, target, "a vector of names after :keys"):
                if type(name) is not Symbol:
                    raise expander.error(f"expected a name in :keys, got {write(name)}")
                wraps.append(key_part(expander, name, keyword(name.name), value, defaults, scope))
        elif isinstance(key, Keyword | str):
            wraps.append(key_part(expander, target, key, value, defaults, scope))
        else:
            wraps.append(key_part(expander, key, target, value, defaults, scope))
    return chain(wraps)


def key_part(
    expander: Expander, pattern: object, key: object, value: Core, defaults: object, scope: Scope
) -> Wrap:
    """Bind the value at a key; a name with a default in `:or` takes it when the key is missing."""
    found: Core = expander.core_call("get", value, Const(key))
    if isinstance(defaults, Map) and type(pattern) is Symbol and pattern in defaults:
        default = expander.expand(defaults.get(pattern), scope)
        found = If(expander.core_call("contains?", value, Const(key)), found, default, expander.span)
    return bind(expander, pattern, None, found, scope)


def parameters(
    expander: Expander, pairs: list[tuple[object, object]], scope: Scope, owner: str
) -> tuple[Parameters, list[Core], list[Wrap]]:
    """The parameters of a function, the checks of their types, and the wraps of their patterns."""
    required: list[Variable] = []
    rest: Variable | None = None
    keys: list[tuple[str, Variable, Core | None]] = []
    checks: list[Core] = []
    wraps: list[Wrap] = []
    mode = "required"
    for pattern, type_ in pairs:
        marker = pattern.name if type(pattern) is Symbol else ""
        if marker in ("&", "&key"):
            mode = "rest" if marker == "&" else "keys"
            continue
        default: Core | None = None
        if mode == "keys" and isinstance(pattern, List):
            pattern, type_, default = key_default(expander, pattern, scope)
        if type(pattern) is Symbol and (pattern.name, pattern.marks) in scope.names and pattern.name != "_":
            raise expander.error(f"the parameter `{pattern.name}` appears twice in `{owner}`", span=pattern.span)
        var, wrap = parameter(expander, pattern, type_, scope)
        wraps.append(wrap)
        check = type_annotations.check(expander, var, type_, f"{write(plain(pattern))} of {owner}")
        if check is not None and mode != "rest":
            checks.append(check)
        if mode == "required":
            required.append(var)
        elif mode == "rest":
            if rest is not None:
                raise expander.error(f"expected one name after & in the parameters of `{owner}`")
            rest = var
        else:
            keys.append((var.name, var, default))
    return Parameters(required, rest, keys), checks, wraps


def key_default(expander: Expander, datum: List, scope: Scope) -> tuple[Symbol, object, Core]:
    """`(name default)` or `(name : type default)`."""
    items = list(datum)
    name = items[0] if items else None
    type_ = None
    if len(items) == 4 and type_annotations.is_colon(items[1]):
        type_ = type_annotations.parse_type(expander, items[2])
        items = [items[0], items[3]]
    if type(name) is not Symbol or len(items) != 2:
        raise expander.error("expected (name default) after &key", span=span_of(datum))
    return name, type_, expander.expand(items[1], scope)
