"""Saved in one process, resumed in another with another hash seed; and after edits of the code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def tur(directory: Path, *words: str, seed: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the command line in a fresh process."""
    env = {**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "turmeric", *words], cwd=directory, env=env, capture_output=True, text=True, timeout=60
    )


PROGRAM = """
(struct item [name : string, price : int64])
(defn helper [x] (* x 2))
(defn total [items tax]
  (def before (count items))
  (def start 5)
  (let [answer (ask "go on?")]
    (if (= answer :yes)
      (+ start (helper tax) (reduce (fn [sum i] (+ sum i.price)) 0 items))
      (- 0 tax))))
(defn ask [question]
  (cloneable-shift [k] (write-file "saved.bin" (serialize k)) question))
(defn main [] (println (total [(item "a" 10) (item "b" 20)] 3)))
"""


def save(directory: Path, program: str = PROGRAM) -> None:
    (directory / "shop.tur").write_text(program)
    done = tur(directory, "run", "shop.tur", seed=1)
    assert done.returncode == 0, done.stderr


def test_saved_in_one_process_and_resumed_in_others(tmp_path: Path) -> None:
    save(tmp_path)
    for seed in (2, 3):
        done = tur(tmp_path, "resume", "saved.bin", ":yes", seed=seed)
        assert (done.returncode, done.stdout) == (0, "41\n"), done.stderr


def test_bytes_do_not_depend_on_the_process(tmp_path: Path) -> None:
    saved = []
    for seed in (1, 2):
        (tmp_path / "shop.tur").write_text(PROGRAM)
        tur(tmp_path, "run", "shop.tur", seed=seed)
        saved.append((tmp_path / "saved.bin").read_bytes())
    assert saved[0] == saved[1]


HARMLESS = {
    "a comment": ("(defn helper", "; a comment\n\n(defn helper"),
    "layout": ("(def before (count items))", "(def before\n       (count\n items))"),
    "a docstring": ("(defn total [items tax]", '(defn total "Adds up." [items tax]'),
    "code that has already run": ("(def before (count items))", "(def before (+ 1 (count items)))"),
    "a new definition that has already run": ("(def before", "(println 1) (def more 2) (def before"),
    "a variable that is not live, renamed": ("(def before", "(def earlier"),
    "a function inserted before": ("(defn helper", "(defn other [] (map (fn [x] x) [1]))\n(defn helper"),
    "a closure inserted before": ("(def before (count items))", "(def before (count (map (fn [x] x) items)))"),
    "the order of functions": ("(defn helper [x] (* x 2))\n", ""),
    "a new import": ("(struct item", "(import json)\n(struct item"),
    "the body of a called function": ("(* x 2)", "(+ x x)"),
}


@pytest.mark.parametrize("edit", HARMLESS)
def test_resumes_after_a_harmless_edit(tmp_path: Path, edit: str) -> None:
    save(tmp_path)
    old, new = HARMLESS[edit]
    assert old in PROGRAM
    program = PROGRAM.replace(old, new)
    if edit == "the order of functions":
        program += "(defn helper [x] (* x 2))\n"
    (tmp_path / "shop.tur").write_text(program)
    done = tur(tmp_path, "resume", "saved.bin", ":yes")
    assert (done.returncode, done.stdout) == (0, "41\n"), done.stderr


