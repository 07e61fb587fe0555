"""What is asked of instances from outside: start one, send to it, cancel it, look at it.

Each function is a generator that yields operations of the store, like an execution, so that it serves
those who block and those who await (`performed`, `awaited`).  Errors of the store become errors of the language:
`value-error` for what is not there or has ended, `io-error` when the storage failed.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from turmeric.durability.instances import making, results
from turmeric.durability.instances.records import ENDED, INSTANCE, RUNNING, TIMER, Event, Instance, Query
from turmeric.durability.instances.results import Result
from turmeric.durability.instances.seals import of_result
from turmeric.durability.instances.store import StoreError, Unavailable
from turmeric.vocabulary.errors import TurmericError, failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.durability.instances.execution import Operation
    from turmeric.durability.instances.service import Service
    from turmeric.durability.instances.store import Store

Asking = Generator["Operation", Any, Any]


# Doing it -------------------------------------------------------------------------------------


def performed(store: Store | Any, asking: Asking) -> Any:
    """What an asking comes to, with a store that blocks."""
    answer: Any = None
    error: StoreError | None = None
    while True:
        try:
            name, *args = asking.send(answer) if error is None else asking.throw(error)
        except StopIteration as end:
            return end.value
        except StoreError as raised:
            raise language_error(raised) from raised
        answer, error = None, None
        try:
            answer = getattr(store, name)(*args)
        except StoreError as raised:
            error = raised


def language_error(error: StoreError) -> TurmericError:
    """An error of a store as one of the language."""
    return failure("io-error" if isinstance(error, Unavailable) else "value-error", str(error))


# What is asked --------------------------------------------------------------------------------


def start(service: Service, function: Any, args: list[Any], id: str | None, parent: str | None = None) -> Asking:
    """Start a function as an instance; gives its id.  One with that id that is there already is left as it is."""
    made = making.instance(service, function, args, id, parent)
    yield ("create", [made])
    return made.id


def send(service: Service, id: str, name: str, value: Any, key: str | None) -> Asking:
    """Send an event; False if one with that key was sent before."""
    made: Event = making.event(service, id, name, value, key)
    return (yield ("send", made))


def cancel(service: Service, id: str) -> Asking:
    """Ask an instance to cancel; False if it has ended."""
    return (yield ("cancel", id, service.clock.now()))


def retry(service: Service, id: str) -> Asking:
    """Let a failed instance go on from its last checkpoint; False if it has ended otherwise."""
    return (yield ("retry", id, service.clock.now()))


def fork(service: Service, id: str, number: int | None, count: int) -> Asking:
    """Start new instances that go on from a checkpoint (the last one if None) of another; their ids."""
    found: Instance | None = yield ("get", id)
    if number is None and found is not None:
        number = found.checkpoint.number
    point = yield ("checkpoint", id, number or 0)
    made = [making.fork(service, id, number or 0, found, point) for _ in range(count)]
    yield ("create", made)
    return [each.id for each in made]


def export(service: Service, id: str) -> Asking:
    """An instance as bytes, with all that belongs to it.  Raises value-error if there is none of that id."""
    from turmeric.durability.instances.exporting import exported

    whole = yield ("whole", id)
    if whole is None:
        raise failure("value-error", f"there is no instance {id}", id)
    return exported(service.seals, whole)


def restore(service: Service, data: bytes) -> Asking:
    """Put an exported instance, or one from a checkpoint, into the store; its id.  Raises value-error if there is one
    of that id, corrupt-data, missing-key."""
    from turmeric.durability.instances.exporting import imported

    whole = imported(service.seals, data)
    id = whole.instance.id
    if not (yield ("restore", whole)):
        raise failure("value-error", f"there is an instance {id} already", id)
    return id


def instance(service: Service, id: str) -> Asking:
    """An instance.  Raises value-error if there is none of that id."""
    found = yield ("get", id)
    if found is None:
        raise failure("value-error", f"there is no instance {id}", id)
    return found


def result(service: Service, id: str) -> Asking:
    """How an instance ended (`Result`).  Raises value-error if it has not."""
    found: Instance = yield from instance(service, id)
    if found.status not in ENDED or found.result is None:
        raise failure("value-error", f"the instance {id} has not ended: it {doing(found)}", id)
    opened: Result = results.opened(service.world, service.seals, found.result, of_result(id))
    return found, opened


def value(service: Service, id: str) -> Asking:
    """The value of an instance.  Raises value-error if it has not ended, and its own error if it failed."""
    found, ended = yield from result(service, id)
    if found.status == "done":
        return ended.value
    raise failed(ended)


def failed(ended: Result) -> TurmericError:
    """The error an instance ended with."""
    from turmeric.vocabulary.errors import exception_for

    error = exception_for(ended.error)
    error.add_note(ended.report or "")
    return error


def find(service: Service, query: Query) -> Asking:
    """Instances without their states, the newest first."""
    return (yield ("find", query))


def remove(service: Service, ids: list[str]) -> Asking:
    return (yield ("remove", ids))


def collect(service: Service) -> Asking:
    return (yield ("collect",))


def doing(found: Instance) -> str:
    """What an instance does, for people: `waits for the event "approved"`."""
    wait = found.checkpoint.wait
    if found.status == RUNNING or wait is None:
        return "runs" if found.owner is not None else f"is {found.status}" if found.status in ENDED else "is due to run"
    if wait.kind == TIMER:
        return "sleeps"
    return f"waits for the instance {wait.name}" if wait.kind == INSTANCE else f'waits for the event "{wait.name}"'
