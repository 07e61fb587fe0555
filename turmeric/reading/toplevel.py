"""Top-level forms: definitions, types, classes, modules, imports.

`expand_top` yields declarations one by one; the loader carries each out before the
next form is expanded, so that a macro can use the functions above it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from turmeric.reading import annotations, forms
from turmeric.reading import declarations as kinds
from turmeric.reading.core import Const, Core, Lambda
from turmeric.reading.declarations import Declaration
from turmeric.reading.expander import Expander, plain, span_of, special
from turmeric.reading.scope import Scope
from turmeric.vocabulary import namespace, structs, vectors
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.namespace import Module
from turmeric.vocabulary.printer import display, write
from turmeric.vocabulary.spans import Span
from turmeric.vocabulary.symbols import Keyword, Symbol
from turmeric.vocabulary.vectors import Vector

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
    """The declarations of one top-level form."""
    expander.span = span_of(datum) or span
    place = expander.span
    datum, found = expander.expand_head(datum, Scope())
    if found is not None and found.name in TOP_FORMS and isinstance(datum, List):
        for declaration in TOP_FORMS[found.name](expander, datum):
            declaration.doc = declaration.doc or doc
            declaration.span = declaration.span or place
            yield declaration
            expander.span = place
        return
    body = expander.expand(datum, Scope(), None, place)
    yield Declaration(kinds.EXPRESSION, kinds.EXPRESSION_NAME, {"": body}, span=place)


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
    for datum in form.tail:
        yield from expand_top(expander, datum, expander.span)


@top("def")
def top_def(expander: Expander, form: List) -> Iterator[Declaration]:
    name = name_after(expander, form)
    type_, rest = annotations.result_type(expander, form.tail.tail)
    doc, rest = docstring(rest)
    defined = expander.module.definitions.get(name.name)
    expander.module.define(name.name, namespace.VALUE if defined is None or defined.kind != namespace.DYNAMIC else defined.kind)
    body = forms.definition_value(expander, form, Scope(), None, False)
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
    made = forms.definition_value(expander, form, Scope(), None, True)
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


# Types ----------------------------------------------------------------------------------------


def fields_of(expander: Expander, datum: object) -> tuple[tuple[str, ...], tuple[object, ...]]:
    """A field vector as names and types."""
    items = annotations.vector_items(expander, datum, "a vector of fields, [name : type, ...]")
    pairs = annotations.split_annotations(expander, items)
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
    if len(rest) != 1:
        raise expander.error(f"expected ({write(form.head)} {name.name} [field : type, ...])")
    expander.forward_types.add(name.name)
    fields, types = fields_of(expander, rest.head)
    expander.module.define(name.name, namespace.TYPE)
    declaration = Declaration(kinds.STRUCT, name.name, data=(kind, fields, types))
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


# Type classes ---------------------------------------------------------------------------------


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
    """Whether a class written out again is the standard library's: same name, same methods."""
    if known.kind != namespace.CLASS:
        return False
    names = {write(datum.head) for datum in methods if isinstance(datum, List) and datum}
    return names == set(getattr(known.force(), "methods", {}))


def method_row(expander: Expander, datum: object, variable: str) -> tuple[tuple[str, int | None, bool], Lambda | None]:
    """`(method [x : a] : T default?)` as (name, place of the dispatching argument, has default)."""
    if not isinstance(datum, List) or len(datum) < 2 or type(datum.head) is not Symbol:
        raise expander.error("expected a method, (name [x : a] : T default?)", span=span_of(datum))
    items = annotations.vector_items(expander, datum.tail.head, "the method's parameters")
    params = raw_parameters(items)
    typed = [at for at, (_, type_) in enumerate(params) if type_ == variable]
    untyped = 0 if params and all(type_ is None for _, type_ in params) else None
    position = typed[0] if typed else untyped
    _, body = skip_type(datum.tail.tail)
    name = datum.head.name
    if not body:
        return (name, position, False), None
    pairs: list[tuple[object, object]] = [(pattern, None) for pattern, _ in params]
    return (name, position, True), forms.make_lambda(expander, datum.head, pairs, body, Scope())


def raw_parameters(items: list[object]) -> list[tuple[object, str | None]]:
    """The parameters of a method, each with its type as written."""
    found: list[tuple[object, str | None]] = []
    place = 0
    while place < len(items):
        name, type_ = items[place], None
        place += 1
        if place + 1 < len(items) and annotations.is_colon(items[place]):
            type_, place = write(items[place + 1]), place + 2
        elif place < len(items) and isinstance(item := items[place], Keyword):
            type_, place = item.name, place + 1
        found.append((name, type_))
    return found


def skip_type(body: List) -> tuple[object, List]:
    """A method's declared result type (as written) and its default's body."""
    if body and annotations.is_colon(body.head) and body.tail:
        return body.tail.head, body.tail.tail
    return None, body


