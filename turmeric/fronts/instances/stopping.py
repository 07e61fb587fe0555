"""How a worker ends when it is told to: SIGTERM or SIGINT.

    the first    nothing more is claimed, what runs goes on to its next save, or its end; then exit status 0
    after --grace   what still runs is given up, for others to do again from its last save; exit status 0
    the second   the process ends at once; others wait for its leases to end

A step may compute, or wait in Python, for as long as it likes: what happens here does not wait for the loop.
"""

from __future__ import annotations

import os
import signal
from threading import Thread, Timer

from turmeric.durability.instances.store import StoreError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from types import FrameType

    from turmeric.durability.instances.serving import AsyncScheduler
    from turmeric.fronts.instances.notices import Log

SIGNALS = (signal.SIGTERM, signal.SIGINT)
RELEASING = 5.0
"""Seconds for which the store may take to note what was given up."""


class Stopping:
    """Stops a scheduler when a signal comes."""

    def __init__(self, scheduler: AsyncScheduler, log: Log, grace: float) -> None:
        self.scheduler = scheduler
        self.log = log
        self.grace = grace
        self.timer: Timer | None = None
        self.loop: asyncio.AbstractEventLoop | None = None

    def listen(self, loop: asyncio.AbstractEventLoop) -> Callable[[], None]:
        """Be ready for signals; gives what ends that."""
        self.loop = loop
        before = {number: signal.signal(number, self.told) for number in SIGNALS}

        def restore() -> None:
            if self.timer is not None:
                self.timer.cancel()
            for number, handler in before.items():
                signal.signal(number, handler)

        return restore

    def told(self, number: int, frame: FrameType | None) -> None:
        """A signal has come."""
        if self.timer is not None:
            os._exit(128 + number)
        assert self.loop is not None
        name = signal.Signals(number).name
        self.log.write("stopping", signal=name, running=len(self.scheduler.holding), grace=self.grace)
        self.timer = Timer(self.grace, self.give_up)
        self.timer.daemon = True
        self.timer.start()
        self.loop.call_soon_threadsafe(self.scheduler.stop)

    def give_up(self) -> None:
        """Let others have what still runs, and end the process in the middle of it."""
        thread = Thread(target=self.release, daemon=True)
        thread.start()
        thread.join(RELEASING)
        os._exit(0)

    def release(self) -> None:
        service = self.scheduler.service
        for held in list(self.scheduler.holding.values()):
            try:
                service.store.release(held, service.clock.now())
                self.log.note("released", {"id": held.id})
            except StoreError as error:
                self.log.note("store-error", {"id": held.id, "reason": str(error)})
        self.log.write("stopped")
