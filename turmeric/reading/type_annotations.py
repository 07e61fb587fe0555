"""Type annotations: `a : int64`, `a :int`, `(fn [int] string)`, `(Option T)`.

An annotation becomes a *type*: a string for a plain one (`"int64"`, `"app.orders.order"`),
a tuple for a compound one (`("list", "int64")`), None where anything goes.  Checks at
run time look at the outermost type only, so they take constant time.
"""

from __future__ import annotations

from turmeric.reading.core import Const, Core, Local, Variable
from turmeric.reading.expander import Expander
from turmeric.reading.scope import Scope
from turmeric.vocabulary import namespace
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.symbols import Keyword, Symbol
from turmeric.vocabulary.vectors import Vector

BUILT_IN = {
    "int64": "int64",
    "int": "int64",
    "bigint": "bigint",
    "float64": "float64",
    "float": "float64",
    "number": "number",
    "string": "string",
    "str": "string",
    "bool": "bool",
    "bytes": "bytes",
    "symbol": "symbol",
    "keyword": "keyword",
    "nil": "nil",
    "any": None,
    "list": "list",
    "vector": "vector",
    "map": "map",
    "set": "set",
    "sequence": "sequence",
    "fn": "fn",
    "ref": "ref",
    "rc": "rc",
    "continuation": "continuation",
    "lazy": "lazy",
    "resource-token": None,
}
"""Names of types that every module knows."""

COLON = ":"
ANY_ERROR = "core.error"
"""The function `error`, which as a type stands for every error."""


DEEPEST = 100
"""Levels of types inside types."""


def parse_type(expander: Expander, datum: object, depth: int = 1) -> object:
    """The type that an annotation names; an unknown one is an error."""
    if depth > DEEPEST:
        raise expander.error(f"the type nests more than {DEEPEST} levels deep")
    if isinstance(datum, Keyword):
        return type_named(expander, Symbol(datum.name))
    if datum is None:
        return "nil"
    if type(datum) is Symbol:
        return type_named(expander, datum)
    if isinstance(datum, List) and datum and type(datum.head) is Symbol:
        outer = type_named(expander, datum.head)
        if datum.head.name == "fn":
            return "fn"
        if datum.head.name == "cloneable-shift":
            return "continuation"
        inner = tuple([parse_type(expander, part, depth + 1) for part in datum.tail])
        return (outer, *inner) if outer is not None else None
    raise expander.error(f"expected a type, got {write(datum)}")


def type_named(expander: Expander, name: Symbol) -> object:
    """The type of a name: built in, a struct or data type, or a type variable (None)."""
    if name.name in BUILT_IN:
        return BUILT_IN[name.name]
    found = expander.resolve(name, Scope())
    if found is None:
        found = expander.member(name)
    if isinstance(found, namespace.Global):
        if found.kind == namespace.TYPE or found.symbol == ANY_ERROR:
            return found.symbol
        if found.kind == namespace.SPECIAL and name.name == "cloneable-shift":
            return "continuation"
    if name.name in expander.forward_types:
        return f"{expander.module.name}.{name.name}"
    if name.name[0].islower() and len(name.name) <= 2:
        return None
    known = [*BUILT_IN, *expander.forward_types, *expander.known_types()]
    near = namespace.nearest(name.name, known)
    if name.name[0].islower() and near is None:
        return None
    hint = f"; did you mean `{near}`?" if near else ""
    raise expander.error(f"there is no type `{name.name}`{hint}", span=name.span)


def split_annotations(expander: Expander, items: list[object]) -> list[tuple[object, object]]:
    """`[a : int b :str [c d]]` as pairs of a pattern and its type (None: any)."""
    pairs: list[tuple[object, object]] = []
    place = 0
    while place < len(items):
        pattern, type_ = items[place], None
        place += 1
        if place < len(items) and is_colon(items[place]):
            if place + 1 >= len(items):
                raise expander.error(f"expected a type after `{write(pattern)} :`")
            type_ = parse_type(expander, items[place + 1])
            place += 2
        elif place < len(items) and isinstance(items[place], Keyword):
            type_ = parse_type(expander, items[place])
            place += 1
        pairs.append((pattern, type_))
    return pairs


def is_colon(datum: object) -> bool:
    """Whether a datum is the lone `:` that introduces a type."""
    return type(datum) is Symbol and datum.name == COLON


def result_type(expander: Expander, forms: List) -> tuple[object, List]:
    """A body's leading `: type`, if any, and the forms after it."""
    if forms and is_colon(forms.head):
        if not forms.tail:
            raise expander.error("expected a type after `:`")
        return parse_type(expander, forms.tail.head), forms.tail.tail
    return None, forms


def type_text(type_: object) -> str:
    """A type as a person writes it."""
    if type_ is None:
        return "any"
    if isinstance(type_, tuple):
        return "(" + " ".join(type_text(part) for part in type_) + ")"
    return str(type_).rpartition(".")[2]


def check(expander: Expander, var: Variable, type_: object, what: str) -> Core | None:
    """A form that raises `type-error` unless `var` has the type; None when anything goes."""
    outer = type_[0] if isinstance(type_, tuple) else type_
    if outer is None:
        return None
    return expander.core_call("check-type", Local(var, var.span), Const(outer), Const(what))


def check_value(expander: Expander, value: Core, type_: object, what: str) -> Core:
    """`value`, checked to have the type."""
    outer = type_[0] if isinstance(type_, tuple) else type_
    if outer is None:
        return value
    return expander.core_call("check-type", value, Const(outer), Const(what))


def vector_items(expander: Expander, datum: object, what: str) -> list[object]:
    """The elements of a vector datum, or an error saying what was expected."""
    if not isinstance(datum, Vector):
        raise expander.error(f"expected {what}, got {write(datum)}", span=getattr(datum, "span", None))
    return list(datum)
