"""Every way of running a program gives the same: plain, and stored and restored at every call."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from tests.assembly.generated import ACROSS, NAMES, PRELUDE, programs
from tests.assembly.ways import SLOW, outcome
from turmeric.assembly.roundtrip import RoundTripSession
from turmeric.assembly.session import Session


@SLOW
@given(program=programs())
def test_storing_and_restoring_at_every_call_changes_nothing(
    plain: Session, restored: RoundTripSession, program: str
) -> None:
    assert outcome(plain, program) == outcome(restored, program)


def test_the_programs_were_stored_and_restored(restored: RoundTripSession) -> None:
    assert restored.restores > 1000
    assert restored.skipped == 0


@SLOW
@given(program=programs(), order=st.permutations(NAMES))
def test_the_names_of_variables_do_not_matter(plain: Session, program: str, order: list[str]) -> None:
    """Hygiene: locals named like the library's functions, or like a macro's variables, are the user's."""
    fresh = {name: f"{other}-of-mine" for name, other in zip(NAMES, order, strict=True)}
    body = program.split("(defn run")[1]
    renamed = re.sub(r"(?<=[\s(\[])(" + "|".join(NAMES) + r")(?=[\s)\]])", lambda found: fresh[found[1]], body)
    assert outcome(plain, program) == outcome(plain, program.split("(defn run")[0] + "(defn run" + renamed)


@SLOW
@given(program=programs())
def test_an_exit_out_of_a_function_does_what_one_that_stays_inside_does(plain: Session, program: str) -> None:
    assert outcome(plain, program) == outcome(plain, program.replace(PRELUDE, PRELUDE + ACROSS, 1))


LAWS = """
(def k (reset (run)))
(defn settled [x] (if (continuation? x) (settled (resume x 1)) x))
(defn twice [k] (list (settled (resume k 1)) @seen (settled (resume k 2)) @seen))
(if (continuation? k)
  (let [first-time (do (set-ref! seen []) (twice k))
        stored (do (set-ref! seen []) (twice (deserialize (serialize k :keep true))))
        same-bytes (= (serialize k :keep true) (serialize (deserialize (serialize k :keep true)) :keep true))
        continued (do (set-ref! seen []) (settled (continue k 1)))]
    (list (= first-time stored) same-bytes (= (first first-time) continued)))
  :no-capture)
"""


@SLOW
@given(program=programs(), data=st.data())
def test_laws_of_a_captured_continuation(plain: Session, program: str, data: st.DataObject) -> None:
    """Resuming is a round trip, may be done twice, gives the same bytes; and continuing does what resuming did."""
    head, _, body = program.partition("(defn run [] ")
    body = body.rpartition(")\n[(reset")[0]
    places = [found.start() for found in re.finditer(r"(?<=[ ])\d(?=[ )])", body)]
    if not places:
        return
    at = data.draw(st.sampled_from(places))
    captured = f"{body[:at]}(cloneable-shift [k] k){body[at + 1 :]}"
    result = outcome(plain, f"{head}(defn run [] {captured})\n{LAWS}")
    assert not result.startswith("(") or result == "(true true true)", result
    plain_names = ("schema-mismatch", "corrupt-data", "not-serializable", "internal")
    assert not result.startswith(plain_names), result
