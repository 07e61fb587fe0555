"""Scale: depth is bounded by memory alone, and what should take constant memory does."""

from __future__ import annotations

import pytest

from tests.running.memory import peak_memory
from turmeric.assembly.session import Session
from turmeric.vocabulary.errors import SourceError
from turmeric.vocabulary.vectors import from_iterable


@pytest.fixture(scope="module")
def session() -> Session:
    made = Session([])
    made.activate()
    return made


EFFECTS = "(defeffect Tick [n]) (defn f [n] (if (= n 0) :done (do (perform (Tick n)) (f (- n 1))))) "

CAPTURES = {
    "one-shot": "(defn f [n] (if (= n 0) :done (do (shift [k] (continue k nil)) (f (- n 1))))) (f {count})",
    "multi-shot": "(defn f [n] (if (= n 0) :done (do (cloneable-shift [k] (continue k n)) (f (- n 1))))) (f {count})",
    "resumed": "(defn f [n] (if (= n 0) :done (do (cloneable-shift [k] (resume k n)) (f (- n 1))))) (f {count})",
    "effect in place": EFFECTS + "(handle (f {count}) (Tick [n] k) (continue k (+ n 1)))",
    "effect in place, branching": EFFECTS + "(handle (f {count}) (Tick [n] k) (if (< n 0) :stopped (continue k n)))",
    "effect, continued last": EFFECTS
    + "(handle (f {count}) (Tick [n] k) (if (< n 0) (discontinue k :negative) (continue k n)))",
    "effect, stored k": EFFECTS + "(handle (f {count}) (Tick [n] k) (let [go k] (continue go n)))",
    "effect, multi-shot": EFFECTS + "(handle (f {count}) (Tick [n] ^multishot k) (resume k n))",
    "in a loop": "(reset (loop [i 0] (if (= i {count}) i (do (shift [k] (continue k i)) (recur (+ i 1))))))",
}


@pytest.mark.parametrize("case", CAPTURES)
def test_captures_in_tail_position_take_constant_memory(case: str) -> None:
    few = peak_memory(CAPTURES[case].format(count=10_000))
    many = peak_memory(CAPTURES[case].format(count=1_000_000))
    assert many < few * 1.1


def test_tail_calls_take_constant_memory() -> None:
    program = (
        "(defn ev? [n] (if (= n 0) true (od? (- n 1)))) (defn od? [n] (if (= n 0) false (ev? (- n 1)))) (ev? {count})"
    )
    assert peak_memory(program.format(count=1_000_000)) < peak_memory(program.format(count=10_000)) * 1.1


def test_mutual_tail_calls(session: Session) -> None:
    text = "(defn ev? [n] (if (= n 0) true (od? (- n 1)))) (defn od? [n] (if (= n 0) false (ev? (- n 1))))"
    session.evaluate(text)
    text = "(ev? 1000000)"
    assert session.evaluate(text) is True


def test_deep_recursion(session: Session) -> None:
    assert session.evaluate("(defn sum [n] (if (= n 0) 0 (+ n (sum (- n 1))))) (sum 1000000)") == 500000500000


def test_deep_recursion_ends_in_an_error(session: Session) -> None:
    text = "(defn down [n] (if (= n 0) (throw :bottom) (+ n (down (- n 1))))) (try (down 1000000) (catch [e] e))"
    assert session.evaluate(text).name == "bottom"


def test_nested_delimiters(session: Session) -> None:
    text = "(defn nest [n] (if (= n 0) (shift [k] (continue k 0)) (+ 1 (reset (nest (- n 1)))))) (nest 200000)"
    assert session.evaluate(text) == 200_000


def test_nested_handlers_and_cleanups(session: Session) -> None:
    text = """(defn nest [n] (if (= n 0) (throw 1) (try (nest (- n 1)) (finally (set! count-of (+ count-of 1))))))
              (def count-of 0)
              (try (nest 100000) (catch [e] count-of))"""
    assert session.evaluate(text) == 100_000


def test_deep_capture_again_and_again(session: Session) -> None:
    text = """(defn dig [n] (if (= n 0) (cloneable-shift [k] (+ (resume k 1) (resume k 2))) (+ 0 (dig (- n 1)))))
              (reset (dig 200000))"""
    assert session.evaluate(text) == 3


