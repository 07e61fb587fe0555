"""A runtime for tests: time is skipped instead of waited for, and nothing depends on chance.

    runtime = turmeric.testing.runtime()
    orders = runtime.load("orders.tur")
    handle = runtime.start(orders.process_order, 42)
    assert runtime.run(handle, events={"approved": True}) == "shipped"
"""

from __future__ import annotations

import inspect
from random import Random
from typing import Any
from uuid import UUID

from turmeric.assembly.instances import Handle
from turmeric.assembly.runtime import Runtime
from turmeric.durability.instances.asking import doing
from turmeric.durability.instances.records import ENDED, EVENT, WAITING
from turmeric.running.steps import AUTO
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.printer import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from turmeric.durability.instances.records import Instance
    from turmeric.durability.instances.service import Rules
    from turmeric.durability.instances.store import Store

KEY = b"a key for tests, known to anybody"[:32]
BEGINNING = 1_704_067_200.0
"""The first of January 2024, at midnight in UTC."""


class Clock:
    """A clock that stands still until somebody sleeps by it, or advances it: then it skips."""

    def __init__(self, start: float = BEGINNING) -> None:
        self._now = start

    def now(self) -> float:
        """Seconds since 1970."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """It is later at once."""
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Be some seconds later.  Raises ValueError for less than 0."""
        if seconds < 0:
            raise ValueError(f"a clock does not go back, by {-seconds} seconds")
        self._now += seconds

    def advance_to(self, moment: float) -> None:
        """Be at a time, in seconds since 1970; if that is past nothing changes."""
        self._now = max(self._now, moment)

    def __repr__(self) -> str:
        return f"<clock at {self._now:.3f}>"


class Ids:
    """Ids for instances that look like those of chance, and are the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def __call__(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))


class SkippingRuntime(Runtime):
    """A `Runtime` whose clock skips.  `calls` are the texts of the calls of registered Python functions so far."""

    def __init__(
        self,
        roots: list[str] | None = None,
        store: str | Store = "memory:",
        clock: Clock | None = None,
        rules: Rules | None = None,
        engine: str = AUTO,
        ids: Callable[[], str] | None = None,
        note: Callable[[str, dict[str, Any]], None] | None = None,
    ) -> None:
        self.clock = Clock() if clock is None else clock
        self.calls: list[str] = []
        super().__init__(roots, store=store, key=KEY, rules=rules, clock=self.clock, engine=engine, note=note)
        self.service.new_id = Ids(0) if ids is None else ids

    def register(self, name: str, functions: Mapping[str, Callable[..., Any]]) -> None:
        """`Runtime.register`; every call is noted in `calls`."""
        super().register(name, {each: self.noted(f"{name}.{each}", made) for each, made in functions.items()})

    def noted(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function whose calls are noted."""

        def call(*args: Any) -> Any:
            self.calls.append(f"{name}({', '.join(map(write, args))})")
            return function(*args)

        async def call_awaited(*args: Any) -> Any:
            return await call(*args)

        made: Callable[..., Any] = call_awaited if inspect.iscoroutinefunction(function) else call
        made.__name__, made.__doc__ = getattr(function, "__name__", name), function.__doc__
        return made

    # Time -------------------------------------------------------------------------------------

    def run(
        self, handle: Handle | str, timeout: float | None = None, events: Mapping[str, Any] | None = None
    ) -> Any:
        """Run what is due, and let time pass, until an instance has ended; its value, or its error is raised.

        Whenever an instance waits for an event of one of the names in `events`, it is sent that value, before any
        time passes.  Raises value-error when it waits for something that time does not bring, and when it has
        not ended within `timeout` seconds of the clock.
        """
        id = handle if isinstance(handle, str) else handle.id
        end = None if timeout is None else self.clock.now() + timeout
        while True:
            self.run_until_idle()
            found = self.instance(id)
            if found.status in ENDED or self.stopping:
                return self.result(id)
            if self.answer_waits(events or {}):
                continue
            due = self.service.store.due()
            if due is None:
                raise failure("value-error", f"the instance {id} {doing(found)}, and time will not bring that", id)
            if end is not None and due > end:
                self.clock.advance_to(end)
                raise failure("value-error", f"the instance {id} has not ended within {timeout} seconds", id)
            self.clock.advance_to(due)

    def answer_waits(self, events: Mapping[str, Any]) -> int:
        """Send events to those who wait for them; how many."""
        found = [each for each in self.instances(status=WAITING) if waits_for_one(each, events)] if events else []
        for each in reversed(found):
            wait = each.checkpoint.wait
            assert wait is not None and wait.name is not None
            self.send_event(each.id, wait.name, events[wait.name])
        return len(found)

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and run whatever becomes due, each at its time."""
        end = self.clock.now() + seconds
        self.run_until_idle()
        while (due := self.service.store.due()) is not None and due <= end:
            self.clock.advance_to(due)
            self.run_until_idle()
        self.clock.advance_to(end)


def waits_for_one(instance: Instance, events: Mapping[str, Any]) -> bool:
    """Whether an instance waits for one of these events, and nobody has sent it yet."""
    wait = instance.checkpoint.wait
    return wait is not None and wait.kind == EVENT and wait.name in events


def runtime(
    roots: list[str] | None = None,
    store: str | Store = "memory:",
    rules: Rules | None = None,
    engine: str = AUTO,
    seed: int = 0,
    start: float = BEGINNING,
    note: Callable[[str, dict[str, Any]], None] | None = None,
) -> SkippingRuntime:
    """A runtime for tests: a store in memory, a fixed key, ids by a seed, and a clock that skips (`.clock`),
    which begins at the time `start`.  The other arguments are those of `Runtime`."""
    return SkippingRuntime(roots, store, Clock(start), rules, engine, Ids(seed), note=note)
