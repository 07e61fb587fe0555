"""What became of the things that no longer fit: what was saved, what is there now, what to do.

A definition that is gone is looked for under other names: the same code, the same fields.
"""

from __future__ import annotations

from turmeric.durability.code.accepting import PREFIX
from turmeric.durability.code.resolve import change_at, fields_text
from turmeric.durability.format import wire
from turmeric.durability.format.entries import FunctionRow, PointRow, TypeRow
from turmeric.durability.format.tables import type_schema
from turmeric.vocabulary.namespace import TYPE, nearest
from turmeric.vocabulary.structs import StructType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from turmeric.durability.code.resolve import Definition, Resolver
    from turmeric.durability.reports.contents import Contents
    from turmeric.durability.reports.mismatches import Mismatch
    from turmeric.intermediate.anf import Code
    from turmeric.vocabulary.spans import Span

BACK = "edit the code back"
SAVED = "resume with `--code saved`, if the code was saved too"
CARRIED = "resume with `--code saved` or `:code :saved`: these bytes hold the code that saved them"
NAMED = {
    "instance": ("bring the instance back",),
    "variable": (BACK, SAVED),
    "value": (BACK, SAVED),
    "module": ("resume with the version that saved it, or without `--code strict`",),
    "release": ("resume with the release that saved it",),
    "code": ("resume with `--code current`",),
}
"""Advice for what goes by a name alone, and is no definition."""


def explain(mismatch: Mismatch, resolver: Resolver, contents: Contents) -> None:
    """Fill in what was saved, what is there now, the likely new name, and the advice.  Nothing if
    the mismatch is of another message's tables."""
    row = mismatch.row
    tables = (contents.claims.types, contents.claims.functions, contents.claims.points)
    if row is not None and not any(row is each for table in tables for each in table):
        return
    if row is None:
        explain_name(mismatch)
    elif isinstance(row, TypeRow):
        explain_type(mismatch, row, resolver, contents)
    else:
        explain_code(mismatch, row, resolver, contents)
    if contents.message.code:
        mismatch.advice = [CARRIED if each == SAVED else each for each in mismatch.advice]
    module = row.module if row is not None else mismatch.source
    if resolver.module(module) is None:
        mismatch.now["module"] = "not found"
        mismatch.advice = [f"bring the module {module} back, or say with `--program` where it is"]
    elif mismatch.renamed is not None:
        set_name(mismatch, mismatch.renamed, "fields" if mismatch.kind == "type" else "code")


def set_name(mismatch: Mismatch, name: str, same: str | None = None) -> None:
    """Say what a definition is called now, and what tells so."""
    row = mismatch.row
    inner = row.path if row is not None and not isinstance(row, TypeRow) else ()
    gone, here = ".".join([mismatch.definition, *inner]), ".".join([name, *inner])
    reason = f", which has the same {same}" if same else ""
    mismatch.renamed = name
    mismatch.symbol = gone
    mismatch.detail = f"{gone} no longer exists; it is {here} now{reason}"
    mismatch.advice.insert(0, f"(defrename {mismatch.definition} {name})")


def explain_name(mismatch: Mismatch) -> None:
    """A definition or an instance goes by its name alone."""
    if mismatch.kind in NAMED:
        mismatch.advice = list(NAMED[mismatch.kind])
        return
    mismatch.advice = [f"define {mismatch.symbol} again, or (defrename {mismatch.symbol} ITS-NEW-NAME)"]


# Functions and the points in them ------------------------------------------------------------------


def explain_code(mismatch: Mismatch, row: PointRow | FunctionRow, resolver: Resolver, contents: Contents) -> None:
    definition = resolver.definition_of(row)
    mismatch.advice = [BACK, SAVED]
    if isinstance(row, PointRow):
        mismatch.then = {"waits-at": row.label, "line": row.line, "variables": [name for name in row.variables if name]}
        if row.label.startswith(PREFIX):
            mismatch.advice.insert(1, "let the checkpoint accept it with `:accept-changes true`")
    if definition is None:
        mismatch.renamed = other_home(row, resolver)
        return
    code = code_at(definition, row)
    if code is not None:
        mismatch.now["parameters"] = [var.name for var in code.params.variables()]
        mismatch.now.update(place_of(code.span))
    if isinstance(row, PointRow):
        mismatch.source = f"{contents.file(row)}:{row.line}"
        change = change_at(definition, row)[1]
        mismatch.detail = f"{row.symbol} waits at `{row.label}` ({mismatch.source}), and {change}"
        mismatch.now.update(point_now(definition, row))
    elif code is not None:
        mismatch.now["captured"] = [var.name for var in code.captured if not var.temporary]


