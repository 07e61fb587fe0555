"""Effects: every way of a clause gives the same, stored and restored at every call or not; and laws of handlers."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.assembly.generated_effects import EFFECTS, PRELUDE, programs, variant
from turmeric.assembly.roundtrip import RoundTripSession
from turmeric.assembly.session import Session
from turmeric.vocabulary.errors import TurmericError
from turmeric.vocabulary.printer import write

SLOW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def plain() -> Session:
    return Session([])


@pytest.fixture(scope="module")
def restored() -> RoundTripSession:
    return RoundTripSession([])


def outcome(session: Session, program: str) -> str:
    """What a program gives, or the name of its error."""
    session.activate()
    module = session.new_module("generated")
    try:
        return write(session.evaluate(program, "generated.tur", module))
    except TurmericError as error:
        return f"{error.name}: {error.message}"


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
