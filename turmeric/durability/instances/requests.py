"""What a program asks for while it runs as an instance, and how it goes on: a table of the kinds of requests.

Each is saved first, and what it does to the store happens in the transaction of that save.
"""

from __future__ import annotations

from typing import Any

from turmeric.durability.instances import making, results
from turmeric.durability.instances.answers import Give, Raise
from turmeric.durability.instances.records import (
    CANCELLED,
    DONE,
    EVENT,
    INSTANCE,
    TIMER,
    Outcome,
    Save,
    Saved,
    Wait,
)
from turmeric.durability.instances.seals import of_event, of_result
from turmeric.durability.instances.store import BlobsGone, Lost, NoTransactions, StoreError, Unavailable
from turmeric.running.evaluators import translated
from turmeric.vocabulary import maps
from turmeric.vocabulary.errors import TurmericError, failure
from turmeric.vocabulary.symbols import keyword

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from turmeric.durability.instances.execution import Execution, Steps
    from turmeric.vocabulary.structs import Struct


def answer(execution: Execution, asked: Struct) -> Steps:
    """Do what a request asks for; how the program goes on."""
    kind: Any
    kind, name, value, execution.k = asked.values
    return (yield from REQUESTS[kind.name](execution, kind.name, name, value))


def checkpoint(execution: Execution, kind: str, name: Any, value: Any) -> Steps:
    """Save; the value is one thing now, and perhaps another after a restore."""
    now, restored = value
    saved = yield from execution.save(kind, None if name is None else str(name), restored, given=now)
    return saved if type(saved) is Raise else Give(now)


def sleep(execution: Execution, kind: str, name: Any, until: float) -> Steps:
    if until <= execution.service.clock.now():
        return Give(None)
    return (yield from waited(execution, kind, None, Wait(TIMER, None, float(until)), None))


def event(execution: Execution, kind: str, name: str, value: Any) -> Steps:
    until, default = value
    return (yield from waited(execution, kind, name, Wait(EVENT, name, until), default))


def instance(execution: Execution, kind: str, id: str, value: Any) -> Steps:
    until, default = value
    return (yield from waited(execution, kind, id, Wait(INSTANCE, id, until), default))


def waited(execution: Execution, kind: str, name: str | None, wait: Wait, default: Any) -> Steps:
    """Save and wait; go on at once with what is there already."""
    saved = yield from execution.save(kind, name, default, wait)
    if type(saved) is Raise:
        return saved
    assert type(saved) is Saved and saved.outcome is not None
    return outcome_of(execution, saved.outcome, wait, default)


def outcome_of(execution: Execution, outcome: Outcome | None, wait: Wait | None, default: Any) -> Give | Raise:
    """How a program goes on whose wait has ended, or that was restored from a plain checkpoint."""
    service = execution.service
    if outcome is None or outcome.kind == TIMER:
        return Give(default)
    awaited = "" if wait is None or wait.name is None else wait.name
    try:
        if outcome.kind == EVENT:
            assert outcome.payload is not None
            return Give(making.opened(service, outcome.payload, of_event(execution.id, awaited)))
        if outcome.kind == INSTANCE:
            return result_of(execution, awaited, outcome)
    except TurmericError as error:
        return Raise(error)
    return execution.told_to_cancel() or Give(default)


def result_of(execution: Execution, id: str, outcome: Outcome) -> Give | Raise:
    """The value of an instance that was awaited, or an error that says how it ended."""
    if outcome.payload is None:
        return Raise(failure("value-error", f"there is no instance {id}", id))
    found = results.opened(execution.service.world, execution.service.seals, outcome.payload, of_result(id))
    if outcome.status == DONE:
        return Give(found.value)
    details = {"id": id, "status": keyword(outcome.status or ""), "error": found.error}
    data = maps.from_pairs((keyword(key), each) for key, each in details.items())
    how = "was cancelled" if outcome.status == CANCELLED else "failed"
    return Raise(execution.error("instance-failed", f"the instance {id} {how}", data))


