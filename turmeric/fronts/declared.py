"""Declarations back to data: `(defn f [x] ...)` with a body in core forms."""

from __future__ import annotations

from turmeric.fronts.expansion import datum_of, lambda_parts, listed
from turmeric.fronts.naming import Names, globals_in
from turmeric.reading import core
from turmeric.reading import declarations as kinds
from turmeric.reading.declarations import Declaration
from turmeric.vocabulary import lists, structs, vectors
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.namespace import OPERATOR, Module
from turmeric.vocabulary.symbols import symbol
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

COLON = symbol(":")


def declaration_datum(declaration: Declaration, module: Module) -> object:
    """The form that would declare the same."""
    return DATUMS[declaration.kind](declaration, module)


def names_for(form: core.Core, module: Module) -> Names:
    return Names(module, frozenset(globals_in(form)))


def defined(head: str, declaration: Declaration, *parts: object) -> List:
    """`(head name doc? part ...)`."""
    doc = [declaration.doc] if declaration.doc else []
    return listed(head, symbol(declaration.name), *doc, *parts)


def function(declaration: Declaration, module: Module) -> object:
    made: Any = declaration.code[""]
    head = "defmacro" if declaration.kind == kinds.MACRO else "defn-" if declaration.private else "defn"
    return defined(head, declaration, *lambda_parts(made, names_for(made, module)))


def value(declaration: Declaration, module: Module) -> object:
    made: Any = declaration.code[""]
    head = "defdynamic" if declaration.kind == kinds.DYNAMIC else "def"
    return defined(head, declaration, datum_of(made, names_for(made, module)))


def expression(declaration: Declaration, module: Module) -> object:
    made: Any = declaration.code[""]
    return datum_of(made, names_for(made, module))


def migration(declaration: Declaration, module: Module) -> object:
    made: Any = declaration.code[""]
    home, name, versions = declaration.data
    known: Any = versions
    version = known[0] if len(known) == 1 else vectors.from_iterable(known)
    shown = str(name) if home == module.name else f"{home}.{name}"
    return listed("defmigration", symbol(shown), version, datum_of(made, names_for(made, module)))


STRUCT_HEADS = {
    structs.STRUCT: "struct",
    structs.ERROR: "deferror",
    structs.SIGNAL: "defsignal*",
    structs.EFFECT: "defeffect",
}


def struct(declaration: Declaration, module: Module) -> object:
    kind, fields, types, result = declaration.data
    parts = [field_vector(fields, types, module)]
    ending = [] if result is None else [COLON, type_datum(result, module)]
    return defined(STRUCT_HEADS[str(kind)], declaration, *parts, *ending)


def field_vector(fields: Any, types: Any, module: Module) -> Vector:
    """`[x : int64 y]`."""
    items: list[object] = []
    for field, type_ in zip(fields, types, strict=True):
        items.append(symbol(field))
        if type_ is not None:
            items += [COLON, type_datum(type_, module)]
    return vectors.from_iterable(items)


def type_datum(type_: object, module: Module) -> object:
    """A type as an annotation writes it."""
    if isinstance(type_, tuple):
        return lists.from_iterable([type_datum(part, module) for part in type_])
    if type_ is None:
        return symbol("any")
    return Names(module, frozenset()).of_symbol(str(type_)) if "." in str(type_) else symbol(str(type_))


def data(declaration: Declaration, module: Module) -> object:
    parameters, rows = declaration.data
    rest: list[object] = [declaration.doc] if declaration.doc else []
    for name, fields, types in rows:  # type: ignore[attr-defined]
        typed = any(type_ is not None for type_ in types)
        parts = [field_vector(fields, types, module)] if typed else [symbol(field) for field in fields]
        rest.append(listed(name, *parts))
    name_datum: object = symbol(declaration.name)
    if parameters:
        name_datum = listed(declaration.name, *(symbol(each) for each in parameters))  # type: ignore[attr-defined]
    return listed("defdata", name_datum, *rest)


def type_class(declaration: Declaration, module: Module) -> object:
    """Of the methods' parameters only the place of the one that decides is kept."""
    supers, rows = declaration.data
    parts: list[object] = [vectors.from_iterable([symbol("a")])]
    names = Names(module, frozenset())
    if supers:
        pairs = [part for each in supers for part in (names.of_symbol(each), symbol("a"))]  # type: ignore[attr-defined]
        parts.append(vectors.from_iterable(pairs))
    for name, place, _ in rows:  # type: ignore[attr-defined]
        parts.append(method(name, place, declaration.code.get(name), module))
    return defined("defclass", declaration, *parts)


def method(name: str, place: int | None, default: Any, module: Module) -> object:
    """`(show [x : a] default?)`; a method chosen by its result has `: a` after the parameters."""
    if default is not None:
        params, *body = lambda_parts(default, names_for(default, module))
        items = list(params)  # type: ignore[call-overload]
    else:
        items, body = [symbol(f"x{number}") for number in range((place or 0) + 1)], []
    if place is None:
        items[1:1] = [COLON, symbol("any")]
        return listed(name, vectors.from_iterable(items), COLON, symbol("a"), *body)
    items[place + 1 : place + 1] = [COLON, symbol("a")]
    return listed(name, vectors.from_iterable(items), *body)


def instance(declaration: Declaration, module: Module) -> object:
    owner, target, constraints, variables = declaration.data
    names = Names(module, frozenset())
    type_: object = type_datum(target, module)
    if variables:
        type_ = lists.from_iterable([type_, *(symbol(each) for each in variables)])  # type: ignore[attr-defined]
    parts: list[object] = [names.of_symbol(str(owner)), type_]
    if constraints:
        pairs = [part for each, var in constraints for part in (names.of_symbol(each), symbol(var))]  # type: ignore[attr-defined]
        parts.append(vectors.from_iterable(pairs))
    for name, made in declaration.code.items():
        parts.append(listed(name, *lambda_parts(made, names_for(made, module))))  # type: ignore[arg-type]
    return listed("instance", *parts)


def primitive(declaration: Declaration, module: Module) -> object:
    from turmeric.reading.reader import read_all

    (form,) = read_all(declaration.parameters or "[]", "<parameters>")
    return defined("operator" if declaration.data[0] == OPERATOR else "primitive", declaration, form.datum)


DATUMS: dict[str, Callable[[Declaration, Module], object]] = {
    kinds.FUNCTION: function,
    kinds.MACRO: function,
    kinds.VALUE: value,
    kinds.DYNAMIC: value,
    kinds.EXPRESSION: expression,
    kinds.STRUCT: struct,
    kinds.DATA: data,
    kinds.OPAQUE: lambda declaration, module: defined("opaque-type*", declaration),
    kinds.CLASS: type_class,
    kinds.INSTANCE: instance,
    kinds.PRIMITIVE: primitive,
    kinds.MIGRATION: migration,
    kinds.RENAME: lambda declaration, module: listed("defrename", *map(symbol, map(str, declaration.data))),
    kinds.IMPORT: lambda declaration, module: listed("import", symbol(declaration.name)),
}
