"""A function as it was before something was renamed: a copy, to find by its schema ids what was saved then.

    core.+(1, shop.f(x))   with shop.f as app.f   ==>   core.+(1, app.f(x))
"""

from __future__ import annotations

from collections.abc import Callable

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Code, Var
from turmeric.intermediate.flat import Builder, flat
from turmeric.intermediate.naming_places import names_type
from turmeric.intermediate.walking import functions_of, parts
from turmeric.reading import core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Rename = Callable[[str], str]
"""From a full name of now to the one of then."""


def renamed(code: Code, rename: Rename) -> Code:
    """The copy; its points and functions stand in the order of those of `code`."""
    names: dict[str, int] = {}
    variables, rows = flat(code, lambda name: names.setdefault(name, len(names)))
    builder = Builder(list(names), code.span.file if code.span is not None else "", variables)
    made = builder.build(rows)
    for var in builder.variables:
        rename_variable(var, rename)
    rename_checks = shorter(code.definition, rename)
    for function in functions_of(made):
        work: list[object] = [function.body]
        while work:
            node = work.pop()
            rename_node(node, rename, rename_checks)
            work += [part for part in parts(node) if not isinstance(part, Code)]
    return made


def rename_variable(var: Var, rename: Rename) -> None:
    var.type = in_type(var.type, rename)


def in_type(type_: object, rename: Rename) -> object:
    """A type with its names renamed."""
    if isinstance(type_, tuple):
        return tuple([in_type(part, rename) for part in type_])
    return rename(type_) if isinstance(type_, str) else type_


def shorter(definition: str, rename: Rename) -> Callable[[str], str]:
    """Renames the function in the text of a check, `"x of f"`."""
    new, old = (name.rpartition(".")[2] for name in (definition, rename(definition)))
    ending = f" of {new}"

    def change(text: str) -> str:
        return text[: -len(new)] + old if new != old and text.endswith(ending) else text

    return change


def rename_node(node: Any, rename: Rename, rename_checks: Callable[[str], str]) -> None:
    """Rename what a node itself mentions."""
    if isinstance(node, anf.GlobalReference | anf.SetGlobal):
        node.module, _, node.name = rename(f"{node.module}.{node.name}").rpartition(".")
    elif isinstance(node, anf.Primitive):
        symbol = f"{node.module}.{node.name}"
        place = names_type(symbol)
        if place is not None and place < len(node.args):
            rename_constant(node.args[place], rename)
        if symbol == "core.check-type" and len(node.args) > 2:
            rename_constant(node.args[2], rename_checks)
    elif isinstance(node, anf.Marked) and node.kind in (core.HANDLER, core.BINDING):
        for operand in node.operands[1::3] if node.kind == core.HANDLER else node.operands[::2]:
            rename_constant(operand, rename)


def rename_constant(node: Any, rename: Callable[[str], str]) -> None:
    if isinstance(node, anf.Constant) and type(node.value) is str:
        node.value = rename(node.value)