def constraints(expander: Expander, datum: object) -> list[tuple[str, str]]:
    """`[Serializable a, Ord b]` as (class, variable) pairs."""
    items = annotations.vector_items(expander, datum, "constraints, [Class variable, ...]")
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
    if isinstance(datum, List):
        type_ = annotations.parse_type(expander, datum.head)
        return str(type_ or "any"), tuple(write(part) for part in datum.tail)
    return str(annotations.parse_type(expander, datum) or "any"), ()


def instance_method(expander: Expander, datum: object, known: object, owner: str) -> tuple[str, Lambda]:
    if not isinstance(datum, List) or len(datum) < 3 or type(datum.head) is not Symbol:
        raise expander.error("expected a method, (name [x] body ...)", span=span_of(datum))
    name = datum.head.name
    if isinstance(known, dict) and name not in known:
        near = namespace.nearest(name, known)
        hint = f"; did you mean `{near}`?" if near else ""
        raise expander.error(f"the class {owner} has no method `{name}`{hint}", span=span_of(datum))
    pairs = forms.parameter_pairs(expander, datum.tail.head)
    return name, forms.make_lambda(expander, datum.head, pairs, datum.tail.tail, Scope())


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


# Modules --------------------------------------------------------------------------------------


@top("module")
def top_module(expander: Expander, form: List) -> Iterator[Declaration]:
    items = list(form.tail)
    if not items or type(items[0]) is not Symbol:
        raise expander.error('expected (module name :version "1.0" :export [name ...])')
    options = keyword_options(expander, items[1:])
    version, export = options.get("version"), options.get("export")
    if version is not None:
        expander.module.declared_version = display(version)
    if export is not None:
        names = annotations.vector_items(expander, export, "a vector of names after :export")
        expander.module.exports = tuple(write(name) for name in names)
    yield from ()


def keyword_options(expander: Expander, items: list[object]) -> dict[str, object]:
    """`:key value` pairs as a dictionary."""
    if len(items) % 2:
        raise expander.error("expected pairs of a keyword and a value")
    options: dict[str, object] = {}
    for key, value in zip(items[::2], items[1::2], strict=True):
        if not isinstance(key, Keyword):
            raise expander.error(f"expected a keyword, got {write(key)}", span=span_of(key))
        options[key.name] = value
    return options


@top("import")
def top_import(expander: Expander, form: List) -> Iterator[Declaration]:
    """`(import app.orders :as o :refer [process-order])`."""
    name = form.tail.head if form.tail else None
    if type(name) is not Symbol:
        raise expander.error("expected (import module.name :as alias :refer [name ...])")
    options = keyword_options(expander, list(form.tail.tail))
    if unknown := set(options) - {"as", "refer"}:
        raise expander.error(f"`import` knows :as and :refer, not :{min(unknown)}")
    module = expander.import_module(name.name)
    alias = options.get("as")
    expander.module.aliases[write(alias) if alias is not None else name.name] = module
    for item in annotations.vector_items(expander, options.get("refer", vectors.EMPTY), "a vector of names after :refer"):
        refer(expander, module, item)
    yield Declaration(kinds.IMPORT, name.name)


def refer(expander: Expander, module: Module, item: object) -> None:
    """Make an exported name of `module` usable without its alias."""
    name = write(item)
    found = module.definitions.get(name)
    if found is None or found.private or name not in module.exported():
        raise expander.unknown_member(module, name)
    expander.module.referred[name] = found


@top("import-python")
def top_import_python(expander: Expander, form: List) -> Iterator[Declaration]:
    """`(import-python os.path :as path)` binds a Python module."""
    name = form.tail.head if form.tail else None
    if type(name) is not Symbol:
        raise expander.error("expected (import-python module.name :as alias)")
    options = keyword_options(expander, list(form.tail.tail))
    alias = options.get("as")
    bound = write(alias) if alias is not None else name.name.split(".")[0]
    target = name.name if alias is not None else name.name.split(".")[0]
    expander.module.define(bound, namespace.VALUE)
    call = expander.core_call("import-python*", Const(name.name), Const(target))
    yield Declaration(kinds.VALUE, bound, {"": call})


@top("load")
def top_load(expander: Expander, form: List) -> Iterator[Declaration]:
    """`(load "file.tur")`: the file's forms, as if they stood here."""
    if len(form) != 2 or not isinstance(form.tail.head, str):
        raise expander.error('expected (load "file.tur")')
    for read in expander.read_file(form.tail.head):
        yield from expand_top(expander, read.datum, read.span, read.doc)


@top("primitive")
@top("operator")
def top_primitive(expander: Expander, form: List) -> Iterator[Declaration]:
    """`(primitive upper [s : string] : string)`: a leaf the run time implements."""
    name = name_after(expander, form)
    doc, rest = docstring(form.tail.tail)
    pairs = forms.parameter_pairs(expander, rest.head)
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
