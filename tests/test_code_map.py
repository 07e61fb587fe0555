"""The code map, turmeric/README.md, has a line for each module."""

from __future__ import annotations

import re
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "turmeric"


def test_the_map_has_every_module() -> None:
    listed = re.findall(r"^\| `([\w/]+\.py)` \|", (PACKAGE / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    modules = [path.relative_to(PACKAGE) for path in PACKAGE.glob("*/**/*.py") if path.name != "__init__.py"]
    assert sorted(listed) == sorted(path.as_posix() for path in modules)
