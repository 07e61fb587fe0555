"""Reports and `--debug` of compiled code: the names and lines of the program, the same as on the machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from commandline import tur

from turmeric.running.steps import ENGINES

PROGRAM = """\
(defn power [x]
  (* 2.0
     (exp (* x 1000))))
(defn powers [n]
  (if (= n 0)
    (+ 1.0 (power 3))
    (+ 1.0 (powers (- n 1)))))
(defn main []
  (println (map (fn [x] (+ x (powers 2))) [1])))
"""

REPORT = """\
overflow: the result is too large: math range error
  at wrong.tur:3:6 in wrong.power
  3 |      (exp (* x 1000))))
    |      ^~~~~~~~~~~~~~~~
  in wrong.powers (wrong.tur:6), wrong.powers (wrong.tur:7), wrong.powers (wrong.tur:7), wrong.main.fn (wrong.tur:9), \
"""

FUNCTIONS = """\
Turmeric's functions, the innermost first:
  wrong.tur:3 in wrong.power
    (exp (* x 1000))))
  wrong.tur:6 in wrong.powers
    (+ 1.0 (power 3))
  wrong.tur:7 in wrong.powers
    (+ 1.0 (powers (- n 1)))))
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_debug(engine: str, tmp_path: Path) -> None:
    (tmp_path / "wrong.tur").write_text(PROGRAM, encoding="utf-8")
    status, _, error = tur("run", "--engine", engine, "--debug", "wrong.tur", cwd=tmp_path)
    assert status == 1 and "OverflowError: math range error" in error
    assert FUNCTIONS in error and REPORT in error
    assert "f_power" not in error and "<wrong." not in error
    compiled = '  File "wrong.tur", line 3, in wrong.power\n    (exp (* x 1000))))\n'
    assert (compiled in error) == (engine == "compiled")


def test_reports_are_the_same_on_all_engines(tmp_path: Path) -> None:
    (tmp_path / "wrong.tur").write_text(PROGRAM, encoding="utf-8")
    found = {tur("run", "--engine", engine, "wrong.tur", cwd=tmp_path) for engine in ENGINES}
    assert len(found) == 1 and found.pop()[2].startswith(REPORT)


def test_an_internal_error_has_the_lines_of_the_program_too(tmp_path: Path) -> None:
    """What is no error of the program, such as Ctrl-C, comes through compiled code as it is."""
    text = "(import-python signal)\n(defn main []\n  (+ 1 (count (signal.raise_signal 2))))"
    (tmp_path / "stopped.tur").write_text(text, encoding="utf-8")
    for engine in ENGINES:
        status, _, error = tur("run", "--engine", engine, "--debug", "stopped.tur", cwd=tmp_path)
        assert status == 130 and "KeyboardInterrupt" in error and error.endswith("interrupted\n")


def test_check_does_not_depend_on_engines(tmp_path: Path) -> None:
    (tmp_path / "wrong.tur").write_text(PROGRAM.replace("(power 3)", "(power 3 4)"), encoding="utf-8")
    status, printed, error = tur("check", "wrong.tur", cwd=tmp_path)
    assert status == 1 and "wrong.tur:6" in printed + error
