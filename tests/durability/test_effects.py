"""Continuations with handlers of effects, saved in one process and resumed in another; and after edits."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.durability.test_processes import tur

PROGRAM = """
(defeffect Ask [question : string] : int64)
(defeffect Log [text])
(defn answer [question]
  (+ 1 (cloneable-shift [k] (write-file "saved.bin" (serialize k)) question)))
(defn work []
  (defer (println "clean-up"))
  (perform (Log "begin"))
  (let [sum (+ (perform (Ask "a")) (STOP))]
    (perform (Log "end"))
    (list sum (perform (Ask "b")))))
(defn main []
  (println
    (handle (work)
      (Log [text] k) (do (println text) (continue k nil))
      (Ask [question] K) CLAUSE
      (return [v] (list :done v)))))
"""

WAYS = {
    "in place": ("k", "(if (= question \"\") :none (continue k (VALUE)))"),
    "confined": ("k", "(concat (continue k (VALUE)) [:after])"),
    "escaping": ("k", "(let [go k] (continue go (VALUE)))"),
    "multi-shot": ("^multishot k", "(resume k (VALUE))"),
}


def program(way: str, inside: bool) -> str:
    """Stops within the clause for `Ask`, or in the body, below the handler."""
    k, clause = WAYS[way]
    text = PROGRAM.replace("CLAUSE", clause).replace("(Ask [question] K)", f"(Ask [question] {k})")
    if inside:
        return text.replace("(VALUE)", "(answer question)").replace("(STOP)", "10")
    return text.replace("(VALUE)", "100").replace("(STOP)", '(answer "stop")')


def save(directory: Path, text: str) -> None:
    (directory / "asking.tur").write_text(text)
    done = tur(directory, "run", "asking.tur", seed=1)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "begin"), done.stderr


@pytest.mark.parametrize("way", WAYS)
def test_stopped_below_a_handler(tmp_path: Path, way: str) -> None:
    save(tmp_path, program(way, inside=False))
    done = tur(tmp_path, "resume", "saved.bin", "4", seed=2)
    after = " :after :after" if way == "confined" else ""
    expected = f"end\nclean-up\n(:done (105 100){after})\n"
    assert (done.returncode, done.stdout) == (0, expected), done.stderr


@pytest.mark.parametrize("way", WAYS)
def test_stopped_inside_a_clause(tmp_path: Path, way: str) -> None:
    """And once more at its second effect, in a third process."""
    save(tmp_path, program(way, inside=True))
    done = tur(tmp_path, "resume", "saved.bin", "4", seed=2)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "end"), done.stderr
    done = tur(tmp_path, "resume", "saved.bin", "6", seed=3)
    after = " :after :after" if way == "confined" else ""
    assert (done.returncode, done.stdout) == (0, f"clean-up\n(:done (15 7){after})\n"), done.stderr


def test_the_continuation_of_an_effect(tmp_path: Path) -> None:
    """What a clause stores is `k` itself; its result is still checked when it is resumed elsewhere."""
    text = program("multi-shot", inside=False).replace("(resume k 100)", '(write-file "saved.bin" (serialize k))')
    save(tmp_path, text.replace('(answer "stop")', "1"))
    done = tur(tmp_path, "resume", "saved.bin", '"text"', seed=2)
    assert done.returncode == 1
    assert "the result of Ask expects an integer, got \"text\"" in done.stderr
    assert tur(tmp_path, "resume", "saved.bin", "4", seed=3).stdout.startswith("end\n")


HARMFUL = {
    "a field of the effect retyped": ("[question : string] : int64", "[question : symbol] : int64", "asking.Ask"),
    "a field of the effect renamed": ("(defeffect Ask [question :", "(defeffect Ask [text :", "asking.Ask"),
    "a field added": ("Log [text]", "Log [text level]", "asking.Log"),
    "the result retyped": ("] : int64)", "] : number)", "asking.Ask"),
    "the effect removed": ("Log ", "Logged ", "asking.Log"),
    "what a clause will do": ("(println text)", "(print text)", "Log"),
    "what `return` will do": ("(list :done v)", "(list :ready v)", "return"),
}


@pytest.mark.parametrize("edit", HARMFUL)
@pytest.mark.parametrize("way", WAYS)
def test_refuses_after_a_harmful_edit(tmp_path: Path, way: str, edit: str) -> None:
    text = program(way, inside=False)
    save(tmp_path, text)
    old, new, named = HARMFUL[edit]
    assert old in text
    (tmp_path / "asking.tur").write_text(text.replace(old, new))
    done = tur(tmp_path, "resume", "saved.bin", "4")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("schema-mismatch: ") and named in done.stderr, done.stderr


@pytest.mark.parametrize("way", WAYS)
def test_refuses_when_the_rest_of_a_clause_was_edited(tmp_path: Path, way: str) -> None:
    """Stopped inside the clause, of which the rest is yet to be done."""
    text = program(way, inside=True)
    save(tmp_path, text)
    (tmp_path / "asking.tur").write_text(text.replace("(answer question)", "(inc (answer question))"))
    done = tur(tmp_path, "resume", "saved.bin", "4")
    assert done.stderr.startswith("schema-mismatch: "), done.stderr


@pytest.mark.parametrize("way", WAYS)
def test_refuses_when_a_clause_goes_another_way(tmp_path: Path, way: str) -> None:
    text = program(way, inside=False)
    save(tmp_path, text)
    k, clause = WAYS[way]
    other, other_clause = WAYS["escaping" if way != "escaping" else "in place"]
    old = f"(Ask [question] {k}) {clause}".replace("(VALUE)", "100")
    assert old in text
    new = f"(Ask [question] {other}) {other_clause}".replace("(VALUE)", "100")
    (tmp_path / "asking.tur").write_text(text.replace(old, new))
    done = tur(tmp_path, "resume", "saved.bin", "4")
    assert done.stderr.startswith("schema-mismatch: "), done.stderr
