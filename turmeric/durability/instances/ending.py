"""How an instance ends: its value, or its error, is written, and its checkpoints go."""

from __future__ import annotations

from typing import Any

from turmeric.durability.instances import results
from turmeric.durability.instances.execution import LOOKS, Abandoned, Execution, Steps, pause
from turmeric.durability.instances.records import CANCEL_TOLD, CANCELLED, DONE, FAILED, RUNNING, End
from turmeric.durability.instances.seals import of_result
from turmeric.durability.instances.store import Unavailable
from turmeric.vocabulary.errors import TurmericError


def finish(execution: Execution, found: Any) -> Steps:
    """It has ended: with a value (in a struct `ended`), or with an error."""
    if isinstance(found, TurmericError):
        cancelled = execution.cancel == CANCEL_TOLD and found.name == "cancelled"
        return (yield from fail(execution, found, CANCELLED if cancelled else FAILED))
    try:
        result = results.done(execution.service.world, found.values[0])
    except TurmericError as error:
        return (yield from fail(execution, error))
    return (yield from end(execution, DONE, result))


def fail(execution: Execution, error: TurmericError, status: str = FAILED) -> Steps:
    """It has failed, or was cancelled."""
    result = results.failed(execution.service.world, error)
    return (yield from end(execution, status, result, reason=str(error)))


def end(execution: Execution, status: str, result: bytes, **details: str) -> Steps:
    """Write how it ended.  If the store cannot say whether that has happened, whoever claims it next does the
    last stretch again."""
    service = execution.service
    sealed = service.seals.seal(result, of_result(execution.id))
    ended = End(status, sealed, service.clock.now(), execution.spent)
    for attempt in range(LOOKS):
        try:
            yield ("finish", execution.held, ended)
            break
        except Unavailable as error:
            yield pause(attempt)
            if (yield from has_ended(execution, error)):
                break
    else:
        raise Abandoned("the store cannot be reached")
    service.happened(status, id=execution.id, number=execution.number, **details)


def has_ended(execution: Execution, error: Exception) -> Steps:
    """Whether its end was written after all."""
    try:
        row = yield ("get", execution.id)
    except Unavailable:
        return False
    if row is None or row.epoch != execution.held.epoch:
        raise Abandoned("it was claimed by somebody else") from error
    return row.status != RUNNING
