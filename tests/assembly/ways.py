"""Running a generated program, to compare the ways of running it."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from turmeric.assembly.session import Session
from turmeric.vocabulary.errors import TurmericError
from turmeric.vocabulary.printer import write

SLOW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def outcome(session: Session, program: str) -> str:
    """What a program gives, or the name of its error."""
    session.activate()
    module = session.new_module("generated")
    try:
        return write(session.evaluate(program, "generated.tur", module))
    except TurmericError as error:
        return f"{error.name}: {error.message}"
