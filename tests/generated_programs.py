"""Programs made at random, of all constructs, for the comparison of the ways in which programs run.

    python -m tests.generated_programs 5000 [SEED] [WAY ...]     that many programs, each run in the ways given

Each program ends: loops and recursion are bounded when it is made.  Many of them fail somewhere, and
their reports are compared, too.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

PRELUDE = """
(defeffect Ask [n])
(defeffect Say [text n])
(defeffect Choose [a b])
(defdynamic *level* 1)
(struct point [x y])
(defdata Shape (Circle r) (Rect w h) (Dot))
(defclass Size [a] (size [s : a] k))
(instance Size Shape (size [s k] (match s (Circle r) -> (+ r k) (Rect w h) -> (* w h) Dot -> k)))
(instance Size int64 (size [n k] (+ n k)))
(def total 0)
(def log [])
(defn note [tag x] (println tag x) x)
(defn second-of [& more] (first (rest more)))
(defn scaled [x &key (by 2) (plus (+ by 1))] (+ (* x by) plus))
(defn num [x] (if (number? x) x 1))
(defn deep [n] (if (< n 1) 0 (+ 1 (deep (- n 1)))))
(defn is-even [n] (if (= n 0) true (is-odd (- n 1))))
(defn is-odd [n] (if (= n 0) false (is-even (- n 1))))
"""


@dataclass(frozen=True)
class Scope:
    """What an expression may use."""

    names: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    """Variables that are changed by `set!`."""
    functions: tuple[tuple[str, int], ...] = ()
    """Functions, each with the number of arguments after the first, which bounds its recursion."""
    itself: tuple[str, int] | None = None
    """The function around, if it may call itself: there `n` is more than 0."""
    returns: bool = False
    loop: bool = False
    """Inside a `while`, `dotimes` or `doseq` of this function."""
    asks: bool = False
    resets: bool = False
    work: int = 0
    """How many loops are around."""


@dataclass
class Program:
    """A program that is being made."""

    random: Random
    count: int = 0
    storing: bool = False
    """Whether continuations are serialized, and their bytes printed."""

    def name(self, prefix: str = "v") -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def expression(self, depth: int, scope: Scope) -> str:
        if depth <= 0 or self.random.random() < 0.1:
            return self.leaf(scope)
        return self.random.choices(MAKERS, WEIGHTS)[0](self, depth - 1, scope)

    def number(self, depth: int, scope: Scope) -> str:
        """An expression whose value is a number, most of the time."""
        made = self.expression(depth, scope)
        return f"(num {made})" if made[0] in "([" and self.random.random() < 0.7 else made

    def leaf(self, scope: Scope) -> str:
        pick = self.random.random()
        known = scope.names + scope.cells
        if known and pick < 0.55:
            return self.random.choice(known)
        if pick < 0.96:
            return self.random.choice(("0", "1", "2", "3", "-1", "7", "10", "0.5", "1.5", "total", "*level*"))
        return self.random.choice(
            ("100000000000000000000", "nil", "true", "false", ":key", '"text"', "[1 2]", "'(3 4 5)", "{:x 1}", "-0.0")
        )

    def body(self, depth: int, scope: Scope) -> str:
        """One expression or several."""
        made = [self.expression(depth, scope) for _ in range(self.random.choice((1, 1, 1, 2)))]
        return " ".join(made)

    def test(self, depth: int, scope: Scope) -> str:
        a, b = self.expression(depth - 1, scope), self.expression(depth - 1, scope)
        operator = self.random.choice(("<", "<=", ">", ">=", "=", "==", "=", "="))
        return self.random.choice((f"({operator} {a} {b})", f"({operator} {a} {b})", f"(not {a})", f"(nil? {a})", a))


Maker = Callable[[Program, int, Scope], str]
MAKERS: list[Maker] = []
WEIGHTS: list[int] = []


def makes(weight: int) -> Callable[[Maker], Maker]:
    def register(maker: Maker) -> Maker:
        MAKERS.append(maker)
        WEIGHTS.append(weight)
        return maker

    return register


def inside(scope: Scope) -> Scope:
    """In a function of one's own, or a body that a jump does not leave."""
    return replace(scope, loop=False, itself=None)


@makes(10)
def arithmetic(p: Program, depth: int, scope: Scope) -> str:
    operator = p.random.choice(("+", "+", "-", "*", "+", "quot", "mod", "/", "rem", "max", "min"))
    count = 2 if operator in ("quot", "mod", "rem") else p.random.choice((2, 2, 2, 3))
    return f"({operator} {' '.join(p.number(depth, scope) for _ in range(count))})"


