"""Declarations of type classes and their instances."""

from __future__ import annotations

from collections.abc import Iterator

from turmeric.reading import declarations as kinds
from turmeric.reading import type_annotations
from turmeric.reading.core import Lambda
from turmeric.reading.datums import span_of
from turmeric.reading.declarations import Declaration
from turmeric.reading.expander import Expander
from turmeric.reading.functions import make_lambda, parameter_pairs
from turmeric.reading.scope import Scope
from turmeric.reading.toplevel import docstring, name_after, top
from turmeric.vocabulary import namespace
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.symbols import Keyword, Symbol
from turmeric.vocabulary.vectors import Vector


@top("defclass")
def top_defclass(expander: Expander, form: List) -> Iterator[Declaration]:
    name = name_after(expander, form)
    doc, rest = docstring(form.tail.tail)
    items = list(rest)
    if not items or not isinstance(items[0], Vector) or len(items[0]) != 1:
        raise expander.error(f"expected (defclass {name.name} [a] (method [x : a] : T) ...)")
    variable = write(next(iter(items[0])))
    supers: tuple[str, ...] = ()
    if len(items) > 1 and isinstance(items[1], Vector):
        supers = tuple(symbol for symbol, _ in constraints(expander, items.pop(1)))
    known = expander.module.resolve(name.name)
    rows: list[tuple[str, int | None, bool]] = []
    code: dict[str, object] = {}
    own = known is None or known.module == expander.module.name or not redeclares(known, items[1:])
    for datum in items[1:]:
        row, default = method_row(expander, datum, variable)
        rows.append(row)
        if default is not None:
            code[row[0]] = default
        if own:
            expander.module.define(row[0], namespace.METHOD)
    if not own:
        return
    expander.module.define(name.name, namespace.CLASS)
    declaration = Declaration(kinds.CLASS, name.name, code, data=(supers, tuple(rows)))
    declaration.doc = doc
    yield declaration


def redeclares(known: namespace.Global, methods: list[object]) -> bool:
    """Whether a class written out again is the standard library's: same name, same methods; those with
    a default may be left out."""
    if known.kind != namespace.CLASS:
        return False
    found = known.force()
    names = {write(datum.head) for datum in methods if isinstance(datum, List) and datum}
    ours = set(getattr(found, "methods", {}))
    return names <= ours and ours - names <= set(getattr(found, "defaults", {}))


def method_row(expander: Expander, datum: object, variable: str) -> tuple[tuple[str, int | None, bool], Lambda | None]:
    """`(method [x : a] : T default?)` as (name, place of the dispatching argument, has default)."""
    if not isinstance(datum, List) or len(datum) < 2 or type(datum.head) is not Symbol:
        raise expander.error("expected a method, (name [x : a] : T default?)", span=span_of(datum))
    items = type_annotations.vector_items(expander, datum.tail.head, "the method's parameters")
    params = raw_parameters(items)
    typed = [at for at, (_, type_) in enumerate(params) if type_ == variable]
    untyped = 0 if params and all(type_ is None for _, type_ in params) else None
    position = typed[0] if typed else untyped
    _, body = skip_type(datum.tail.tail)
    name = datum.head.name
    if not body:
        return (name, position, False), None
    pairs: list[tuple[object, object]] = [(pattern, None) for pattern, _ in params]
    return (name, position, True), make_lambda(expander, datum.head, pairs, body, Scope(), returns=True)


def raw_parameters(items: list[object]) -> list[tuple[object, str | None]]:
    """The parameters of a method, each with its type as written."""
    found: list[tuple[object, str | None]] = []
    place = 0
    while place < len(items):
        name, type_ = items[place], None
        place += 1
        if place + 1 < len(items) and type_annotations.is_colon(items[place]):
            type_, place = write(items[place + 1]), place + 2
        elif place < len(items) and isinstance(item := items[place], Keyword):
            type_, place = item.name, place + 1
        found.append((name, type_))
    return found


def skip_type(body: List) -> tuple[object, List]:
    """A method's declared result type (as written) and its default's body."""
    if body and type_annotations.is_colon(body.head) and body.tail:
        return body.tail.head, body.tail.tail
    return None, body


