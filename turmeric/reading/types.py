"""Declarations of types: structs, errors, data types."""

from __future__ import annotations

from collections.abc import Iterator

from turmeric.reading import declarations as kinds
from turmeric.reading import type_annotations
from turmeric.reading.datums import plain, span_of
from turmeric.reading.declarations import Declaration
from turmeric.reading.expander import Expander
from turmeric.reading.toplevel import docstring, name_after, top
from turmeric.vocabulary import namespace, structs, vectors
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.symbols import Symbol
from turmeric.vocabulary.vectors import Vector


def fields_of(expander: Expander, datum: object) -> tuple[tuple[str, ...], tuple[object, ...]]:
    """A field vector as names and types."""
    items = type_annotations.vector_items(expander, datum, "a vector of fields, [name : type, ...]")
    pairs = type_annotations.split_annotations(expander, items)
    names: list[str] = []
    for field, _ in pairs:
        if type(field) is not Symbol:
            raise expander.error(f"expected the name of a field, got {write(field)}", span=span_of(field))
        if field.name in names:
            raise expander.error(f"the field `{field.name}` appears twice", span=field.span)
        names.append(field.name)
    return tuple(names), tuple(type_ for _, type_ in pairs)


def struct_declaration(expander: Expander, form: List, kind: str) -> Declaration:
    name = name_after(expander, form)
    doc, rest = docstring(form.tail.tail)
    expander.forward_types.add(name.name)
    result, after = type_annotations.result_type(expander, rest.tail) if rest else (None, rest)
    if not rest or after or (result is not None and kind != structs.EFFECT):
        ending = " : type)" if kind == structs.EFFECT else ")"
        raise expander.error(f"expected ({write(form.head)} {name.name} [field : type, ...]{ending}")
    fields, types = fields_of(expander, rest.head)
    expander.module.define(name.name, namespace.TYPE)
    declaration = Declaration(kinds.STRUCT, name.name, data=(kind, fields, types, result))
    declaration.doc, declaration.parameters = doc, write(plain(rest.head))
    return declaration


@top("struct")
@top("defstruct")
def top_struct(expander: Expander, form: List) -> Iterator[Declaration]:
    yield struct_declaration(expander, form, structs.STRUCT)


@top("deferror")
def top_deferror(expander: Expander, form: List) -> Iterator[Declaration]:
    yield struct_declaration(expander, form, structs.ERROR)


@top("defsignal*")
def top_defsignal(expander: Expander, form: List) -> Iterator[Declaration]:
    """A struct that passes through `catch` clauses without a type: for control libraries."""
    yield struct_declaration(expander, form, structs.SIGNAL)


@top("defeffect")
def top_defeffect(expander: Expander, form: List) -> Iterator[Declaration]:
    """`(defeffect Ask [prompt : string] : string)`: what `perform` takes, and the type it gives."""
    yield struct_declaration(expander, form, structs.EFFECT)


@top("defdata")
def top_defdata(expander: Expander, form: List) -> Iterator[Declaration]:
    head = form.tail.head if form.tail else None
    parameters: tuple[str, ...] = ()
    if isinstance(head, List) and head and type(head.head) is Symbol:
        parameters = tuple(write(part) for part in head.tail)
        name = head.head
    else:
        name = name_after(expander, form)
    doc, rest = docstring(form.tail.tail)
    expander.forward_types.add(name.name)
    rows = [constructor(expander, name, datum) for datum in rest]
    if not rows:
        raise expander.error(f"expected (defdata {name.name} (Constructor field ...) ...)")
    for each in (name.name, *(row[0] for row in rows)):
        expander.module.define(each, namespace.TYPE)
    declaration = Declaration(kinds.DATA, name.name, data=(parameters, tuple(rows)))
    declaration.doc = doc
    yield declaration


def constructor(expander: Expander, name: Symbol, datum: object) -> tuple[str, tuple[str, ...], tuple[object, ...]]:
    """`(Some value)`, `(Some value : int)` or `(Some [value : int])` as name, fields, types."""
    if type(datum) is Symbol:
        return datum.name, (), ()
    if not isinstance(datum, List) or not datum or type(datum.head) is not Symbol:
        raise expander.error(f"expected a constructor of {name.name}, (Name field ...)", span=span_of(datum))
    only = datum.tail.head if len(datum) == 2 else None
    fields = only if isinstance(only, Vector) else vectors.from_iterable(datum.tail)
    names, types = fields_of(expander, fields)
    return datum.head.name, names, types


@top("opaque-type*")
def top_opaque(expander: Expander, form: List) -> Iterator[Declaration]:
    """`(opaque-type* FileHandle)`: a type whose values the run time makes."""
    name = name_after(expander, form)
    expander.module.define(name.name, namespace.TYPE)
    yield Declaration(kinds.OPAQUE, name.name)
