"""`tur check`: what it says about a file, that it runs nothing, and that it is never wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from turmeric.fronts.checking import check_files, problems_of

CHECKOUT = Path(__file__).parents[2]
PROGRAMS = CHECKOUT / "tests" / "programs"

NEVER_SHOWN = {
    "errors/runtime-types.tur": "makes mistakes on purpose and prints only the types of the errors",
}
"""Programs whose mistakes are real but whose output does not have the messages."""


def found(path: Path) -> list[str]:
    """The problems of a file as `line:column: message`; a warning's message says so."""
    return [
        f"{problem.span.line}:{problem.span.column}: {'warning: ' if problem.warning else ''}{problem.message}"
        for problem in problems_of(str(path))
    ]


def write(directory: Path, text: str, name: str = "p.tur") -> Path:
    path = directory / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


UNBOUND = [
    ("(println totl)", ["1:10: `totl` is not defined"]),
    ("(def total 3)\n(println totl)", ["2:10: `totl` is not defined; did you mean `total`?"]),
    ("(defn f [customer] custmer)", ["1:20: `custmer` is not defined; did you mean `customer`?"]),
    ("(prnitln 1)", ["1:2: `prnitln` is not defined; did you mean `println`?"]),
    ("(set! nowhere 1)", ["1:1: `nowhere` is not defined"]),
    ("(nowhere.read 1)", ["1:2: `nowhere` is not defined"]),
    ("(defn f [] (later)) (defn later [] 1)", []),
    ("(defmacro twice [x] `(do ~x ~x)) (twice nowhere)", ["1:41: `nowhere` is not defined"]),
    ("(defmacro make [name] `(def ~name 1)) (make thing) thing", []),
    ("(defdata shape (circle r) (nothing)) (circle 1) nothing", []),
    ("(defclass Area [a] (area [x : a])) (defn f [x] (area x))", []),
    ("(import-python math) (math.sqrt 2)", []),
    ("(try nowhere (catch [e : unbound-variable] 1))", []),
    ("(try nowhere (catch [e : type-error] 1))", ["1:6: `nowhere` is not defined"]),
]

ARITY = [
    ("(defn f [a b] (+ a b))\n(f 1)", ["2:1: f expects 2 arguments, got 1"]),
    ("(f 1 2 3)\n(defn f [a b] (+ a b))", ["1:1: f expects 2 arguments, got 3"]),
    ("(defn f [a & more] more a)\n(f)\n(f 1)\n(f 1 2 3)", ["2:1: f expects at least 1 argument, got 0"]),
    ("(def f (fn [x] x)) (f)", ["1:20: f expects 1 argument, got 0"]),
    ("(defn f [a &key (b 1)] (+ a b))\n(f 1 :b 2)\n(f 1 :c 2)", ["3:1: f has no keyword :c; it knows :b"]),
    ("(defn f [a &key b] (+ a b))\n(f 1)", ["2:1: f needs the keyword :b"]),
    ("(defn f [a &key b] (+ a b))\n(f 1 :b)", ["2:1: f got the keyword :b without a value"]),
    ("(defn f [a &key (b 1)] (+ a b))\n(f 1 2)", ["2:1: f expects 1 argument and keywords, got 2"]),
    ("(nth [1])", ["1:1: nth expects 2 to 3 arguments, got 1"]),
    ("(get {})", ["1:1: get expects 2 to 3 arguments, got 1"]),
    ("(map inc)", ["1:1: map expects at least 2 arguments, got 1"]),
    ("(struct point [x y]) (point 1)", ["1:22: (point x y) has 2 fields, got 1 value"]),
    ("(struct point [x y]) (point 1 2) (point :x 1 :y 2)", []),
    ("((fn [x] x))", ["1:1: fn expects 1 argument, got 0"]),
    ("(let [f (fn [x] x)] (f))", ["1:21: f expects 1 argument, got 0"]),
    ("(defn g [] (defn h [x] x) (h 1 2))", ["1:27: h expects 1 argument, got 2"]),
    ("(defn f [x] x) (defn g [f] (f 1 2)) (g f)", []),
    ("(defn f [x] x) (set! f (fn [x y] (+ x y))) (f 1 2)", []),
    ("(try (nth [1]) (catch [e : arity-error] 1))", []),
    ("(loop [i 0] (recur i i))", ["1:13: the loop has 1 variable, but `recur` gives 2"]),
    (
        "(loop [i 0] (+ 1 (recur i)))",
        ["1:18: `recur` must be the last thing its loop or function does; here its value would be used"],
    ),
]

POINT = "(struct point [x : int64, y : int64])\n"

