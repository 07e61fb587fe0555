"""What `resume` does not walk again: a continuation from which no state can be reached."""

from __future__ import annotations

import pytest

from turmeric.assembly.session import Session
from turmeric.running.continuation import Continuation

CASES = {
    "nothing but data": ("(let [x [1 2]] (cloneable-shift [k] k) x)", True),
    "a shared cell": ("(let [x (rc 0)] (cloneable-shift [k] k) (swap! x + 1))", True),
    "a ref": ("(let [x (ref 0)] (cloneable-shift [k] k) (swap! x + 1))", False),
    "a ref in data": ("(let [x {:cell [(ref 0)]}] (cloneable-shift [k] k) x)", False),
    "a variable that is set": ("(let [x 0] (cloneable-shift [k] k) (set! x (+ x 1)) x)", False),
    "a continuation": ("(let [x (reset (shift [j] j))] (cloneable-shift [k] k) x)", False),
    "the ref of a definition": ("(let [x counter] (cloneable-shift [k] k) (swap! x + 1))", False),
    "a cell in a clean-up": ("(let [x (ref 0)] (try (cloneable-shift [k] k) (finally (swap! x + 1))))", False),
    "a cell in a binding": ("(binding [*cell* (ref 0)] (list (cloneable-shift [k] k)))", False),
}


@pytest.fixture(scope="module")
def session() -> Session:
    made = Session([])
    made.activate()
    made.evaluate("(def counter (ref 0)) (defdynamic *cell* nil)")
    return made


@pytest.mark.parametrize("case", CASES)
def test_remembers_what_has_no_state(session: Session, case: str) -> None:
    body, stateless = CASES[case]
    session.evaluate(f"(def k (reset {body}))")
    continuation = session.evaluate("k")
    assert isinstance(continuation, Continuation)
    assert not continuation.stateless  # not known yet
    session.evaluate("(resume k)")
    assert continuation.stateless == stateless
