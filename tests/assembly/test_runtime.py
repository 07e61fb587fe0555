"""Turmeric embedded in Python: runtimes, values in both directions, errors, continuations."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import turmeric
from turmeric import DataError, ProgramError, Runtime, SourceError, TurmericError, from_python, to_python

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def runtime() -> Runtime:
    return Runtime(roots=[])


def write(directory: Path, text: str, name: str = "orders.tur") -> str:
    (directory / name).parent.mkdir(parents=True, exist_ok=True)
    (directory / name).write_text(text, encoding="utf-8")
    return str(directory / name)


ORDERS = """
(struct line-item [name : string, price : int64])
(defn process-order [x] (str "did " x))
(defn empty-order? [xs] (empty? xs))
(defn line->price [l] l.price)
(defn with-options [a &key (max-turns 3) (b 4)] [a max-turns b])
(def *limit* 7)
(def counter 0)
(defn count-up! [] (set! counter (+ counter 1)))
(defn- hidden [] 1)
(defmacro twice [x] `(do ~x ~x))
(defdata answer (yes) (no why))
"""


# Modules --------------------------------------------------------------------------------------


def test_load_gives_the_definitions(tmp_path: Path) -> None:
    runtime = Runtime(roots=[str(tmp_path)])
    orders = runtime.load(write(tmp_path, ORDERS))
    assert orders.process_order("x") == "did x"
    assert orders.empty_order(None) is True
    assert orders.line_to_price(orders.line_item("a", 3)) == 3
    assert orders.line_to_price(orders.line_item(name="a", price=4)) == 4
    assert orders.limit == 7
    assert getattr(orders, "empty-order?") is orders.empty_order
    assert to_python(orders.no("so")) == {"$type": "orders.no", "why": "so"}
    assert to_python(orders.yes) == {"$type": "orders.yes"}


def test_an_attribute_is_what_the_module_holds_now(tmp_path: Path) -> None:
    orders = Runtime(roots=[str(tmp_path)]).load(write(tmp_path, ORDERS))
    orders.count_up()
    orders.count_up()
    assert orders.counter == 2


@pytest.mark.parametrize("name", ["nothing", "hidden", "twice", "println"])
def test_what_is_no_attribute(name: str, tmp_path: Path) -> None:
    orders = Runtime(roots=[str(tmp_path)]).load(write(tmp_path, ORDERS))
    with pytest.raises(AttributeError, match=f"the Turmeric module orders has no '{name}'"):
        getattr(orders, name)
    assert name not in dir(orders)


def test_definitions_cannot_be_set(tmp_path: Path) -> None:
    orders = Runtime(roots=[str(tmp_path)]).load(write(tmp_path, ORDERS))
    with pytest.raises(AttributeError, match="cannot be set"):
        orders.counter = 5


def test_dir_and_repr(tmp_path: Path) -> None:
    orders = Runtime(roots=[str(tmp_path)]).load(write(tmp_path, ORDERS))
    assert {"process_order", "empty_order", "limit", "line_item"} <= set(dir(orders))
    assert repr(orders) == "<Turmeric module orders>"


def test_import_module_finds_it_below_the_roots(tmp_path: Path) -> None:
    write(tmp_path, "(defn f [] 5)", "app/inner.tur")
    assert Runtime(roots=[str(tmp_path)]).import_module("app.inner").f() == 5


def test_args(tmp_path: Path) -> None:
    assert list(Runtime(roots=[], args=["a", "b"]).eval("(args)")) == ["a", "b"]


# Calls ----------------------------------------------------------------------------------------


def test_functions_are_python_callables(runtime: Runtime) -> None:
    f = runtime.eval("(fn [x & more] (count more))")
    assert f(1, 2, 3) == 2
    assert sorted([1, 3, 2], key=runtime.eval("(fn [x] (- x))")) == [3, 2, 1]


def test_keyword_arguments(runtime: Runtime) -> None:
    f = runtime.eval("(fn [a &key (max-turns 3) (b 4)] [a max-turns b])")
    assert list(f(1)) == [1, 3, 4]
    assert list(f(1, max_turns=5)) == [1, 5, 4]
    assert list(runtime.call(f, 1, b=0)) == [1, 3, 0]
    with pytest.raises(ProgramError, match="has no keyword :c"):
        f(1, c=2)


@pytest.mark.parametrize(
    ("text", "args", "value"),
    [("inc", (1,), 2), (":a", ({},), None), ("(fn [] 3)", (), 3), ("apply", (max, from_python([1, 2])), 2)],
)
def test_call(text: str, args: tuple[Any, ...], value: object, runtime: Runtime) -> None:
    assert runtime.call(runtime.eval(text), *args) == value


def test_methods_continuations_and_operators_are_callable(runtime: Runtime) -> None:
    runtime.eval("(defclass Size [a] (size [x : a])) (instance Size string (size [x] (count x)))")
    assert runtime.eval("size")("abc") == 3
    assert runtime.eval("(cloneable-reset (+ 1 (cloneable-shift k k)))")(4) == 5
    with runtime:
        assert runtime.eval("apply")(runtime.eval("+"), from_python([1, 2])) == 3


# Values ---------------------------------------------------------------------------------------

VALUES = [
    ("nil", None),
    ("true", True),
    ("12345678901234567890123", 12345678901234567890123),
    ("1.5", 1.5),
    ('"text"', "text"),
    ('#b"ab"', b"ab"),
    (":name", "name"),
    ("'sym", "sym"),
    ("[1 [2 3]]", [1, [2, 3]]),
    ("(list 1 (list))", [1, []]),
    ('{:a 1 "b" {:c [2]}}', {"a": 1, "b": {"c": [2]}}),
    ("{[1 2] 3}", {(1, 2): 3}),
    ("#{1 2}", {1, 2}),
    ("#{[1] #{2}}", {(1,), frozenset({2})}),
    ("(Some 1)", {"$type": "option.Some", "value": 1}),
    ('(error "bad" [1])', {"$type": "core.error", "message": "bad", "data": [1]}),
]


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_to_python(text: str, value: object, runtime: Runtime) -> None:
    made = to_python(runtime.eval(text))
    assert made == value
    assert type(made) is type(value)


@pytest.mark.parametrize("text", ['{:a 1 "a" 2}', "{1 2 true 3}", "#{1 true}"])
def test_to_python_loses_nothing_silently(text: str, runtime: Runtime) -> None:
    with pytest.raises(ValueError, match="become"):
        to_python(runtime.eval(text))


def test_what_stays_itself(runtime: Runtime) -> None:
    function = runtime.eval("(fn [] 1)")
    assert to_python(function) is function
    thing = object()
    assert from_python(thing) is thing


@pytest.mark.parametrize(
    ("value", "keywords", "text"),
    [
        ([1, (2, "x")], False, '[1 [2 "x"]]'),
        ({"a": [1], 2: None}, False, '{"a" [1] 2 nil}'),
        ({"a": {"b": 1}}, True, "{:a {:b 1}}"),
        ({1, 2}, False, "#{1 2}"),
        (frozenset({(1,)}), False, "#{[1]}"),
    ],
)
def test_from_python(value: object, keywords: bool, text: str, runtime: Runtime) -> None:
    assert runtime.call(runtime.eval("="), from_python(value, keywords), runtime.eval(text)) is True


def test_values_that_no_conversion_can_make(runtime: Runtime) -> None:
    inside: list[object] = [1]
    inside.append({"again": inside})
    with pytest.raises(ValueError, match="a Python list is inside itself"):
        from_python(inside)
    twice = [1]
    assert to_python(from_python([twice, twice])) == [[1], [1]]
    nested = "(loop [i 0 v 1] (if (= i {}) v (recur (+ i 1) [v])))"
    assert len(to_python(runtime.eval("{" + nested.format(200) + " 1}"))) == 1
    with pytest.raises(ValueError, match="nested more than 200 levels deep"):
        to_python(runtime.eval("{" + nested.format(201) + " 1}"))


# Errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("(throw :oops)", ProgramError, "thrown"),
        ("(+ 1 nil)", ProgramError, "type-error"),
        ("(if)", SourceError, "syntax-error"),
        ("(", SourceError, "read-error"),
        ('(deserialize #b"x")', DataError, "corrupt-data"),
        ("(nowhere)", ProgramError, "unbound-variable"),
    ],
)
def test_errors(text: str, kind: type[TurmericError], name: str, runtime: Runtime) -> None:
    with pytest.raises(kind) as caught:
        runtime.eval(text)
    assert caught.value.name == name
    assert issubclass(kind, TurmericError)


def test_python_errors_keep_their_cause(runtime: Runtime) -> None:
    def fail() -> None:
        raise LookupError("nothing there")

    call = runtime.eval("(fn [f] (f))")
    with pytest.raises(ProgramError) as caught:
        call(fail)
    assert caught.value.name == "python-error"
    assert caught.value.message == "LookupError: nothing there"
    assert isinstance(caught.value.__cause__, LookupError)
    assert runtime.eval("(fn [f] (try (f) (catch [e : python-error] e.data)))")(fail) == "LookupError"


def test_errors_of_a_callback_pass_through_python(runtime: Runtime) -> None:
    each: Callable[..., Any] = lambda f: [f(x) for x in (1, 0)]  # noqa: E731
    program = runtime.eval("(fn [each] (try (each (fn [x] (/ 1 x))) (catch [e : division-by-zero] e.message)))")
    assert program(each) == "(/ 1 0) divides by zero"


# Continuations --------------------------------------------------------------------------------


def test_serialize_and_resume(runtime: Runtime) -> None:
    waiting = runtime.eval("(reset (+ 1 (* 10 (shift k k))))")
    data = runtime.serialize(waiting)
    assert isinstance(data, bytes)
    assert runtime.resume(runtime.deserialize(data), 4) == 41
    assert runtime.resume(runtime.deserialize(data), 5) == 51
    with pytest.raises(ProgramError, match="already continued"):
        runtime.resume(waiting, 1)


def test_serialize_values(runtime: Runtime) -> None:
    assert to_python(runtime.deserialize(runtime.serialize(from_python([1, {"a": 2}])))) == [1, {"a": 2}]
    with pytest.raises(DataError) as caught:
        runtime.serialize(from_python([object()]))
    assert caught.value.name == "not-serializable"


def test_call_is_inside_a_delimiter(runtime: Runtime) -> None:
    waiting = runtime.call(runtime.eval("(fn [x] (+ x (cloneable-shift k k)))"), 1)
    assert [runtime.resume(waiting, value) for value in (1, 2)] == [2, 3]


def test_a_callback_without_a_machine_around_has_no_prompt(runtime: Runtime) -> None:
    with pytest.raises(ProgramError) as caught:
        runtime.eval("(fn [] (shift k 1))")()
    assert caught.value.name == "no-prompt"


def test_capture_through_a_python_function_names_it(runtime: Runtime) -> None:
    def visit(function: Callable[[], Any]) -> Any:
        return function()

    with pytest.raises(ProgramError) as caught:
        runtime.eval("(fn [visit] (reset (visit (fn [] (shift k 1)))))")(visit)
    assert caught.value.name == "foreign-frame"
    assert "visit" in caught.value.message


def test_a_delimiter_inside_the_callback_is_enough(runtime: Runtime) -> None:
    assert sorted([1, 2], key=runtime.eval("(fn [x] (reset (- (shift k (k x)))))")) == [2, 1]


def test_dynamic_variables_reach_callbacks(runtime: Runtime) -> None:
    runtime.eval("(defdynamic *depth* 0)")
    f = runtime.eval("(fn [call] (binding [*depth* 5] (call (fn [] *depth*))))")
    assert f(lambda callback: callback()) == 5


# Several runtimes -----------------------------------------------------------------------------


def two() -> tuple[Runtime, Runtime]:
    """Two runtimes in which the same names mean different things."""
    made = Runtime(roots=[], args=["first"]), Runtime(roots=[], args=["second"])
    for runtime, size in zip(made, (1, 2), strict=True):
        runtime.eval(f"(def size {size}) (defn get-size [] size) (defn arguments [] (first (args)))")
        runtime.eval(f"(defclass Big [a] (big [x : a])) (instance Big any (big [x] {size}))")
    return made


def test_a_function_runs_in_the_runtime_it_comes_from() -> None:
    first, second = two()
    for runtime in (first, second, first):
        runtime.activate()
        for each, size, argument in ((first, 1, "first"), (second, 2, "second")):
            assert each.eval("get-size")() == size
            assert each.eval("arguments")() == argument
            assert each.eval("big")("x") == size
            assert each.eval("(reset [size (shift k k)])")(0)[0] == size


def test_one_runtime_calls_the_other() -> None:
    first, second = two()
    asked = first.eval("(fn [other] [size (other) size])")
    assert list(asked(second.eval("get-size"))) == [1, 2, 1]
    asked = first.eval("(fn [other] [(arguments) (other) (arguments)])")
    arguments = second.eval("arguments")
    assert list(asked(lambda: arguments())) == ["first", "second", "first"]


def test_dynamic_bindings_stay_in_their_runtime() -> None:
    first, second = two()
    for runtime in (first, second):
        runtime.eval("(defdynamic *where* :root)")
    asked = first.eval("(fn [other] (binding [*where* :bound] (other)))")
    for runtime, found in ((first, "bound"), (second, "root")):
        where = runtime.eval("(fn [] *where*)")
        assert to_python(asked(lambda where=where: where())) == found


def test_a_runtime_made_inside_a_run_does_not_replace_it() -> None:
    first, _ = two()
    asked = first.eval("(fn [make] (make) (first (args)))")
    assert asked(lambda: Runtime(roots=[], args=["third"])) == "first"


def test_with_activates_for_a_while() -> None:
    first, second = two()
    arguments = first.eval("args")
    with second:
        assert list(arguments()) == ["second"]
        with first:
            assert list(arguments()) == ["first"]
        assert list(arguments()) == ["second"]


def test_functions_can_be_called_in_other_threads() -> None:
    first, second = two()
    found: dict[str, object] = {}
    threads = [
        threading.Thread(target=lambda each=each, name=name: found.update({name: each.eval("arguments")()}))  # type: ignore[misc]
        for name, each in (("a", first), ("b", second))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {"a": "first", "b": "second"}


# The package ----------------------------------------------------------------------------------


def test_importing_the_package_is_cheap() -> None:
    text = "import sys; before = set(sys.modules); import turmeric; print(sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, encoding="utf-8", cwd=CHECKOUT, check=True)
    assert done.stdout == "['turmeric']\n" or done.stdout == "['__future__', 'turmeric']\n"


def test_the_package_offers_what_it_says() -> None:
    for name in turmeric.__all__:
        assert getattr(turmeric, name) is not None
    assert isinstance(turmeric.__version__, str)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        turmeric.nothing  # noqa: B018