@makes(2)
def one_operand(p: Program, depth: int, scope: Scope) -> str:
    operator = p.random.choice(("inc", "dec", "-", "zero?", "pos?", "even?", "odd?", "neg?", "str", "integer?", "abs"))
    return f"({operator} {p.expression(depth, scope)})"


@makes(6)
def conditional(p: Program, depth: int, scope: Scope) -> str:
    test, a, b = p.test(depth, scope), p.expression(depth, scope), p.expression(depth, scope)
    return p.random.choice((
        f"(if {test} {a} {b})", f"(if {test} {a} {b})", f"(when {test} {a})", f"(and {test} {a})", f"(or {test} {a})",
        f"(cond {test} {a} {p.test(depth, scope)} {b} :else {p.leaf(scope)})", f"(unless {test} {a})",
        f"(case {a} 1 {b} (2 3) {p.leaf(scope)} :else {test})", f"(when-let [w {test}] w)",
    ))


@makes(6)
def binding_forms(p: Program, depth: int, scope: Scope) -> str:
    name, value = p.name(), p.expression(depth, scope)
    inner = replace(scope, names=(*scope.names, name))
    pick = p.random.random()
    if pick < 0.6:
        return f"(let [{name} {value}] {p.body(depth, inner)})"
    if pick < 0.7:
        other = p.name()
        inner = replace(inner, names=(*inner.names, other))
        return f"(let [[{name} {other} & more] (list {value} {p.expression(depth, scope)} 3)] {p.body(depth, inner)})"
    if pick < 0.8:
        return f"(let [{{:keys [{name}] :or {{{name} {p.leaf(scope)}}}}} {{:{name} {value}}}] {p.body(depth, inner)})"
    if pick < 0.9:
        return f"(let [{{{name} :a [q1 q2] :b}} {{:a {value} :b [1 2]}}] {p.body(depth, inner)})"
    return f"(do (def {name} {value}) {p.body(depth, inner)})"


@makes(4)
def sequence(p: Program, depth: int, scope: Scope) -> str:
    return f"(do {p.expression(depth, scope)} {p.expression(depth, scope)})"


@makes(6)
def noted(p: Program, depth: int, scope: Scope) -> str:
    return f"(note :n{p.name('')} {p.expression(depth, scope)})"


@makes(6)
def assigned(p: Program, depth: int, scope: Scope) -> str:
    if not scope.cells or p.random.random() < 0.3:
        if p.random.random() < 0.3:
            return f"(set! total (+ total {p.expression(depth, scope)}))"
        cell = p.name("c")
        inner = replace(scope, cells=(*scope.cells, cell))
        return f"(let [{cell} {p.expression(depth, scope)}] (set! {cell} (+ {cell} 1)) {p.body(depth, inner)})"
    cell = p.random.choice(scope.cells)
    return p.random.choice((
        f"(set! {cell} {p.expression(depth, scope)})", f"(set! {cell} (+ {cell} {p.expression(depth, scope)}))",
        f"(+ {cell} (set! {cell} (+ {cell} 1)) {cell})",
    ))


@makes(4)
def calls(p: Program, depth: int, scope: Scope) -> str:
    if scope.itself is not None and p.random.random() < 0.4:
        name, count = scope.itself
        return f"({name} (- n 1){''.join(' ' + p.expression(depth, inside(scope)) for _ in range(count))})"
    if not scope.functions or scope.work > 1:
        return f"(second-of {p.expression(depth, scope)} {p.expression(depth, scope)})"
    name, count = p.random.choice(scope.functions)
    args = "".join(" " + p.expression(depth, scope) for _ in range(count))
    return f"({name} {p.random.choice('0112')}{args})"


@makes(2)
def library_calls(p: Program, depth: int, scope: Scope) -> str:
    a, b = p.expression(depth, scope), p.expression(depth, scope)
    return p.random.choice((
        f"(scaled {a} :by {b})", f"(scaled {a} :plus {b})", f"(size {a} {b})", f"(size (Circle {a}) {b})",
        f"(size (Rect {a} 2) {b})", f"(size Dot {a})", f"(deep {p.random.choice((3, 40, 130))})",
        f"(if (is-even {p.random.choice((4, 7, 101))}) {a} {b})", f"(apply + (list {a} {b}))",
        f"(:x (point {a} {b}))", f"(let [pt (point {a} {b})] (+ pt.x pt.y))", f"(first (list {a} {b}))",
        f"(get {{:k {a}}} :k {b})", f"(nth [{a} {b}] {p.leaf(scope)})", f"(count (assoc {{:a {a}}} {b} 1))",
        f"({a} {b})", f"(+ {a} ({p.leaf(scope)}))", f"(identical? {a} {b})", f"(conj [{a}] {b})", f"(str {a} {b})",
        f"(the-undefined {a})", f"(deep {a} {b})", f"(compare {a} {b})", f"(contains? #{{1 2}} {a})",
    ))


