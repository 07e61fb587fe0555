"""What is read of instances, each a statement or two."""

from __future__ import annotations

from typing import Any

from turmeric.durability.instances.records import STATUSES, Checkpoint, Event, Instance, Query
from turmeric.durability.instances.store import Missing
from turmeric.durability.instances.stores import sql
from turmeric.durability.instances.stores.columns import checkpoint_of, event_of, instance_of
from turmeric.durability.instances.stores.work import Work


def get(work: Work, id: str) -> Instance | None:
    rows = work.run(sql.GET, id)
    return instance_of(rows[0]) if rows else None


def find(work: Work, query: Query) -> list[Instance]:
    conditions, parameters = ["1 = 1"], list[Any]()
    if query.statuses is not None:
        conditions.append(f"status IN ({', '.join('?' * len(query.statuses)) or 'NULL'})")
        parameters += query.statuses
    for column, value in (("function", query.function), ("parent", query.parent)):
        if value is not None:
            conditions.append(f"{column} = ?")
            parameters.append(value)
    if query.prefix is not None:
        conditions.append(f"substr(id, 1, {len(query.prefix)}) = ?")
        parameters.append(query.prefix)
    if query.after is not None:
        last = work.run(sql.CREATED, query.after)
        if not last:
            raise Missing(f"there is no instance {query.after} any more, after which others were to be listed")
        conditions.append("(created, id) < (?, ?)")
        parameters += last[0]
    statement = (
        f"SELECT {sql.LISTED} FROM $instances WHERE {' AND '.join(conditions)} ORDER BY created DESC, id DESC LIMIT ?"
    )
    return [instance_of(row) for row in work.run(statement, *parameters, query.limit)]


def count(work: Work) -> dict[str, int]:
    return {**dict.fromkeys(STATUSES, 0), **dict(work.run(sql.COUNT))}


def history(work: Work, id: str) -> list[Checkpoint]:
    return [checkpoint_of(row) for row in work.run(sql.HISTORY, id, id)]


def checkpoint(work: Work, id: str, number: int) -> Checkpoint | None:
    rows = work.run(sql.NUMBERED, id, number, id, number)
    return checkpoint_of(rows[0]) if rows else None


def events(work: Work, id: str) -> list[Event]:
    return [event_of(row) for row in work.run(sql.EVENTS, id)]


def due(work: Work) -> float | None:
    found: float | None = work.run(sql.FIRST_DUE)[0][0]
    return found
