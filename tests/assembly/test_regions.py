"""Regions of `dynamic-wind`: however control goes in and out, each is entered and left in turn."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.assembly.ways import SLOW, outcome
from turmeric.assembly.roundtrip import RoundTripSession
from turmeric.assembly.session import Session

PROGRAM = """
(defeffect Ask [x])
(def trace (rc []))
(defn note [x] (set-ref! trace (conj @trace x)))
(defn region [name thunk]
  (dynamic-wind (fn [] (note [:in name])) thunk (fn [] (note [:out name]))))
(def result (try {body} (catch [e] [:caught e])))
[result @trace]
"""

CLAUSES = (
    "(Ask [x] k) (continue k (+ x 1))",
    "(Ask [x] k) x",
    "(Ask [x] k) (+ 1 (continue k x))",
    "(Ask [x] k) (if (> x 2) (+ 1 (continue k x)) x)",
    "(Ask [x] k) (let [q k] (continue q x))",
    "(Ask [x] ^multishot k) (+ (k x) (k (+ x 1)))",
    "(Ask [x] k) (continue k (perform (Ask x)))",
)
"""Every way of a clause, and one that performs again, outside of its handler."""

SHAPES = (
    "(+ {0} {1})",
    "(region {n} (fn [] {0}))",
    "(region {n} (fn [] (defer (note :deferred)) {0}))",
    "(perform (Ask {0}))",
    "(handle {0} {clause})",
    "(reset {0})",
    "(shift [k] (+ {0} (continue k {1})))",
    "(shift [k] {0})",
    "(cloneable-shift [k] (+ (k {0}) (k {1})))",
    "(escape (fn [exit] (+ {0} (exit {1}))))",
    "(call/cc (fn [k] (region {n} (fn [] (+ {0} (k {1}))))))",
    "(try {0} (catch [e] (if (number? e) e 7)))",
    "(try-with (fn [] {0}) (fn [e k] (if (and (number? e) (> e 3)) (continue k 1) 5)))",
    "(throw {0})",
)


@st.composite
def bodies(draw: st.DrawFn, depth: int = 5) -> str:
    """An expression of numbers in which control leaves and enters regions."""
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        return str(draw(st.integers(0, 5)))
    return draw(st.sampled_from(SHAPES)).format(
        draw(bodies(depth=depth - 1)),
        draw(bodies(depth=depth - 1)),
        n=draw(st.integers(0, 99)),
        clause=draw(st.sampled_from(CLAUSES)),
    )


@SLOW
@given(body=bodies())
def test_regions_are_entered_and_left_in_turn(plain: Session, restored: RoundTripSession, body: str) -> None:
    program = PROGRAM.replace("{body}", f"(handle (reset {body}) (Ask [x] k) (continue k 1))")
    shown = outcome(plain, program)
    assert shown == outcome(restored, program)
    plain.activate()
    inside: list[object] = []
    for entry in plain.evaluate(f"(nth (quote {shown}) 1)"):
        if entry == plain.evaluate(":deferred"):
            continue
        way, name = entry
        if way.name == "in":
            inside.append(name)
        else:
            assert inside.pop() == name
    assert not inside
