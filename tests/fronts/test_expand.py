"""`tur expand`: what is printed, and that it means the same as the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from commandline import CHECKOUT, tur

from turmeric.assembly.session import Session
from turmeric.fronts.execution import completed
from turmeric.fronts.expanding import expanded
from turmeric.fronts.layout import laid_out
from turmeric.reading.reader import read_all
from turmeric.vocabulary.errors import TurmericError

PROGRAMS = CHECKOUT / "tests" / "programs"

DIFFERENT = {
    "control/continuation-frames": "shows names of local variables and places",
    "control/continuation-frames-hold-what-is-live": "shows names of local variables and places",
    "hygiene/user-redefines-library-name": "uses a library function whose module's name is hidden too",
    "local-definitions/read-too-early": "an unset local variable is shown as nil",
    "modules/macro-of-module": "uses what is private to the macro's module",
}
"""Programs whose expansion does not print the same, and why."""


def expansion(text: str, session: Session | None = None, name: str = "p", file: str | None = None) -> str:
    session = session or Session([])
    session.loader.starts = False
    module = session.new_module(name)
    module.file = file
    pipeline = session.loader.pipeline(module, start=False)
    return "\n".join(laid_out(datum) for datum in expanded(pipeline, read_all(text, f"{name}.tur")))


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("(when (> n 0) (println 1) 2)", "(if (> n 0) (do (println 1) 2) nil)"),
        ("(-> x inc (+ 2))", "(+ (inc x) 2)"),
        ("(or a b)", "(let [value a] (if value value b))"),
        ("(let [x 1] (or x 2))", "(let [x 1 value x] (if value value 2))"),
        ("(defn f [x : int] (or nil x))", None),
        ("(let [{:keys [a]} m] a)", "(let [value m a (get value :a)] a)"),
        ("x.y.z", "(.z (.y x))"),
        ("['a 1] '(b c) []", "'[a 1]\n'(b c)\n[]"),
        ("(fn [a & r] r)", "(fn [a & r] r)"),
        ("(fn [a &key (b 1) c] b)", "(fn [a &key (b 1) c] b)"),
        ("(reset (+ 1 (shift [k] (k 1))))", "(reset (+ 1 (shift [k] (k 1))))"),
        ("(reset (do (fn [] 1)))", "(reset (do (fn [] 1)))"),
        ("(try 1 (catch [e : type-error] 2) (finally 3))", "(try 1 (catch [e : type-error] 2) (finally 3))"),
        ("(defn f [] (defer 1) 2)", "(defn f [] (defer 1) 2)"),
        ("(defdynamic *x* 1)\n(binding [*x* 2] *x*)", "(defdynamic *x* 1)\n(binding [*x* 2] *x*)"),
        ("(struct p [x : int64, y])", "(struct p [x : int64 y])"),
        ("(defdata (Opt a) (Some1 v) (None1))", "(defdata (Opt a) (Some1 v) (None1))"),
        (";;; Doc.\n(defn f [x] x)", '(defn f "Doc." [x] x)'),
        ("(do (def a 1) (def b a))", "(def a 1)\n(def b a)"),
        ("(defclass Area [a] (area [x : a] 1))", "(defclass Area [a] (area [x : a] 1))"),
    ],
)
def test_expansion(text: str, printed: str | None) -> None:
    found = expansion(text)
    if printed is None:
        assert "check-type" in found
        return
    assert re.sub(r"__\d+", "", found) == printed


def test_a_variable_of_a_macro_keeps_apart_from_the_users() -> None:
    found = expansion(
        "(defmacro twice [x] `(let [tmp# ~x] (+ tmp# tmp#)))\n(defn f [tmp__1] (twice tmp__1))"
    ).splitlines()[-1]
    assert found.count("tmp__") == 5


def test_long_forms_are_laid_out() -> None:
    text = (
        "(defn f [order customer] (let [total (sum-of-all-positions order) rate (rate-for customer)]"
        " (when (> total 1000) (print-discount total rate))))"
    )
    assert expansion(text).splitlines() == [
        "(defn f [order customer]",
        "  (let [total (sum-of-all-positions order) rate (rate-for customer)]",
        "    (if (> total 1000) (print-discount total rate) nil)))",
    ]


def test_command_runs_only_macros(tmp_path: Path) -> None:
    (tmp_path / "lib.tur").write_text('(println "loading")\n(defmacro inc2 [x] `(+ ~x 2))')
    (tmp_path / "p.tur").write_text("(import lib :as l)\n(println (l/inc2 1))\n(exit 3)")
    assert tur("expand", "p.tur", cwd=tmp_path) == (0, "(import lib :as l)\n\n(println (+ 1 2))\n\n(exit 3)\n", "")


def test_command_reports_errors(tmp_path: Path) -> None:
    (tmp_path / "p.tur").write_text("(println 1)\n(let [x] x)")
    status, printed, error = tur("expand", "p.tur", cwd=tmp_path)
    assert (status, printed) == (1, "(println 1)\n")
    assert error.startswith("syntax-error: ")
    assert "at p.tur:2:" in error


def programs() -> list[str]:
    found = [path for path in PROGRAMS.glob("*/*.tur") if not path.with_suffix(".err").exists()]
    names = sorted(str(path.relative_to(PROGRAMS).with_suffix("")) for path in found)
    return [name for name in names if name not in DIFFERENT and not name.startswith("test/")]  # reports with places


@pytest.mark.parametrize("name", programs())
def test_an_expansion_means_the_same(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    program = PROGRAMS / f"{name}.tur"
    text = expansion(program.read_text(), Session([str(program.parent)]), program.stem, str(program))
    written = tmp_path / "expanded" / program.name
    written.parent.mkdir()
    written.write_text(text)
    session = Session([str(program.parent), str(written.parent)])
    session.activate()
    capsys.readouterr()
    try:
        completed(session, lambda: session.run_file(str(written)))
    except SystemExit:
        pass
    except TurmericError as error:
        raise AssertionError(f"{error}\n{text}") from error
    expected = program.with_suffix(".out").read_text(encoding="utf-8")
    assert capsys.readouterr().out == expected