def point_now(definition: Definition, row: PointRow) -> dict[str, Any]:
    """The variables and the line of the place with the same label, the nearest one of several."""
    nodes = [
        node
        for (path, _), candidates in definition.points.items()
        for _, node in candidates
        if path == row.path and node.point.label == row.label
    ]
    if not nodes:
        return {}
    node = min(nodes, key=lambda each: abs(line_of(each.point.span) - row.line))
    variables = [var.name for var in node.point.live if not var.temporary]
    return {"waits-at": row.label, "variables": variables, **place_of(node.point.span)}


def code_at(definition: Definition, row: PointRow | FunctionRow) -> Code | None:
    """The function at the same place in the definition, when there is just one."""
    codes = [code for (path, _), code in definition.functions.items() if path == row.path]
    return codes[0] if len(codes) == 1 else None


def place_of(span: Span | None) -> dict[str, Any]:
    return {} if span is None else {"line": span.line}


def line_of(span: Span | None) -> int:
    return 0 if span is None else span.line


def other_home(row: PointRow | FunctionRow, resolver: Resolver) -> str | None:
    """The definition that has the same code now: of several, one of the same module, with the most similar name."""

    def has(definition: Definition) -> bool:
        table = definition.points if isinstance(row, PointRow) else definition.functions
        return any(id_ == row.schema and len(path) == len(row.path) for path, id_ in table)

    return best(row.module, row.name, same_code(resolver, has))


def same_code(resolver: Resolver, has: Callable[[Definition], bool]) -> Iterator[tuple[str, str]]:
    """The definitions of the program's modules of which `has` is true: module and name."""
    world = resolver.world
    for full_name, codes in list(world.codes.items()):
        module = next(iter(codes)).module
        if not world.is_library(module) and full_name != module:
            found = resolver.definitions.find(module, full_name[len(module) + 1 :])
            if found is not None and has(found):
                yield module, full_name[len(module) + 1 :]


def best(module: str, name: str, candidates: Iterator[tuple[str, str]]) -> str | None:
    found = list(candidates)
    here = [each for each in found if each[0] == module] or found
    names = [each for _, each in here]
    chosen = nearest(name, names) or (names[0] if len(set(names)) == 1 else None)
    return next((f"{home}.{each}" for home, each in here if each == chosen), None)


# Types ---------------------------------------------------------------------------------------------


def explain_type(mismatch: Mismatch, row: TypeRow, resolver: Resolver, contents: Contents) -> None:
    number = next(number for number, each in enumerate(contents.claims.types) if each is row)
    value = next((each for each in contents.heap if each[0] == wire.STRUCT and each[1] == number), None)
    if row.fields is not None:
        mismatch.then["fields"] = list(row.fields)
    elif value is not None:
        mismatch.then["fields"] = len(value) - 2
    made = resolver.value(*resolver.place(row))
    if isinstance(made, StructType):
        mismatch.now = {"fields": fields_text(made), **place_of(made.span)}
        version = next(each.version for each in contents.claims.modules if each.name == row.module)
        mismatch.advice = [BACK, f'(defmigration {row.name} "{version}" (fn [fields] ...))', SAVED]
        return
    mismatch.advice = ["define the type again", SAVED]
    taken = {(each.module, each.name) for each in contents.claims.types}
    mismatch.renamed = best(row.module, row.name, same_fields(row, taken, resolver))


def same_fields(row: TypeRow, taken: set[tuple[str, str]], resolver: Resolver) -> Iterator[tuple[str, str]]:
    """Types of the program with the same fields, which the message does not know under that name."""
    for module in list(resolver.world.modules.values()):
        if module.library:
            continue
        for name, found in module.definitions.items():
            if found.kind == TYPE and (module.name, name) not in taken:
                made = found.force()
                if isinstance(made, StructType) and type_schema(made) == row.schema:
                    yield module.name, name
