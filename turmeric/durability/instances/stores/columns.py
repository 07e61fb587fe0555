"""Records as rows of tables, and back: the columns are those that `sql.py` names, in its order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from turmeric.durability.instances.records import Blob, Checkpoint, Event, Instance, Outcome, Save, Wait

Row = tuple[Any, ...]
AT_CHECKPOINT = 18
"""Where the columns of the checkpoint begin in those of an instance."""


def instance_of(row: Row) -> Instance:
    (id, function, created, version, parent, status, changed, due, owner, epoch, attempts, cancel,
     outcome, payload, outcome_status, spent, result, keep) = row[:AT_CHECKPOINT]  # fmt: skip
    return Instance(
        id, function, created, checkpoint_of(row[AT_CHECKPOINT:]), version, parent, status, changed, due, owner, epoch,
        attempts, cancel, None if outcome is None else Outcome(outcome, payload, outcome_status), spent, result,
        keep == 1,
    )  # fmt: skip


def checkpoint_of(row: Row) -> Checkpoint:
    number, kind, time, state, name, source, place, roots, wait, wait_name, wait_until = row
    awaited = None if wait is None else Wait(wait, wait_name, wait_until)
    return Checkpoint(number, kind, time, state, name, source, place, split(roots), awaited)


def event_of(row: Row) -> Event:
    return Event(*row)


def blob_of(row: Row) -> Blob:
    name, data, links = row
    return Blob(name, data, split(links))


def instance_row(instance: Instance) -> Row:
    return (
        instance.id, instance.function, instance.created, instance.version, instance.parent, instance.status,
        instance.changed, instance.due, instance.owner, instance.epoch, instance.attempts, instance.cancel,
        *outcome_row(instance.outcome), instance.spent, instance.result, int(instance.keep),
        *checkpoint_row(instance.checkpoint),
    )  # fmt: skip


def checkpoint_row(point: Checkpoint) -> Row:
    return (
        point.number, point.kind, point.time, point.state, point.name, point.source, point.offset, joined(point.roots),
        *wait_row(point.wait),
    )  # fmt: skip


def wait_row(wait: Wait | None) -> Row:
    return (None, None, None) if wait is None else (wait.kind, wait.name, wait.until)


def outcome_row(outcome: Outcome | None) -> Row:
    return (None, None, None) if outcome is None else (outcome.kind, outcome.payload, outcome.status)


def event_row(event: Event) -> Row:
    return event.instance, event.name, event.payload, event.time, event.key


def blob_row(blob: Blob) -> Row:
    return blob.name, joined(blob.references), blob.data


def save_row(save: Save) -> Row:
    """The parameters of `NEW_CHECKPOINT`."""
    point = save.checkpoint
    return (
        point.number, point.kind, point.time, point.state, point.name, point.source, point.offset, joined(point.roots),
        point.time, save.version, save.cancel, save.spent,
    )  # fmt: skip


def joined(hashes: Sequence[bytes]) -> bytes:
    """Hashes in a row, each after a byte with its length."""
    return b"".join([bytes((len(each),)) + each for each in hashes]) if hashes else b""


def split(row: bytes) -> tuple[bytes, ...]:
    """The hashes of `joined`."""
    found, at = [], 0
    while at < len(row):
        found.append(row[at + 1 : at + 1 + row[at]])
        at += 1 + row[at]
    return tuple(found)