@makes(4)
def functions(p: Program, depth: int, scope: Scope) -> str:
    name, value = p.name(), p.expression(depth, scope)
    inner = inside(replace(scope, names=(*scope.names, name), returns=False))
    body = p.body(depth, inner)
    pick = p.random.random()
    if pick < 0.3:
        return f"((fn [{name}] {body}) {value})"
    if pick < 0.6:
        called = p.name("g")
        return f"(let [{called} (fn [{name}] {body})] (+ ({called} {value}) ({called} {p.leaf(scope)})))"
    if pick < 0.75:
        called = p.name("g")
        return f"(let [{called} (fn [{name} & more] {body} (count more))] (+ ({called} {value}) ({called} 1 2 3)))"
    if pick < 0.9:
        called, limit = p.name("r"), p.name("m")
        inner = replace(inner, names=(*inner.names, limit), work=scope.work + 1)
        body = p.expression(depth, inner)
        times = p.random.choice((2, 3, 5))
        return p.random.choice((
            f"(let {called} [{limit} {times} {name} {value}] "
            f"(if (< {limit} 1) {name} (+ {body} ({called} (- {limit} 1) {name}))))",
            f"(let {called} [{limit} {times} {name} {value}] "
            f"(if (< {limit} 1) {name} ({called} (- {limit} 1) {body})))",
        ))
    return f"(map (fn [{name}] {body}) (list {value} {p.leaf(scope)}))"


@makes(5)
def loops(p: Program, depth: int, scope: Scope) -> str:
    if scope.work > 1:
        return p.leaf(scope)
    index, other = p.name("i"), p.name("a")
    times = p.random.choice((2, 3, 4))
    inner = replace(inside(scope), names=(*scope.names, index, other), work=scope.work + 1)
    start, turn, end = p.expression(depth, scope), p.expression(depth, inner), p.expression(depth, inner)
    pick = p.random.random()
    if pick < 0.4:
        return f"(loop [{index} 0 {other} {start}] (if (< {index} {times}) (recur (+ {index} 1) {turn}) {end}))"
    if pick < 0.55:
        test = p.test(depth, inner)
        return (
            f"(loop [{index} 0 {other} {start}] (cond (> {index} {times}) {end} {test} (recur (+ {index} 1) {turn}) "
            f":else (let [{p.name()} {turn}] (recur (+ {index} 2) {other}))))"
        )
    inner = replace(inner, names=(*scope.names, index), loop=True)
    turn = p.body(depth, inner)
    if pick < 0.7:
        return f"(do (dotimes [{index} {times}] {turn}) {start})"
    if pick < 0.8:
        return f"(do (doseq [{index} (list {start} 2 3)] {turn}) {index if False else start})"
    if pick < 0.9:
        return f"(for [{index} (list {start} 2)] {p.expression(depth, inside(inner))})"
    return f"(let [{index} 0] (while (< {index} {times}) (set! {index} (+ {index} 1)) {turn}))"


@makes(3)
def jumps(p: Program, depth: int, scope: Scope) -> str:
    value = p.expression(depth, scope)
    if scope.loop and p.random.random() < 0.6:
        jump = p.random.choice(("(break)", f"(break {value})", "(continue-loop)"))
        return f"(if {p.test(depth, scope)} {jump} {p.leaf(scope)})"
    if scope.returns:
        return f"(if {p.test(depth, scope)} (return {value}) {p.leaf(scope)})"
    return value


@makes(5)
def guarded(p: Program, depth: int, scope: Scope) -> str:
    value, other = p.expression(depth, scope), p.expression(depth, scope)
    note = f"(println :end{p.name('')} {p.leaf(scope)})"
    return p.random.choice((
        f"(try {value} (catch [e] {other}))", f"(try {value} (catch [e : error] (str e.message)))",
        f"(try {value} (finally {note}))", f"(try {value} (catch [e] {other}) (finally {note}))",
        f"(do (defer {note}) {value})", f"(try (throw {value}) (catch [e] (list :caught e)))",
        f"(try (throw {value}) (catch [e : int64] {other}))", f"(try (error \"bad\" {value}) (catch [e] e.data))",
        f"(let [] (defer {other}) (defer {note}) {value})", f"(try-with (fn [] {value}) (fn [e k] 5))",
    ))


