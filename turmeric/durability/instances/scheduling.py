"""Running what is due in this thread: claim instances, and do what their executions ask for, one after the other."""

from __future__ import annotations

from contextlib import closing
from threading import Event, Thread

from turmeric.durability.instances.course import backoff, course
from turmeric.durability.instances.execution import Execution
from turmeric.durability.instances.records import Held
from turmeric.durability.instances.service import Service, SystemClock
from turmeric.durability.instances.store import StoreError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.durability.instances.execution import Operation, Steps
    from turmeric.durability.instances.records import Instance
    from turmeric.durability.instances.serving import AsyncScheduler

BATCH = 16
"""How many instances are claimed at once."""
COLLECT_EVERY = 2000
"""After so many blobs garbage is collected."""


class Scheduler:
    """Runs instances in this thread, with a store that is not asynchronous."""

    def __init__(self, service: Service, batch: int = BATCH) -> None:
        self.service = service
        self.batch = batch
        self.limit = batch
        """How many are claimed next."""
        self.stopping = False
        self.holding: dict[str, Held] = {}
        """What this process holds, for the heartbeat."""
        self.blobs_saved = 0

    # Claiming ---------------------------------------------------------------------------------

    def run_until_idle(self) -> int:
        """Run what is due, and what becomes due meanwhile; gives how often an instance was run."""
        count = 0
        with Heartbeat(self):
            while not self.stopping:
                claimed = self.claim()
                if not claimed:
                    break
                count += len(claimed)
                self.run_all(claimed)
        return count

    def claim(self, only: list[str] | None = None) -> list[Instance]:
        now = self.service.clock.now()
        until = now + self.service.rules.lease
        claimed: list[Instance] = self.service.store.claim(self.service.owner, now, until, self.limit, only)
        for each in claimed:
            self.holding[each.id] = Held(each.id, each.epoch)
        return claimed

    def run_all(self, claimed: list[Instance]) -> None:
        """Run instances that were claimed; what cannot be run any more is released."""
        claimed = self.suspect_alone(claimed)
        for place, each in enumerate(claimed):
            if self.stopping:
                self.release(claimed[place:])
                return
            try:
                self.drive(each)
            except Exception as error:  # a fault of ours: others must not suffer from it
                self.service.happened("error", id=each.id, reason=repr(error))
                self.give_up(each)
            except BaseException as error:  # whoever pressed a key does not mean the instance
                self.let_go(each, self.service.clock.now(), not isinstance(error, KeyboardInterrupt))
                self.release(claimed[place + 1 :])
                raise
            finally:
                self.holding.pop(each.id, None)

    def suspect_alone(self, claimed: list[Instance]) -> list[Instance]:
        """One that has not come to a save the last time may be what ended the process then: it is run alone, or those
        that were claimed with it would be taken for such ones too."""
        suspects = [each for each in claimed if each.attempts > 1]
        self.limit = 1 if suspects else self.batch
        if not suspects:
            return claimed
        self.release([each for each in claimed if each is not suspects[0]])
        return suspects[:1]

    def release(self, claimed: list[Instance]) -> None:
        """Let others have instances at once."""
        for each in claimed:
            self.holding.pop(each.id, None)
            self.let_go(each, self.service.clock.now(), False)

    def give_up(self, instance: Instance) -> None:
        """Let an instance rest that this process could not run; the attempt counts."""
        self.let_go(instance, self.service.clock.now() + backoff(instance.attempts), True)

    def let_go(self, instance: Instance, due: float, failed: bool) -> None:
        try:
            self.service.store.release(Held(instance.id, instance.epoch), due, failed)
        except StoreError as error:
            self.service.happened("store-error", id=instance.id, reason=str(error))

    def stop(self) -> None:
        """Finish the stretch that runs, to its next save, and run nothing more."""
        self.stopping = True

    # Running ----------------------------------------------------------------------------------

    def drive(self, instance: Instance) -> None:
        """Run an instance until it waits, has ended or is lost; or was saved, when this is to stop."""
        with closing(course(Execution(self.service, instance))) as steps:
            self.go_through(instance, steps)

    def go_through(self, instance: Instance, steps: Steps) -> None:
        answer: Any = None
        error: Exception | None = None
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
                answer = self.perform(operation)
            except Exception as raised:
                error = raised
            if self.stopping and operation[0] == "save" and error is None:
                steps.close()
                self.release([instance])
                return

    def perform(self, operation: Operation) -> Any:
        """Do what an execution asks for."""
        name, *args = operation
        if name == "pause":
            return self.service.clock.sleep(*args)
        if name == "within":
            return args[0].save(*args[1:])
        if name == "await":
            return awaited(args[0])
        found = getattr(self.service.store, name)(*args)
        self.note_garbage(name, args)
        return found

    def note_garbage(self, name: str, args: list[Any]) -> None:
        """Collect garbage now and then."""
        if name == "save" and args[1].blobs:
            self.blobs_saved += len(args[1].blobs)
            if self.blobs_saved >= COLLECT_EVERY:
                self.blobs_saved = 0
                self.collect()

    def collect(self) -> None:
        """If it cannot be done now, it is another time: the save before it has happened."""
        try:
            self.service.store.collect()
        except StoreError as error:
            self.service.happened("store-error", reason=str(error))


def awaited(awaitable: Any) -> Any:
    """The value of what Python awaits, on a loop of its own."""
    import asyncio

    async def value() -> Any:
        return await awaitable

    return asyncio.run(value())


class Heartbeat:
    """A thread that prolongs the leases of what a scheduler holds while the program computes.

    If the whole process stands still, so does this: then others take over, and its late writes are refused.
    """

    def __init__(self, scheduler: Scheduler | AsyncScheduler) -> None:
        self.scheduler = scheduler
        self.ended = Event()
        self.thread: Thread | None = None

    def __enter__(self) -> None:
        if type(self.scheduler.service.clock) is SystemClock:
            self.thread = Thread(target=self.beat, name="turmeric-heartbeat", daemon=True)
            self.thread.start()

    def __exit__(self, *error: object) -> None:
        self.ended.set()
        if self.thread is not None:
            self.thread.join()

    def beat(self) -> None:
        service = self.scheduler.service
        while not self.ended.wait(service.rules.lease / 3):
            held = list(self.scheduler.holding.values())
            if held:
                try:
                    service.store.renew(held, service.clock.now() + service.rules.lease)
                except StoreError as error:
                    service.happened("store-error", reason=str(error))
