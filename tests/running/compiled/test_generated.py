"""Programs made at random do the same in all ways; `tests/generated_programs.py` runs more of them."""

from __future__ import annotations

import pytest

from tests.agreement import WAYS, Runner
from tests.generated_programs import program, stopped_program

RUNNER = Runner()


@pytest.mark.parametrize("number", range(30))
def test_the_same_bytes(number: int) -> None:
    """Continuations captured by compiled code and by the machine, and what a budget of calls leaves."""
    assert RUNNER.differing(stopped_program(("tests", number)), ("compiled", WAYS[2 + number % 5]), number) == {}


@pytest.mark.parametrize("number", range(48))
def test_all_ways_agree(number: int) -> None:
    """Compiled, and in two of the other ways."""
    others = WAYS[2:]
    ways = ("compiled", others[number % len(others)], others[(number + 3) % len(others)])
    assert RUNNER.differing(program(("tests", number)), ways, number) == {}
