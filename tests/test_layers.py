"""The rows of the package: each imports only from itself and from the rows before it.

Imports inside functions count, those for type checking alone count too; and no modules
import each other in a circle when they are loaded.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
ROWS = ("vocabulary", "reading", "intermediate", "running", "durability", "assembly", "fronts")

EXCEPTIONS: dict[tuple[str, str], str] = {}
"""(module, row it may import from though it comes later): why."""

ABOVE = ("turmeric", "turmeric.__main__", "turmeric.testing", "turmeric.version")
"""Modules outside the rows: the package's faces, the command, and a constant that all may read."""


def module_name(path: Path) -> str:
    parts = path.relative_to(CHECKOUT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): ast.parse(path.read_text("utf-8")) for path in (CHECKOUT / "turmeric").rglob("*.py")}


def row_of(module: str) -> int | None:
    """The number of a module's row; None outside the rows."""
    parts = module.split(".")
    return ROWS.index(parts[1]) if len(parts) > 1 and parts[1] in ROWS else None


def imported(node: ast.AST) -> Iterator[str]:
    """The modules of the package that an import statement names."""
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        names = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (name if name in MODULES else name.rpartition(".")[0] for name in names)
    elif isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)


def at_load_time(node: ast.AST) -> Iterator[ast.AST]:
    """The statements that run when a module is loaded."""
    for child in ast.iter_child_nodes(node):
        for_types = isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
        if not for_types and not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from at_load_time(child)


def test_every_module_is_in_a_row() -> None:
    assert [name for name in MODULES if row_of(name) is None and name not in ABOVE] == []


@pytest.mark.parametrize("row", ROWS)
def test_a_row_imports_only_what_comes_before(row: str) -> None:
    wrong = set()
    for module, tree in MODULES.items():
        if row_of(module) != ROWS.index(row):
            continue
        for name in (name for node in ast.walk(tree) for name in imported(node) if name.startswith("turmeric")):
            later = row_of(name)
            if name in ABOVE[:3] or (later is not None and later > ROWS.index(row)):
                wrong.add((module, ROWS[later] if later is not None else name))
    assert wrong == {each for each in EXCEPTIONS if row_of(each[0]) == ROWS.index(row)}


def test_no_circles_at_load_time() -> None:
    graph: dict[str, set[str]] = {}
    for module, tree in MODULES.items():
        names = {name for node in at_load_time(tree) for name in imported(node)}
        graph[module] = names & (set(MODULES) - {"turmeric"})
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError
    assert set(order) == set(MODULES)