LONG = {
    "20 000 forms in a row": ("(defn f [x] " + "(set! x (+ x 1)) " * 20_000 + "x) (f 0)", 20_000),
    "20 000 calls in a row": ("(defn g [x] x) (defn f [x] " + "(g x) " * 20_000 + "x) (f 7)", 7),
    "20 000 definitions": (
        "(defn f [x] " + "".join(f"(def a{i} (inc x)) " for i in range(20_000)) + "a19999) (f 0)",
        1,
    ),
    "2 000 live variables": (
        "(defn g [x] x) (defn f [x] (let ["
        + " ".join(f"a{i} (g x)" for i in range(2_000))
        + "] (+ "
        + " ".join(f"a{i}" for i in range(2_000))
        + "))) (f 1)",
        2_000,
    ),
    "5 000 clauses": (
        "(defn f [x] (cond " + " ".join(f"(= x {i}) {i}" for i in range(5_000)) + " :else -1)) (f 4999)",
        4999,
    ),
    "2 000 patterns": ("(match 1999 " + " ".join(f"{i} -> {i}" for i in range(2_000)) + ")", 1999),
    "3 000 steps": ("(-> 0 " + "inc " * 3_000 + ")", 3000),
    "1 000 tests": ("(and " + " ".join(map(str, range(1_000))) + ")", 999),
    "a literal of 100 000 elements": ("(count [" + "1 " * 100_000 + "])", 100_000),
    "a vector of 100 000 variables": ("(def one 1) (count [" + "one " * 100_000 + "])", 100_000),
    "a quoted list of 100 000 elements": ("(count '(" + "a " * 100_000 + "))", 100_000),
    "a map of 50 000 keys": ("(count {" + " ".join(f"{i} {i}" for i in range(50_000)) + "})", 50_000),
}


@pytest.mark.parametrize("case", LONG)
def test_long(case: str, session: Session) -> None:
    text, value = LONG[case]
    assert session.evaluate(text) == value


NESTED = {
    "primitives": ("(+ 1 ", "0", ")", 3000),
    "calls": ("(identity ", "5", ")", 5),
    "lets": ("(let [a 1] ", "a", ")", 1),
    "branches": ("(if true ", "1", " 2)", 1),
    "bodies": ("(do ", "1", ")", 1),
    "delimiters": ("(reset ", "1", ")", 1),
    "handlers": ("(try ", "1", " (catch [e] 2))", 1),
    "macros": ("(when true ", "1", ")", 1),
}


@pytest.mark.parametrize("case", NESTED)
def test_nested_source(case: str, session: Session) -> None:
    start, middle, end, value = NESTED[case]
    assert session.evaluate(start * 3_000 + middle + end * 3_000) == value


@pytest.mark.parametrize("start, end", [("(+ 1 ", ")"), ("[", "]"), ("{:a ", "}"), ("(do ", ")"), ("(fn [] ", ")")])
def test_source_nested_too_deeply_is_an_error(start: str, end: str, session: Session) -> None:
    with pytest.raises(SourceError, match="nests"):
        session.evaluate(start * 60_000 + "1" + end * 60_000)


def test_ten_thousand_tasks_at_the_same_time(session: Session) -> None:
    assert session.evaluate("""
        (def at-once 0) (def most 0)
        (defn sleeper [i]
          (async
            (set! at-once (+ at-once 1))
            (set! most (max most at-once))
            (await (sleep-async 0.01))
            (await (sleep-async 0.2))
            (set! at-once (- at-once 1))
            i))
        [(reduce + 0 (await (async-all (map sleeper (range 10000))))) most at-once]
    """) == from_iterable([49995000, 10000, 0])


def test_a_long_chain_of_tasks(session: Session) -> None:
    """Each waits for the one before it, and all are cancelled from the last one."""
    program = """
        (def first-one (async (await (sleep-async 60))))
        (def started 0) (def left 0)
        (defn after [f] (async (set! started (+ started 1)) (defer (set! left (+ left 1))) (+ 1 (await f))))
        (def last-one (reduce (fn [f _] (after f)) first-one (range 5000)))
        (while (< started 5000) (await (sleep-async 0)))
        (cancel last-one)
        (for [f [last-one first-one]] (try (await f) (catch [e : cancelled] :cancelled)))
        [left (future-done? first-one)]
    """
    assert session.evaluate(program) == from_iterable([5000, True])


def test_many_awaits_take_constant_memory() -> None:
    """Neither a task that waits again and again nor the futures it waited for pile up."""
    program = "(await (async (dotimes [i {count}] (await (sleep-async 0)) (await (async i)))))"
    few, many = peak_memory(program.format(count=300)), peak_memory(program.format(count=6000))
    assert many - few < 2000
