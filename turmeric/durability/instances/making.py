"""New instances and events, sealed and ready for a store."""

from __future__ import annotations

from dataclasses import replace

from turmeric.durability import saving
from turmeric.durability.instances.records import WAITING, Checkpoint, Event, Instance
from turmeric.durability.instances.seals import of_event, of_state
from turmeric.durability.instances.states import States
from turmeric.running.values import Closure
from turmeric.vocabulary import lists
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.kinds import type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.durability.instances.service import Service


def instance(
    service: Service, function: Any, args: list[Any], id: str | None = None, parent: str | None = None
) -> Instance:
    """An instance that is to call a function.  Raises type-error, and not-serializable for its arguments."""
    if type(function) is not Closure:
        raise failure("type-error", f"only functions of Turmeric can be started, got a {type_name(function)}", function)
    id = service.new_id() if id is None else id
    now = service.clock.now()
    rules = service.rules
    states = States(service.world, service.seals, id, rules.bundle)
    states.whole_only()
    state, _, _ = states.encoded(0, function, lists.from_iterable(args))
    symbol = function.function.code.symbol
    version = service.version_of(symbol)
    return Instance(
        id, symbol, now, Checkpoint(0, "start", now, state), version, parent, changed=now, due=now, keep=rules.keep
    )  # fmt: skip


def event(service: Service, id: str, name: str, value: Any, key: str | None = None) -> Event:
    """Raises not-serializable for the value."""
    data = saving.serialize(service.world, value, keep=True)
    return Event(id, name, service.seals.seal(data, of_event(id, name)), service.clock.now(), key)


def opened(service: Service, sealed: bytes, context: str) -> Any:
    """A sealed value.  Raises corrupt-data, missing-key, schema-mismatch."""
    return saving.deserialize(service.world, service.seals.open(sealed, context))


def fork(
    service: Service, id: str, number: int, source: Instance | None, point: Checkpoint | None, parent: str | None = None
) -> Instance:
    """A new instance that goes on from a checkpoint of another.  Raises value-error if that is not there."""
    if source is None:
        raise failure("value-error", f"there is no instance {id}", id)
    if point is None or point.state is None:
        kept = "it keeps all of them" if source.keep else f"only the last one is kept, {source.checkpoint.number}"
        raise failure("value-error", f"the instance {id} has no checkpoint {number}: {kept}", number)
    new, now = service.new_id(), service.clock.now()
    opened = service.seals.open(point.state, of_state(id, number))
    point = replace(point, state=service.seals.seal(opened, of_state(new, number)))
    made = Instance(new, source.function, now, point, source.version, parent or source.parent, changed=now, due=now)
    made = replace(made, keep=source.keep, spent=source.spent)
    return made if point.wait is None else replace(made, status=WAITING, due=0.0)
