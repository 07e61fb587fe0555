"""Running what is due on an asyncio loop: many instances at once, and nothing blocks the loop but the programs.

A store that blocks is called in threads; one whose methods are coroutine functions is awaited; one in
memory is called as it is.
"""

from __future__ import annotations

import asyncio
import inspect
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial

from turmeric.durability.instances.asking import language_error
from turmeric.durability.instances.course import backoff, course
from turmeric.durability.instances.execution import Execution
from turmeric.durability.instances.records import Held
from turmeric.durability.instances.scheduling import BATCH, COLLECT_EVERY, Heartbeat
from turmeric.durability.instances.service import Service
from turmeric.durability.instances.store import StoreError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from turmeric.durability.instances.asking import Asking
    from turmeric.durability.instances.execution import Operation
    from turmeric.durability.instances.records import Instance
    from turmeric.durability.instances.store import Store


PAUSE = 0.2
"""Seconds after which one that has to take turns is due again."""


class AsyncScheduler:
    """Runs up to `concurrency` instances at a time; `threads` call a store that blocks."""

    def __init__(self, service: Service, concurrency: int = 100, threads: int = 8) -> None:
        self.service = service
        self.concurrency = concurrency
        self.threads = threads
        self.stopping = False
        self.holding: dict[str, Held] = {}
        self.suspects: dict[Held, int] = {}
        """What runs though it did not come to a save the last time: how many attempts that makes."""
        self.tasks: set[Any] = set()
        self.woken: Any = None
        self.pool: Any = None
        self.blobs_saved = 0

    async def serve(self, until_idle: bool = False) -> None:
        """Run what is due until `stop` is called; with `until_idle`, until nothing runs and nothing is due now."""
        self.woken = asyncio.Event()
        self.pool = ThreadPoolExecutor(self.threads, "turmeric-store")
        # Leases are kept in a thread where that can be: a program that computes holds up the loop.
        blocks = not inspect.iscoroutinefunction(self.service.store.renew)
        with Heartbeat(self) if blocks else nullcontext():
            await self.serve_on(until_idle, blocks)

    async def serve_on(self, until_idle: bool, heartbeat: bool) -> None:
        """`serve` while somebody else keeps the leases; if there is no `heartbeat`, a task on the loop does."""
        others = [] if until_idle else [asyncio.create_task(self.watch())]
        others += [] if heartbeat else [asyncio.create_task(self.beat())]
        try:
            while not self.stopping:
                self.woken.clear()
                if await self.claim() and len(self.tasks) < self.concurrency:
                    continue
                if until_idle and not self.tasks:
                    return
                await self.woken.wait()
        finally:
            for task in others:
                task.cancel()
            if self.stopping:
                await asyncio.gather(*self.tasks, return_exceptions=True)
            else:
                for task in self.tasks:
                    task.cancel()
            await asyncio.gather(*others, *self.tasks, return_exceptions=True)
            self.pool.shutdown(wait=False)

    def stop(self) -> None:
        """Run every instance to its next save, then end.  Call it on the loop."""
        self.stopping = True
        if self.woken is not None:
            self.woken.set()

    async def claim(self) -> bool:
        """Claim what is due and run each in a task of its own; whether there was any."""
        free = self.concurrency - len(self.tasks)
        if free <= 0:
            return False
        service, now = self.service, self.service.clock.now()
        try:
            found = await self.call("claim", service.owner, now, now + service.rules.lease, min(free, BATCH), None)
        except StoreError as error:
            service.happened("store-error", reason=str(error))
            await asyncio.sleep(0.5)
            return False
        for each in [each for each in found if await self.may_run(each)]:
            held = self.holding[each.id] = Held(each.id, each.epoch)
            task = asyncio.create_task(self.guarded(each))
            self.tasks.add(task)
            task.add_done_callback(partial(self.ended, held))
        return bool(found)

    async def may_run(self, instance: Instance) -> bool:
        """Whether to run one that was claimed.  One that has not come to a save the last times may be what ended the
        process then.  With one attempt left it is run when no other such one is, nor are they meanwhile: what ends
        the process is not to be mistaken."""
        most = self.service.rules.attempts
        if not 1 < instance.attempts <= most:
            return True
        if self.suspects and (instance.attempts == most or most in self.suspects.values()):
            await self.let_go(instance, self.service.clock.now() + PAUSE, False)
            return False
        self.suspects[Held(instance.id, instance.epoch)] = instance.attempts
        return True

    def ended(self, held: Held, task: Any) -> None:
        self.tasks.discard(task)
        self.suspects.pop(held, None)
        if self.holding.get(held.id) == held:  # else it was lost, and claimed again by this process
            del self.holding[held.id]
        self.woken.set()

    async def watch(self) -> None:
        """Wake the loop when something may have become due."""
        while True:
            try:
                due = await self.call("due")
                left = 1.0 if due is None else min(1.0, max(0.0, due - self.service.clock.now()))
                await self.call("watch", left)
                self.woken.set()
                await asyncio.sleep(0)
            except StoreError as error:
                self.service.happened("store-error", reason=str(error))
                await asyncio.sleep(1.0)

    async def beat(self) -> None:
        """Prolong the leases of what is held."""
        service = self.service
        while True:
            await asyncio.sleep(service.rules.lease / 3)
            held = list(self.holding.values())
            if held:
                try:
                    await self.call("renew", held, service.clock.now() + service.rules.lease)
                except StoreError as error:
                    service.happened("store-error", reason=str(error))

    async def guarded(self, instance: Instance) -> None:
        """Run an instance; a fault of ours ends its attempt, and nothing else."""
        try:
            await self.drive(instance)
        except Exception as error:
            self.service.happened("error", id=instance.id, reason=repr(error))
            await self.let_go(instance, self.service.clock.now() + backoff(instance.attempts), True)

    async def drive(self, instance: Instance) -> None:
        """Run an instance until it waits, has ended or is lost; or was saved, when this is to stop."""
        steps = course(Execution(self.service, instance))
        answer: Any = None
        error: BaseException | None = None
        while True:
            try:
                operation = steps.send(answer) if error is None else steps.throw(error)
            except StopIteration:
                return
            except StoreError as failed:
                self.service.happened("store-error", id=instance.id, reason=str(failed))
                return
            answer, error = None, None
            try:
                answer = await self.perform(operation)
            except asyncio.CancelledError:
                steps.close()
                await asyncio.shield(self.let_go(instance, self.service.clock.now(), False))
                raise
            except Exception as raised:
                error = raised
            if self.stopping and operation[0] == "save" and error is None:
                steps.close()
                await self.let_go(instance, self.service.clock.now(), False)
                return

    async def let_go(self, instance: Instance, due: float, failed: bool) -> None:
        try:
            await self.call("release", Held(instance.id, instance.epoch), due, failed)
        except StoreError as error:
            self.service.happened("store-error", id=instance.id, reason=str(error))

    async def perform(self, operation: Operation) -> Any:
        """Do what an execution asks for."""
        name, *args = operation
        if name == "pause":
            return await asyncio.sleep(*args)
        if name == "within":
            return args[0].save(*args[1:])
        if name == "await":
            return await args[0]
        found = await self.call(name, *args)
        if name == "save" and args[1].blobs:
            self.blobs_saved += len(args[1].blobs)
            if self.blobs_saved >= COLLECT_EVERY:
                self.blobs_saved = 0
                await self.collect()
        return found

    async def collect(self) -> None:
        """If it cannot be done now, it is another time: the save before it has happened."""
        try:
            await self.call("collect")
        except StoreError as error:
            self.service.happened("store-error", reason=str(error))

    async def call(self, name: str, *args: Any) -> Any:
        """Call a method of the store, without blocking the loop."""
        return await called(self.service.store, self.pool, name, *args)


async def called(store: Store | Any, pool: ThreadPoolExecutor | None, name: str, *args: Any) -> Any:
    """Call a method of a store, without blocking the loop."""
    method: Callable[..., Any] = getattr(store, name)
    if inspect.iscoroutinefunction(method):
        return await method(*args)
    if store.url == "memory:" and name != "watch":
        return method(*args)
    return await asyncio.get_running_loop().run_in_executor(pool, method, *args)


async def awaited(store: Store | Any, asking: Asking) -> Any:
    """What an asking comes to, without blocking the loop."""
    answer: Any = None
    error: StoreError | None = None
    while True:
        try:
            name, *args = asking.send(answer) if error is None else asking.throw(error)
        except StopIteration as end:
            return end.value
        except StoreError as raised:
            raise language_error(raised) from raised
        answer, error = None, None
        try:
            answer = await called(store, None, name, *args)
        except StoreError as raised:
            error = raised
