"""What others ask of an instance, as statements in one transaction: send, cancel, retry, remove."""

from __future__ import annotations

from turmeric.durability.instances.records import CANCELLED, DONE, ENDED, EVENT, WAITING, Event
from turmeric.durability.instances.store import Ended, Missing
from turmeric.durability.instances.stores import sql
from turmeric.durability.instances.stores.columns import event_row
from turmeric.durability.instances.stores.work import Work


def send(work: Work, event: Event) -> bool:
    """The row of the instance is locked before the event is there: see `owning.py`."""
    rows = work.run(sql.RECEIVER, event.instance)
    if not rows:
        raise missing(event.instance)
    status, wait, name = rows[0]
    if status in (DONE, CANCELLED):
        raise Ended(f"instance {event.instance} has ended: it is {status}")
    if not work.run(sql.INSERT_EVENT, *event_row(event)):
        return False
    if (status, wait, name) == (WAITING, EVENT, event.name):
        work.run(sql.WAKE, event.instance)
        work.news = True
    return True


def cancel(work: Work, id: str, now: float) -> bool:
    asked = work.run(sql.CANCEL, now, id)
    if asked:
        work.news = work.news or asked[0][0] == WAITING
        return True
    return status_of(work, id) not in ENDED


def retry(work: Work, id: str, now: float) -> bool:
    if work.run(sql.RETRY, now, id):
        work.news = True
        return True
    return status_of(work, id) not in (DONE, CANCELLED)


def status_of(work: Work, id: str) -> str:
    rows = work.run(sql.STATUS, id)
    if not rows:
        raise missing(id)
    status: str = rows[0][0]
    return status


def remove(work: Work, ids: list[str]) -> int:
    ids = sorted(set(ids))
    work.lock(ids)
    gone = [id for (id,) in work.among(sql.REMOVE, "id", ids)]
    for statement in (sql.REMOVE_EVENTS, sql.REMOVE_HISTORY):
        list(work.among(statement, "instance", gone))
    return len(gone)


def missing(id: str) -> Missing:
    return Missing(f"there is no instance {id}")
