"""A sample of the sweep: `python -m tests.sweep` stores and restores every program at every sub-expression."""

from __future__ import annotations

import pytest

from tests.sweep import suitable, sweep


@pytest.mark.parametrize(("engine", "start"), [("compiled", 11), ("auto", 53), ("cek", 97)])
def test_a_program_goes_on_from_each_checkpoint(engine: str, start: int) -> None:
    restored, wrong = sweep(suitable(), engine, 199, start)
    assert wrong == []
    assert restored > 20
