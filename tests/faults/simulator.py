"""A simulated world of workers in one process: everything that happens is chosen by a seed.

Several workers share a store.  A worker claims instances and does what their executions ask for, one operation at a
time, in any order.  Between two operations a worker may be killed (its executions are forgotten: before the operation,
or after the store has done it and before the program knows), leases end, the clock jumps, events come, garbage is
collected, the store fails.  The outside world (`outside.py`) checks at each effect and each save that it may happen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

from tests.faults.outside import KEY, Violation, World, runtime
from turmeric.durability.instances import asking
from turmeric.durability.instances.course import course
from turmeric.durability.instances.execution import Execution
from turmeric.durability.instances.records import ENDED, Held, Instance, Query, Save
from turmeric.durability.instances.seals import Seals
from turmeric.durability.instances.service import Rules, Service
from turmeric.durability.instances.store import Store, StoreError, Unavailable
from turmeric.durability.sealed.keys import Key, KeyRing
from turmeric.vocabulary.errors import TurmericError

LEASE = 30.0
HOUR = 3600.0
LIMIT = 20_000
"""Actions after which something hangs."""


class SimulatedClock:
    def __init__(self) -> None:
        self.time = 1_000_000.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


CHANGES = ("save", "within", "finish", "release")


@dataclass
class Running:
    """An execution that is under way, and what it asks for next."""

    execution: Execution
    steps: Any
    operation: Any = None
    answer: Any = None
    error: Exception | None = None


@dataclass
class Worker:
    service: Service
    running: list[Running] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """Events that are sent from outside (name, value) in this order, and whether it is cancelled at some time."""

    events: tuple[tuple[str, Any], ...] = ()
    cancelled: bool = False


@dataclass(frozen=True)
class Chances:
    """How often, of a thousand actions, something bad happens."""

    kill: int = 80
    lease: int = 30
    jump: int = 5
    collect: int = 20
    lost_answer: int = 0
    """The store fails after it has done what it was asked, so that nobody knows; the look tells."""


class Simulator:
    """`shared`: whether all workers share one world of modules, or have one each."""

    def __init__(self, seed: int, store: Store, workers: int = 3, shared: bool = False, chances: Chances | None = None):
        self.random = Random(seed)
        self.chances = chances or Chances()
        self.store = store
        self.clock = SimulatedClock()
        self.world = World()
        self.fired: Counter[str] = Counter()
        ids = count()
        seals = Seals(KeyRing([Key("runtime", KEY)], "the test's key"))
        self.modules = []
        self.workers = []
        for number in range(workers):
            made, outside, module = runtime(0 if shared else number)
            outside.world = self.world
            made.session.world.clock = self.clock.now
            service = Service(
                made.session.world, store, seals, self.clock, Rules(LEASE, attempts=10**9), f"worker {number}",
                lambda: f"id-{next(ids):04}",
            )  # fmt: skip
            self.modules.append(module)
            self.workers.append(Worker(service))
        self.plans: dict[str, list[Callable[[], Any]]] = {}

    # Instances --------------------------------------------------------------------------------

    def start(self, name: str, *args: Any, plan: Plan | None = None) -> str:
        """Start a workflow; its id."""
        service, module = self.workers[0].service, self.modules[0]
        id: str = self.do(asking.start(service, getattr(module, name), list(args), None))
        self.plans[id] = list(self.planned(id, plan or Plan()))
        return id

    def do(self, question: Any) -> Any:
        return asking.performed(self.store, question)

    def planned(self, id: str, plan: Plan) -> Iterator[Callable[[], Any]]:
        service = self.workers[0].service
        actions: list[Callable[[], Any]] = [
            lambda name=name, value=value, key=str(key): self.do(asking.send(service, id, name, value, key))  # type: ignore[misc]
            for key, (name, value) in enumerate(plan.events)
        ]
        if plan.cancelled:
            actions.insert(self.random.randrange(len(actions) + 1), lambda: self.do(asking.cancel(service, id)))
        return iter(actions)

    def result(self, id: str) -> Any:
        """The value of an instance, or the error it ended with."""
        return self.do(asking.value(self.workers[0].service, id))

    # Running ----------------------------------------------------------------------------------

    def run(self) -> None:
        """Until all has ended."""
        for _ in range(LIMIT):
            if not self.act():
                return
        raise Violation(f"it hangs: {self.store.count()}, {[(each.id, each.status) for each in self.open()]}")

    def open(self) -> list[Instance]:
        return [each for each in self.store.find(Query()) if each.status not in ENDED]

    def act(self) -> bool:
        """Do one thing; False when there is nothing left to do."""
        draw = self.random.randrange(1000)
        for what in ("kill", "lease", "jump", "collect"):
            chance = getattr(self.chances, what)
            if draw < chance:
                self.fired[what] += 1
                getattr(self, what)()
                return True
            draw -= chance
        busy = [worker for worker in self.workers if worker.running]
        choices: list[Callable[[], bool]] = [self.claim]
        choices += [lambda: self.advance(self.random.choice(busy))] * (4 if busy else 0)
        if any(self.plans.values()) and self.random.randrange(4) == 0:
            choices = [self.outside_acts]
        return self.random.choice(choices)() or self.pass_time()

    def pass_time(self) -> bool:
        """Nothing is to be done now: go on to the time when something is."""
        if any(worker.running for worker in self.workers) or any(self.plans.values()):
            return True
        due = self.store.due()
        if due is None:
            if self.open():
                raise Violation(f"nothing is due, but {self.open()} have not ended")
            return False
        self.clock.time = max(self.clock.time, due)
        return True

    def claim(self) -> bool:
        worker, now = self.random.choice(self.workers), self.clock.now()
        found = self.store.claim(worker.service.owner, now, now + LEASE, self.random.randrange(1, 5))
        for instance in found:
            before = self.world.epochs.get(instance.id, 0)
            if instance.epoch != before + 1:
                raise Violation(f"{instance.id} is claimed at epoch {instance.epoch} after {before}")
            self.world.epochs[instance.id] = instance.epoch
            self.world.numbers.setdefault(instance.id, instance.checkpoint.number)
            execution = Execution(worker.service, instance)
            worker.running.append(Running(execution, course(execution)))
        return bool(found)

    def outside_acts(self) -> bool:
        """The next thing that happens to an instance from outside, sometimes twice: events have a key."""
        id = self.random.choice([id for id, left in self.plans.items() if left])
        action = self.plans[id].pop(0)
        action()
        if self.random.randrange(3) == 0:
            self.fired["sent twice"] += 1
            with suppress(TurmericError):  # it may have ended by now
                action()
        return True

    # Executions -------------------------------------------------------------------------------

    def advance(self, worker: Worker) -> bool:
        """One operation of an execution; the statements of a transaction and its save are one."""
        running = self.random.choice(worker.running)
        if running.operation is None and not self.resume(worker, running):
            return True
        before = len(worker.running)
        while running.operation is not None and running.operation[0] == "within":
            self.perform(worker, running)
            if len(worker.running) < before or not self.resume(worker, running):
                return True
        self.perform(worker, running)
        return True

    def resume(self, worker: Worker, running: Running) -> bool:
        """Let the program run to the next operation; False when the execution is over."""
        answer, error, running.answer, running.error = running.answer, running.error, None, None
        try:
            running.operation = running.steps.send(answer) if error is None else running.steps.throw(error)
        except (StopIteration, StoreError):
            worker.running.remove(running)
            return False
        return True

    def perform(self, worker: Worker, running: Running) -> None:
        """Do what it asks for; the worker may be killed before or after that."""
        draw = self.random.randrange(1000)
        if draw < self.chances.kill:
            self.fired["killed before " + running.operation[0]] += 1
            return self.kill(worker)
        operation, running.operation = running.operation, None
        try:
            running.answer = self.operate(operation)
        except Exception as error:
            running.error = error
        lost = operation[0] in CHANGES and self.random.randrange(1000) < self.chances.lost_answer
        if running.error is None and lost:
            self.fired["lost answer of " + operation[0]] += 1
            running.answer, running.error = None, Unavailable("no answer")
        if draw < 2 * self.chances.kill:
            self.fired["killed after " + operation[0]] += 1
            return self.kill(worker)
        return None

    def operate(self, operation: Any) -> Any:
        name, *args = operation
        if name == "pause":
            return self.clock.sleep(*args)
        if name == "within":
            found = args[0].save(*args[1:])
        else:
            found = getattr(self.store, name)(*args)
        if name in ("save", "within"):
            self.note_save(*args[-2:])
        return found

    def note_save(self, held: Held, save: Save) -> None:
        if held.epoch != self.world.epochs[held.id]:
            raise Violation(f"{held.id} was saved at epoch {held.epoch}, which is {self.world.epochs[held.id]}")
        self.world.saved(held.id, save.checkpoint.number)
        self.fired["saves"] += 1

    # What goes wrong --------------------------------------------------------------------------

    def kill(self, worker: Worker | None = None) -> None:
        """A worker ends at once; another one comes in its place."""
        worker = worker or self.random.choice(self.workers)
        self.fired["executions killed"] += len(worker.running)
        for running in worker.running:
            running.steps.close()
        worker.running.clear()

    def lease(self) -> None:
        """So much time passes that all leases end, while everybody still believes to be the owner."""
        self.clock.time += 1.5 * LEASE

    def jump(self) -> None:
        self.clock.time += self.random.choice([-HOUR, HOUR])

    def collect(self) -> None:
        self.store.collect()
