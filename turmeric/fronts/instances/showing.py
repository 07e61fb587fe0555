"""`tur show ID`: all that a store knows of an instance.

The state is looked into as `tur inspect` looks into a file: nothing of the program runs.
"""

from __future__ import annotations

import sys
import time

from turmeric.durability.instances.records import ENDED, Query
from turmeric.fronts.instances.described import (
    checkpoint_data,
    checkpoint_text,
    data_of,
    event_data,
    moment,
    span_of,
    waiting_text,
)
from turmeric.fronts.instances.finding import all_instances, full_id, short_id
from turmeric.fronts.instances.opening import ask, existing_store
from turmeric.fronts.statuses import FAILED, OK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from turmeric.assembly.session import Session
    from turmeric.durability.instances.records import Instance
    from turmeric.durability.instances.store import Store
    from turmeric.fronts.arguments import Arguments
    from turmeric.fronts.tabular import Paper

    Data = dict[str, Any]

FEW = 20
"""Checkpoints, events and children that are listed for people."""


def show(arguments: Arguments) -> int:
    """Show an instance.  The exit status is 1 when its state or its result cannot be read here."""
    from turmeric.assembly.session import Session
    from turmeric.fronts.saved import load_program, program_root
    from turmeric.fronts.tabular import Paper

    store = existing_store(arguments)
    instance = ask(store, "get", full_id(store, arguments, arguments.operands[0]))
    session = Session([program_root(arguments)])
    load_program(session, arguments.options.get("--program"))
    found = everything(store, instance, session)
    if "--json" in arguments.options:
        import json

        print(json.dumps(found, indent=2))
    else:
        for line in lines(instance, found, Paper(sys.stdout)):
            print(line)
    return FAILED if found["problem"] else OK


def everything(store: Store, instance: Instance, session: Session) -> Data:
    """An instance as data, with its events, its checkpoints, its children, its state, its result."""
    from turmeric.vocabulary.errors import TurmericError
    from turmeric.vocabulary.report import report

    found: Data = {
        **data_of(instance),
        "events": [event_data(each) for each in ask(store, "events", instance.id)],
        "history": [checkpoint_data(each) for each in ask(store, "history", instance.id)],
        "children": [
            {"id": each.id, "function": each.function, "status": each.status}
            for each in all_instances(store, Query(parent=instance.id))
        ],
        "state": None,
        "result": None,
        "error": None,
        "problem": None,
    }
    try:
        found.update(ending(instance, session))
        if instance.checkpoint.state is not None:
            from turmeric.fronts.instances.looking import state_of

            found["state"] = state_of(store, instance, session)
    except TurmericError as error:
        found["problem"] = report(error)
    return found


def ending(instance: Instance, session: Session) -> Data:
    """The value of an instance that has ended well, or the report of its error."""
    from turmeric.durability.instances import results
    from turmeric.durability.instances.seals import Seals, of_result
    from turmeric.durability.sealed.keyfiles import configured
    from turmeric.fronts.results import readable

    if instance.status not in ENDED or instance.result is None:
        return {}
    opened = results.opened(session.world, Seals(configured()), instance.result, of_result(instance.id))
    if instance.status == "done":
        return {"result": readable(session, opened.value)}
    return {"error": opened.report}


# For people -----------------------------------------------------------------------------------


def lines(instance: Instance, found: Data, paper: Paper) -> Iterator[str]:
    now = time.time()
    yield paper.paint(f"instance {instance.id}", "bold") + f": {instance.status}"
    for name, text in facts(instance, now):
        if text:
            yield from paper.wrapped(text, f"  {name:<11}", 13)
    yield from limited(
        "children", [f"{short_id(each['id'])}  {each['function']}, {each['status']}" for each in found["children"]]
    )
    yield from limited("events that it has not taken", [event_line(each) for each in found["events"]])
    if instance.keep:
        yield from limited("checkpoints", [checkpoint_line(each) for each in found["history"]])
    if found["result"] is not None:
        yield f"value: {paper.cut(found['result'], 7, 400)}"
    if found["error"]:
        yield "error:"
        yield from (f"  {line}" for line in found["error"].splitlines())
    if found["state"] is not None:
        from turmeric.fronts.instances.looking import state_lines

        yield from state_lines(found["state"], paper)
    if found["problem"]:
        yield paper.paint("cannot be read here:", "bad")
        yield from (f"  {line}" for line in found["problem"].splitlines())


def facts(instance: Instance, now: float) -> Iterator[tuple[str, str]]:
    """What there is to say in a line each."""
    point = instance.checkpoint
    yield "function", instance.function + (f", version {instance.version}" if instance.version else "")
    yield "waits for", waiting_text(instance, now)
    place = f" at {point.source}" if point.source else ""
    yield "checkpoint", f"{checkpoint_text(point)} ({point.kind}){place}, {moment(point.time)}"
    yield (
        "started",
        f"{moment(instance.created)}, {span_of(now - instance.created)} ago; it has run for {instance.spent:.3g} s",
    )
    if instance.status in ENDED:
        yield "ended", moment(instance.changed)
    yield "parent", instance.parent or ""
    if instance.owner is not None and instance.due is not None:
        over = "is over since" if instance.due <= now else "ends at"
        yield "owner", f"{instance.owner}, whose lease {over} {moment(instance.due)}"
    if instance.attempts > 1:
        yield "tries", f"{instance.attempts} since the last checkpoint"


def event_line(event: Data) -> str:
    key = f", key {event['key']}" if event["key"] is not None else ""
    return f"{event['name']}, sent {moment(event['time'])}{key}"


def checkpoint_line(point: Data) -> str:
    name = f" {point['name']}" if point["name"] else ""
    place = f" at {point['source']}" if point["source"] else ""
    return f"{point['number']}{name} ({point['kind']}){place}, {moment(point['time'])}"


def limited(title: str, texts: list[str]) -> Iterator[str]:
    if texts:
        yield f"{title}:"
        yield from (f"  {text}" for text in texts[-FEW:])
    if len(texts) > FEW:
        yield f"  and {len(texts) - FEW} earlier ones (--json has all)"
