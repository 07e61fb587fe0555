"""Generators as Python's iterators, their places in reports, and pipelines against lists."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turmeric import Runtime, TurmericError, to_python
from turmeric.vocabulary.report import report


@pytest.fixture(scope="module")
def runtime() -> Runtime:
    return Runtime(roots=[])


def test_iterated_by_python(runtime: Runtime) -> None:
    g = runtime.eval("(gen [] (yield 1) (yield nil) (yield 3))")
    assert iter(g) is g
    assert next(g) == 1
    assert list(g) == [None, 3]
    assert list(g) == []
    with pytest.raises(StopIteration):
        next(g)
    assert next(g, "none") == "none"


def test_python_and_the_program_share_it(runtime: Runtime) -> None:
    g = runtime.eval("(def shared (gen-naturals)) (gen-take 2 shared) shared")
    assert list(itertools.islice(g, 3)) == [2, 3, 4]
    assert runtime.eval("(unwrap (gen-next shared))") == 5


def test_of_a_module(tmp_path: Path) -> None:
    counting = "(def count-down (gen [n] (when (> n 0) (yield n) (yield-from (count-down (- n 1))))))"
    (tmp_path / "counting.tur").write_text(counting)
    module = Runtime(roots=[str(tmp_path)]).load(str(tmp_path / "counting.tur"))
    assert list(module.count_down(3)) == [3, 2, 1]


def test_runs_in_the_runtime_it_comes_from() -> None:
    first, second = Runtime(roots=[]), Runtime(roots=[])
    g = first.eval('(def whose "first") (gen [] (yield whose) (yield whose))')
    second.eval('(def whose "second")')
    assert next(g) == "first"
    second.activate()
    assert next(g) == "first"


def test_passed_to_python_functions(runtime: Runtime) -> None:
    runtime.eval("(import-python builtins)")
    assert runtime.eval("(builtins.sum (gen-take-while (fn [n] (< n 5)) (gen-naturals)))") == 10
    assert runtime.eval("(builtins.list (builtins.zip (gen-naturals) [:a :b]))")[1][0] == 1
    g = runtime.eval("(gen [] (yield 1))")
    assert to_python(g) is g


def test_a_python_generator_is_asked_when_its_generator_is(runtime: Runtime) -> None:
    taken = []

    def numbers() -> Iterator[int]:
        for n in itertools.count():
            taken.append(n)
            yield n

    squares = runtime.eval("(fn [xs] (gen-map (fn [x] (* x x)) (gen-from xs)))")(numbers())
    assert taken == []
    assert list(itertools.islice(squares, 3)) == [0, 1, 4]
    assert taken == [0, 1, 2]


def test_an_error_of_the_body_reaches_python(runtime: Runtime) -> None:
    g = runtime.eval('(gen [] (yield 1) (throw (error "broken")))')
    assert next(g) == 1
    with pytest.raises(TurmericError, match="broken"):
        next(g)
    assert list(g) == []


def test_an_error_of_python_ends_the_body(runtime: Runtime) -> None:
    def numbers() -> Iterator[int]:
        yield 1
        raise RuntimeError("in Python")

    g = runtime.eval("(fn [xs] (gen-from xs))")(numbers())
    assert next(g) == 1
    with pytest.raises(TurmericError, match="in Python"):
        next(g)


OTHERS = ["(struct point [x]) (point 1)", "(Some 1)", "None", '(error "e")', "(fn [] 1)", "(ref 1)"]


@pytest.mark.parametrize("text", OTHERS)
def test_nothing_else_becomes_iterable(runtime: Runtime, text: str) -> None:
    value = runtime.eval(text)
    assert not isinstance(value, Iterable)
    with pytest.raises(TypeError):
        iter(value)


def test_a_struct_of_that_name_is_a_struct(tmp_path: Path) -> None:
    (tmp_path / "generator.tur").write_text("(struct generator [state, sources])")
    module = Runtime(roots=[str(tmp_path)]).load(str(tmp_path / "generator.tur"))
    assert not isinstance(module.generator(1, 2), Iterable)


def test_a_deserialized_one_is_iterable(runtime: Runtime) -> None:
    g = runtime.eval("(def naturals (gen-naturals)) (gen-take 3 naturals) naturals")
    copy = runtime.deserialize(runtime.serialize(g))
    assert [next(copy), next(copy), next(g)] == [3, 4, 3]


ASKING = """(defn broken [] (yield 1) (quot 1 0))
(defn ask [g] (println (gen-next g)) (println (gen-next g)))
(ask (gen [] (broken) :end))
"""


def test_a_report_shows_the_body_and_who_asked(tmp_path: Path) -> None:
    program = tmp_path / "shop.tur"
    program.write_text(ASKING)
    with pytest.raises(TurmericError) as caught:
        Runtime(roots=[str(tmp_path)]).load(str(program))
    text = report(caught.value)
    assert f"at {program}:1:27 in shop.broken" in text
    assert f"shop.ask ({program}:2)" in text


# Pipelines against lists -------------------------------------------------------------------------

Step = tuple[str, Callable[[list[Any]], list[Any]]]

STEPS: list[Step] = [
    ("(gen-map (fn [x] (* 3 x)) {})", lambda xs: [3 * x for x in xs]),
    ("(gen-filter odd? {})", lambda xs: [x for x in xs if x % 2]),
    ("(gen-take-while (fn [x] (< x 20)) {})", lambda xs: list(itertools.takewhile(lambda x: x < 20, xs))),
    ("(gen-drop 2 {})", lambda xs: xs[2:]),
    ("(gen-chain {} [7 8])", lambda xs: [*xs, 7, 8]),
    ("(gen-chain [5] {})", lambda xs: [5, *xs]),
    ("(gen-from (gen-take 3 {}))", lambda xs: xs[:3]),
    ("(gen-map + {} (gen-naturals))", lambda xs: [x + n for n, x in enumerate(xs)]),
    ("(gen-map first (gen-zip {} (gen-iterate inc 1)))", lambda xs: xs),
    ("(gen [] (yield-from {}))", lambda xs: xs),
    ("(gen [] (for-each {} (fn [x] (yield x) (yield (- x)))))", lambda xs: [y for x in xs for y in (x, -x)]),
]


@settings(max_examples=60, deadline=None)
@given(
    xs=st.lists(st.integers(-50, 50), max_size=8),
    steps=st.lists(st.sampled_from(STEPS), max_size=5),
    cut=st.integers(0, 6),
)
def test_pipelines_give_what_lists_give(runtime: Runtime, xs: list[int], steps: list[Step], cut: int) -> None:
    """Also when the pipeline is stored and restored after some elements."""
    text, wanted = "[" + " ".join(map(str, xs)) + "]", xs
    for shape, model in steps:
        text, wanted = shape.format(text), model(wanted)
    assert to_python(runtime.eval(f"(gen-collect {text})")) == wanted
    g = runtime.eval(f"(gen-from {text})")
    front = list(itertools.islice(g, cut))
    copy = runtime.deserialize(runtime.serialize(g))
    assert front + list(copy) == wanted
    assert front + list(g) == wanted