@makes(1)
def failing(p: Program, depth: int, scope: Scope) -> str:
    value = p.expression(depth, scope)
    return p.random.choice((f"(throw {value})", f"(error \"failed\" {value})", f"(/ {value} 0)", f"(+ {value} nil)"))


@makes(3)
def dynamic(p: Program, depth: int, scope: Scope) -> str:
    return f"(binding [*level* {p.expression(depth, scope)}] {p.body(depth, inside(scope))})"


@makes(4)
def handled(p: Program, depth: int, scope: Scope) -> str:
    body = p.body(depth, replace(inside(scope), asks=True))
    name = p.name("k")
    value = p.expression(depth, replace(inside(scope), names=(*scope.names, "q")))
    clause = p.random.choice((
        f"(Ask [q] {name}) (continue {name} {value})", f"(Ask [q] {name}) (continue {name} {value})",
        f"(Ask [q] {name}) (note :after (continue {name} {value}))", f"(Ask [q] {name}) {value}",
        f"(Ask [q] {name}) (+ 1 (continue {name} {value}))",
        f"(Ask [q] {name}) (let [answer (continue {name} {value})] (list answer))",
        f"(Ask [q] ^multishot {name}) (list (resume {name} q) (resume {name} {value}))",
        f"(Ask [q] ^multishot {name}) (+ ({name} 1) 1)",
        f"(Ask [q] {name}) (if (pos? q) (continue {name} {value}) q)",
    ))
    returns = p.random.choice(("", "", f" (return [v] (list v {p.leaf(scope)}))"))
    return f"(handle (do {body}) {clause}{returns})"


@makes(3)
def performed(p: Program, depth: int, scope: Scope) -> str:
    if scope.asks or p.random.random() < 0.1:
        return f"(perform (Ask {p.expression(depth, scope)}))"
    return handled(p, depth, scope)


@makes(3)
def delimited(p: Program, depth: int, scope: Scope) -> str:
    return f"(reset {p.body(depth, replace(inside(scope), resets=True))})"


@makes(3)
def shifted(p: Program, depth: int, scope: Scope) -> str:
    if not scope.resets:
        return delimited(p, depth, scope)
    value = p.expression(depth, replace(inside(scope), resets=False, returns=False))
    name = p.name("k")
    if p.storing:
        return f"(cloneable-shift [{name}] (prn (serialize {name})) ({name} {value}))"
    return p.random.choice((
        f"(shift [{name}] (continue {name} {value}))", f"(shift [{name}] (+ 1 (continue {name} {value})))",
        f"(shift [{name}] {value})", f"(cloneable-shift [{name}] (list ({name} 1) ({name} {value})))",
        f"(shift [{name}] (note :again (continue {name} {value})))", f"(call/cc (fn [{name}] ({name} {value})))",
        f"(shift [{name}] (try (continue {name} {value}) (catch [e] (list :outside e))))",
        f"(escape [out] (+ 1 (out {value})))", f"(shift [{name}] (discontinue {name} {value}))",
    ))


@makes(1)
def wound(p: Program, depth: int, scope: Scope) -> str:
    inner = replace(inside(scope), returns=False)
    number = p.name("")
    return (
        f"(dynamic-wind (fn [] (println :in{number})) (fn [] {p.body(depth, inner)}) (fn [] (println :out{number})))"
    )


@makes(3)
def matched(p: Program, depth: int, scope: Scope) -> str:
    name = p.name()
    inner = replace(scope, names=(*scope.names, name))
    value = p.expression(depth, scope)
    made = p.random.choice((f"(Circle {value})", f"(Rect {value} 2)", "Dot", value, f"[{value} 2]", f"(list {value})"))
    return (
        f"(match {made} (Circle {name}) -> {p.expression(depth, inner)} "
        f"(Rect {name} w) -> {p.expression(depth, inner)} [{name} _] -> {p.expression(depth, inner)} "
        f"1 -> :one {name} -> {p.expression(depth, inner)})"
    )


@makes(2)
def higher(p: Program, depth: int, scope: Scope) -> str:
    a, x = p.name(), p.name()
    inner = inside(replace(scope, names=(*scope.names, a, x), work=scope.work + 1, returns=scope.returns))
    body, start = p.expression(depth, inner), p.expression(depth, scope)
    one = inside(replace(scope, names=(*scope.names, x), work=scope.work + 1))
    return p.random.choice((
        f"(reduce (fn [{a} {x}] {body}) {start} [1 2 3])", f"(count (filter (fn [{x}] {p.test(depth, one)}) [1 2 3]))",
        f"(first (map (fn [{x}] {p.expression(depth, one)}) [1 2]))",
        f"(sort-by (fn [{x}] {p.expression(depth, one)}) [3 1 2])",
    ))