def constraints(expander: Expander, datum: object) -> list[tuple[str, str]]:
    """`[Serializable a, Ord b]` as (class, variable) pairs."""
    items = type_annotations.vector_items(expander, datum, "constraints, [Class variable, ...]")
    if len(items) % 2:
        raise expander.error("constraints are pairs of a class and a variable", span=span_of(datum))
    return [(class_named(expander, items[at]).symbol, write(items[at + 1])) for at in range(0, len(items), 2)]


def class_named(expander: Expander, datum: object) -> namespace.Global:
    found = expander.resolve(datum, Scope()) if type(datum) is Symbol else None
    if found is None and type(datum) is Symbol:
        found = expander.member(datum)
    if not isinstance(found, namespace.Global) or found.kind != namespace.CLASS:
        raise expander.error(f"there is no type class `{write(datum)}`", span=span_of(datum))
    return found


@top("instance")
@top("definstance")
def top_instance(expander: Expander, form: List) -> Iterator[Declaration]:
    items = list(form.tail)
    if len(items) < 2:
        raise expander.error("expected (instance Class Type (method [x] body) ...)")
    found = class_named(expander, items[0])
    target, variables = instance_type(expander, items[1])
    rest = items[2:]
    limits: list[tuple[str, str]] = []
    if rest and isinstance(rest[0], Vector):
        limits = constraints(expander, rest.pop(0))
    known = getattr(found.force(), "methods", {})
    code: dict[str, object] = {}
    for datum in rest:
        if type(datum) is Symbol and datum.name == "...":
            continue
        name, made = instance_method(expander, datum, known, found.name)
        code[name] = made
    data = (found.symbol, target, tuple(limits), variables)
    yield Declaration(kinds.INSTANCE, f"{found.name} {target}", code, data=data)


def instance_type(expander: Expander, datum: object) -> tuple[str, tuple[str, ...]]:
    """The outer type of an instance's target, and its variables."""
    head = datum.head if isinstance(datum, List) and datum else datum
    variables = tuple(write(part) for part in datum.tail) if isinstance(datum, List) and datum else ()
    return python_class(expander, head) or type_of_instance(expander, head), variables


def type_of_instance(expander: Expander, datum: object) -> str:
    """The type of that name; a name that means nothing is no type here."""
    type_ = type_annotations.parse_type(expander, datum)
    if type_ is None and type(datum) is Symbol and datum.name != "any" and len(datum.name) > 2:
        raise expander.error(f"there is no type `{datum.name}`", span=datum.span)
    return str(type_ or "any")


def python_class(expander: Expander, datum: object) -> str | None:
    """`decimal.Decimal` as a type, of a module that `import-python` bound: `python.decimal:Decimal`, until
    the class is looked up.  `python.lock` stands for every class of that name."""
    if type(datum) is not Symbol or "." not in datum.name:
        return None
    first, _, name = datum.name.partition(".")
    for bound, module in expander.module.python_imports.values():
        if bound == first:
            return f"python.{module}:{name}"
    return datum.name if first == "python" else None


def instance_method(expander: Expander, datum: object, known: object, owner: str) -> tuple[str, Lambda]:
    if not isinstance(datum, List) or len(datum) < 3 or type(datum.head) is not Symbol:
        raise expander.error("expected a method, (name [x] body ...)", span=span_of(datum))
    name = datum.head.name
    if isinstance(known, dict) and name not in known:
        near = namespace.nearest(name, known)
        hint = f"; did you mean `{near}`?" if near else ""
        raise expander.error(f"the class {owner} has no method `{name}`{hint}", span=span_of(datum))
    pairs = parameter_pairs(expander, datum.tail.head)
    return name, make_lambda(expander, datum.head, pairs, datum.tail.tail, Scope(), returns=True)


@top("derive")
def top_derive(expander: Expander, form: List) -> Iterator[Declaration]:
    """`(derive Show Ord point)`: instances made of the classes' defaults."""
    items = list(form.tail)
    if len(items) < 2:
        raise expander.error("expected (derive Class ... type)")
    target, variables = instance_type(expander, items[-1])
    for item in items[:-1]:
        found = class_named(expander, item)
        yield Declaration(kinds.INSTANCE, f"{found.name} {target}", {}, data=(found.symbol, target, (), variables))
