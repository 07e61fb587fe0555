"""Hypothesis strategies for values of the language."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from turmeric.vocabulary import lists, maps, sets, vectors
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.symbols import keyword, symbol

NAMES = st.text("abcdefghijklmnopqrstuvwxyz-?", min_size=1, max_size=8)

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=40),
    st.binary(max_size=40),
    NAMES.map(symbol),
    NAMES.map(keyword),
)

VALUES = st.recursive(
    SCALARS,
    lambda inside: st.one_of(
        st.lists(inside, max_size=5).map(lists.from_iterable),
        st.lists(inside, max_size=5).map(vectors.from_iterable),
        st.lists(st.tuples(inside, inside), max_size=5).map(maps.from_pairs),
        st.lists(inside, max_size=5).map(sets.from_iterable),
    ),
    max_leaves=25,
)

MAKERS = """
(struct pair [a b])
(defdata Tree (Leaf) (Node [left right]))
(deferror trouble [why])
(defeffect Ask [question])
(defdynamic *user* nil)
(defn closure [a b] (fn [x] (fn [] [a b x])))
(defn cells [a b] (let [n a m b] [(fn [v] (set! n v)) (fn [] [n m]) (fn [] (set! m n))]))
(defn knot [a] (let [r (ref nil)] (set-ref! r {:self r :value a :list (list r a) :fn (fn [] r)}) r))
(defn frames [n a] (if (= n 0) (cloneable-shift [k] k) (list a (frames (- n 1) a))))
(defn many [n a] (reset (frames n a)))
(defn once [a b] (reset (let [x (ref a) y a] (set! y b) (list (shift [k] k) @x y b))))
(defn used [a] (let [k (once a a)] (continue k a) k))
(defn marked [a b]
  (reset
    (binding [*user* a]
      (try
        (handle (dynamic-wind (fn [] a) (fn [] (list (cloneable-shift [k] k) a (perform (Ask b)))) (fn [] b))
          (Ask [q] k) (continue k q))
        (catch [e : trouble] b)
        (finally a)))))
(defn in-clause [a b]
  (reset (handle (list a (perform (Ask b))) (Ask [q] k) (continue k (list q (cloneable-shift [o] o) a)))))
(defn nested [a b] (reset (let [k (once a b)] (list (cloneable-shift [o] o) (continue k a)))))
(defn waiting [a b] (let [g (gen [] (yield a) (yield b))] (gen-next g) g))
(defn early [a] (reset (let [] (defn get-it [] (list it a)) (def it (cloneable-shift [k] k)) (get-it))))
(defn keyed [a &key (b (cloneable-shift [k] k)) (c a)] (list a b c))
"""
"""Definitions that the expressions use."""


TEMPLATES = """
(pair A B)  (Node A B)  (closure A B)  (cells A B)  (once A B)  (marked A B)  (in-clause A B)
(nested A B)  (waiting A B)  (many 1 A)  (many 3 A)  (many 70 A)  (Leaf)
(ref A)  (rc A)  (knot A)  (used A)  (early A)  (trouble A)  (Ask A)  [A (lazy [:loaded "a text that is long"])]
[A]  [A B]  (list A)  (list A B A)  {:a A :b [B]}  (into #{} [1 A :two])  (assoc {} "key" B [1] A)
(let [s A] [s (ref s) s])  (let [l (list 1 2 A)] [l (ref (rest l)) (cons B (rest (rest l)))])  (reset (keyed A))
[closure + Leaf println *user* pair Ask 'name]
"""
"""Expressions for everything that has parts, between which are two spaces or a line."""


def filled(parts: tuple[str, str, str]) -> str:
    template, *inside = parts
    return re.sub(r"\b[AB]\b", lambda match: inside[match[0] == "B"], template)


TEXTS = [text for line in TEMPLATES.strip().splitlines() for text in line.split("  ")]
LITERALS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), NAMES.map(keyword))
EXPRESSIONS = st.recursive(
    LITERALS.map(write),
    lambda inside: st.tuples(st.sampled_from(TEXTS), inside, inside).map(filled),
    max_leaves=8,
)
"""Texts of expressions, beside `MAKERS`: for functions, cells, cycles, continuations of every kind."""
