"""Checkpoints that the embedding program keeps by itself: two methods, as in Jactl.

    class Mine:
        def save_checkpoint(self, id, number, data, source, offset, result): ...
        def delete_checkpoint(self, id, last_number): ...

Either may be a coroutine function.  The program goes on only when `save_checkpoint` has returned; what it raises is
an `io-error` in the program, at the call, and the next save has the same number.  `data` stands alone:
`Runtime.restore(data)` takes the instance up again, under its id, in whatever process, and counts on.

Whoever has the data may restore it.  So that of two processes one wins, `save_checkpoint` has to refuse a number that
is there already, or there is a third method, `claim_checkpoint(id, number)`: `restore` calls it before anything runs,
and it says whether this process may.

What such a program does to other instances would not be kept together with its checkpoint, so it is refused: that needs
a store.  Its own waits are kept in `data`; events for it are kept by this process only.
"""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Any, Protocol

from turmeric.durability.instances.exporting import exported
from turmeric.durability.instances.records import FAILED, WAITING, Checkpoint, End, Held, Save, Saved, Whole
from turmeric.durability.instances.seals import Seals
from turmeric.durability.instances.store import Refused, StoreError
from turmeric.durability.instances.stores.memory import MemoryStore


class CheckpointStore(Protocol):
    """What saves checkpoints, and deletes them."""

    def save_checkpoint(
        self, id: str, number: int, data: bytes, source: str | None, offset: int | None, result: Any
    ) -> Any:
        """Keep the checkpoint `number` (1, 2, 3 ...) of an instance.  `source` is `file:line:column` of the call,
        `offset` the number of characters before it, `result` what the program goes on with."""

    def delete_checkpoint(self, id: str, last_number: int) -> Any:
        """The instance has ended well or was cancelled; `last_number` is that of its last checkpoint, 0 if it has none.
        One that failed keeps its last checkpoint."""


class CheckpointKeeper(MemoryStore):
    """A store for instances whose checkpoints are kept by somebody else; what else there is to know is in memory."""

    url = "checkpoints:"

    def __init__(self, checkpoints: CheckpointStore, seals: Seals) -> None:
        super().__init__()
        self.checkpoints = checkpoints
        self.seals = seals

    def save(self, held: Held, save: Save) -> Saved:
        point = save.checkpoint
        data = self.data(held, save)
        keep(self.checkpoints.save_checkpoint, held.id, point.number, data, point.source, point.offset, save.given)
        return super().save(held, save)

    def finish(self, held: Held, end: End) -> None:
        last = self.ended(held, end)
        if last is not None:
            keep(self.checkpoints.delete_checkpoint, held.id, last)

    def restore(self, whole: Whole) -> bool:
        claim = getattr(self.checkpoints, "claim_checkpoint", None)
        if claim is not None:
            allow(claim(whole.instance.id, whole.instance.checkpoint.number), whole.instance.id)
        return super().restore(whole)

    def data(self, held: Held, save: Save) -> bytes:
        """What a checkpoint has to hold.  Raises Lost, and Refused for what needs a store."""
        if save.starts or save.sends or save.cancels:
            raise Refused("an instance whose checkpoints the embedding program keeps cannot change others: use a store")
        with self.change():
            instance = self.held(held).instance
        point = save.checkpoint
        saved = replace(instance, checkpoint=point, version=save.version, spent=save.spent, outcome=None, attempts=0)
        saved = replace(saved, cancel=max(instance.cancel, save.cancel))
        if point.wait is not None:
            saved = replace(saved, status=WAITING, due=point.wait.until)
        return exported(self.seals, Whole(saved))

    def ended(self, held: Held, end: End) -> int | None:
        """End it here; the number of its last checkpoint, unless that is to be kept."""
        with self.change():
            last: Checkpoint = self.held(held).instance.checkpoint
        MemoryStore.finish(self, held, end)
        return None if end.status == FAILED else last.number


class AsyncCheckpointKeeper(CheckpointKeeper):
    """The same where saving is awaited."""

    async def save(self, held: Held, save: Save) -> Saved:  # type: ignore[override]
        point = save.checkpoint
        data = self.data(held, save)
        place = (point.source, point.offset)
        await kept(self.checkpoints.save_checkpoint, held.id, point.number, data, *place, save.given)
        return MemoryStore.save(self, held, save)

    async def finish(self, held: Held, end: End) -> None:  # type: ignore[override]
        last = self.ended(held, end)
        if last is not None:
            await kept(self.checkpoints.delete_checkpoint, held.id, last)


    async def restore(self, whole: Whole) -> bool:  # type: ignore[override]
        claim = getattr(self.checkpoints, "claim_checkpoint", None)
        if claim is not None:
            found = claim(whole.instance.id, whole.instance.checkpoint.number)
            allow(await found if inspect.isawaitable(found) else found, whole.instance.id)
        return MemoryStore.restore(self, whole)


def allow(claimed: Any, id: str) -> None:
    """Raises Refused unless a checkpoint was claimed."""
    if not claimed:
        raise Refused(f"somebody else has taken up the instance {id}")


def keep(method: Any, *args: Any) -> None:
    """Call a method of the program; what it raises is an error of the store, and nothing was saved."""
    try:
        method(*args)
    except Exception as error:
        raise StoreError(f"{type(error).__name__}: {error}") from error


async def kept(method: Any, *args: Any) -> None:
    """The same for a method that may be a coroutine function."""
    try:
        found = method(*args)
        if inspect.isawaitable(found):
            await found
    except Exception as error:
        raise StoreError(f"{type(error).__name__}: {error}") from error


def keeper_for(checkpoints: CheckpointStore, seals: Seals) -> CheckpointKeeper:
    """A store for instances whose checkpoints somebody keeps."""
    methods = (checkpoints.save_checkpoint, checkpoints.delete_checkpoint)
    awaits = any(inspect.iscoroutinefunction(method) for method in methods)
    return (AsyncCheckpointKeeper if awaits else CheckpointKeeper)(checkpoints, seals)
