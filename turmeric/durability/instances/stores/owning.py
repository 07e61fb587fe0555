"""What owners write, as statements in one transaction: create, claim, save, finish, renew, release.

Who wakes whom is decided under locks of rows, or a wake-up would be lost where several transactions write at a
time.  Whoever makes true what somebody may wait for locks a row before it does so (an event: the row of the
instance it is for; an end: that of the instance that ends), and looks for who waits after that.  Whoever is to wait
locks the same row before looking whether it is true already.  So one of the two comes second, and sees the other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from turmeric.durability.instances.records import (
    CANCEL_ASKED,
    CANCELLED,
    ENDED,
    EVENT,
    FAILED,
    INSTANCE,
    RUNNING,
    TIMER,
    End,
    Held,
    Instance,
    Outcome,
    Save,
    Saved,
    Wait,
)
from turmeric.durability.instances.store import Lost
from turmeric.durability.instances.stores import asking, sharing, sql
from turmeric.durability.instances.stores.columns import (
    instance_of,
    instance_row,
    outcome_row,
    save_row,
    wait_row,
)
from turmeric.durability.instances.stores.work import Work

# Create ---------------------------------------------------------------------------------------


def creation_alone(instances: list[Instance]) -> tuple[str, tuple[Any, ...]] | None:
    """The one statement that creates an instance, where it is a single one that waits for no other and has no blobs."""
    if len(instances) != 1 or instances[0].checkpoint.roots or awaited(instances[0].checkpoint.wait) is not None:
        return None
    return sql.INSERT_INSTANCE, instance_row(instances[0])


def create(work: Work, instances: list[Instance]) -> list[str]:
    sharing.must_be_there(work, {name for each in instances for name in each.checkpoint.roots})
    # One that is to wait for another must not come into being unseen while that other ends.
    work.lock(name for each in instances if (name := awaited(each.checkpoint.wait)) is not None)
    return add(work, instances)


def add(work: Work, instances: list[Instance] | tuple[Instance, ...]) -> list[str]:
    """Add the instances that are new, in the order of their ids; their ids in the order they came in."""
    added = set()
    for each in sorted(instances, key=lambda each: each.id):
        if work.run(sql.INSERT_INSTANCE, *instance_row(each)):
            added.add(each.id)
            work.news = True
    return list(dict.fromkeys(each.id for each in instances if each.id in added))


def awaited(wait: Wait | None) -> str | None:
    """The id of the instance that is waited for."""
    return wait.name if wait is not None and wait.kind == INSTANCE else None


# Claim ----------------------------------------------------------------------------------------


def claim(work: Work, owner: str, now: float, until: float, limit: int, only: list[str] | None) -> list[Instance]:
    """Those that are due are locked; ones that somebody else has locked are passed over."""
    claimed: list[Instance] = []
    seen: set[str] = set()
    while len(claimed) < limit:
        due = [each for each in due_instances(work, now, limit - len(claimed), only) if each.id not in seen]
        seen.update(each.id for each in due)
        ready = [(each, outcome) for each in due for found, outcome in [decided(work, each, now)] if found]
        work.run_each(sql.CLAIM, [(owner, until, *outcome_row(outcome), each.id) for each, outcome in ready])
        claimed += [claimed_by(owner, until, each, outcome) for each, outcome in ready]
        if len(ready) == len(due):
            break
    return claimed


def due_instances(work: Work, now: float, limit: int, only: list[str] | None) -> list[Instance]:
    if only is None:
        return [instance_of(row) for row in work.run(sql.DUE, now, limit)]
    rows = work.among(sql.DUE_AMONG, "id", list(dict.fromkeys(only)), (now,), (limit,))
    return sorted(map(instance_of, rows), key=lambda each: (each.due or 0.0, each.id))[:limit]


def claimed_by(owner: str, until: float, before: Instance, outcome: Outcome | None) -> Instance:
    return replace(
        before, status=RUNNING, owner=owner, due=until, epoch=before.epoch + 1, attempts=before.attempts + 1,
        outcome=outcome,
    )  # fmt: skip


def decided(work: Work, instance: Instance, now: float) -> tuple[bool, Outcome | None]:
    """Whether an instance that is due is to go on, and how its wait ended; if not, it waits on."""
    wait = instance.checkpoint.wait
    if instance.status == RUNNING or instance.outcome is not None or wait is None:
        return True, instance.outcome
    if instance.cancel == CANCEL_ASKED:
        return True, Outcome(CANCELLED)
    outcome = outcome_of(work, instance.id, wait)
    if outcome is None and wait.until is not None and wait.until <= now:
        outcome = Outcome(TIMER)
    if outcome is None:
        work.run(sql.WAIT_ON, instance.id)
    return outcome is not None, outcome


def outcome_of(work: Work, id: str, wait: Wait) -> Outcome | None:
    """What has ended a wait, other than its time.  An event is taken; its key is kept, to know it again."""
    if wait.kind == EVENT:
        for number, payload, key in work.run(sql.FIRST_EVENT, id, wait.name):
            work.run(sql.DROP_EVENT if key is None else sql.EMPTY_EVENT, number)
            return Outcome(EVENT, payload)
    if wait.kind == INSTANCE:
        found = work.run(sql.STATUS, wait.name)
        if not found:
            return Outcome(INSTANCE)
        status, result = found[0]
        if status in ENDED:
            return Outcome(INSTANCE, result, status)
    return None


# Save -----------------------------------------------------------------------------------------


def statement_alone(held: Held, save: Save) -> tuple[str, tuple[Any, ...]] | None:
    """The one statement that is a whole save, for most: of an instance that runs on, or waits for a time.  It changes
    nothing if the instance is lost, or keeps all its checkpoints."""
    point = save.checkpoint
    if save.blobs or point.roots or save.starts or save.sends or save.cancels:
        return None
    if point.wait is None:
        return sql.SAVE_RUNNING, (*save_row(save), save.cancel, save.until, held.id, held.epoch)
    if point.wait.kind == TIMER:
        until = point.wait.until
        return sql.SAVE_SLEEPING, (*save_row(save), until, save.cancel, until, held.id, held.epoch)
    return None


def save(work: Work, held: Held, save: Save) -> Saved:
    point = save.checkpoint
    if save.blobs or point.roots or any(each.checkpoint.roots for each in save.starts):
        work.share_blobs()
    others = [each.instance for each in save.sends] + list(save.cancels)
    waits_for = [awaited(each.wait) for each in (point, *(each.checkpoint for each in save.starts))]
    others += [id for id in waits_for if id is not None]
    if others:
        work.lock([held.id, *others])
    rows = work.run(sql.HELD, held.id, held.epoch)
    if not rows:
        raise lost(held)
    sharing.keep(work, save)
    keep, number, cancel = rows[0]
    if keep and number != point.number:
        work.run(sql.KEEP_OLD, held.id)
        work.run(sql.FORGET_OLD, held.id, point.number)
    add(work, save.starts)
    for event in save.sends:
        asking.send(work, event)
    for id in save.cancels:
        asking.cancel(work, id, point.time)
    told = max(cancel, save.cancel, CANCEL_ASKED if held.id in save.cancels else 0) == CANCEL_ASKED
    if point.wait is None:
        return Saved(put(work, held, save, Outcome(CANCELLED) if told else None))
    outcome = None if told else outcome_of(work, held.id, point.wait)
    return Saved(put(work, held, save, outcome), outcome)


def put(work: Work, held: Held, save: Save, outcome: Outcome | None) -> int:
    """Write the checkpoint; gives what the instance knows about being cancelled."""
    wait = save.checkpoint.wait
    if wait is None or outcome is not None:
        parameters = (*wait_row(wait), *outcome_row(outcome), save.until)
        rows = work.run(sql.SAVE_DECIDED, *save_row(save), *parameters, held.id, held.epoch)
    else:
        parameters = (*wait_row(wait), save.cancel, wait.until)
        rows = work.run(sql.SAVE_WAITING, *save_row(save), *parameters, held.id, held.epoch)
        work.news = work.news or rows[0][0] == CANCEL_ASKED
    cancel: int = rows[0][0]
    return cancel


# Finish, renew, release -----------------------------------------------------------------------


def finish(work: Work, held: Held, end: End) -> None:
    statement = sql.FAIL if end.status == FAILED else sql.END
    if not work.run(statement, end.status, end.result, end.time, end.spent, held.id, held.epoch):
        raise lost(held)
    if end.status != FAILED:
        work.run(sql.DROP_EVENTS, held.id)
    if work.run(sql.WAKE_PARENTS, held.id):
        work.news = True


def renew(work: Work, held: list[Held], until: float) -> list[Held]:
    """In the order of ids, as everybody who locks several rows."""
    still = {each for each in sorted(held, key=lambda each: each.id) if work.run(sql.RENEW, until, each.id, each.epoch)}
    return [each for each in held if each in still]


def release(work: Work, held: Held, due: float, failed: bool) -> None:
    if work.run(sql.RELEASE, due, 0 if failed else 1, held.id, held.epoch):
        work.news = True


def lost(held: Held) -> Lost:
    return Lost(f"instance {held.id} is not held any more: somebody else has claimed it since, or it has ended")