HARMFUL = {
    "a constant": ("(- 0 tax)", "(- 1 tax)"),
    "an operator": ("(- 0 tax)", "(+ 0 tax)"),
    "a callee": ("(helper tax)", "(inc tax)"),
    "a function renamed": ("(defn total [", "(defn totals ["),
    "a parameter added": ("(defn total [items tax]", "(defn total [items tax more]"),
    "parameters reordered": ("(defn total [items tax]", "(defn total [tax items]"),
    "a parameter retyped": ("(defn total [items tax]", "(defn total [items tax : int64]"),
    "a live variable renamed": ("tax", "levy"),
    "a live variable dropped": ("(+ start (helper tax)", "(+ 5 (helper tax)"),
    "a live variable added": ("(- 0 tax)", "(- before tax)"),
    "a live variable retyped": ("(def start 5)", "(def start : int64 5)"),
    "a field added": ("price : int64]", "price : int64, size]"),
    "a field renamed": ("name : string", "title : string"),
    "a field retyped": ("name : string", "name : symbol"),
    "fields reordered": ("[name : string, price : int64]", "[price : int64, name : string]"),
    "the type removed": ("(struct item", "(struct thing"),
    "code of a closure yet to be made": ("(+ sum i.price)", "(+ sum i.price 0)"),
}


@pytest.mark.parametrize("edit", HARMFUL)
def test_refuses_after_a_harmful_edit(tmp_path: Path, edit: str) -> None:
    save(tmp_path)
    old, new = HARMFUL[edit]
    assert old in PROGRAM
    (tmp_path / "shop.tur").write_text(PROGRAM.replace(old, new))
    done = tur(tmp_path, "resume", "saved.bin", ":yes")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("schema-mismatch: "), done.stderr


def test_a_module_that_is_gone(tmp_path: Path) -> None:
    save(tmp_path)
    (tmp_path / "shop.tur").rename(tmp_path / "store.tur")
    done = tur(tmp_path, "resume", "saved.bin", ":yes")
    assert done.returncode == 1
    assert "the module shop" in done.stderr and "cannot be found" in done.stderr


def test_loading_for_a_resume_does_not_start_the_work_again(tmp_path: Path) -> None:
    save(tmp_path, '(println "starting")\n(def config (do (println "config") 1))' + PROGRAM)
    done = tur(tmp_path, "resume", "saved.bin", ":yes")
    assert done.stdout == "41\n"


def test_inspect_tells_what_waits_and_what_changed(tmp_path: Path) -> None:
    save(tmp_path)
    shown = tur(tmp_path, "inspect", "saved.bin").stdout
    assert "shop.total waits at ask" in shown
    assert "tax = 3" in shown
    assert "fits the code that is there now" in shown
    (tmp_path / "shop.tur").write_text(PROGRAM.replace("(- 0 tax)", "(- 1 tax)"))
    done = tur(tmp_path, "inspect", "saved.bin")
    assert done.returncode == 1
    assert "1 thing does not fit the code that is there now:\n  1. shop.total waits at `ask`" in done.stdout


def test_resuming_does_not_start_the_work_of_imported_modules_again(tmp_path: Path) -> None:
    (tmp_path / "prices.tur").write_text(
        '(println "loading")\n'
        '(def table (do (println "making the table") {:a 1}))\n'
        '(def unused (println "never read"))\n'
        "(defn price [k]\n"
        '  (cloneable-shift [c] (write-file "saved.bin" (serialize c)) (continue c))\n'
        "  (get table k))\n"
    )
    (tmp_path / "use.tur").write_text('(import prices)\n(println "starting")\n(println (prices.price :a))\n')
    tur(tmp_path, "run", "use.tur")
    done = tur(tmp_path, "resume", "saved.bin")
    assert (done.stdout, done.stderr) == ("making the table\n1\n", "")


LEAVING = """
(defn ask [] (cloneable-shift [k] (write-file "saved.bin" (serialize k))))
(defn find [xs] (for-each xs (fn [x] (let [take (ask)] (when take (return [take x]))))) :none)
(defn same [x] x)
(defn steps [x]
  [:steps (+ x (if x (let [y (ask)] (when (> y 9) (return (find [y]))) (same y)) (same 0)))])
(defn saver [] (reset [:saved (escape (fn [exit] (let [other (ask)] (other :left) :not-left)))]))
"""


