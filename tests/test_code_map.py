"""The code map, turmeric/README.md, has a line for each module; and imports go one way between the rows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "turmeric"
ROWS = ("vocabulary", "reading", "intermediate", "running", "durability", "assembly", "fronts")
MODULES = sorted(
    path.relative_to(PACKAGE).as_posix()
    for row in ROWS
    for path in (PACKAGE / row).rglob("*.py")
    if path.name[0] != "_"
)


def imported_rows(source: str) -> set[str]:
    """The rows that a module imports from, also inside functions, but not for type checking."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    names = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names += [each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names]
    found = {match[1] for name in names if (match := re.match(r"turmeric\.(\w+)", name))}
    return found & set(ROWS)


def test_the_map_has_every_module() -> None:
    listed = re.findall(r"^\| `([\w/]+\.py)` \|", (PACKAGE / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == MODULES, "turmeric/README.md has one line for each module"


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_one_way(module: str) -> None:
    above = ROWS[: ROWS.index(module.partition("/")[0]) + 1]
    assert imported_rows((PACKAGE / module).read_text(encoding="utf-8")) <= set(above)
