"""docs/library.md is what docs/generate_library.py makes of the library, and the library is documented."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"
sys.path.insert(0, str(DOCS))

from generate_library import modules, public, reference  # noqa: E402

from turmeric.assembly.session import Session  # noqa: E402
from turmeric.vocabulary.namespace import FUNCTION, MACRO, OPERATOR, PRIMITIVE, Module  # noqa: E402

MODULES = modules(Session([]))


def test_the_page_is_up_to_date() -> None:
    page = (DOCS / "library.md").read_text(encoding="utf-8")
    assert page == reference(), "run `python docs/generate_library.py`"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_everything_public_has_a_docstring(module: Module) -> None:
    assert [each.name for each in public(module) if not (each.doc or "").strip()] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_everything_called_has_parameters(module: Module) -> None:
    called = (FUNCTION, MACRO, OPERATOR, PRIMITIVE)
    assert [each.name for each in public(module) if each.kind in called and each.parameters is None] == []
