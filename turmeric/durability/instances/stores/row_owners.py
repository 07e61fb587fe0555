"""What owners do, over rows: they claim instances, save them, and end them."""

from __future__ import annotations

from dataclasses import replace

from turmeric.durability.instances.records import (
    CANCEL_ASKED,
    CANCELLED,
    ENDED,
    EVENT,
    FAILED,
    INSTANCE,
    RUNNING,
    TIMER,
    WAITING,
    End,
    Held,
    Instance,
    Outcome,
    Save,
    Saved,
    Wait,
)
from turmeric.durability.instances.store import Damaged
from turmeric.durability.instances.stores.indexes import awaits
from turmeric.durability.instances.stores.row_requests import RequestedRows
from turmeric.durability.instances.stores.rows import Row, is_due, is_held

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class OwnedRows(RequestedRows):
    """The part of the protocol by which an instance has one owner at a time."""

    # Claiming ---------------------------------------------------------------------------------

    def claim(self, owner: str, now: float, until: float, limit: int, only: list[str] | None = None) -> list[Instance]:
        claimed: list[Instance] = []
        with self.change():
            for row in self.due_rows(now, only):
                if len(claimed) >= limit:
                    break
                try:
                    row, decided = self.decided(row, now)
                except Damaged:  # what it waits for cannot be read: look again later
                    row, decided = row.changed(due=until), False
                if decided:
                    epoch, attempts = row.instance.epoch + 1, row.instance.attempts + 1
                    row = row.changed(status=RUNNING, owner=owner, epoch=epoch, attempts=attempts, due=until)
                    claimed.append(row.instance)
                self.put(row)
        return claimed

    def due_rows(self, now: float, only: list[str] | None) -> Iterator[Row]:
        """The rows that are due, the longest due first; those that cannot be read are left out."""
        if only is None:
            yield from self.readable(self.known().due(now))
        else:
            rows = [row for row in self.readable(dict.fromkeys(only)) if is_due(row.instance, now)]
            yield from sorted(rows, key=lambda row: (row.instance.due or 0.0, row.instance.id))

    def readable(self, ids: Iterable[str]) -> Iterator[Row]:
        for id in ids:
            try:
                row = self.row(id)
            except Damaged:
                continue
            if row is not None:
                yield row

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

    # Saving -----------------------------------------------------------------------------------

    def save(self, held: Held, save: Save) -> Saved:
        with self.change():
            row = self.held(held)
            self.keep_blobs(save)
            if row.instance.keep:
                self.keep(held.id, row.instance.checkpoint)
            self.put(self.with_checkpoint(row, save))
            for each in save.starts:
                self.add(each)
            for event in save.sends:
                self.deliver(event)
            for id in save.cancels:
                self.ask_to_cancel(id, save.checkpoint.time)
            row, outcome = self.waiting(self.existing(held.id))
            self.put(row)
            return Saved(row.instance.cancel, outcome)

    def keep_blobs(self, save: Save) -> None:
        """Keep the blobs of a save; all that it refers to must be there then."""
        for blob in save.blobs:
            self.put_blob(blob)
        needed = {*save.checkpoint.roots, *(name for blob in save.blobs for name in blob.references)}
        self.need_blobs(needed.union(name for each in save.starts for name in each.checkpoint.roots))

    def with_checkpoint(self, row: Row, save: Save) -> Row:
        return row.changed(
            checkpoint=save.checkpoint, version=save.version, changed=save.checkpoint.time, due=save.until, attempts=0,
            cancel=max(row.instance.cancel, save.cancel), outcome=None, spent=save.spent,
        )  # fmt: skip

    def waiting(self, row: Row) -> tuple[Row, Outcome | None]:
        """A row that was saved, as it waits if it does; or how its wait has ended at once."""
        wait, asked = row.instance.checkpoint.wait, row.instance.cancel == CANCEL_ASKED
        if wait is None:
            return row.changed(outcome=Outcome(CANCELLED) if asked else None), None
        outcome = None
        if not asked:
            row, outcome = self.outcome(row, wait)
        if outcome is None:
            return row.changed(status=WAITING, owner=None, due=0.0 if asked else wait.until), None
        return row.changed(outcome=outcome), outcome

    # Letting go -------------------------------------------------------------------------------

    def finish(self, held: Held, end: End) -> None:
        with self.change():
            row = self.held(held)
            failed, point = end.status == FAILED, row.instance.checkpoint
            if not failed and not row.instance.keep:
                point = replace(point, state=None, roots=())
            row = row.changed(
                status=end.status, result=end.result, changed=end.time, spent=end.spent, owner=None, due=None,
                checkpoint=point, outcome=row.instance.outcome if failed else None,
            )  # fmt: skip
            self.put(replace(row, events=row.events if failed else ()))
            for waiting in self.readable(self.known().waiting_for(held.id)):
                if awaits(waiting.instance) == held.id:
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
