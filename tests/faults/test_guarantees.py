"""Every row of docs/guarantees.md names a test that is there; and the rows that no other test shows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from turmeric import Runtime
from turmeric.durability.instances.service import Rules

CHECKOUT = Path(__file__).parents[2]
PAGE = CHECKOUT / "docs" / "guarantees.md"
KEY = b"k" * 32


def rows() -> list[str]:
    """The rows of the tables, without their heads."""
    promises = PAGE.read_text("utf-8").partition("## What is assumed")[0]
    lines = [line for line in promises.splitlines() if line.startswith("| ")]
    return [line for line in lines if not line.endswith("| Shown by |")]


def test_each_row_names_a_test() -> None:
    assert len(rows()) > 40
    for row in rows():
        found = re.search(r"`(tests/[\w/]+\.py)::(test_\w+)` \|$", row)
        assert found, row
        tree = ast.parse((CHECKOUT / found[1]).read_text("utf-8"))
        names = {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}
        assert found[2] in names, row


class Killed(BaseException):
    """The end of a process."""


class Skipping:
    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def run_twice(program: str) -> tuple[Runtime, list[str]]:
    """Run `main`, whose process ends the first time that it notes `die`."""
    runtime = Runtime(roots=[], store="memory:", key=KEY)
    notes: list[str] = []

    def note(text: str) -> None:
        notes.append(text)
        if text == "die" and notes.count("die") == 1:
            raise Killed

    runtime.register("outer", {"note": note})
    runtime.eval("(import workflow :refer :all) (import outer)" + program)
    handle = runtime.start(runtime.eval("main"), id="id")
    with pytest.raises(Killed):
        runtime.run_until_idle()
    runtime.run_until_idle()
    assert handle.status == "done"
    return runtime, notes


def test_the_key_of_a_stretch() -> None:
    _, notes = run_twice(
        """
        (defn main []
          (outer.note (idempotency-key))
          (step "a" (fn [] (outer.note (idempotency-key "x"))))
          (outer.note (idempotency-key))
          (outer.note "die")
          (checkpoint)
          (outer.note (idempotency-key)))
        """
    )
    assert notes == ["id:1", "id:1:a:x", "id:2", "die", "id:2", "die", "id:3"]


def test_output_is_repeated_with_its_stretch(capsys: pytest.CaptureFixture[str]) -> None:
    run_twice(
        '(defn main [] (println "one") (checkpoint) (println "two") (outer.note "die") (checkpoint) (println "three"))'
    )
    assert capsys.readouterr().out == "one\ntwo\ntwo\nthree\n"


def test_code_that_does_not_fit(tmp_path: Path) -> None:
    """It is tried again, and can be resumed with code that fits."""
    clock, store = Skipping(), f"sqlite:{tmp_path / 'a.db'}"
    file = tmp_path / "flow.tur"

    def load(text: str) -> Runtime:
        file.write_text("(import workflow :refer :all)\n" + text)
        runtime = Runtime(roots=[str(tmp_path)], store=store, key=KEY, clock=clock, rules=Rules(attempts=3))
        runtime.load(str(file))
        return runtime

    fits = "(defn main [] (let [a 5 e (await-event \"x\")] (+ a e)))"
    first = load(fits)
    handle = first.start(first.load(str(file)).main)
    first.run_until_idle()
    first.send_event(handle.id, "x", 2)
    first.close()
    other = load('(defn main [] (println "quite another"))')
    for _ in range(10):
        other.run_until_idle()
        clock.time += 100.0
    assert other.instance(handle.id).status == "failed"
    with pytest.raises(Exception) as caught:
        other.result(handle.id)
    assert caught.value.name == "schema-mismatch"  # type: ignore[attr-defined]
    other.close()
    again = load(fits)
    assert again.retry(handle.id)
    again.run_until_idle()
    assert again.result(handle.id) == 7
    again.close()
