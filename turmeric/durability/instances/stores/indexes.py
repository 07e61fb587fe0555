"""What is known of all instances, without their states: which are due, and which wait for which."""

from __future__ import annotations

from dataclasses import replace
from heapq import heappop, heappush

from turmeric.durability.instances.records import INSTANCE, WAITING, Instance

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class Index:
    """Those that are due first are found by a heap, in which old entries stay until they are met."""

    def __init__(self) -> None:
        self.instances: dict[str, Instance] = {}
        self.heap: list[tuple[float, str]] = []
        self.awaited: dict[str, set[str]] = {}
        """By instance: those that wait for it."""

    def note(self, instance: Instance) -> None:
        """Know an instance as it is now."""
        before = self.instances.get(instance.id)
        self.instances[instance.id] = without_state(instance)
        if instance.due is not None and (before is None or before.due != instance.due):
            heappush(self.heap, (instance.due, instance.id))
        old, new = None if before is None else awaits(before), awaits(instance)
        if old != new:
            self.leave(old, instance.id)
            if new is not None:
                self.awaited.setdefault(new, set()).add(instance.id)

    def forget(self, id: str) -> None:
        """It is gone."""
        before = self.instances.pop(id, None)
        if before is not None:
            self.leave(awaits(before), id)

    def leave(self, awaited: str | None, id: str) -> None:
        """An instance does not wait for that one any more."""
        if awaited is not None:
            waiting = self.awaited[awaited]
            waiting.discard(id)
            if not waiting:
                del self.awaited[awaited]

    def due(self, now: float) -> Iterator[str]:
        """Those that are due, the longest due first, as long as they are asked for."""
        met: list[tuple[float, str]] = []
        try:
            while self.heap and self.heap[0][0] <= now:
                entry = heappop(self.heap)
                if self.is_current(entry) and entry not in met[-1:]:
                    met.append(entry)
                    yield entry[1]
        finally:
            for entry in met:
                heappush(self.heap, entry)

    def first_due(self) -> float | None:
        while self.heap:
            if self.is_current(self.heap[0]):
                return self.heap[0][0]
            heappop(self.heap)
        return None

    def is_current(self, entry: tuple[float, str]) -> bool:
        instance = self.instances.get(entry[1])
        return instance is not None and instance.due == entry[0]

    def waiting_for(self, id: str) -> list[str]:
        return sorted(self.awaited.get(id, ()))


def awaits(instance: Instance) -> str | None:
    """The instance that one waits for."""
    wait = instance.checkpoint.wait
    return wait.name if instance.status == WAITING and wait is not None and wait.kind == INSTANCE else None


def without_state(instance: Instance) -> Instance:
    return replace(instance, checkpoint=replace(instance.checkpoint, state=None), result=None, outcome=None)
