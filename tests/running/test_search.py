"""Searches of random trees give what a model in Python gives; the queens; a search goes on elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.running.memory import peak_memory
from turmeric.assembly.session import Session

ROOT = Path(__file__).resolve().parents[2]

WALK = """
(defn walk [tree]
  (cond
    (= tree :fail) (fail)
    (integer? tree) tree
    (= (first tree) :cut) (do (cut) (walk (second tree)))
    :else (walk (choice-point tree))))
"""
"""A tree is a value, `:fail`, `[:cut tree]`, or a vector: the alternatives of a choice."""

Tree = Any
ORDERS = ("depth-first", "breadth-first", "iterative-deepening")


@pytest.fixture(scope="module")
def session() -> Session:
    made = Session([])
    made.activate()
    made.evaluate(WALK)
    return made


def numbered(tree: Tree, count: list[int]) -> Tree:
    """The tree with each value replaced by a number of its own, so that values tell ways apart."""
    if isinstance(tree, list):
        return [numbered(branch, count) for branch in tree]
    if isinstance(tree, tuple):
        return ("cut", numbered(tree[1], count))
    if tree == "fail":
        return tree
    count[0] += 1
    return count[0]


trees = st.recursive(
    st.sampled_from([0, "fail"]),
    lambda inner: st.lists(inner, max_size=4) | st.tuples(st.just("cut"), inner),
    max_leaves=25,
).map(lambda tree: numbered(tree, [0]))


def written(tree: Tree) -> str:
    if isinstance(tree, list):
        return f"[{' '.join(map(written, tree))}]"
    return f"[:cut {written(tree[1])}]" if isinstance(tree, tuple) else f":{tree}" if tree == "fail" else str(tree)


def model(tree: Tree, order: str) -> list[int]:
    """The values in order: the open alternatives are a queue or a stack, which a cut empties.
    Iterative deepening has the order of breadth-first search."""
    ways = deque([tree])
    found = []
    while ways:
        tree = ways.popleft()
        while isinstance(tree, tuple):
            ways.clear()
            tree = tree[1]
        if isinstance(tree, int):
            found.append(tree)
        elif isinstance(tree, list) and order == "depth-first":
            ways.extendleft(reversed(tree))
        elif isinstance(tree, list):
            ways.extend(tree)
    return found


@pytest.mark.parametrize("order", ORDERS)
@given(tree=trees, n=st.integers(0, 6))
@settings(deadline=None, max_examples=150)
def test_agrees_with_the_model(session: Session, order: str, tree: Tree, n: int) -> None:
    thunk = f"(fn [] (walk {written(tree)})) :order :{order}"
    expected = model(tree, order)
    assert list(session.evaluate(f"(run* {thunk})")) == expected
    assert list(session.evaluate(f"(run {n} {thunk})")) == expected[:n]


@given(tree=trees)
@settings(deadline=None, max_examples=100)
def test_each_way_has_its_own_state(session: Session, tree: Tree) -> None:
    """A list kept in a ref and in a variable that is `set!` holds the way's own choices."""
    session.evaluate("""
      (defn trail [tree]
        (let [r (ref []) v []]
          (loop [tree tree]
            (if (vector? tree)
              (let [place (choice-point (range (count tree)))]
                (swap! r append-to place)
                (set! v (append-to v place))
                (recur (nth tree place)))
              [@r v]))))
    """)
    pairs = list(session.evaluate(f"(run* (fn [] (trail {written(without_cuts(tree))})))"))
    expected = paths(without_cuts(tree))
    assert [list(kept) for kept, _ in pairs] == expected
    assert [list(kept) for _, kept in pairs] == expected


def without_cuts(tree: Tree) -> Tree:
    if isinstance(tree, tuple):
        return without_cuts(tree[1])
    return [without_cuts(branch) for branch in tree] if isinstance(tree, list) else tree


def paths(tree: Tree) -> list[list[int]]:
    if not isinstance(tree, list):
        return [[]]
    return [[place, *path] for place, branch in enumerate(tree) for path in paths(branch)]


QUEENS = """
(defn safe? [column queens]
  (loop [queens queens distance 1]
    (cond
      (empty? queens) true
      (= (first queens) column) false
      (= (abs (- (first queens) column)) distance) false
      :else (recur (rest queens) (+ distance 1)))))
(defn queens [n]
  (loop [row 0 placed ()]
    (if (= row n)
      placed
      (let [column (choice-point (range n))]
        (constraint (safe? column placed))
        (recur (+ row 1) (cons column placed))))))
"""


def test_eight_queens(session: Session) -> None:
    session.evaluate(QUEENS)
    found = [tuple(columns) for columns in session.evaluate("(run* (fn [] (queens 8)))")]
    assert len(found) == 92
    rows = range(8)
    assert set(found) == {
        p for p in permutations(rows) if len({p[r] + r for r in rows}) == len({p[r] - r for r in rows}) == 8
    }


INTERRUPTED = """
(defn colours []
  (let [tried (rc 0)
        seen (ref [])]
    (defn one [] (let [c (choice-point [:red :green :blue])] (swap! seen append-to c) c))
    (run* (fn []
            (let [a (one) b (one) c (one)]
              (swap! tried + 1)
              (require (and (not= a b) (not= b c)))
              (when (= [a b c] [:green :red :blue])
                (cloneable-shift [k] (write-file "search.bin" (serialize k)) (println "saved")))
              [@tried @seen]))
      :order ORDER)))
(defn main [] (println (colours)))
"""


def tur(directory: Path, *words: str, seed: int) -> str:
    env = {**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "turmeric", *words], cwd=directory, env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("order", ORDERS)
def test_goes_on_in_another_process(tmp_path: Path, order: str) -> None:
    """The process that saved ends there; the other has the values found and finds the rest."""
    program = INTERRUPTED.replace("ORDER", f":{order}")
    (tmp_path / "whole.tur").write_text(program.replace('(println "saved")', "(continue k)"))
    (tmp_path / "half.tur").write_text(program)
    whole = tur(tmp_path, "run", "whole.tur", seed=1)
    assert whole.count("[:") == 12
    assert tur(tmp_path, "run", "half.tur", seed=2) == "saved\n"
    assert tur(tmp_path, "resume", "search.bin", seed=3) == whole


FIRST_OF_MANY = """
(defn numbers-from [n] (amb n (numbers-from (+ n 1))))
(run 1 (fn [] (let [n (numbers-from 0)] (require (= n {count})) n)) :order :{order})
"""


@pytest.mark.parametrize("order", ORDERS[:2])
def test_a_way_that_goes_on_and_on_takes_constant_memory(order: str) -> None:
    few = peak_memory(FIRST_OF_MANY.format(count=5_000, order=order))
    many = peak_memory(FIRST_OF_MANY.format(count=80_000, order=order))
    assert many < few * 1.1
