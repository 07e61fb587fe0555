"""Top-level forms: definitions, types, classes, modules, imports.

`expand_top` yields declarations one by one; the loader carries each out before the
next form is expanded, so that a macro can use the functions above it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from turmeric.reading import declarations as kinds
from turmeric.reading import type_annotations
from turmeric.reading.core import Core, Lambda
from turmeric.reading.datums import plain, span_of
from turmeric.reading.declarations import Declaration
from turmeric.reading.expander import NESTING, Expander, special
from turmeric.reading.functions import definition_value, parameter_pairs
from turmeric.reading.scope import Scope
from turmeric.vocabulary import namespace
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.spans import Span
from turmeric.vocabulary.symbols import Symbol

TopForm = Callable[[Expander, List], Iterator[Declaration]]
TOP_FORMS: dict[str, TopForm] = {}


def top(name: str) -> Callable[[TopForm], TopForm]:
    """Register a form that may stand at top level only (or means something else there)."""

    def register(function: TopForm) -> TopForm:
        TOP_FORMS[name] = function
        if name not in ("do", "def", "defn", "defn-"):

            @special(name)
            def misplaced(expander: Expander, form: List, scope: Scope, tail: object) -> Core:
                raise expander.error(f"`{name}` may stand at the top level of a file only")
        elif name != "do":

            @special(name)
            def no_body(expander: Expander, form: List, scope: Scope, tail: object) -> Core:
                raise expander.error(f"`{name}` must stand directly in a body or at the top level")

        return function

    return register


def expand_top(expander: Expander, datum: object, span: Span | None, doc: str | None = None) -> Iterator[Declaration]:
    """The declarations of one top-level form; those in a `do` count as top-level forms."""
    waiting: list[tuple[object, Span | None, int]] = [(datum, span, 0)]
    while waiting:
        datum, span, depth = waiting.pop()
        expander.span = place = span_of(datum) or span
        datum, found = expander.expand_head(datum, Scope())
        if found is None or found.name not in TOP_FORMS or not isinstance(datum, List):
            body = expander.expand(datum, Scope(), None, place)
            yield Declaration(kinds.EXPRESSION, kinds.EXPRESSION_NAME, {"": body}, span=place)
        elif found.name == "do":
            if depth > NESTING:
                raise expander.too_deep()
            waiting += [(part, place, depth + 1) for part in reversed(list(datum.tail))]
        else:
            for declaration in TOP_FORMS[found.name](expander, datum):
                declaration.doc = declaration.doc or doc
                declaration.span = declaration.span or place
                yield declaration
                expander.span = place


def name_after(expander: Expander, form: List) -> Symbol:
    """The name a defining form defines."""
    name = form.tail.head if form.tail else None
    if type(name) is not Symbol:
        raise expander.error(f"expected a name after {write(form.head)}")
    if "." in name.name.strip("."):
        raise expander.error(f"`{name.name}` cannot be defined: a dot separates the parts of a name", span=name.span)
    return name


def docstring(rest: List) -> tuple[str | None, List]:
    """A leading string with something after it is documentation."""
    if rest and isinstance(rest.head, str) and rest.tail:
        return rest.head, rest.tail
    return None, rest


@top("do")
def top_do(expander: Expander, form: List) -> Iterator[Declaration]:
    """`expand_top` takes its forms one by one."""
    yield from ()


@top("def")
def top_def(expander: Expander, form: List) -> Iterator[Declaration]:
    name = name_after(expander, form)
    type_, rest = type_annotations.result_type(expander, form.tail.tail)
    doc, rest = docstring(rest)
    defined = expander.module.definitions.get(name.name)
    dynamic = defined is not None and defined.kind == namespace.DYNAMIC
    expander.module.define(name.name, namespace.DYNAMIC if dynamic else namespace.VALUE).type = type_
    body = definition_value(expander, form, Scope(), None, False)
    declaration = Declaration(kinds.VALUE, name.name, {"": body})
    declaration.doc = doc
    yield declaration


@top("defn")
def top_defn(expander: Expander, form: List) -> Iterator[Declaration]:
    yield function_declaration(expander, form, kinds.FUNCTION, namespace.FUNCTION)


@top("defn-")
def top_defn_private(expander: Expander, form: List) -> Iterator[Declaration]:
    declaration = function_declaration(expander, form, kinds.FUNCTION, namespace.FUNCTION)
    declaration.private = True
    yield declaration


def function_declaration(expander: Expander, form: List, kind: str, global_kind: str) -> Declaration:
    name = name_after(expander, form)
    doc, rest = docstring(form.tail.tail)
    if global_kind == namespace.FUNCTION:
        expander.module.define(name.name, global_kind)
    made = definition_value(expander, form, Scope(), None, True)
    assert isinstance(made, Lambda)
    inner, lambda_body = made.body, rest.tail
    if doc is None and lambda_body and isinstance(lambda_body.head, str) and lambda_body.tail:
        doc = lambda_body.head
    declaration = Declaration(kind, name.name, {"": made}, span=inner.span and expander.span)
    declaration.doc = doc
    declaration.parameters = write(plain(rest.head)) if rest else None
    return declaration


@top("defmacro")
def top_defmacro(expander: Expander, form: List) -> Iterator[Declaration]:
    declaration = function_declaration(expander, form, kinds.MACRO, namespace.MACRO)
    expander.module.define(declaration.name, namespace.MACRO)
    expander.pending_macros.pop(declaration.name, None)
    yield declaration


@top("defdynamic")
def top_defdynamic(expander: Expander, form: List) -> Iterator[Declaration]:
    name = name_after(expander, form)
    expander.module.define(name.name, namespace.DYNAMIC)
    doc, rest = docstring(form.tail.tail)
    if len(rest) != 1:
        raise expander.error(f"expected (defdynamic {name.name} value)")
    declaration = Declaration(kinds.DYNAMIC, name.name, {"": expander.expand(rest.head, Scope())})
    declaration.doc = doc
    yield declaration


@top("primitive")
@top("operator")
def top_primitive(expander: Expander, form: List) -> Iterator[Declaration]:
    """`(primitive upper [s : string] : string)`: a leaf the run time implements."""
    name = name_after(expander, form)
    doc, rest = docstring(form.tail.tail)
    pairs = parameter_pairs(expander, rest.head)
    markers = [write(pattern) for pattern, _ in pairs]
    optional = markers.index("&optional") if "&optional" in markers else None
    variadic = "&" in markers
    plain_count = [marker for marker in markers if marker not in ("&", "&optional")]
    minimum = optional if optional is not None else len(plain_count) - (1 if variadic else 0)
    maximum = None if variadic else len(plain_count)
    types = tuple(type_ for (_, type_), marker in zip(pairs, markers, strict=True) if marker not in ("&", "&optional"))
    kind = namespace.OPERATOR if write(form.head) == "operator" else namespace.PRIMITIVE
    expander.module.define(name.name, kind)
    declaration = Declaration(kinds.PRIMITIVE, name.name, data=(kind, minimum, maximum, types))
    declaration.doc, declaration.parameters = doc, write(plain(rest.head))
    yield declaration
