"""The REPL without a terminal: what is piped in, what is printed."""

from __future__ import annotations

from pathlib import Path

from commandline import tur


def said(text: str, cwd: Path | None = None) -> str:
    """What the REPL prints for an input that it has no complaint about."""
    status, printed, error = tur(stdin=text, cwd=cwd)
    assert (status, error) == (0, "")
    return printed


def test_one_result_a_line() -> None:
    assert said('(+ 1 2)\n"a"\n1 2\n\n; a comment\nnil\n:key\n') == '3\n"a"\n1\n2\nnil\n:key\n'


def test_definitions_print_nothing() -> None:
    assert said("(def x 6)\n(defn f [y] (* x y))\n(struct p [a])\n(f 7)\n(p 1)") == "42\n(p 1)\n"


def test_entries_over_several_lines() -> None:
    assert said('(defn f [x]\n  (* x 2))\n\n(f\n 4)\n"a\nb"\n') == '8\n"a\\nb"\n'


def test_a_macro_may_stand_below_its_use_in_an_entry() -> None:
    assert said("(defn f [] (twice 4)) (defmacro twice [x] `(+ ~x ~x))\n(f)\n") == "8\n"


def test_last_values() -> None:
    assert said("1\n2\n3\n(list *1 *2 *3)\n(count *1)\n(def *1 7)\n*1\n") == "1\n2\n3\n(3 2 1)\n3\n7\n"


def test_an_error_keeps_the_session_and_gives_status_1() -> None:
    status, printed, error = tur("repl", stdin="(def x 1)\n(nth [] 3)\n(+ x 1)\n*e.message\n)\n(+ x 2)\n:quit\n5")
    assert status == 1
    assert printed.splitlines()[0] == "2"
    assert "3" in printed.splitlines()[1]
    assert printed.splitlines()[2:] == ["3"]
    assert [line.split(":")[0] for line in error.splitlines() if line[0] != " "] == ["index-error", "read-error"]
    assert "at <2>:1:1" in error


def test_an_entry_that_never_ends() -> None:
    status, printed, error = tur(stdin="1\n(+ 1\n")
    assert (status, printed) == (1, "1\n")
    assert error.startswith("read-error: expected `)` but the input ended")


def test_exit_ends_the_session() -> None:
    assert tur(stdin="(exit 3)\n1\n") == (3, "", "")


def test_doc() -> None:
    printed = said(";;; Twice.\n;;; For all numbers.\n(defn double [x & more] x)\n(doc double)\n(doc let)\n(doc swap!)")
    assert printed.startswith("(double x & more)   function of user\n  Twice.\n  For all numbers.\n(let [")
    assert "(swap! r f & args)   function of core\n  Replace what" in printed


def test_doc_of_an_unknown_name() -> None:
    status, _, error = tur(stdin="(doc conut)")
    assert status == 1
    assert error.startswith("unbound-variable: `conut` is not defined; did you mean `count`?")


def test_source() -> None:
    printed = said(";;; Twice.\n(defn double [x]\n  (* 2 x))\n(source double)\n(source swap!)\n(source if)")
    assert "(defn double [x]\n  (* 2 x))\n" in printed
    assert "(defn swap! [r f & args]\n" in printed
    assert ";;; Replace what a cell holds" in printed
    assert "; `if` is a special form" in printed


def test_doc_and_source_can_be_defined_anew() -> None:
    assert said("(defn doc [x] (* 2 x))\n(doc 4)\n") == "8\n"


def test_long_collections_are_cut() -> None:
    first, second = said("(range 1000)\n(count *1)\n").splitlines()
    assert first.endswith(" 98 99 ...)")
    assert second == "1000"


def test_values_are_shown_by_their_show_instance() -> None:
    assert said('(struct p [x])\n(instance Show p (show [v] (str "<" v.x ">")))\n{:a (p 1)}') == "{:a <1>}\n"


def test_time() -> None:
    value, spent = said(":time (+ 1 2)\n").splitlines()
    assert value == "3"
    assert spent.endswith(" ms")


def test_expand() -> None:
    assert said(":expand (when 1 2)\n") == "(if 1 2 nil)\n"


def test_frames() -> None:
    printed = said("(defn f [x] (let [y 5] (+ x y (shift [k] k))))\n(def k (reset (* 2 (f 3))))\n:frames k\n")
    lines = printed.splitlines()
    assert lines[0].startswith("0  user.f  at <1>:1:")
    assert lines[-1].startswith("1  user.k  at <2>:1:")


def test_help_lists_all_commands() -> None:
    from turmeric.fronts.remarks import COMMANDS

    printed = said(":help\n")
    assert all(f"  {name} " in printed for name in COMMANDS)


def test_a_keyword_is_no_command() -> None:
    assert said(":halp\n(:a {:a 1})\n") == ":halp\n1\n"


def test_load_and_reload(tmp_path: Path) -> None:
    (tmp_path / "m.tur").write_text("(def rate 2)\n(defn scaled [x] (* rate x))\n")
    (tmp_path / "f.tur").write_text("(import m)\n(defn go [] (m.scaled 10))\n")
    change = '(write-file "m.tur" "(def rate 3)\\n(defn scaled [x] (* rate x 10))")'
    printed = said(f":load f.tur\n(go)\n{change}\n(go)\n:reload\n(go)\n", tmp_path)
    assert printed == f"loaded f.tur\n20\nnil\n20\nreloaded {tmp_path}/m.tur, f.tur\n300\n"


def test_commands_without_operands_say_what_they_need() -> None:
    status, printed, error = tur(stdin=":load\n:time\n:expand\n:frames 3\n:reload\n")
    assert (status, printed) == (1, "nothing was loaded yet\n")
    assert [line for line in error.splitlines() if line[0] != " "] == [
        "syntax-error: expected :load FILE",
        "syntax-error: expected :time EXPR",
        "syntax-error: expected :expand FORM",
        "type-error: continuation-frames expects a continuation, got 3",
    ]


def test_round_trip_mode() -> None:
    assert tur("repl", "--mode", "roundtrip", stdin="(map (fn [x] (* x x)) [1 2])\n") == (0, "(1 4)\n", "")


def test_input_that_ends_with_a_comment() -> None:
    assert said("1\n; the end\n") == "1\n"
