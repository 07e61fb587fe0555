"""How an instance ended, as bytes: `[true value]`, or `[false error report]` with the text for people."""

from __future__ import annotations

from turmeric.durability import saving
from turmeric.vocabulary import vectors
from turmeric.vocabulary.errors import TurmericError, failure
from turmeric.vocabulary.report import report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.durability.instances.seals import Seals
    from turmeric.running.world import World


class Result:
    """A value, or an error with the report of it."""

    __slots__ = ("error", "report", "value")

    def __init__(self, value: Any = None, error: Any = None, report: str | None = None) -> None:
        self.value = value
        self.error = error
        self.report = report


def done(world: World, value: Any) -> bytes:
    """Raises not-serializable."""
    return saving.serialize(world, vectors.from_iterable([True, value]), keep=True)


def failed(world: World, error: TurmericError) -> bytes:
    """An error whose value cannot be saved is kept as its message."""
    text = report(error)
    try:
        return saving.serialize(world, vectors.from_iterable([False, error.value, text]), keep=True)
    except TurmericError:
        plain = failure("error", f"{error.name}: {error.message}").value
        return saving.serialize(world, vectors.from_iterable([False, plain, text]), keep=True)


def opened(world: World, seals: Seals, sealed: bytes, context: str) -> Result:
    """Raises corrupt-data, missing-key, schema-mismatch."""
    well, value, *more = saving.deserialize(world, seals.open(sealed, context))
    return Result(value) if well else Result(None, value, more[0])
