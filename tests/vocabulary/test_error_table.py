"""docs/language.md has a table of all errors; here it is compared with the tree of errors."""

from __future__ import annotations

import re
from pathlib import Path

from turmeric.vocabulary.errors import ERROR_TYPES

PAGE = Path(__file__).parent.parent.parent / "docs" / "language.md"


def test_every_error_is_in_the_table() -> None:
    section = PAGE.read_text(encoding="utf-8").partition("### All errors")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE) == list(ERROR_TYPES)
