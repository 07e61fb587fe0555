"""What anybody may write, over rows: new instances, events, cancelling, retrying, removing."""

from __future__ import annotations

from dataclasses import replace

from turmeric.durability.instances.records import (
    CANCEL_ASKED,
    CANCELLED,
    DONE,
    ENDED,
    EVENT,
    FAILED,
    RUNNING,
    WAITING,
    Collected,
    Event,
    Instance,
    Whole,
)
from turmeric.durability.instances.store import Ended
from turmeric.durability.instances.stores.rows import Row, Rows


class RequestedRows(Rows):
    """The part of the protocol that needs no owner."""

    def create(self, instances: list[Instance]) -> list[str]:
        with self.change():
            self.need_blobs({name for each in instances for name in each.checkpoint.roots})
            return [each.id for each in instances if self.add(each)]

    def add(self, instance: Instance) -> bool:
        """Add an instance that is new."""
        if self.row(instance.id) is not None:
            return False
        self.need_blobs(instance.checkpoint.roots)
        self.put(Row(instance))
        return True

    def restore(self, whole: Whole) -> bool:
        with self.change():
            if self.row(whole.instance.id) is not None:
                return False
            for blob in whole.blobs:
                self.put_blob(blob)
            for point in whole.history:
                self.keep(whole.instance.id, point)
            self.need_blobs(name for point in (*whole.history, whole.instance.checkpoint) for name in point.roots)
            self.need_blobs(name for blob in whole.blobs for name in blob.references)
            self.put(Row(whole.instance, whole.events, whole.keys))
            return True

    def send(self, event: Event) -> bool:
        with self.change():
            return self.deliver(event)

    def deliver(self, event: Event) -> bool:
        """Give a row an event, unless it had that one before."""
        row = self.existing(event.instance)
        if row.instance.status in (CANCELLED, DONE):
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
            if instance.status == FAILED:
                self.put(row.changed(status=RUNNING, result=None, due=0.0, attempts=0, changed=now))
            elif instance.status == RUNNING and instance.owner is None:
                self.put(row.changed(due=0.0, attempts=0, changed=now))
            return instance.status not in (CANCELLED, DONE)

    def remove(self, ids: list[str]) -> int:
        with self.change():
            ended = [id for id in ids if (row := self.row(id)) is not None and row.instance.status in ENDED]
            for id in ended:
                self.drop(id)
            return len(set(ended))

    def collect(self) -> Collected:
        with self.change():
            self.need_all()
            reached = self.reached(self.roots())
            garbage = [name for name in self.blob_names() if name not in reached]
            size = 0
            for name in garbage:
                size += self.size_of_blob(name)
                self.drop_blob(name)
            return Collected(len(garbage), size)

    def roots(self) -> set[bytes]:
        """The blobs that checkpoints refer to."""
        found: set[bytes] = set()
        for instance in self.known().instances.values():
            found.update(instance.checkpoint.roots)
            if instance.keep:
                found.update(name for point in self.kept(instance.id) for name in point.roots)
        return found
