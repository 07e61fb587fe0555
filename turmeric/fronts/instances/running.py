"""`tur run` of a program with durable instances: its `main` is one, in the foreground."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

from turmeric.durability.instances.records import ENDED, WAITING, Instance, Query
from turmeric.fronts.instances.finding import all_instances, short_id
from turmeric.fronts.instances.opening import ask, serving, store_option
from turmeric.fronts.statuses import FAILED, OK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.assembly.session import Session
    from turmeric.durability.instances.service import Service
    from turmeric.fronts.arguments import Arguments
    from turmeric.fronts.instances.foreground import Foreground
    from turmeric.vocabulary.namespace import Module

WORKFLOW = "workflow"


def is_durable(session: Session, module: Module, arguments: Arguments) -> bool:
    """Whether `main` is to run as an instance: `--store` says so, or a module of the program imports `workflow`."""
    from turmeric.vocabulary.namespace import FUNCTION, UNBOUND

    main = module.definitions.get("main")
    if main is None or main.kind != FUNCTION or main.value is UNBOUND:
        if "--store" in arguments.options:
            print("tur: the program has no `main` that could be an instance; nothing was stored", file=sys.stderr)
        return False
    own = [each for each in session.world.modules.values() if not each.library]
    return "--store" in arguments.options or any(map(imports_workflow, own))


def imports_workflow(module: Module) -> bool:
    from turmeric.vocabulary.namespace import Module

    homes = [home.name for home in module.aliases.values() if isinstance(home, Module)]
    return WORKFLOW in homes or any(found.module == WORKFLOW for found in module.referred.values())


def run_main(session: Session, module: Module, arguments: Arguments) -> int:
    """Run `main` as a new instance until it has ended; what it has started runs too, as long as it is due."""
    from turmeric.durability.instances import making
    from turmeric.fronts.instances.foreground import Foreground

    main = module.definitions["main"].force()
    service = serving(arguments, session, makes=True)
    made = making.instance(service, main, session.main_args(main))
    made = replace(made, owner=service.owner, due=service.clock.now() + service.rules.lease)
    ask(service.store, "create", [made])  # which is ours already: a worker does not take it away
    foreground = Foreground(service, made.id, True)
    return finished(session, arguments, foreground, made)


def finished(session: Session, arguments: Arguments, foreground: Foreground, instance: Instance) -> int:
    """Run an instance, and say what has become of it; gives the exit status."""
    service = foreground.service
    try:
        found = foreground.run(instance)
    except KeyboardInterrupt:
        print(f"tur: the instance is saved; {how_to_go_on(session, arguments, instance.id, True)}", file=sys.stderr)
        raise
    sys.stdout.flush()
    if foreground.exited is not None:
        return foreground.exited
    status = ending(session, arguments, foreground, found)
    say_more(service, foreground)
    return status


def ending(session: Session, arguments: Arguments, foreground: Foreground, found: Instance) -> int:
    """Report the error of an instance, or what it waits for."""
    from turmeric.fronts.instances.described import waiting_text

    service = foreground.service
    if found.status == "done":
        return OK
    if found.status in ENDED:
        print(report_of(service, found), file=sys.stderr)
        if found.status == "failed":
            print(f"tur: {how_to_go_on(session, arguments, found.id, foreground.waits)}", file=sys.stderr)
        return FAILED
    if foreground.refused is not None:
        print(f"tur: the instance {found.id} cannot go on here: {foreground.refused}", file=sys.stderr)
        return FAILED
    waits = f"waits for {waiting_text(found, service.clock.now())}" if found.status == WAITING else "runs elsewhere"
    print(f"tur: the instance {found.id} {waits}", file=sys.stderr)
    return OK


def report_of(service: Service, found: Instance) -> str:
    """The report of the error that an instance has ended with, as it was written then."""
    from turmeric.durability.instances import results
    from turmeric.durability.instances.seals import of_result

    assert found.result is not None
    opened = results.opened(service.world, service.seals, found.result, of_result(found.id))
    return opened.report or ""


def how_to_go_on(session: Session, arguments: Arguments, id: str, waits: bool) -> str:
    """`tur resume 3f2a1b2c goes on from its last checkpoint`, with the options that it needs."""
    root = session.loader.roots[0]
    program = "" if os.path.abspath(root) == os.getcwd() else f" --program {root}"
    wait = " --wait" if waits else ""
    return f"`tur resume{wait}{store_option(arguments)}{program} {short_id(id)}` goes on from its last checkpoint"


def say_more(service: Service, foreground: Foreground) -> None:
    """What has become of the instances that it started, if not all of them have ended well."""
    for id in foreground.failures:
        print(f"tur: the instance {id} that it started has failed: tur show {short_id(id)}", file=sys.stderr)
    if foreground.waits:
        left = [each for each in descendants(service, foreground.id) if each.status not in ENDED]
        if left:
            many = "an instance" if len(left) == 1 else f"{len(left)} instances"
            text = f"{many} that it started will go on when a worker runs: tur ps, tur worker"
            print(f"tur: {text}", file=sys.stderr)


def descendants(service: Service, id: str) -> list[Any]:
    """All that an instance has started, and what that has started."""
    found = list(all_instances(service.store, Query(parent=id)))
    for each in found:
        found += all_instances(service.store, Query(parent=each.id))
    return found
