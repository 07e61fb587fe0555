"""However deep a value is nested, nothing that is done with it ends the process or overflows Python's stack.

Each kind of value has a process of its own, whose end by a signal would be seen here.  Python's recursion
limit must not matter: where it is low, recursion would raise RecursionError; where it is high, recursion
through C functions would overflow the stack of C.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.running.deep_values import DATA, STATE, expected, operations

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
    wanted = {name: expected(kind)[name] for name in operations(kind, limit)} | {"dropped": "true"}
    assert found.splitlines() == [f"{name}: {value}" for name, value in wanted.items()]


def test_inspecting_a_deep_value(tmp_path: Path) -> None:
    program, file = tmp_path / "deep.tur", tmp_path / "deep.bin"
    build = "(loop [i 0 v 1] (if (= i 60000) v (recur (+ i 1) {:k [v]})))"
    program.write_text(f'(write-file "{file}" (serialize {build}))')
    assert output("-m", "turmeric", str(program)) == ""
    for way in ([], ["--json"], ["--graph", str(tmp_path / "deep.svg")]):
        assert "ended with" not in output("-m", "turmeric", "inspect", str(file), *way)


DEEP_SOURCE = [
    ("'", "(", ")", ""),
    ("'", "[", "]", ""),
    ("", "'", "", ""),
    ("`", "(", ")", ""),
    ("`", "[", "]", ""),
    ("", "`", "", ""),
    ("(defn f [x : ", "(list ", ")", "] x)"),
    ("(macroexpand '", "(when ", ")", ")"),
    ("(defmacro m [x] nil) (m ", "[", "]", ")"),
    ("#;", "(", ")", ""),
]


def test_deep_source_is_a_value_or_an_error() -> None:
    code = f"""
from turmeric.assembly.session import Session
from turmeric.vocabulary.errors import TurmericError
session = Session([])
for before, opener, closer, after in {DEEP_SOURCE!r}:
    text = before + opener * 20_000 + "a" + closer * 20_000 + after
    try:
        session.evaluate(text)
        print("a value", flush=True)
    except TurmericError as error:
        print("nests" in error.message and "deep" in error.message, flush=True)
"""
    wanted = ["a value"] * 3 + ["True"] * 4 + ["a value"] * 3
    assert output("-c", code).splitlines() == wanted
