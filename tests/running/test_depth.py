"""However deep a value is nested, nothing that is done with it ends the process or overflows Python's stack.

Each kind of value has a process of its own, whose end by a signal would be seen here.  Python's recursion limit must not
matter: where it is low, recursion would raise RecursionError; where it is high, overflow the stack of C.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.running.deep_values import DATA, STATE, expected

PROJECT = Path(__file__).parent.parent.parent
LIMITS = {1000: 5_000, 200_000: 60_000}
"""Recursion limits, and depths for which recursion would fail: 8 MB of stack are 140 bytes a level."""


def output(*command: str) -> str:
    """What a process of Python's prints; its end by a signal, or an error that is nobody's, is added."""
    done = subprocess.run(
        [sys.executable, *command], cwd=PROJECT, capture_output=True, encoding="utf-8", timeout=300, check=False
    )
    return done.stdout + (f" ended with {done.returncode} {done.stderr[-2000:]}" if done.returncode else "")


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("kind", [*DATA, *STATE])
def test_deep_values(kind: str, limit: int) -> None:
    found = output("-m", "tests.running.deep_values", kind, str(limit), str(LIMITS[limit]))
    wanted = {**expected(kind), "dropped": "true"}
    assert found.splitlines() == [f"{name}: {value}" for name, value in wanted.items()]
