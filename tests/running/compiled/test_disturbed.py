"""Wherever compiled code is stopped, it goes on as if nothing had happened.

Each program is stopped once, at every place where it can be: where a compiled function is called (the
stack moves to the heap), and where any function of Python's is called above compiled code (there is
no room on the stack).
"""

from __future__ import annotations

import pytest

from tests.agreement import Runner

PROGRAMS = {
    "a region whose mark wants something called": """
        (try (println "body") (finally (println "end")))
        (println (handle (+ 1 2) (return [v] (* v 10))))
        (defn f [& more] (println more))
        (println (try 1 (finally (f 2))))""",
    "a function that knows itself by a variable": """
        (println (let sum [n 4] (if (< n 1) 0 (+ n (sum (- n 1))))))
        (println (let fib [n 5] (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2))))))""",
    "turns that count and add what is no integer": """
        (println (loop [i 0 s 0.5] (if (< i 4) (recur (+ i 1) (+ s 1.5)) [i s])))
        (defn turns [i s] (if (< i 4) (turns (+ i 1) (+ s 1.5)) [i s]))
        (println (turns 0 0.5))""",
    "what an earlier turn has put aside": """
        (defn f [x] x)
        (println (let [c 0] (loop [i 0] (if (< i 3) (let [y (+ (f i) (set! c (+ c 1)))] (recur (+ i 1))) c))))
        (println (let [c 0 d 0] (dotimes [i 3] (f (str (nth [1.5 2.5 3.5] i) (set! c (+ c 1.5)) c))) c))""",
    "a choice that an effect in its branch would undo": """
        (let [c false n 0]
          (dotimes [i 3] (println (str "x" (if c (set! n (+ n 1.5)) (str "y" (set! c true) (str n c)))))))""",
    "closures in the operands of a region or call": """
        (defn f [g x] (g x))
        (println "before")
        (println (f (fn [x] (+ x 1)) 2))
        (try (println "body") (finally (println "end")))
        (defdynamic *level* 0)
        (println (binding [*level* (str "a" (fn [] 1.5))] *level*))""",
    "a global that is set to what depends on it": """
        (def n 0) (def g [1])
        (defn add [] (set! n (+ n 1.5)) (set! g (conj g n)))
        (dotimes [i 3] (add))
        (println n g)
        (defn h [] 1)
        (def count-of-h 0)
        (println (h) (number? (set! h (fn [] (set! count-of-h (+ count-of-h 1)) 2))) (h) count-of-h)""",
    "a clause that runs in place": """
        (defeffect Ask [n])
        (defn ask [n] (perform (Ask n)))
        (println (handle (+ (ask 1) (ask 2) (perform (Ask 3))) (Ask [n] k) (continue k (do (println n) (* n 2.5)))))
        (println (handle (+ (ask 1) (handle (ask 2) (Ask [n] k) (continue k (ask (+ n 1.5))))) (Ask [n] k)
          (continue k (do (println n) (* n 2.5)))))""",
    "loops inside loops": """
        (defn f [x] (println x) x)
        (println (loop [i 0 s 0] (if (< i 3) (recur (inc i) (+ s (loop [j 0] (if (< j i) (recur (f (inc j))) j)))) s)))
        (println (let [i 0] (while (< i 3) (set! i (+ i 1)) (dotimes [j 2] (when (= j 1) (continue-loop)) (f i)))))""",
    "captured and resumed": """
        (println (reset (+ 1.5 (cloneable-shift [k] (list (k 1) (k 2))))))
        (println (reset (let [c 0] (dotimes [i 2] (set! c (+ c (cloneable-shift [k] (+ (k 1) (k 10)))))) c)))""",
}

ALL, MANY = 40, 17
"""After so many places, just every so manyth."""

RUNNER = Runner()


@pytest.mark.parametrize("way", ["moved", "interrupted"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_stopped_at_every_place(name: str, way: str) -> None:
    text = PROGRAMS[name]
    wanted = RUNNER.run(text, "cek")
    assert "rror" not in wanted
    assert RUNNER.run(text, "compiled") == wanted
    place = 1
    while True:
        printed, found = RUNNER.struck(text, way, place)
        assert printed == wanted, (way, place)
        if not found:
            break
        place += 1 if place < ALL else MANY
    assert place > 1 or way == "moved"


def test_operands_are_evaluated_before_the_first_sum() -> None:
    """`(+ "x" 1 (f))` calls `f`, and fails then."""
    text = '(defn f [] (println "called") 1)\n(println (try (+ "x" 1 (f)) (catch [e] e.message)))'
    text += '\n(println (try (+ "x" 1 (/ 1 0)) (catch [e] e.message)))'
    wanted = RUNNER.run(text, "cek")
    assert wanted.startswith("called\n") and "divides" in wanted
    assert RUNNER.run(text, "compiled") == wanted


@pytest.mark.parametrize("text", ["(nil? 1)", "(= 1 :a)", "(identical? 1 2)", '(nil? "a")', "(if (nil? 1.5) 1 2)"])
def test_python_does_not_warn(text: str) -> None:
    assert RUNNER.run(f"(println (try {text} (catch [e] e)))", "compiled") in ("false\n", "2\n")


def test_a_python_iterator_is_not_read_twice() -> None:
    text = '(import-python builtins)\n(defn f [a] (reduce + 0 a))\n(defn each [] (builtins.iter [1 2 3 4]))\n'
    text += '(println (f (each)) (first (each)) (f (rest (each))))'
    wanted = RUNNER.run(text, "cek")
    assert wanted == "10 1 9\n"
    places = 0
    while (made := RUNNER.struck(text, "moved", places + 1))[1]:
        places += 1
        assert made[0] == wanted
    assert places
