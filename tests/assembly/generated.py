"""Programs made at random: small, closed, ending, and full of control.

Every program is an expression over the integer variables in scope; it may define
functions, change variables, throw and catch, bind dynamic variables, defer, leave functions and loops early, and
capture continuations that are continued, resumed twice, or thrown away.
"""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = ("a", "b", "value", "list", "x", "out", "first", "str")
"""Variables; some have the names of functions and of the library's own variables."""

PRELUDE = """
(defdynamic *depth* 0)
(deferror trouble [message])
(def seen (ref []))
(defn note [x] (swap! seen conj x) x)
(defmacro exiting [exit] exit)
"""

ACROSS = "(defmacro exiting [exit] `((fn [] ~exit)))"
"""Another definition of `exiting`, around every early exit: each leaves a function on its way."""

Draw = st.DrawFn


@st.composite
def expressions(draw: Draw, scope: tuple[str, ...] = (), depth: int = 4) -> str:
    """An expression over the variables in `scope`."""
    if depth == 0:
        return draw(leaves(scope))
    make = draw(st.sampled_from(MAKERS))
    return str(draw(make(scope, depth - 1)))


@st.composite
def leaves(draw: Draw, scope: tuple[str, ...]) -> str:
    number = str(draw(st.integers(-3, 9)))
    return draw(st.sampled_from((*scope, number, "*depth*"))) if scope else number


@st.composite
def arithmetic(draw: Draw, scope: tuple[str, ...], depth: int) -> str:
    operator = draw(st.sampled_from(("+", "-", "*", "max")))
    return f"({operator} {draw(expressions(scope, depth))} {draw(expressions(scope, depth))})"


@st.composite
def branch(draw: Draw, scope: tuple[str, ...], depth: int) -> str:
    parts = [draw(expressions(scope, depth)) for _ in range(4)]
    return f"(if (< {parts[0]} {parts[1]}) {parts[2]} {parts[3]})"


@st.composite
def let(draw: Draw, scope: tuple[str, ...], depth: int) -> str:
    name = draw(st.sampled_from(NAMES))
    inner = (*scope, name)
    body = draw(expressions(inner, depth))
    if draw(st.booleans()):
        body = f"(do (set! {name} (+ {name} {draw(expressions(inner, depth - 1 if depth else 0))})) {body})"
    return f"(let [{name} {draw(expressions(scope, depth))}] {body})"


@st.composite
def call(draw: Draw, scope: tuple[str, ...], depth: int) -> str:
    name = draw(st.sampled_from(NAMES))
    return f"((fn [{name}] {draw(expressions((*scope, name), depth))}) {draw(expressions(scope, depth))})"


@st.composite
def loop(draw: Draw, scope: tuple[str, ...], depth: int) -> str:
    body = draw(expressions((*scope, "i", "sum"), depth))
    return f"(loop [i 0 sum {draw(expressions(scope, depth))}] (if (< i 3) (recur (+ i 1) (rem {body} 1000)) sum))"


@st.composite
def collection(draw: Draw, scope: tuple[str, ...], depth: int) -> str:
    items = " ".join(draw(st.lists(leaves(scope), min_size=1, max_size=3)))
    body = draw(expressions((*scope, "each"), depth))
    shapes = (
        f"(reduce + 0 (map (fn [each] {body}) [{items}]))",
        f"(count (filter (fn [each] (< 0 {body})) [{items}]))",
        f"(reduce + 0 (for [each [{items}] :when (odd? {body})] {body}))",
    )
    return draw(st.sampled_from(shapes))


@st.composite
def errors(draw: Draw, scope: tuple[str, ...], depth: int) -> str:
    body, handler, other = (draw(expressions(scope, depth)) for _ in range(3))
    thrown = f'(do (note {body}) (throw (trouble "x")))'
    shapes = (
        f"(try {thrown} (catch [e : trouble] {handler}))",
        f"(try (+ 1 {thrown}) (catch [e] {handler}) (finally (note {other})))",
        f"(try-with (fn [] (+ 1 (throw {body}))) (fn [e k] (continue k {handler})))",
        f"(try-with (fn [] (try (+ 1 (throw {body})) (finally (note {other})))) (fn [e k] {handler}))",
        f"(do (defer (note {other})) {body})",
        f"(binding [*depth* {other}] {body})",
    )
    return draw(st.sampled_from(shapes))


@st.composite
def control(draw: Draw, scope: tuple[str, ...], depth: int) -> str:
    inside, after = draw(expressions(scope, depth)), draw(expressions(scope, depth))
    shapes = (
        f"(cloneable-shift [k] (continue k {inside}))",
        f"(reset (+ {after} (cloneable-shift [k] (+ (resume k {inside}) (resume k 1)))))",
        f"(reset (+ {after} (shift [k] (k {inside}))))",
        f"(reset (do {after} (cloneable-shift [k] {inside})))",
        f"(escape (fn [exit] (+ {after} (exit {inside}))))",
        f"(let [k (reset (+ (cloneable-shift [k] k) {after}))] (if (continuation? k) (+ (k 1) (k {inside})) 0))",
    )
    return draw(st.sampled_from(shapes))


@st.composite
def exits(draw: Draw, scope: tuple[str, ...], depth: int) -> str:
    """Early exits, out of functions and loops; `break` and `continue-loop` stand in the loops made here."""
    a, b, c, d = (draw(expressions(scope, depth)) for _ in range(4))
    kinds = ("(exiting (continue-loop))", f"(exiting (break {c}))", f"(exiting (return {c}))", "nil")
    turn = draw(st.sampled_from(kinds))
    body = f"(when (< {a} i) {turn}) (note {b}) (if (= i 2) (+ 1 (exiting (break {d}))) i)"
    shapes = (
        f"(if (< {a} {b}) (exiting (return {c})) {d})",
        f"(do (when (< {a} {b}) (note (exiting (return {c})))) {d})",
        f"(do (defn early [p] (+ {a} (if (< p {b}) (exiting (return {c})) {d}))) (+ (early 0) (early 2)))",
        f"(do (defn down [n] (when (< {a} n) (exiting (return {b}))) (if (< n 1) {c} (recur (- n 1)))) (down 2))",
        f"(loop [i 0] (block* way (if (< i 2) (recur (+ i 1)) (max {a} (exiting (leave* way {b}))))))",
        f"(let [i 0] (or (while (< i 3) (set! i (+ i 1)) {body}) 0))",
        f"(or (dotimes [i 3] {body}) 0)",
        f"(or (doseq [i [1 2] j [3 4] :when (< i j)] {body}) 0)",
    )
    return draw(st.sampled_from(shapes))


MAKERS = (arithmetic, branch, let, call, loop, collection, errors, control, exits)


@st.composite
def programs(draw: Draw) -> str:
    """A whole program; its value is what the expression gave and what was noted on the way."""
    return f"{PRELUDE}\n(defn run [] {draw(expressions((), 5))})\n[(reset (run)) @seen]"