@makes(3)
def cells(p: Program, depth: int, scope: Scope) -> str:
    name, kind = p.name("r"), p.random.choice(("ref", "ref", "rc"))
    inner = replace(scope, names=(*scope.names, f"@{name}"))
    return (
        f"(let [{name} ({kind} {p.expression(depth, scope)})] (set-ref! {name} {p.expression(depth, inner)}) "
        f"(swap! {name} (fn [x] (+ x {p.leaf(scope)}))) {p.expression(depth, inner)})"
    )


@makes(1)
def local_functions(p: Program, depth: int, scope: Scope) -> str:
    one, two = p.name("even"), p.name("odd")
    name = p.name()
    inner = replace(inside(scope), names=(*scope.names, "z", name), returns=True, work=scope.work + 1)
    return (
        f"(let [{name} {p.expression(depth, scope)}] "
        f"(defn {one} [z] (if (< z 1) {p.expression(depth, inner)} ({two} (- z 1)))) "
        f"(defn {two} [z] (if (< z 1) {p.expression(depth, inner)} (+ 1 ({one} (- z 1))))) ({one} 3))"
    )


def definition(p: Program, known: tuple[tuple[str, int], ...], depth: int) -> tuple[str, int, str]:
    """A function that recurs at most `n` times."""
    name, count = p.name("f"), p.random.choice((0, 1, 1, 2))
    params = tuple(p.name("p") for _ in range(count))
    scope = Scope(names=(*params, "n"), functions=known, returns=True)
    deeper = replace(scope, itself=(name, count))
    pick = p.random.random()
    text = " ".join(params)
    if pick < 0.3:
        again = f"({name} (- n 1){''.join(' ' + p.expression(depth - 1, scope) for _ in params)})"
        body = f"(if (< n 1) {p.expression(depth, scope)} {again})"
    elif pick < 0.8:
        body = f"(if (< n 1) {p.body(1, scope)[:0]}{p.expression(depth, scope)} {p.expression(depth, deeper)})"
    else:
        body = p.body(depth, scope)
    return name, count, f"(defn {name} [n {text}] {body})"


def program(seed: object, size: int = 4) -> str:
    """The program of a seed."""
    p = Program(Random(str(seed)))
    known: tuple[tuple[str, int], ...] = ()
    texts = [PRELUDE]
    for _ in range(p.random.choice((1, 2, 3))):
        name, count, text = definition(p, known, size)
        known = (*known, (name, count))
        texts.append(text)
    for _ in range(p.random.choice((2, 3))):
        texts.append(f"(prn (try {p.expression(size, Scope(functions=known))} (catch [e] [:failed e])))")
    texts.append(f"(prn total) (prn {p.expression(size, Scope(functions=known))})")
    return "\n".join(texts)


def stopped_program(seed: object, size: int = 4) -> str:
    """A program that is stopped after some numbers of calls, and prints the bytes of what is left of it."""
    p = Program(Random(f"stopped {seed}"), storing=True)
    name, count, text = definition(p, (), size)
    job = delimited(p, size, Scope(functions=((name, count),)))
    again = "(prn (continue (deserialize bytes)))"
    stop = f"(OutOfBudget k) -> (let [bytes (serialize k)] (prn bytes) {again})"
    stops = [f"(match (with-budget {calls} job) (Finished v) -> (prn v) {stop})" for calls in (1, 2, 3, 5, 8, 13, 21)]
    guarded = [f"(try {each} (catch [e] (prn :failed e)))" for each in stops]
    return "\n".join(["(import freezing :refer [with-budget Finished OutOfBudget])", PRELUDE, text,
                      f"(defn job [] {job})", "(prn (try (job) (catch [e] e)))", *guarded])


def main(count: int, seed: str, ways: list[str]) -> int:
    """Run programs in several ways; how many of them differ in one."""
    from tests.agreement import WAYS, Runner

    runner = Runner()
    start, bad = time.perf_counter(), 0
    for number in range(count):
        make = stopped_program if number % 4 == 3 else program
        found = runner.differing(make((seed, number)), ways or WAYS[1:], (seed, number))
        bad += bool(found)
        for way, printed in found.items():
            print(f"\n==== {seed} {number} {way}\n{printed}")
        if number % 100 == 99:
            print(f"{number + 1} programs, {bad} of them differ, {time.perf_counter() - start:.0f} s", flush=True)
    return bad


if __name__ == "__main__":
    arguments = sys.argv[1:]
    given = arguments[1:2] or ["1"]
    sys.exit(main(int(arguments[0]), given[0], arguments[2:]) > 0)
