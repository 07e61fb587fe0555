"""`tur resume ID`: an instance goes on in the foreground, from its last checkpoint."""

from __future__ import annotations

import sys
import time

from turmeric.durability.instances.records import ENDED, FAILED, WAITING, Instance
from turmeric.fronts.arguments import UsageError
from turmeric.fronts.execution import completed, open_session
from turmeric.fronts.instances.described import moment, waiting_text
from turmeric.fronts.instances.finding import full_id
from turmeric.fronts.instances.foreground import Foreground, is_gone
from turmeric.fronts.instances.opening import address, ask, is_there, serving
from turmeric.fronts.instances.running import finished
from turmeric.fronts.saved import load_program, program_root
from turmeric.fronts.statuses import OK
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.assembly.session import Session
    from turmeric.durability.instances.service import Service
    from turmeric.fronts.arguments import Arguments

FILES_ONLY = ("--freeze-after", "--to", "--keep-running")


def resume_instance(arguments: Arguments) -> int:
    """Let an instance go on until it has ended or waits; with `--wait` until it has ended.  Its value is printed."""
    given, *value = arguments.operands
    if "--store" not in arguments.options and not is_there(address(arguments)):
        raise failure("io-error", f"there is no file {given}, and no store at {address(arguments)}", given)
    if value:
        raise UsageError(f"an instance gets values as events: tur send {given} EVENT '{value[0]}'")
    for name in FILES_ONLY:
        if name in arguments.options:
            raise UsageError(f"{name} is for programs that are no instances: those are saved in their store")
    session = open_session(arguments, program_root(arguments), [])
    load_program(session, arguments.options.get("--program"))
    service = serving(arguments, session)
    instance = ready(service, arguments, full_id(service.store, arguments, given))
    if not can_go_on(instance, "--wait" in arguments.options):
        print(f"tur: the instance {instance.id} waits for {waiting_text(instance, time.time())}", file=sys.stderr)
        return OK
    session.world.main = instance.function.rpartition(".")[0]
    foreground = Foreground(service, instance.id, "--wait" in arguments.options)
    return completed(session, lambda: gone_on(session, arguments, foreground, instance))  # type: ignore[no-any-return]


def gone_on(session: Session, arguments: Arguments, foreground: Foreground, instance: Instance) -> int:
    """Run it, and print its value, unless it is nil, or that of a `main`."""
    from turmeric.durability.instances import asking
    from turmeric.fronts.results import readable

    status = finished(session, arguments, foreground, instance)
    service = foreground.service
    if status == OK and foreground.found().status == "done" and not instance.function.endswith(".main"):
        value = asking.performed(service.store, asking.value(service, instance.id))
        if value is not None:
            print(readable(session, value))
    return status


def ready(service: Service, arguments: Arguments, id: str) -> Instance:
    """The instance, which may go on: one that failed is tried again.  Raises value-error for one that has ended, or
    that somebody else runs."""
    instance: Instance = ask(service.store, "get", id)
    if instance.status in ENDED and instance.status != FAILED:
        raise failure("value-error", f"the instance {id} has ended: it is {instance.status}", id)
    if instance.status == WAITING:
        return instance
    if instance.owner is None:
        ask(service.store, "retry", id, time.time())
        found: Instance = ask(service.store, "get", id)
        return found
    held = instance.due is not None and instance.due > time.time() and not is_gone(instance.owner)
    if held and "--wait" not in arguments.options:
        until = moment(instance.due or 0.0)
        text = f"{instance.owner} runs the instance {id}, and has a lease until {until}; --wait waits for it"
        raise failure("value-error", text, id)
    return replaced(instance) if held else instance


def replaced(instance: Instance) -> Instance:
    """An instance that is not to be taken over from its owner."""
    from dataclasses import replace

    return replace(instance, owner=None)


def can_go_on(instance: Instance, waits: bool) -> bool:
    return waits or instance.status != WAITING or (instance.due is not None and instance.due <= time.time())
