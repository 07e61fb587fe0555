"""`(checkpoint "name" value :accept-changes true)`: going on in code that has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.durability.test_bundles import tur

PROGRAM = """
(defn charge [id] (str "charged " id))
(defn process [id : int64]
  (def total 5)
  (def count 0)
  (set! count (+ count 1))
  (def first (checkpoint "validated" (* 2 id) :accept-changes true))
  (println "first" first total count)
  (def second (checkpoint "charged" (charge id)))
  (println "second" second)
  (+ total first))
(defn main [] (println "result" (process 7)))
"""


def save(directory: Path, program: str = PROGRAM) -> None:
    (directory / "order.tur").write_text(program)
    done = tur(directory, "run", "order.tur")
    assert (done.returncode, done.stdout) == (0, "first 14 5 1\nsecond charged 7\nresult 19\n"), done.stderr


def resumed(directory: Path, program: str, name: str = "validated") -> tuple[str, str]:
    (directory / "order.tur").write_text(program)
    done = tur(directory, "resume", f"checkpoint-{name}.bin")
    return done.stdout, done.stderr


def changed(*pairs: tuple[str, str]) -> str:
    program = PROGRAM
    for old, new in pairs:
        assert program.count(old) == 1, old
        program = program.replace(old, new)
    return program


CHANGES = {
    "nothing": ((), "first 14 5 1\nsecond charged 7\nresult 19\n"),
    "the code after it": ([('"second" second', '"2nd" second total')], "first 14 5 1\n2nd charged 7 5\nresult 19\n"),
    "a variable less": ([("(+ total first))", "first)"), ("first total count", "first count")],
                        "first 14 1\nsecond charged 7\nresult 14\n"),
    "a parameter more": ([("[id : int64]", "[id : int64 &optional more]")],
                         "first 14 5 1\nsecond charged 7\nresult 19\n"),
    "a type that fits": ([("(def total 5)", "(def total : int64 5)")], "first 14 5 1\nsecond charged 7\nresult 19\n"),
    "no longer assigned": ([("(set! count (+ count 1))", "")], "first 14 5 1\nsecond charged 7\nresult 19\n"),
    "assigned from now on": ([("(+ total first))", "(do (set! total (+ total 100)) (+ total first)))")],
                             "first 14 5 1\nsecond charged 7\nresult 119\n"),
    "another checkpoint before it": ([("(def first", '(checkpoint "zero" 0)\n(def first')],
                                     "first 14 5 1\nsecond charged 7\nresult 19\n"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_goes_on_in_the_new_code(tmp_path: Path, change: str) -> None:
    save(tmp_path)
    pairs, expected = CHANGES[change]
    assert resumed(tmp_path, changed(*pairs)) == (expected, "")


REFUSED = {
    "a variable that was not saved": (
        [("(def total 5)", "(def total 5) (def rebate 1)"), ("(+ total first)", "(+ total first rebate)")],
        "the code after it reads the variable rebate, and saved were [",
    ),
    "a type that does not fit": ([("(def total 5)", "(def total : string \"5\")"), ("(+ total first)", "first")],
                                 "the variable total of order.process at checkpoint \"validated\" is a string now"),
    "it accepts nothing now": ([(" :accept-changes true", ""), ('"second" second', '"2nd" second')], "has changed"),
    "another name": ([('"validated"', '"checked"'), ('"second" second', '"2nd" second')], "schema-mismatch"),
    "another function": ([("(defn process", "(defn handle"), ("(process 7)", "(handle 7)")], "no longer exists"),
    "the caller": ([('"result" (process', '"the result" (process')], "order.main"),
}  # fmt: skip


@pytest.mark.parametrize("change", REFUSED)
def test_refuses(tmp_path: Path, change: str) -> None:
    save(tmp_path)
    pairs, message = REFUSED[change]
    out, err = resumed(tmp_path, changed(*pairs))
    assert (out, err[:17]) == ("", "schema-mismatch: "), err
    assert message in err


def test_a_checkpoint_that_does_not_say_so_accepts_nothing(tmp_path: Path) -> None:
    save(tmp_path)
    out, err = resumed(tmp_path, changed(('"second" second', '"2nd" second')), "charged")
    assert (out, err[:17]) == ("", "schema-mismatch: ")


def test_what_the_new_code_says_counts(tmp_path: Path) -> None:
    save(tmp_path)
    program = changed(('(charge id))', '(charge id) :accept-changes true)'), ('"second" second', '"2nd" second'))
    assert resumed(tmp_path, program, "charged") == ("2nd charged 7\nresult 19\n", "")


def test_strict_accepts_nothing(tmp_path: Path) -> None:
    version = '(module order :version "1")\n'
    save(tmp_path, version + PROGRAM)
    (tmp_path / "order.tur").write_text(version + changed(('"second" second', '"2nd" second')))
    assert tur(tmp_path, "resume", "checkpoint-validated.bin").returncode == 0
    assert tur(tmp_path, "resume", "--code", "strict", "checkpoint-validated.bin").returncode == 1


def test_with_commit_and_recover(tmp_path: Path) -> None:
    program = """
(defn work [n]
  (def got (checkpoint "paid" :commit (fn [] "now") :recover (fn [] "again") :accept-changes true))
  (println got n))
(defn main [] (work 3))
"""
    (tmp_path / "order.tur").write_text(program)
    assert tur(tmp_path, "run", "order.tur").stdout == "now 3\n"
    assert tur(tmp_path, "resume", "checkpoint-paid.bin").stdout == "again 3\n"
    (tmp_path / "order.tur").write_text(program.replace("(println got n)", "(println n got)"))
    done = tur(tmp_path, "resume", "checkpoint-paid.bin")
    assert done.stdout == "3 again\n", done.stderr