TYPES = [
    (POINT + "(defn f [p : point] p.z)", ["2:21: point has no field `z`; it has x, y"]),
    (POINT + "(defn f [p : point] (.z p))", ["2:21: point has no field `z`; it has x, y"]),
    (POINT + "(let [p (point 1 2)] p.z)", ["2:22: point has no field `z`; it has x, y"]),
    (POINT + "(def p (point 1 2)) p.z", ["2:21: point has no field `z`; it has x, y"]),
    (POINT + "(defn f [p] p.z)", []),
    (POINT + "(let [p (point 1 2)] (set! p {:z 1}) p.z)", []),
    ("(struct a [total]) (defn f [x : a] x.totl)", ["1:36: a has no field `totl`; did you mean `total`?"]),
    ("(defdata shape (circle r) (square side)) (defn f [s : shape] s.r)", []),
    ("(defdata shape (circle r) (box w)) (defn f [s : shape] s.q)", ["1:56: shape has no field `q`; it has r, w"]),
    ("(deferror oops [why]) (defn f [e : oops] (list e.why e.message e.data))", []),
    ("(defn f [n : int] n.x)", ["1:19: cannot read the field `x` of an integer"]),
    ("(defn f [x : int64] x) (f \"a\")", ['1:27: x of f expects an integer, got "a"']),
    ("(defn f [x : int64] x) (defn g [s : string] (f s))", ["1:48: x of f expects an integer, got a string"]),
    ("(defn f [x : number] x) (f 1) (f 1.5) (f nil)", ["1:42: x of f expects a number, got nil"]),
    ("(defn f [x : int64] x) (f 99999999999999999999)", []),
    ("(defn f [x : any] x) (f nil)", []),
    ("(defn f [g : fn] (g 1)) (f :key) (f [1]) (f inc)", []),
    ("(5 1)", ["1:1: cannot call 5: it is no function"]),
    ("(defn f [s : string] (s 1))", ["1:22: cannot call a string: it is no function"]),
    ("(:a {}) ({} 1) ([1] 0) (#{1} 1)", []),
    ("(defn f [g : fn] (g 1)) (f 5)", ["1:28: g of f expects a function, got 5"]),
    (POINT + "(point 1 \"b\")", ['2:10: the field y of point expects an integer, got "b"']),
    (POINT + "(defn f [p : point] p) (f 1) (f (point 1 2))", ["2:27: p of f expects a point, got 1"]),
    ("(defn f [& xs : int] (first xs)) (f 1)", []),
    ("(defn f [a &key (n : int64 1)] (+ a n)) (f 1 :n \"x\")", ['1:49: n of f expects an integer, got "x"']),
    ("(def s : string 5)", ["1:17: s expects a string, got 5"]),
    ("(upper 5)", ["1:8: upper expects a string, got 5"]),
    ("(defn f [x : strng] x)", ["1:14: there is no type `strng`; did you mean `string`?"]),
    ("(defdata o (one v)) (match 1 (one) -> 1)", ["1:30: (one v) has 1 field, but the pattern has 0"]),
]

WARNINGS = [
    ("(let [a 1 b 2] b)", ["1:7: warning: the variable `a` is never used"]),
    ("(let [_a 1] 2)", []),
    ("(defn f [a] 1)", []),
    ("(defn f [[a b]] 1)", []),
    ("(let [[a b] [1 2]] a)", ["1:10: warning: the variable `b` is never used"]),
    ("(loop [i 0] (if (< i 3) (recur (+ i 1)) i))", []),
    ("(match 1 n when (> n 1) -> 2 _ -> 3)", []),
    ("(match [1 2] [a b] -> a)", ["1:17: warning: the variable `b` is never used"]),
    ("(for [x [1 2]] 1)", []),
    ("(defn f [] (defn g [] 1) 2)", ["1:18: warning: the variable `g` is never used"]),
    ("(defn f [] 1)\n(defn f [] 2)", ["2:1: warning: `f` is defined again"]),
    ("(match 1 _ -> 1 2 -> 3)", ["1:10: warning: the clauses after this one are never reached"]),
    ("(match 1 1 -> 1 x -> x)", []),
]


ASK = "(defeffect Ask [prompt : string] : int64)\n"
EFFECTS = [
    (ASK + "(perform (Ask))", ["2:10: (Ask prompt) has 1 field, got 0 values"]),
    (ASK + "(perform (Ask 5))", ["2:15: the field prompt of Ask expects a string, got 5"]),
    (ASK + '(handle 1 (Ask [p] k) (continue k "a"))', ['2:35: the result of Ask expects an integer, got "a"']),
    (ASK + "(handle 1 (Ask [p q] k) 1)", ["2:12: the effect is (Ask prompt), but its clause has 2 parameters"]),
    ("(handle 1 (Nothing [p] k) (continue k p))", ["1:12: `Nothing` is not defined"]),
    (ASK + "(handle 1 (Ask [p] k) (continue k (count p)) (return [v] v))", []),
    (ASK + "(handle 1 (Ask [p] k) (if (= p 1) (+ 1 (continue k 1)) (continue k 2)))", []),
]


