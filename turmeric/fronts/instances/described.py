"""Instances as data for `--json`, and as words for people.  docs/command-line.md says what each part means."""

from __future__ import annotations

import time

from turmeric.durability.instances.records import (
    CANCEL_ASKED,
    CANCEL_TOLD,
    ENDED,
    EVENT,
    INSTANCE,
    RUNNING,
    WAITING,
)
from turmeric.fronts.instances.finding import is_uuid, short_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.durability.instances.records import Checkpoint, Event, Instance, Wait

    Data = dict[str, Any]

CANCELLING = {CANCEL_ASKED: "asked", CANCEL_TOLD: "told"}


# For programs ---------------------------------------------------------------------------------


def data_of(instance: Instance) -> Data:
    """An instance without its state, its events and its result."""
    return {
        "id": instance.id,
        "function": instance.function,
        "status": instance.status,
        "version": instance.version or None,
        "parent": instance.parent,
        "created": instance.created,
        "changed": instance.changed,
        "due": instance.due,
        "owner": instance.owner,
        "epoch": instance.epoch,
        "attempts": instance.attempts,
        "cancel": CANCELLING.get(instance.cancel),
        "seconds": instance.spent,
        "keeps_checkpoints": instance.keep,
        "checkpoint": checkpoint_data(instance.checkpoint),
        "waits_for": wait_data(instance.checkpoint.wait) if instance.status == WAITING else None,
    }


def checkpoint_data(point: Checkpoint) -> Data:
    return {
        "number": point.number,
        "kind": point.kind,
        "name": point.name,
        "time": point.time,
        "source": point.source,
        "offset": point.offset,
    }


def wait_data(wait: Wait | None) -> Data | None:
    if wait is None:
        return None
    return {"kind": wait.kind, "name": wait.name, "until": wait.until}


def event_data(event: Event) -> Data:
    return {"name": event.name, "key": event.key, "time": event.time, "bytes": len(event.payload)}


# For people -----------------------------------------------------------------------------------


def waiting_text(instance: Instance, now: float) -> str:
    """What an instance waits for, and until when."""
    asked = " (asked to cancel)" if instance.cancel == CANCEL_ASKED and instance.status not in ENDED else ""
    return (waits_for(instance, now) + asked).strip()


def waits_for(instance: Instance, now: float) -> str:
    wait = instance.checkpoint.wait
    if instance.status == RUNNING:
        return owner_text(instance, now)
    if instance.status != WAITING or wait is None:
        return ""
    if instance.due is not None and instance.due <= now:
        return "a worker"
    until = "" if wait.until is None else f" until {moment(wait.until)}"
    if wait.kind == EVENT:
        return f'event "{wait.name}"{until}'
    if wait.kind == INSTANCE:
        return f"instance {short_id(wait.name or '')}{until}"
    return until.strip()


def owner_text(instance: Instance, now: float) -> str:
    """Of one that runs: nothing, if somebody runs it; else when somebody will."""
    if instance.due is None or instance.due > now:
        next_try = "" if instance.due is None else f"next attempt at {moment(instance.due)}"
        return "" if instance.owner is not None else next_try
    return "a worker" if instance.owner is None else "a worker (its owner's lease is over)"


def checkpoint_text(point: Checkpoint) -> str:
    """`3 charge`, or `3 sleep` for one without a name; `3 await 3f2a1b2c` for one that names an instance."""
    if point.name is not None and is_uuid(point.name):
        return f"{point.number} {point.kind} {short_id(point.name)}"
    return f"{point.number} {point.name or point.kind}"


def moment(when: float) -> str:
    """A time of this machine's time zone; with the day if that is not today."""
    day, now = time.localtime(when), time.localtime()
    if when > 253402214400:
        return "the end of time"
    return time.strftime("%H:%M:%S" if day[:3] == now[:3] else "%Y-%m-%d %H:%M:%S", day)


def span_of(seconds: float) -> str:
    """How long, in the largest unit that fits: `45s`, `3h`, `12d`."""
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= length:
            return f"{int(seconds // length)}{unit}"
    return f"{max(0, int(seconds))}s"
