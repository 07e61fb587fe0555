"""Effects: every way of a clause gives the same, stored and restored at every call or not; and laws of handlers."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.assembly.generated_effects import EFFECTS, programs, variant
from tests.assembly.ways import SLOW, outcome
from turmeric.assembly.roundtrip import RoundTripSession
from turmeric.assembly.session import Session
from turmeric.vocabulary.printer import write


@SLOW
@given(program=programs())
def test_storing_and_restoring_at_every_call_changes_nothing(
    plain: Session, restored: RoundTripSession, program: str
) -> None:
    program = variant(program, "in place")
    assert outcome(plain, program) == outcome(restored, program)


@SLOW
@given(program=programs())
def test_a_clause_in_place_does_what_one_with_a_continuation_does(plain: Session, program: str) -> None:
    """Bodies that are left included: their clean-ups run in both ways, in the same order."""
    assert outcome(plain, variant(program, "in place")) == outcome(plain, variant(program, "confined"))


@SLOW
@given(program=programs(leaving=False))
def test_a_clause_in_place_does_what_one_whose_continuation_escapes_does(plain: Session, program: str) -> None:
    assert outcome(plain, variant(program, "in place")) == outcome(plain, variant(program, "escaping"))


# Laws -----------------------------------------------------------------------------------------

LAWS = """
(defeffect Get [])
(defeffect Put [v])
(defeffect Pick [xs])
(defmacro stateful [start body]
  `((handle ~body
      (Get [] k) (fn [s] ((k s) s))
      (Put [v] k) (fn [s] ((k nil) v))
      (return [x] (fn [s] (list x s))))
    ~start))
(defmacro choosing [body]
  `(handle ~body
     (Pick [xs] ^multishot k) (mapcat (fn [x] (resume k x)) xs)
     (return [x] (list x))))
(defn act [[what x]]
  (match what
    :put -> (perform (Put x))
    :add -> (perform (Put (+ x (perform (Get)))))
    :pick -> (perform (Put (+ (perform (Pick [x (+ x 1)])) (perform (Get)))))))
(defn acts [actions] (for-each actions act) (perform (Get)))
"""

ACTIONS = st.lists(st.tuples(st.sampled_from([":put", ":add", ":pick"]), st.integers(-9, 9)), max_size=5)
LAWFUL = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def written(actions: list[tuple[str, int]]) -> str:
    return "[" + " ".join(f"[{what} {x}]" for what, x in actions) + "]"


def states(start: int, actions: list[tuple[str, int]]) -> list[int]:
    """The state at the end of each choice, each with a state of its own."""
    if not actions:
        return [start]
    (what, x), *rest = actions
    choices = {":put": [x], ":add": [start + x], ":pick": [start + x, start + x + 1]}[what]
    return [end for choice in choices for end in states(choice, rest)]


@pytest.fixture(scope="module")
def lawful() -> Session:
    session = Session([])
    session.activate()
    session.evaluate(LAWS)
    return session


@LAWFUL
@given(program=programs(), effect=st.sampled_from(EFFECTS))
def test_a_handler_that_is_not_asked_changes_nothing(plain: Session, program: str, effect: str) -> None:
    head, _, body = variant(program, "in place").partition("(defn run [] ")
    body, _, rest = body.rpartition(")\n[(reset")
    handled = f"(handle {body} (Unasked [n] k) (throw :asked))"
    unasked = f"{head}(defeffect Unasked [n])\n(defn run [] {handled})\n[(reset{rest}"
    assert outcome(plain, variant(program, "in place")) == outcome(plain, unasked)


@LAWFUL
@given(start=st.integers(-9, 9), actions=ACTIONS)
def test_a_state_handler_is_threading_the_state(lawful: Session, start: int, actions: list[tuple[str, int]]) -> None:
    actions = [action for action in actions if action[0] != ":pick"]
    (end,) = states(start, actions)
    lawful.activate()
    assert write(lawful.evaluate(f"(stateful {start} (acts {written(actions)}))")) == f"({end} {end})"


@LAWFUL
@given(start=st.integers(-9, 9), actions=ACTIONS)
def test_state_inside_of_choices_is_each_ones_own(
    lawful: Session, start: int, actions: list[tuple[str, int]]
) -> None:
    lawful.activate()
    shown = write(lawful.evaluate(f"(choosing (stateful {start} (acts {written(actions)})))"))
    assert shown == "(" + " ".join(f"({end} {end})" for end in states(start, actions)) + ")"


@LAWFUL
@given(start=st.integers(-9, 9), actions=ACTIONS)
def test_state_outside_of_choices_goes_from_one_to_the_next(
    lawful: Session, start: int, actions: list[tuple[str, int]]
) -> None:
    """What one choice left is what the next one begins with."""

    def run(state: int, actions: list[tuple[str, int]]) -> tuple[list[int], int]:
        if not actions:
            return [state], state
        (what, x), *rest = actions
        ends: list[int] = []
        for each in (x, x + 1) if what == ":pick" else (x,):
            found, state = run(each if what == ":put" else each + state, rest)
            ends += found
        return ends, state

    ends, last = run(start, actions)
    lawful.activate()
    shown = write(lawful.evaluate(f"(stateful {start} (choosing (acts {written(actions)})))"))
    assert shown == f"(({' '.join(map(str, ends))}) {last})"
