"""The course of an instance in this process: restored, turn after turn, until it waits, has ended, or is lost.

    steps = course(Execution(service, instance))

`steps` yields what the store is to do (`execution` has the list), and ends when this process is done with the instance.
"""

from __future__ import annotations

from turmeric.durability.instances.ending import fail, finish
from turmeric.durability.instances.execution import Abandoned, Execution, Steps, Waiting
from turmeric.durability.instances.requests import answer, outcome_of
from turmeric.durability.instances.store import Lost, Unavailable
from turmeric.running.continuation import Continuation
from turmeric.vocabulary.errors import TurmericError, failure
from turmeric.vocabulary.structs import Struct


def course(execution: Execution) -> Steps:
    """Run an instance that was claimed."""
    service = execution.service
    try:
        if execution.instance.attempts > service.rules.attempts:
            return (yield from set_aside(execution))
        try:
            found = yield from restored(execution)
        except TurmericError as error:
            return (yield from unrestorable(execution, error))
        except Unavailable as error:
            return (yield from unreadable(execution, error))
        while type(found) is Struct and found.type.name == "asked":
            found = execution.turn((yield from answer(execution, found)))
        yield from finish(execution, found)
    except Waiting:
        service.happened("waiting", id=execution.id, number=execution.number)
    except (Lost, Abandoned) as error:
        service.happened("lost", id=execution.id, number=execution.number, reason=str(error))


def restored(execution: Execution) -> Steps:
    """Bring its state back, and let it run to its first request."""
    point, service = execution.instance.checkpoint, execution.service
    blobs = (yield ("blobs", list(point.roots))) if point.roots else {}
    what, value = execution.states.decoded(point, blobs)
    service.happened("resumed" if point.number else "started", id=execution.id, number=point.number)
    if type(what) is not Continuation:
        return execution.called("run-instance", [what, value, service.rules.calls])
    execution.k = what
    return execution.turn(outcome_of(execution, execution.instance.outcome, point.wait, value))


def unrestorable(execution: Execution, error: TurmericError) -> Steps:
    """Its state cannot be brought back here.  Damage does not heal; other code, or another key, may come."""
    service, attempts = execution.service, execution.instance.attempts
    if error.name == "corrupt-data" or attempts >= service.rules.attempts:
        return (yield from fail(execution, error))
    wait = backoff(attempts)
    service.happened("refused", id=execution.id, number=execution.number, reason=str(error), again=wait)
    yield ("release", execution.held, service.clock.now() + wait, True)
    return None


def unreadable(execution: Execution, error: Exception) -> Steps:
    """The store did not give what belongs to its state: that is not the instance's fault, and does not count."""
    execution.service.happened("store-error", id=execution.id, reason=str(error))
    yield ("release", execution.held, execution.service.clock.now() + 1.0)


def set_aside(execution: Execution) -> Steps:
    """It has been restored again and again without reaching its next checkpoint: it would go on like that."""
    attempts = execution.instance.attempts - 1
    message = (
        f"set aside: {attempts} attempts to go on from checkpoint {execution.number} have ended with their process, "
        "or could not restore it; once the cause is mended, resume it"
    )
    yield from fail(execution, failure("error", message, attempts))


def backoff(attempts: int) -> float:
    """Seconds until an instance is tried again that could not be restored so many times."""
    return min(60.0, 2.0**attempts)
