"""Top-level forms about modules: `module`, `import`, `import-python`, `load`."""

from __future__ import annotations

from collections.abc import Iterator

from turmeric.reading import declarations as kinds
from turmeric.reading import type_annotations
from turmeric.reading.core import Const
from turmeric.reading.datums import span_of
from turmeric.reading.declarations import Declaration
from turmeric.reading.expander import Expander
from turmeric.reading.toplevel import expand_top, top
from turmeric.vocabulary import namespace, vectors
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.namespace import Module
from turmeric.vocabulary.printer import display, write
from turmeric.vocabulary.symbols import Keyword, Symbol


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
        names = type_annotations.vector_items(expander, export, "a vector of names after :export")
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
    """`(import app.orders :as o :refer [process-order])`; `:refer :all` takes all that is exported."""
    name = form.tail.head if form.tail else None
    if type(name) is not Symbol:
        raise expander.error("expected (import module.name :as alias :refer [name ...])")
    options = keyword_options(expander, list(form.tail.tail))
    if unknown := set(options) - {"as", "refer"}:
        raise expander.error(f"`import` knows :as and :refer, not :{min(unknown)}")
    module = expander.import_module(name.name)
    alias = options.get("as")
    expander.module.aliases[write(alias) if alias is not None else name.name] = module
    names = options.get("refer", vectors.EMPTY)
    if isinstance(names, Keyword) and names.name == "all":
        offered = {each: module.definitions[each] for each in module.exported()}
        expander.module.referred.update({each: found for each, found in offered.items() if not is_machinery(found)})
        names = vectors.EMPTY
    for item in type_annotations.vector_items(expander, names, "a vector of names, or :all, after :refer"):
        outer, expander.span = expander.span, span_of(item) or expander.span
        refer(expander, module, item)
        expander.span = outer
    yield Declaration(kinds.IMPORT, name.name)


def is_machinery(found: namespace.Global) -> bool:
    """Whether a name is exported only because expansions of macros refer to it."""
    return (found.doc or "").startswith("Machinery:")


def refer(expander: Expander, module: Module, item: object) -> None:
    """Make an exported name of `module` usable without its alias."""
    name = write(item)
    found = module.definitions.get(name)
    if found is None or not module.offers(name):
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
    expander.module.python_imports[name.name] = (bound, target)
    call = expander.core_call("import-python*", Const(name.name), Const(target))
    yield Declaration(kinds.VALUE, bound, {"": call})


@top("load")
def top_load(expander: Expander, form: List) -> Iterator[Declaration]:
    """`(load "file.tur")`: the file's forms, as if they stood here."""
    if len(form) != 2 or not isinstance(form.tail.head, str):
        raise expander.error('expected (load "file.tur")')
    name = form.tail.head
    if name in expander.loading:
        circle = " -> ".join((*expander.loading, name))
        raise expander.error(f"files load each other in a circle: {circle}", "circular-import")
    expander.loading.append(name)
    for read in expander.read_file(name):
        yield from expand_top(expander, read.datum, read.span, read.doc)
    expander.loading.pop()
