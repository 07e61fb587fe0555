"""Programs made at random that perform effects, under handlers with clauses of every way.

A program is one expression over four effects.  `variant` writes the same program with other
clauses that mean the same, as long as no body is left: where it is the clause that runs in place,
the clause whose `k` stays in it, or the clause whose `k` escapes, that is compared.
"""

from __future__ import annotations

import re

from hypothesis import strategies as st

EFFECTS = ("Get", "Ask", "Stop", "Pick")

PRELUDE = """
(defeffect Get [n])
(defeffect Ask [n])
(defeffect Stop [n])
(defeffect Pick [n])
(defdynamic *depth* 0)
(def seen (ref []))
(defn note [x] (swap! seen conj x) x)
(defn all [x] (if (continuation? x) 1 (if (list? x) (reduce (fn [sum each] (+ sum (all each))) 0 x) x)))
(defn go-on [k x] (continue k x))
"""

LAST = "(GO "
"""Stands where a clause continues as the last thing; see `variant`."""

VARIANTS = {
    "in place": "(continue k ",
    "confined": "(go-on-here k ",
    "escaping": "(go-on k ",
}
CONFINED = "(defmacro go-on-here [k x] `(let [result# (continue ~k ~x)] result#))\n"

Draw = st.DrawFn


def variant(program: str, way: str) -> str:
    """The program with the clauses that continue last written in one of the ways."""
    return CONFINED + program.replace(LAST, VARIANTS[way])


@st.composite
def expressions(draw: Draw, scope: tuple[str, ...], depth: int, leaving: bool) -> str:
    """An integer expression; `leaving`: it may leave bodies with clean-ups."""
    if depth == 0:
        return draw(st.sampled_from((*scope, str(draw(st.integers(-3, 9))), "*depth*")))
    make = draw(st.sampled_from(MAKERS))
    return str(draw(make(scope, depth - 1, leaving)))


@st.composite
def arithmetic(draw: Draw, scope: tuple[str, ...], depth: int, leaving: bool) -> str:
    parts = [draw(expressions(scope, depth, leaving)) for _ in range(2)]
    return f"(rem ({draw(st.sampled_from('+-*'))} {parts[0]} {parts[1]}) 1000)"


@st.composite
def structure(draw: Draw, scope: tuple[str, ...], depth: int, leaving: bool) -> str:
    first, second = (draw(expressions(scope, depth, leaving)) for _ in range(2))
    inner = draw(expressions((*scope, "x"), depth, leaving))
    shapes = (
        f"(let [x {first}] (if (< x {second}) {inner} (note x)))",
        f"((fn [x] {inner}) {first})",
        f"(loop [i 0 x {first}] (if (< i 2) (recur (+ i 1) (rem {inner} 1000)) x))",
        f"(reduce + 0 (map (fn [x] {inner}) [1 {first}]))",
        f"(binding [*depth* {first}] {second})",
        f"(let [x (ref {first})] (swap! x + {second}) @x)",
        f"(let [x {first}] (do (set! x (+ x {second})) {inner}))",
        f"(do (note {first}) {second})",
    )
    return draw(st.sampled_from(shapes))


@st.composite
def performing(draw: Draw, scope: tuple[str, ...], depth: int, leaving: bool) -> str:
    return f"(perform ({draw(st.sampled_from(EFFECTS))} {draw(expressions(scope, depth, leaving))}))"


@st.composite
def control(draw: Draw, scope: tuple[str, ...], depth: int, leaving: bool) -> str:
    first, second = (draw(expressions(scope, depth, leaving)) for _ in range(2))
    shapes = [
        f"(try {first} (catch [e : type-error] {second}))",
        f"(reset (+ {first} (cloneable-shift [c] (+ (resume c {second}) (resume c 1)))))",
        f"(reset (+ {first} (shift [c] (c {second}))))",
        f"(cloneable-shift [c] (continue c {first}))",
        f"(try-with (fn [] (+ 1 (throw {first}))) (fn [e c] (continue c {second})))",
    ]
    if leaving:
        shapes += [
            f"(do (defer (note {first})) {second})",
            f"(try (+ 1 (throw {first})) (catch [e] {second}))",
            f"(try {first} (finally (note {second})))",
            f"(escape (fn [exit] (+ {first} (exit {second}))))",
        ]
    return draw(st.sampled_from(shapes))


@st.composite
def handling(draw: Draw, scope: tuple[str, ...], depth: int, leaving: bool) -> str:
    """A handler for some of the effects; the names of clauses' parameters hide nothing of the body."""
    handled = draw(st.lists(st.sampled_from(EFFECTS), min_size=1, max_size=3, unique=True))
    clauses = " ".join(draw(clause(effect, scope, depth, leaving)) for effect in handled)
    returns = f" (return [v] {draw(expressions((*scope, 'v'), depth, leaving))})" if draw(st.booleans()) else ""
    return f"(handle {draw(expressions(scope, depth, leaving))} {clauses}{returns})"


@st.composite
def clause(draw: Draw, effect: str, scope: tuple[str, ...], depth: int, leaving: bool) -> str:
    """A clause: that continues last, that aborts, that goes on after continuing, that continues twice."""
    depth = min(depth, 2)
    first, second = (draw(expressions((*scope, "p"), depth, leaving)) for _ in range(2))
    last = f"{LAST}{first})"
    shapes = [
        f"({effect} [p] k) {last}",
        f"({effect} [p] k) (do (note p) {last})",
        f"({effect} [p] k) (let [x {second}] {last})",
        f"({effect} [p] k) (+ {second} (continue k {first}))",
        f"({effect} [p] k) (let [x (rc 0)] (set-ref! x k) (continue @x {first}))",
        f"({effect} [p] ^multishot k) (rem (+ (resume k {first}) (resume k 1)) 1000)",
        f"({effect} [p] ^multishot k) (k (k {first}))",
        f"({effect} [p] k) (binding [*depth* {second}] {last})",
    ]
    if leaving:
        shapes += [
            f"({effect} [p] k) (if (< {second} p) {last} (note {first}))",
            f"({effect} [p]) {second}",
            f"({effect} [p] k) (if (< p 4) (+ 1 {last}) (throw {second}))",
            f"({effect} [p] k) (discontinue k {second})",
        ]
    return draw(st.sampled_from(shapes))


MAKERS = (arithmetic, structure, performing, performing, control, handling, handling)


@st.composite
def programs(draw: Draw, leaving: bool = True) -> str:
    """A whole program; its value is what the expression gave and what was noted on the way."""
    outermost = " ".join(f"({effect} [p] k) {LAST}(+ p {place}))" for place, effect in enumerate(EFFECTS))
    body = draw(expressions((), 4, leaving))
    return f"{PRELUDE}\n(defn run [] (handle {body} {outermost}))\n[(reset (run)) @seen]"


def size(program: str) -> int:
    return len(re.findall(r"\(", program))
