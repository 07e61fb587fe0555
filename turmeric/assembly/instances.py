"""Durable instances in a Python program: what a runtime does with its store.

    runtime = turmeric.Runtime(store="sqlite:orders.db")
    orders = runtime.load("orders.tur")
    handle = runtime.start(orders.process_order, 42)
    runtime.run_until_idle()

`Instances` blocks; `AsyncInstances`, which is `runtime.aio`, has the same methods to be awaited.
"""

from __future__ import annotations

from typing import Any

from turmeric.durability.instances import asking
from turmeric.durability.instances.records import ENDED, Query
from turmeric.durability.instances.scheduling import Scheduler
from turmeric.durability.instances.service import Service, SystemClock
from turmeric.durability.instances.store import StoreError
from turmeric.running.conversion import from_python
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from turmeric.durability.instances.asking import Asking
    from turmeric.durability.instances.records import Checkpoint, Collected, Event, Instance
    from turmeric.durability.instances.serving import AsyncScheduler


class Handle:
    """An instance, by its id.  Every method looks into the store."""

    __slots__ = ("_instances", "id")

    def __init__(self, instances: Instances, id: str) -> None:
        self._instances = instances
        self.id = id

    def __repr__(self) -> str:
        return f"<instance {self.id}>"

    @property
    def status(self) -> str:
        """`"running"`, `"waiting"`, `"done"`, `"failed"` or `"cancelled"`."""
        return self._instances.instance(self.id).status

    def result(self) -> Any:
        """Its value.  Raises the error that it ended with, and value-error if it has not ended."""
        return self._instances.result(self.id)

    def send(self, event: str, value: Any = None, key: str | None = None) -> bool:
        """Send it an event; `Instances.send_event`."""
        return self._instances.send_event(self.id, event, value, key)

    def cancel(self) -> bool:
        """Ask it to cancel; False if it has ended."""
        return self._instances.cancel(self.id)


class Instances:
    """The instances of a store.  Raises `TurmericError`s: value-error for what is not there or has ended,
    io-error when the storage fails, missing-key, not-serializable."""

    def __init__(self, service: Service | None) -> None:
        self._service = service
        self._scheduler = None if service is None else Scheduler(service)
        self._server: AsyncScheduler | None = None

    @property
    def service(self) -> Service:
        """What all instances have in common.  Raises value-error when there is no store."""
        if self._service is None:
            raise failure(
                "value-error", 'this runtime keeps no instances: it needs a store, Runtime(store="orders.db")'
            )
        return self._service

    @property
    def aio(self) -> AsyncInstances:
        """The same methods, to be awaited."""
        return AsyncInstances(self)

    def _do(self, question: Asking) -> Any:
        return asking.performed(self.service.store, question)

    # Others' instances ------------------------------------------------------------------------

    def start(self, function: Any, *args: Any, id: str | None = None) -> Handle:
        """Start a function of the language as an instance, which runs when somebody runs what is due.  Lists, tuples,
        dictionaries and sets among the arguments become the language's own.

        With an `id` (any text) it is started once: if there is one of that id, nothing happens.
        """
        return Handle(self, self._do(asking.start(self.service, function, from_args(args), id)))

    def handle(self, id: str) -> Handle:
        """The instance of an id, whether it is there or not."""
        return Handle(self, id)

    def instance(self, id: str) -> Instance:
        """All that the store knows of an instance."""
        found: Instance = self._do(asking.instance(self.service, id))
        return found

    def result(self, id: str) -> Any:
        """The value of an instance.  Raises the error that it ended with, and value-error if it has not ended."""
        return self._do(asking.value(self.service, id))

    def send_event(self, id: str, name: str, value: Any = None, key: str | None = None) -> bool:
        """Send an event to an instance, which gets it now or when it waits for it.  A list, tuple, dictionary
        or set becomes the language's own.

        With a `key` (any text) it is sent once: False if one with that key was sent to this instance before.
        """
        sent: bool = self._do(asking.send(self.service, id, name, from_python(value), key))
        return sent

    def cancel(self, id: str) -> bool:
        """Ask an instance to cancel: it gets the error `cancelled` where it waits; False if it has ended."""
        asked: bool = self._do(asking.cancel(self.service, id))
        return asked

    def retry(self, id: str) -> bool:
        """Let an instance that failed go on from its last checkpoint; False if it has ended otherwise."""
        again: bool = self._do(asking.retry(self.service, id))
        return again

    def fork(self, id: str, number: int | None = None) -> Handle:
        """Start a new instance that goes on from a checkpoint (the last one if None) of another."""
        return self.forks(id, 1, number)[0]

    def forks(self, id: str, count: int, number: int | None = None) -> list[Handle]:
        """Start several of them, in one transaction."""
        return [Handle(self, each) for each in self._do(asking.fork(self.service, id, number, count))]

    def instances(
        self,
        status: str | Sequence[str] | None = None,
        function: str | None = None,
        parent: str | None = None,
        limit: int = 1000,
        after: str | None = None,
    ) -> list[Instance]:
        """The instances that fit, the newest first, without their states; `after` is the id of the last one
        of an earlier page."""
        statuses = (status,) if isinstance(status, str) else None if status is None else tuple(status)
        found: list[Instance] = self._do(asking.find(self.service, Query(statuses, function, parent, limit, after)))
        return found

    def count(self) -> dict[str, int]:
        """How many instances there are of each status."""
        found: dict[str, int] = asking.performed(self.service.store, asked("count"))
        return found

    def history(self, id: str) -> list[Checkpoint]:
        """The checkpoints of an instance that are kept, without their states."""
        found: list[Checkpoint] = asking.performed(self.service.store, asked("history", id))
        return found

    def events(self, id: str) -> list[Event]:
        """The events that an instance has not taken yet."""
        found: list[Event] = asking.performed(self.service.store, asked("events", id))
        return found

    def export(self, id: str) -> bytes:
        """An instance as sealed bytes, with its checkpoints and events: a copy, for `restore` into another store."""
        data: bytes = self._do(asking.export(self.service, id))
        return data

    def restore(self, data: bytes) -> Handle:
        """Take up an instance from what `export` gave, or what `save_checkpoint` was given.  It keeps its id, and goes
        on when somebody runs what is due.  Raises value-error if there is one of that id already, or if
        `claim_checkpoint` says that somebody else has it; corrupt-data, missing-key.
        """
        return Handle(self, self._do(asking.restore(self.service, data)))

    def remove(self, *ids: str) -> int:
        """Remove instances that have ended; gives how many."""
        removed: int = self._do(asking.remove(self.service, list(ids)))
        return removed

    def collect(self) -> Collected:
        """Remove what no checkpoint leads to any more."""
        collected: Collected = self._do(asking.collect(self.service))
        return collected

    # Running ----------------------------------------------------------------------------------

    def run_until_idle(self) -> int:
        """Run, in this thread, what is due and what becomes due meanwhile; gives how often an instance was run.  Raises
        io-error when the store cannot say what is due; what was claimed is then done, or released."""
        assert self.service is not None and self._scheduler is not None
        try:
            return self._scheduler.run_until_idle()
        except StoreError as error:
            raise asking.language_error(error) from error

    def run(self, handle: Handle | str, timeout: float | None = None) -> Any:
        """Run what is due, waiting when nothing is, until an instance has ended; its value, or its error is raised.

        Raises value-error when it has not ended within `timeout` seconds.
        """
        id = handle if isinstance(handle, str) else handle.id
        clock = self.service.clock
        end = None if timeout is None else clock.now() + timeout
        while True:
            self.run_until_idle()
            if self.instance(id).status in ENDED or self.stopping:
                return self.result(id)
            now = clock.now()
            if end is not None and now >= end:
                raise failure("value-error", f"the instance {id} has not ended within {timeout} seconds", id)
            due = self.service.store.due()
            until = min(each for each in (due, end, now + 1.0) if each is not None)
            if type(clock) is SystemClock:
                self.service.store.watch(max(0.0, until - now))
            else:
                clock.sleep(max(0.0, (due if due is not None else until) - now))

    async def serve(self, concurrency: int = 100) -> None:
        """Run on this asyncio loop what is due, until `stop` is called; many instances at once."""
        from turmeric.durability.instances.serving import AsyncScheduler

        self._server = AsyncScheduler(self.service, concurrency)
        await self._server.serve()

    def stop(self) -> None:
        """Let what runs go on to its next save, then end `serve` and `run_until_idle`."""
        if self._scheduler is not None:
            self._scheduler.stop()
        if self._server is not None:
            self._server.stop()

    @property
    def stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._scheduler is not None and self._scheduler.stopping


