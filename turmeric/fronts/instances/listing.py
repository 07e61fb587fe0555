"""`tur ps`: the instances of a store."""

from __future__ import annotations

import sys
import time

from turmeric.durability.instances.records import STATUSES, Query
from turmeric.fronts.arguments import UsageError
from turmeric.fronts.instances.columns import table
from turmeric.fronts.instances.described import checkpoint_text, data_of, span_of, waiting_text
from turmeric.fronts.instances.finding import full_id, short_ids
from turmeric.fronts.instances.opening import ask, existing_store, number
from turmeric.fronts.statuses import OK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.durability.instances.records import Instance
    from turmeric.durability.instances.store import Store
    from turmeric.fronts.arguments import Arguments

LIMIT = 100
TITLES = ["ID", "FUNCTION", "STATUS", "WAITS FOR", "CHECKPOINT", "AGE", "TRIES"]


def ps(arguments: Arguments) -> int:
    """List instances, the newest first: a table, or JSON."""
    if "--outdated" in arguments.options:
        from turmeric.fronts.instances.outdated import outdated

        return outdated(arguments)
    store = existing_store(arguments)
    limit = number(arguments, "--limit", LIMIT)
    found = ask(store, "find", query_of(store, arguments, limit + 1))
    if "--json" in arguments.options:
        import json

        print(json.dumps([data_of(each) for each in found[:limit]], indent=2))
    else:
        show(found[:limit])
    if len(found) > limit:
        print(f"tur: these are the newest {limit}; --limit shows more", file=sys.stderr)
    return OK


def query_of(store: Store, arguments: Arguments, limit: int, statuses: tuple[str, ...] | None = None) -> Query:
    """What `--status`, `--function` and `--parent` select."""
    options = arguments.options
    parent = options.get("--parent")
    if "--status" in options:
        statuses = tuple(options["--status"].split(","))
        for each in statuses:
            if each not in STATUSES:
                raise UsageError(f"--status is {', '.join(STATUSES)} or several of them, not `{each}`")
    found = None if parent is None else full_id(store, arguments, parent)
    return Query(statuses, options.get("--function"), found, limit)


def show(found: list[Instance]) -> None:
    """The table for people."""
    from turmeric.fronts.tabular import Paper

    if not found:
        print("no instances", file=sys.stderr)
        return
    now = time.time()
    ids = short_ids(each.id for each in found)
    rows = [
        [
            ids[each.id],
            each.function,
            each.status,
            waiting_text(each, now),
            checkpoint_text(each.checkpoint),
            span_of(now - each.created),
            str(each.attempts),
        ]
        for each in found
    ]
    for text in table(TITLES, rows, Paper(sys.stdout)):
        print(text)
