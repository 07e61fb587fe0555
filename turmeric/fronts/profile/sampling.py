"""Sampling: a thread that looks at the program's stack again and again.

It measures the program's CPU time, not its own, and not the time that the program waits.  A thread, and not a
handler of `SIGPROF`: Python runs a handler on the program's own stack, and where that is full, as deep recursion
has it all the time, calling the handler raises RecursionError at any instruction of compiled code, which then could
not tell what it has done already.
"""

from __future__ import annotations

import sys
import time
from _thread import allocate_lock, get_ident, start_new_thread

from turmeric.fronts.profile.counts import Profile
from turmeric.fronts.profile.frames import snapshot
from turmeric.fronts.profile.stacks import Stacks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

INTERVAL = 0.001
SWITCH = 0.0005
"""Seconds that the program goes on after the sampler asks it to stand still; Python's default is 5 ms."""
STILL = 0.00005
"""CPU seconds of the program while a snapshot was taken, from which on it did not stand still."""


def available() -> bool:
    """Whether the CPU time of one thread can be known here: not on Windows."""
    return hasattr(time, "pthread_getcpuclockid")


class Sampler:
    """Samples the thread that makes it, from `start` to `stop`."""

    def __init__(self, interval: float = INTERVAL) -> None:
        self.profile = Profile(interval)
        self.stacks = Stacks(self.profile)
        self.thread = get_ident()
        clock = time.pthread_getcpuclockid(self.thread)
        self.used: Callable[[], float] = lambda: time.clock_gettime(clock)
        self.counted = 0.0
        self.stopping = False
        self.failure: BaseException | None = None
        self.ended = allocate_lock()
        self.switch = sys.getswitchinterval()

    def start(self) -> None:
        self.stacks.watch()
        sys.setswitchinterval(min(SWITCH, self.switch))
        self.counted = self.used()
        self.ended.acquire()
        start_new_thread(self.work, ())

    def stop(self) -> Profile:
        """The profile; what went wrong in the thread is raised here."""
        self.stopping = True
        self.ended.acquire()
        sys.setswitchinterval(self.switch)
        self.stacks.unwatch()
        if self.failure is not None:
            raise self.failure
        return self.profile

    def work(self) -> None:
        try:
            while not self.stopping:
                time.sleep(self.profile.interval)
                self.look()
        except BaseException as error:
            self.failure = error
        finally:
            self.ended.release()

    def look(self) -> None:
        """Take a sample, if the program has worked for an interval since the last one."""
        before = self.used()
        weight = round((before - self.counted) / self.profile.interval)
        if weight < 1:
            return
        taken = snapshot(sys._current_frames().get(self.thread))
        if self.used() - before > STILL:
            return  # it went on meanwhile: the next sample has its weight
        self.counted += weight * self.profile.interval
        self.profile.add(self.stacks.sample(taken), weight)