class AsyncInstances:
    """The same to be awaited: nothing blocks the loop."""

    def __init__(self, instances: Instances) -> None:
        self.instances = instances

    async def _do(self, question: Asking) -> Any:
        from turmeric.durability.instances.serving import awaited

        return await awaited(self.instances.service.store, question)

    async def start(self, function: Any, *args: Any, id: str | None = None) -> Handle:
        """`Instances.start`"""
        service = self.instances.service
        return Handle(self.instances, await self._do(asking.start(service, function, from_args(args), id)))

    async def instance(self, id: str) -> Instance:
        """`Instances.instance`"""
        found: Instance = await self._do(asking.instance(self.instances.service, id))
        return found

    async def result(self, id: str) -> Any:
        """`Instances.result`"""
        return await self._do(asking.value(self.instances.service, id))

    async def wait(self, id: str, timeout: float | None = None) -> Any:
        """Wait until an instance that somebody runs has ended; its value, or its error is raised.  Raises
        TimeoutError."""
        import asyncio

        async with asyncio.timeout(timeout):
            pause = 0.005
            while (await self.instance(id)).status not in ENDED:
                await asyncio.sleep(pause)
                pause = min(0.25, 1.5 * pause)
        return await self.result(id)

    async def send_event(self, id: str, name: str, value: Any = None, key: str | None = None) -> bool:
        """`Instances.send_event`"""
        sent: bool = await self._do(asking.send(self.instances.service, id, name, from_python(value), key))
        return sent

    async def cancel(self, id: str) -> bool:
        """`Instances.cancel`"""
        asked: bool = await self._do(asking.cancel(self.instances.service, id))
        return asked

    async def retry(self, id: str) -> bool:
        """`Instances.retry`"""
        again: bool = await self._do(asking.retry(self.instances.service, id))
        return again

    async def restore(self, data: bytes) -> Handle:
        """`Instances.restore`"""
        return Handle(self.instances, await self._do(asking.restore(self.instances.service, data)))

    async def fork(self, id: str, number: int | None = None) -> Handle:
        """`Instances.fork`"""
        found = await self._do(asking.fork(self.instances.service, id, number, 1))
        return Handle(self.instances, found[0])


def from_args(args: Sequence[Any]) -> list[Any]:
    """Arguments whose collections are the language's own."""
    return [from_python(each) for each in args]


def asked(*operation: Any) -> Asking:
    """A question that is one operation of the store."""
    return (yield operation)