def test_returns_from_functions_that_another_process_called(tmp_path: Path) -> None:
    """One exit throws to its block, one drops frames; both are resumed where nothing was called."""
    (tmp_path / "shop.tur").write_text(LEAVING + "(defn main [] (println [(find [1 2])]))")
    assert tur(tmp_path, "run", "shop.tur").returncode == 0
    assert tur(tmp_path, "resume", "saved.bin", ":first").stdout == "[[:first 1]]\n"
    (tmp_path / "shop.tur").write_text(LEAVING + "(defn main [] (println [(steps 5)]))")
    assert tur(tmp_path, "run", "shop.tur").returncode == 0
    assert tur(tmp_path, "resume", "saved.bin", "3").stdout == "[[:steps 8]]\n"
    assert tur(tmp_path, "resume", "saved.bin", "10").returncode == 0
    assert tur(tmp_path, "resume", "saved.bin", ":second").stdout == "[[:second 10]]\n"


def test_escapes_of_two_processes_are_told_apart(tmp_path: Path) -> None:
    """The continuation has an escape of its own; it is given the exit of one in this process."""
    resume = '(prn (escape (fn [exit] [:resumed (resume (deserialize (read-file "saved.bin")) exit)])))'
    main = f'(defn main [] (if (file-exists? "saved.bin") {resume} (saver)))'
    (tmp_path / "shop.tur").write_text(LEAVING + main)
    assert tur(tmp_path, "run", "shop.tur").returncode == 0
    done = tur(tmp_path, "run", "shop.tur")
    assert (done.stdout, done.stderr) == (":left\n", "")


BOUND = """
(def global (make-parameter :default))
(defn ask [] (cloneable-shift [k] (write-file "saved.bin" (serialize k))))
(defn main []
  (let [local (make-parameter 1 (fn [x] (* x 10)))]
    (parameterize [global :bound local 5]
      (println (ask) (global) (local) (parameterize [global :again] [(global) (local)])))))
"""


def test_parameters_are_bound_in_another_process(tmp_path: Path) -> None:
    save(tmp_path, BOUND)
    done = tur(tmp_path, "resume", "saved.bin", ":resumed")
    assert (done.stdout, done.stderr) == (":resumed :bound 50 [:again 50]\n", "")


GENERATOR = """
(def squares (gen [] (defer (println "done")) (for-each (range 1 6) (fn [n] (yield (* n n))))))
(defn stages [g] (gen-filter odd? (gen-map (fn [x] (+ x 1)) g)))
(def saved {:suspended (stages squares) :fresh (stages (gen [] (yield 8))) :finished (gen [] nil)})
(defn save []
  (gen-next saved.finished)
  (println (gen-take 1 saved.suspended))
  (write-file "saved.bin" (serialize saved)))
(defn go-on []
  (let [there (deserialize (read-file "saved.bin" :as :bytes))]
    (println there)
    (doseq [name [:suspended :fresh :finished]] (println name (gen-collect (get there name))))))
(defn main [] (if (= (first (args)) "save") (save) (go-on)))
"""


def test_a_generator_goes_on_in_another_process(tmp_path: Path) -> None:
    (tmp_path / "squares.tur").write_text(GENERATOR)
    done = tur(tmp_path, "run", "squares.tur", "save", seed=1)
    assert (done.stdout, done.stderr) == ("(5)\n", "")
    done = tur(tmp_path, "run", "squares.tur", seed=2)
    assert (done.stdout, done.stderr) == (
        "{:suspended #<generator, suspended>, :fresh #<generator, not started>, :finished #<generator, done>}\n"
        "done\n:suspended (17)\n:fresh (9)\n:finished ()\n",
        "",
    )


def test_a_generator_whose_body_changed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "squares.tur").write_text(GENERATOR)
    tur(tmp_path, "run", "squares.tur", "save")
    (tmp_path / "squares.tur").write_text(GENERATOR.replace("(* n n)", "(* n n n)"))
    done = tur(tmp_path, "run", "squares.tur")
    assert done.returncode == 1
    assert done.stderr.startswith("schema-mismatch: "), done.stderr
