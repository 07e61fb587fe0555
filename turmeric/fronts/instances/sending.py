"""`tur send`, `tur cancel`, `tur fork`: what is asked of an instance from outside."""

from __future__ import annotations

import sys
import time

from turmeric.fronts.instances.finding import full_id
from turmeric.fronts.instances.opening import ask, existing_store, number, serving
from turmeric.fronts.statuses import FAILED, OK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.durability.instances.service import Service
    from turmeric.fronts.arguments import Arguments


def send(arguments: Arguments) -> int:
    """Send an event to an instance, which gets it now or when it waits for it."""
    from turmeric.durability.instances import asking
    from turmeric.fronts.instances.starting import values_of

    given, event, *words = arguments.operands
    value = values_of(arguments, words)[0] if words else None
    service = service_without_program(arguments)
    id = full_id(service.store, arguments, given)
    sent = asking.performed(service.store, asking.send(service, id, event, value, arguments.options.get("--key")))
    if not sent:
        key = arguments.options["--key"]
        print(f"tur: an event with the key {key} was sent to {id} before; nothing was sent", file=sys.stderr)
    return OK


def cancel(arguments: Arguments) -> int:
    """Ask an instance to cancel: it is told where it waits, or at its next save."""
    store = existing_store(arguments)
    id = full_id(store, arguments, arguments.operands[0])
    if not ask(store, "cancel", id, time.time()):
        print(f"tur: the instance {id} has ended: it is {ask(store, 'get', id).status}", file=sys.stderr)
        return FAILED
    return OK


def fork(arguments: Arguments) -> int:
    """Start instances that go on from a checkpoint of another; print their ids."""
    from turmeric.durability.instances import asking
    from turmeric.fronts.arguments import UsageError

    given, *words = arguments.operands
    if words and not (words[0].isascii() and words[0].isdigit()):
        raise UsageError(f"`fork` needs the number of a checkpoint, not `{words[0]}`")
    service = service_without_program(arguments)
    id = full_id(service.store, arguments, given)
    count = number(arguments, "--count", 1)
    made = asking.fork(service, id, int(words[0]) if words else None, count)
    for each in asking.performed(service.store, made):
        print(each)
    return OK


def service_without_program(arguments: Arguments) -> Service:
    """A service that seals and opens, and runs nothing of a program."""
    import os

    from turmeric.assembly.session import Session

    return serving(arguments, Session([os.getcwd()]))