def send(execution: Execution, kind: str, name: str, value: Any) -> Steps:
    id, sent = value
    try:
        made = making.event(execution.service, id, name, sent)
    except TurmericError as error:
        return Raise(error)
    saved = yield from execution.save(kind, name, None, sends=(made,))
    return saved if type(saved) is Raise else Give(None)


def start(execution: Execution, kind: str, name: Any, value: Any) -> Steps:
    function, args = value
    try:
        made = making.instance(execution.service, function, list(args), parent=execution.id)
    except TurmericError as error:
        return Raise(error)
    saved = yield from execution.save(kind, made.function, made.id, starts=(made,))
    return saved if type(saved) is Raise else Give(made.id)


def cancel(execution: Execution, kind: str, id: str, value: Any) -> Steps:
    saved = yield from execution.save(kind, id, None, cancels=(id,))
    return saved if type(saved) is Raise else Give(None)


def fork(execution: Execution, kind: str, id: str, number: int) -> Steps:
    try:
        found = yield ("get", id)
        point = yield ("checkpoint", id, number)
        made = making.fork(execution.service, id, number, found, point, execution.id)
    except TurmericError as error:
        return Raise(error)
    except Unavailable as error:
        return Raise(failure("io-error", f"the store cannot be read: {error}"))
    saved = yield from execution.save(kind, id, made.id, starts=(made,))
    return saved if type(saved) is Raise else Give(made.id)


def transaction(execution: Execution, kind: str, name: Any, function: Any) -> Steps:
    """The program's own statements and the checkpoint, committed together.  Whether that has happened, if the store
    cannot say, is looked up when the transaction is over: inside it the row may be locked."""
    made: Save | None = None
    try:
        with execution.service.store.transaction() as tx:
            value = call_inside(execution, function, tx)
            made = execution.made(kind, None, value)
            try:
                saved = yield ("within", tx, execution.held, made)
            except BlobsGone:
                execution.states.forget()
                made = execution.made(kind, None, value)
                saved = yield ("within", tx, execution.held, made)
        how = execution.after(made, saved)
    except NoTransactions as error:
        return Raise(failure("value-error", str(error)))
    except TurmericError as error:
        return Raise(error)
    except Lost:
        raise
    except Unavailable as error:
        if made is None:
            return Raise(failure("io-error", f"the transaction failed: {error}"))
        how = yield from execution.looked(made, error)
    except StoreError as error:
        execution.states.forget()
        return Raise(failure("io-error", f"the transaction failed: {error}"))
    return how if type(how) is Raise else Give(value)


def call_inside(execution: Execution, function: Any, tx: Any) -> Any:
    """Call a function of the program while its instance cannot be captured."""
    world = execution.service.world
    before, world.instance = world.instance, execution
    try:
        return world.call(function, [tx])
    except TurmericError as error:
        if isinstance(error.__cause__, Unavailable):
            raise error.__cause__ from error  # a statement failed through no fault of the program
        raise
    except SystemExit as end:  # it would end whoever runs the instance
        raise failure("value-error", "a program cannot exit inside a transaction", end.code) from end
    finally:
        world.instance = before


def outside(execution: Execution, kind: str, name: Any, awaitable: Any) -> Steps:
    try:
        return Give((yield ("await", awaitable)))
    except TurmericError as error:
        return Raise(error)
    except StoreError:
        raise
    except Exception as error:
        return Raise(translated(error))


REQUESTS: dict[str, Callable[[Execution, str, Any, Any], Steps]] = {
    "checkpoint": checkpoint,
    "step": checkpoint,
    "compensated": checkpoint,
    "sleep": sleep,
    "event": event,
    "await": instance,
    "send": send,
    "start": start,
    "cancel": cancel,
    "fork": fork,
    "transaction": transaction,
    "outside": outside,
}
"""By kind: the steps that do it."""
