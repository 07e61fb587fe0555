"""Code of a text's definitions, as the pipeline makes it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from turmeric.assembly.session import Session
from turmeric.intermediate.anf import Code

Compile = Callable[[str], dict[str, Code]]


@pytest.fixture(scope="session")
def session() -> Session:
    return Session([])


@pytest.fixture
def compile(session: Session) -> Compile:
    """The A-normal form of each definition of a text, by name; nothing is run."""

    def compiled(text: str) -> dict[str, Code]:
        found: dict[str, Code] = {}
        made = session.loader.pipeline(session.new_module("user"), start=False)
        made.observe = lambda declaration: found.update({declaration.name: declaration.code.get("")})  # type: ignore
        made.load(text, "<test>")
        return found

    return compiled
