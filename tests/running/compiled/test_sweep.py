"""A sample of the sweep: `python -m tests.sweep` stores and restores every program at every sub-expression."""

from __future__ import annotations

import pytest

from tests.sweep import suitable, sweep


@pytest.mark.parametrize(("engine", "start"), [("compiled", 3), ("auto", 7), ("cek", 11)])
def test_a_program_goes_on_from_each_checkpoint(engine: str, start: int) -> None:
    restored, wrong = sweep(suitable()[start::25], engine, 19, start)
    assert wrong == []
    assert restored > 10
