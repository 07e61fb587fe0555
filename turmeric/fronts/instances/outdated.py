"""`tur ps --outdated`: which instances would not go on in the code that is there now, and why.

Each that has not ended is looked at as `tur inspect` looks at a file: nothing runs, and nothing is changed.  Of a state
that is kept in blobs each message is checked.
"""

from __future__ import annotations

import sys

from turmeric.durability.instances.records import ENDED, STATUSES, Query
from turmeric.durability.instances.states import message_of
from turmeric.fronts.instances.columns import table
from turmeric.fronts.instances.finding import all_instances, short_ids
from turmeric.fronts.instances.opening import ask, existing_store, number
from turmeric.fronts.progress import Progress
from turmeric.fronts.statuses import FAILED, OK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from turmeric.assembly.session import Session
    from turmeric.durability.instances.records import Blob, Instance
    from turmeric.durability.instances.seals import Seals
    from turmeric.durability.instances.store import Store
    from turmeric.fronts.arguments import Arguments

    Data = dict[str, Any]

WITH_STATE = tuple(each for each in STATUSES if each not in ENDED or each == "failed")
"""Those that may go on: one that failed is tried again by `tur resume`."""


def outdated(arguments: Arguments) -> int:
    """List the instances that do not fit.  The exit status is 1 when there are any."""
    from turmeric.assembly.session import Session
    from turmeric.durability.instances.seals import Seals
    from turmeric.durability.sealed.keyfiles import configured
    from turmeric.fronts.instances.listing import query_of
    from turmeric.fronts.saved import load_program, program_root

    store = existing_store(arguments)
    session = Session([program_root(arguments)])
    load_program(session, arguments.options.get("--program"))
    query = query_of(store, arguments, number(arguments, "--limit", 10**9), WITH_STATE)
    found = [each for each in selected(store, query) if each.status in WITH_STATE]
    rows = []
    seals = Seals(configured())
    with Progress("checking instances", len(found)) as progress:
        for each in found:
            reasons = misfits(store, seals, session, each.id)
            if reasons:
                rows.append((each, reasons))
            progress.add(1)
    show(arguments, rows, len(found))
    return FAILED if rows else OK


def selected(store: Store, query: Query) -> list[Instance]:
    """The newest instances that fit a query, at most as many as it says."""
    from itertools import islice

    return list(islice(all_instances(store, query), query.limit))


def misfits(store: Store, seals: Seals, session: Session, id: str) -> list[Data]:
    """What of an instance would not fit; nothing for one that has gone on meanwhile and ended."""
    from turmeric.durability.format.message import Message
    from turmeric.durability.reports.against import fit_of
    from turmeric.vocabulary.errors import TurmericError

    instance = ask(store, "get", id)
    if instance is None or instance.checkpoint.state is None:
        return []
    point = instance.checkpoint
    try:
        blobs = ask(store, "blobs", list(point.roots)) if point.roots else {}
        messages = [message_of(seals, id, point, blobs), *earlier(seals, point.roots, blobs)]
        found = [each for data in messages for each in fit_of(Message(data), session.world).mismatches]
    except TurmericError as error:
        return [{"kind": error.name, "detail": error.message, "advice": []}]
    return [each.data() for each in found]


def earlier(seals: Seals, roots: tuple[bytes, ...], blobs: dict[bytes, Blob]) -> Iterator[bytes]:
    """The messages that the newest one refers to."""
    from turmeric.durability.stores.blobs import data_in

    for name, blob in blobs.items():
        if name not in roots:
            yield data_in(seals.opened_blob(blob) or b"")


def show(arguments: Arguments, rows: list[tuple[Instance, list[Data]]], checked: int) -> None:
    """A table, or JSON: the instances that do not fit, each with its reasons."""
    from turmeric.fronts.instances.described import checkpoint_text, data_of
    from turmeric.fronts.tabular import Paper, counted

    if "--json" in arguments.options:
        import json

        print(json.dumps([{**data_of(each), "mismatches": reasons} for each, reasons in rows], indent=2))
        return
    ids = short_ids(each.id for each, _ in rows)
    lines = [
        [ids[each.id], each.function, each.status, checkpoint_text(each.checkpoint), why(reasons)]
        for each, reasons in rows
    ]
    if lines:
        for text in table(["ID", "FUNCTION", "STATUS", "CHECKPOINT", "WHY"], lines, Paper(sys.stdout)):
            print(text)
    word = "does" if len(rows) == 1 else "do"
    text = f"{counted(checked, 'instance')} checked: {len(rows)} {word} not fit the code that is there now"
    print(text, file=sys.stderr)


def why(reasons: list[Data]) -> str:
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return str(reasons[0]["detail"]) + more
