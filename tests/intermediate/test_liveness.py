"""Live variables, and the checker that knows what they must be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from turmeric.assembly.loader import library_directory
from turmeric.assembly.session import Session
from turmeric.intermediate import anf
from turmeric.intermediate.anf import Code
from turmeric.intermediate.checker import InternalError, check
from turmeric.vocabulary.errors import TurmericError

PROGRAMS = Path(__file__).parents[1] / "programs"
G = "(defn g [& xs] 1) "


def points(node: object) -> Iterator[anf.Let]:
    """All `Let`s of a control expression, outside in."""
    if isinstance(node, anf.Let):
        yield node
        yield from points(node.bound)
    if isinstance(node, anf.Branch):
        yield from points(node.then)
        yield from points(node.orelse)
    elif hasattr(node, "body"):
        yield from points(node.body)


def saved(code: Code) -> list[tuple[str, list[str]]]:
    return [(let.point.label, [var.name for var in let.point.live]) for let in points(code.body)]


def test_only_what_the_rest_reads(compile) -> None:  # type: ignore[no-untyped-def]
    code = compile(G + "(defn f [a b c] (g a) (g b) c)")["f"]
    assert saved(code) == [("g", ["b", "c"]), ("g.2", ["c"])]


def test_a_branch_keeps_nothing_for_the_other(compile) -> None:  # type: ignore[no-untyped-def]
    code = compile(G + "(defn f [a b c] (if a (list (g) b) (list (g) c)))")["f"]
    assert saved(code) == [("g", ["b"]), ("g.2", ["c"])]


def test_a_bound_branch_keeps_nothing_of_what_follows(compile) -> None:  # type: ignore[no-untyped-def]
    code = compile(G + "(defn f [a b] (list (if a (list (g) a) 1) b))")["f"]
    assert saved(code) == [("if", ["b"]), ("g", ["a"])]


def test_a_loop_keeps_what_another_turn_reads(compile) -> None:  # type: ignore[no-untyped-def]
    code = compile(G + "(defn f [n m] (loop [i 0] (if (< i n) (do (g m) (recur (+ i 1))) i)))")["f"]
    assert saved(code) == [("g", ["i", "m", "n"])]


def test_variables_of_a_loop_die_with_their_turn(compile) -> None:  # type: ignore[no-untyped-def]
    code = compile(G + "(defn f [n] (loop [i 0] (let [x (g i)] (g x) (recur (+ i 1)))))")["f"]
    assert saved(code) == [("g", ["i"]), ("g.2", ["i"])]


def test_a_closure_captures_through_another(compile) -> None:  # type: ignore[no-untyped-def]
    code = compile("(defn f [a b] (fn [] (fn [] a)))")["f"]
    assert isinstance(code.body, anf.Return) and isinstance(code.body.value, anf.MakeClosure)
    assert [var.name for var in code.body.value.code.captured] == ["a"]


def test_nested_loops_take_linear_time(compile) -> None:  # type: ignore[no-untyped-def]
    code = compile("(defn f [n] " + "(loop [i 0] " * 60 + "(f n)" + ")" * 61)["f"]
    check(code)


def first_let(code: Code) -> anf.Let:
    return next(points(code.body))


def test_checker_finds_a_missing_live_variable(compile) -> None:  # type: ignore[no-untyped-def]
    code = compile(G + "(defn f [a b] (g a) b)")["f"]
    first_let(code).point.live = ()
    with pytest.raises(InternalError, match="not bound"):
        check(code)


def test_checker_finds_one_too_many(compile) -> None:  # type: ignore[no-untyped-def]
    code = compile(G + "(defn f [a b] (g a) b)")["f"]
    first_let(code).point.live = code.params.required
    with pytest.raises(InternalError, match="saves"):
        check(code)


def test_checker_finds_a_wrong_jump(compile) -> None:  # type: ignore[no-untyped-def]
    code = compile("(defn f [] (loop [i 0] (recur i)))")["f"]
    node: object = code.body
    while not isinstance(node, anf.Recur):
        node = node.body  # type: ignore[attr-defined]
    node.args = ()
    with pytest.raises(InternalError, match="another number of values"):
        check(code)


def test_checker_finds_a_wrong_capture(compile) -> None:  # type: ignore[no-untyped-def]
    code = compile("(defn f [a b] (fn [] a))")["f"]
    code.body.value.code.captured = code.params.required  # type: ignore[attr-defined]
    with pytest.raises(InternalError, match="captures"):
        check(code)


def checked(session: Session, name: str, path: Path) -> int:
    """Check all code of a file, none of which is run; how many pieces there were."""
    module = session.new_module(name)
    module.file = str(path)
    made = session.loader.pipeline(module, start=False)
    count = 0

    def observe(declaration) -> None:  # type: ignore[no-untyped-def]
        nonlocal count
        for code in declaration.code.values():
            check(code)
            count += 1

    made.observe = observe
    made.load(path.read_text(encoding="utf-8"), str(path))
    return count


@pytest.mark.parametrize("path", sorted(Path(library_directory()).glob("*.tur")), ids=lambda path: path.stem)
def test_library_keeps_the_rules(path: Path) -> None:
    checked(Session([]), path.stem, path)


@pytest.mark.parametrize("feature", sorted(path.name for path in PROGRAMS.iterdir() if path.is_dir()))
def test_programs_keep_the_rules(feature: str) -> None:
    session = Session([str(PROGRAMS / feature)])
    pieces = 0
    for path in sorted((PROGRAMS / feature).glob("*.tur")):
        try:
            pieces += checked(session, path.stem, path)
        except TurmericError:
            assert path.with_suffix(".err").exists()
    assert pieces