@pytest.mark.parametrize(("text", "expected"), [*UNBOUND, *ARITY, *TYPES, *EFFECTS, *WARNINGS])
def test_says(text: str, expected: list[str], tmp_path: Path) -> None:
    assert found(write(tmp_path, text)) == expected


def test_a_form_that_fails_does_not_hide_the_others(tmp_path: Path) -> None:
    text = "(if)\n(defn f [x] (if))\n(f 1)\n(nowhere)\n(defmacro bad [] (throw 1))\n(bad)"
    assert found(write(tmp_path, text)) == [
        "1:1: expected (if test then else), got (if)",
        "2:13: expected (if test then else), got (if)",
        "4:2: `nowhere` is not defined",
        "6:1: in the expansion of `bad`: 1",
    ]


def test_an_unclosed_bracket_is_the_only_problem(tmp_path: Path) -> None:
    (problem,) = problems_of(str(write(tmp_path, "(nowhere)\n(println")))
    assert problem.message == "expected `)` but the input ended"
    assert problem.related is not None and problem.related[1].line == 2


def test_a_failed_import_counts_once(tmp_path: Path) -> None:
    text = "(import nosuch :as n :refer [a])\n(n.f (a))\n(import-python nosuch-python)\n(nosuch-python.g)"
    path = write(tmp_path, text)
    assert found(path) == ["1:1: there is no module `nosuch` (looked for nosuch.tur)"]


def test_imported_modules_are_known_and_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, '(println "imported")\n(def n (throw 1))\n(struct item [a])\n(defn f [x : int64] x)', "lib.tur")
    text = "(import lib :as l)\n(l.f 1 2)\n(l.item)\n(l.f \"a\")\n(defn g [i : l.item] i.b)\n(println l.n)\n(l.h)"
    assert found(write(tmp_path, text)) == [
        "2:1: f expects 1 argument, got 2",
        "3:1: (item a) has 1 field, got 0 values",
        '4:6: x of f expects an integer, got "a"',
        "5:22: item has no field `b`; it has a",
        "7:2: the module lib has no `h`",
    ]
    assert capsys.readouterr().out == ""


def test_runs_nothing_but_macros(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = '(defmacro m [] (println "expanding") 1)\n(def x (println "no"))\n(m)\n(defn main [] (exit 3))'
    assert found(write(tmp_path, text)) == []
    assert capsys.readouterr().out == "expanding\n"


def test_prints_problems_and_a_summary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = write(tmp_path, "(let [total 1]\n  totl)", "a.tur"), write(tmp_path, "(+ 1 2)", "b.tur")
    assert check_files([str(first), str(second)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{first}:1:7: warning: the variable `total` is never used",
        "  1 | (let [total 1]",
        "    |       ^~~~~",
        f"{first}:2:3: `totl` is not defined; did you mean `total`?",
        "  2 |   totl)",
        "    |   ^~~~",
        "1 error, 1 warning in 2 files",
    ]


@pytest.mark.parametrize(
    ("text", "status", "summary"),
    [
        ("(println 1)", 0, "no problems in 1 file"),
        ("(let [a 1] 2)", 0, "1 warning in 1 file"),
        ("(nowhere)", 1, "1 error in 1 file"),
    ],
)
def test_status(text: str, status: int, summary: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_files([str(write(tmp_path, text))]) == status
    assert capsys.readouterr().out.splitlines()[-1] == summary


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "no.tur")
    assert check_files([path]) == 1
    assert capsys.readouterr().out.splitlines()[0] == f"{path}:1:1: cannot read {path}: No such file or directory"


@pytest.mark.parametrize("path", sorted((CHECKOUT / "stdlib").rglob("*.tur")), ids=lambda path: path.name)
def test_the_library_has_no_problems(path: Path) -> None:
    assert found(path) == []


@pytest.mark.parametrize("path", sorted((CHECKOUT / "examples").rglob("*.tur")), ids=str)
def test_the_examples_have_no_problems(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    code = "".join(each.read_text() for each in path.parent.glob("*.py"))
    registered = set(re.findall(r'register\("(\w+)"', code))  # modules that only Python knows
    missing = [f"no module `{name}`" for name in registered]
    assert [problem for problem in found(path) if not any(each in problem for each in missing)] == []


@pytest.mark.parametrize("feature", sorted(each.name for each in PROGRAMS.iterdir() if each.is_dir()))
def test_says_nothing_that_does_not_happen(feature: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every error that is found in a test program is one it makes on purpose: it prints the message."""
    monkeypatch.chdir(PROGRAMS / feature)
    for program in sorted((PROGRAMS / feature).glob("*.tur")):
        if f"{feature}/{program.name}" in NEVER_SHOWN:
            continue
        files = [program.with_suffix(suffix) for suffix in (".out", ".err")]
        shown = "".join(file.read_text(encoding="utf-8") for file in files if file.exists())
        errors = [problem.message for problem in problems_of(str(program)) if not problem.warning]
        assert [message for message in errors if message not in shown] == [], program
