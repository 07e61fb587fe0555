"""The protocol of stores over rows: one row for each instance, with all that belongs to it.

`RowStore` is the plainest statement of what a store does.  Where the rows are is said by those who
derive from it, in memory or in files:

    with self.change():     everything that is put inside happens at once, or not at all if it raises
        row = self.row(id)
        self.put(row)
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from turmeric.durability.instances.records import (
    CANCEL_ASKED,
    CANCELLED,
    ENDED,
    EVENT,
    FAILED,
    INSTANCE,
    RUNNING,
    STATUSES,
    TIMER,
    WAITING,
    Blob,
    Checkpoint,
    Collected,
    End,
    Event,
    Held,
    Instance,
    Outcome,
    Query,
    Save,
    Saved,
    Wait,
)
from turmeric.durability.instances.store import BlobsGone, Ended, Lost, Missing, NoTransactions, Transaction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Row:
    """An instance, the events it has not taken, the keys of all that were sent, the checkpoints that are kept."""

    instance: Instance
    events: tuple[Event, ...] = ()
    keys: frozenset[str] = frozenset()
    history: tuple[Checkpoint, ...] = ()

    def taking(self, name: str) -> tuple[Row, Event | None]:
        """The row without the first event of that name, and the event."""
        for place, event in enumerate(self.events):
            if event.name == name:
                return replace(self, events=self.events[:place] + self.events[place + 1 :]), event
        return self, None

    def changed(self, **parts: object) -> Row:
        """The row with some parts of its instance changed."""
        return replace(self, instance=replace(self.instance, **parts))  # type: ignore[arg-type]


class RowStore:
    """The protocol but for `watch`, `close` and what is below."""

    url = ""

    # What a place for rows must have ----------------------------------------------------------

    def change(self) -> AbstractContextManager[None]:
        """Nobody else reads or writes meanwhile; what is put inside happens at the end."""
        raise NotImplementedError

    def row(self, id: str) -> Row | None:
        raise NotImplementedError

    def rows(self) -> Iterable[Row]:
        raise NotImplementedError

    def due_rows(self, now: float) -> Iterable[Row]:
        """The rows that are due, the longest due first."""
        raise NotImplementedError

    def first_due(self) -> float | None:
        raise NotImplementedError

    def waiting_for(self, id: str) -> Iterable[Row]:
        """The rows of instances that wait for that instance."""
        raise NotImplementedError

    def put(self, row: Row) -> None:
        raise NotImplementedError

    def drop(self, id: str) -> None:
        raise NotImplementedError

    def blob(self, name: bytes) -> Blob | None:
        raise NotImplementedError

    def blob_names(self) -> Iterable[bytes]:
        raise NotImplementedError

    def put_blob(self, blob: Blob) -> None:
        raise NotImplementedError

    def drop_blob(self, name: bytes) -> None:
        raise NotImplementedError

    # Owners write -----------------------------------------------------------------------------

    def create(self, instances: list[Instance]) -> list[str]:
        with self.change():
            self.must_be_there({name for each in instances for name in each.checkpoint.roots})
            return [each.id for each in instances if self.add(each)]

    def add(self, instance: Instance) -> bool:
        """Add an instance that is new."""
        if self.row(instance.id) is not None:
            return False
        wait = instance.checkpoint.wait
        if wait is not None and wait.kind == INSTANCE:
            self.existing(wait.name)
        self.put(Row(instance, history=(instance.checkpoint,) if instance.keep else ()))
        return True

    def claim(self, owner: str, now: float, until: float, limit: int, only: list[str] | None = None) -> list[Instance]:
        claimed: list[Instance] = []
        with self.change():
            if only is None:
                rows = self.due_rows(now)
            else:
                rows = [row for row in map(self.row, set(only)) if row is not None and is_due(row.instance, now)]
                rows.sort(key=lambda row: (row.instance.due, row.instance.id))
            for row in rows:
                if len(claimed) == limit:
                    break
                row, decided = self.decided(row, now)
                if decided:
                    epoch, attempts = row.instance.epoch + 1, row.instance.attempts + 1
                    row = row.changed(status=RUNNING, owner=owner, epoch=epoch, attempts=attempts, due=until)
                    claimed.append(row.instance)
                self.put(row)
        return claimed

    def decided(self, row: Row, now: float) -> tuple[Row, bool]:
        """A row that is due, with the outcome of its wait; or one that is to wait on."""
        instance, wait = row.instance, row.instance.checkpoint.wait
        if instance.status == RUNNING or instance.outcome is not None or wait is None:
            return row, True
        if instance.cancel == CANCEL_ASKED:
            return row.changed(outcome=Outcome(CANCELLED)), True
        row, outcome = self.outcome(row, wait)
        if outcome is None and wait.until is not None and wait.until <= now:
            outcome = Outcome(TIMER)
        if outcome is None:
            return row.changed(due=wait.until), False
        return row.changed(outcome=outcome), True

    def outcome(self, row: Row, wait: Wait) -> tuple[Row, Outcome | None]:
        """What has ended a wait, other than its time; an event is taken."""
        if wait.kind == EVENT:
            assert wait.name is not None
            row, event = row.taking(wait.name)
            return row, None if event is None else Outcome(EVENT, event.payload)
        if wait.kind == INSTANCE:
            awaited = self.row(wait.name or "")
            if awaited is None:
                return row, Outcome(INSTANCE)
            if awaited.instance.status in ENDED:
                return row, Outcome(INSTANCE, awaited.instance.result, awaited.instance.status)
        return row, None

    def save(self, held: Held, save: Save) -> Saved:
        with self.change():
            return self.saved(held, save)

    def saved(self, held: Held, save: Save) -> Saved:
        """Save; call it while `change` is held."""
        row, point = self.held(held), save.checkpoint
        before = row.instance
        self.keep_blobs(save)
        cancel = max(before.cancel, save.cancel)
        if before.keep:
            kept = tuple(each for each in row.history if each.number != point.number)
            row = replace(row, history=(*kept, point))
        row = row.changed(
            checkpoint=point, version=save.version, changed=point.time, due=save.until, attempts=0, cancel=cancel,
            outcome=None, spent=save.spent,
        )  # fmt: skip
        self.put(row)
        for each in save.starts:
            self.add(each)
        for event in save.sends:
            self.deliver(event)
        for id in save.cancels:
            self.ask_to_cancel(id, point.time)
        row = self.existing(held.id)
        asked, outcome = row.instance.cancel == CANCEL_ASKED, None
        if point.wait is None:
            self.put(row.changed(outcome=Outcome(CANCELLED) if asked else None))
            return Saved(row.instance.cancel)
        if not asked:
            row, outcome = self.outcome(row, point.wait)
        if outcome is None:
            row = row.changed(status=WAITING, owner=None, due=self.soonest(row.instance, point.wait))
        self.put(row.changed(outcome=outcome))
        return Saved(row.instance.cancel, outcome)

    def soonest(self, instance: Instance, wait: Wait) -> float | None:
        """When an instance that waits is due: at once if it is to be told that it is cancelled."""
        return 0.0 if instance.cancel == CANCEL_ASKED else wait.until

    def finish(self, held: Held, end: End) -> None:
        with self.change():
            row = self.held(held)
            point = row.instance.checkpoint
            if end.status != FAILED and not row.instance.keep:
                point = replace(point, state=None, roots=())
            row = row.changed(
                status=end.status, result=end.result, changed=end.time, spent=end.spent, owner=None, due=None,
                checkpoint=point, outcome=row.instance.outcome if end.status == FAILED else None,
            )  # fmt: skip
            self.put(replace(row, events=row.events if end.status == FAILED else ()))
            for waiting in list(self.waiting_for(held.id)):
                self.put(waiting.changed(due=0.0))

    def renew(self, held: list[Held], until: float) -> list[Held]:
        with self.change():
            still = []
            for each in held:
                row = self.row(each.id)
                if row is not None and is_held(row.instance, each):
                    self.put(row.changed(due=until))
                    still.append(each)
            return still

    def release(self, held: Held, due: float, failed: bool = False) -> None:
        with self.change():
            row = self.row(held.id)
            if row is not None and is_held(row.instance, held):
                attempts = row.instance.attempts - (0 if failed else 1)
                self.put(row.changed(owner=None, due=due, attempts=max(0, attempts)))

    def transaction(self) -> AbstractContextManager[Transaction]:
        raise NoTransactions(f"{self.url} has no database for the program's own data; use SQLite or PostgreSQL")

    # Others write -----------------------------------------------------------------------------

    def send(self, event: Event) -> bool:
        with self.change():
            return self.deliver(event)

    def deliver(self, event: Event) -> bool:
        """Keep an event; wake who waits for it."""
        row = self.existing(event.instance)
        if row.instance.status in (CANCELLED, "done"):
            raise Ended(f"the instance {event.instance} has ended")
        if event.key is not None:
            if event.key in row.keys:
                return False
            row = replace(row, keys=row.keys | {event.key})
        wait = row.instance.checkpoint.wait
        if row.instance.status == WAITING and wait is not None and wait.kind == EVENT and wait.name == event.name:
            row = row.changed(due=0.0)
        self.put(replace(row, events=(*row.events, event)))
        return True

    def cancel(self, id: str, now: float) -> bool:
        with self.change():
            return self.ask_to_cancel(id, now)

    def ask_to_cancel(self, id: str, now: float) -> bool:
        row = self.existing(id)
        if row.instance.status in ENDED:
            return False
        if row.instance.cancel < CANCEL_ASKED:
            due = 0.0 if row.instance.status == WAITING else row.instance.due
            self.put(row.changed(cancel=CANCEL_ASKED, due=due, changed=now))
        return True

    def retry(self, id: str, now: float) -> bool:
        with self.change():
            row = self.existing(id)
            instance = row.instance
            if instance.status == FAILED and instance.checkpoint.state is not None:
                self.put(row.changed(status=RUNNING, result=None, due=0.0, attempts=0, changed=now))
            elif instance.status == RUNNING and instance.owner is None:
                self.put(row.changed(due=0.0, attempts=0, changed=now))
            return instance.status not in ENDED or instance.status == FAILED

    def remove(self, ids: list[str]) -> int:
        with self.change():
            ended = [id for id in set(ids) if (row := self.row(id)) is not None and row.instance.status in ENDED]
            for id in ended:
                self.drop(id)
            return len(ended)

    def collect(self) -> Collected:
        with self.change():
            roots = {name for row in self.rows() for point in points(row) for name in point.roots}
            reached = self.reached(roots)
            garbage = [name for name in self.blob_names() if name not in reached]
            size = 0
            for name in garbage:
                blob = self.blob(name)
                size += len(blob.data) if blob is not None else 0
                self.drop_blob(name)
            return Collected(len(garbage), size)

    # Reading ----------------------------------------------------------------------------------

    def get(self, id: str) -> Instance | None:
        with self.change():
            row = self.row(id)
            return None if row is None else row.instance

    def find(self, query: Query) -> list[Instance]:
        with self.change():
            found = [row.instance for row in self.rows() if fits(row.instance, query)]
            found.sort(key=lambda each: (each.created, each.id), reverse=True)
            last = None if query.after is None else self.existing(query.after)
        if last is not None:
            key = (last.instance.created, last.instance.id)
            found = [each for each in found if (each.created, each.id) < key]
        return [without_state(each) for each in found[: query.limit]]

    def count(self) -> dict[str, int]:
        with self.change():
            found = dict.fromkeys(STATUSES, 0)
            for row in self.rows():
                found[row.instance.status] += 1
            return found

    def history(self, id: str) -> list[Checkpoint]:
        with self.change():
            row = self.row(id)
        return [] if row is None else [replace(point, state=None) for point in points(row) if point.state is not None]

    def checkpoint(self, id: str, number: int) -> Checkpoint | None:
        with self.change():
            row = self.row(id)
        found = [] if row is None else points(row)
        return next((point for point in found if point.number == number and point.state is not None), None)

    def events(self, id: str) -> list[Event]:
        with self.change():
            row = self.row(id)
            return [] if row is None else list(row.events)

    def due(self) -> float | None:
        with self.change():
            return self.first_due()

    def blobs(self, roots: list[bytes]) -> dict[bytes, Blob]:
        with self.change():
            return self.reached(roots)

    # Parts ------------------------------------------------------------------------------------

    def existing(self, id: str | None) -> Row:
        row = None if id is None else self.row(id)
        if row is None:
            raise Missing(f"there is no instance {id}")
        return row

    def held(self, held: Held) -> Row:
        """The row of an instance that is held still."""
        row = self.row(held.id)
        if row is None or not is_held(row.instance, held):
            raise Lost(f"the instance {held.id} belongs to somebody else by now")
        return row

    def keep_blobs(self, save: Save) -> None:
        """Keep the blobs of a save; all that it refers to must be there then."""
        new = {blob.name for blob in save.blobs}
        needed = {*save.checkpoint.roots, *(name for blob in save.blobs for name in blob.references)}
        needed.update(name for each in save.starts for name in each.checkpoint.roots)
        self.must_be_there(needed - new)
        for blob in save.blobs:
            self.put_blob(blob)

    def must_be_there(self, names: set[bytes]) -> None:
        for name in names:
            if self.blob(name) is None:
                raise BlobsGone(f"blob {name.hex()} is not there any more")

    def reached(self, roots: Iterable[bytes]) -> dict[bytes, Blob]:
        """The blobs that can be reached from these."""
        found: dict[bytes, Blob] = {}
        work = list(roots)
        while work:
            name = work.pop()
            blob = None if name in found else self.blob(name)
            if blob is not None:
                found[name] = blob
                work.extend(blob.references)
        return found


def is_due(instance: Instance, now: float) -> bool:
    return instance.due is not None and instance.due <= now


def is_held(instance: Instance, held: Held) -> bool:
    return instance.epoch == held.epoch and instance.status == RUNNING and instance.owner is not None


def points(row: Row) -> list[Checkpoint]:
    """All checkpoints of a row: those that are kept, and the newest one."""
    newest = row.instance.checkpoint
    return [point for point in row.history if point.number != newest.number] + [newest]


def fits(instance: Instance, query: Query) -> bool:
    return (
        (query.statuses is None or instance.status in query.statuses)
        and (query.function is None or instance.function == query.function)
        and (query.parent is None or instance.parent == query.parent)
    )


def without_state(instance: Instance) -> Instance:
    return replace(instance, checkpoint=replace(instance.checkpoint, state=None), result=None, outcome=None)
