"""What is outside of the tasks: the asyncio loop, its timers, what Python code awaits.

The scheduler is written in Turmeric, in `stdlib/async.tur`.  It asks for events by number; the
loop notes what has happened and calls the scheduler (`run-tasks`) in a callback, on a machine
without anything around it.  So tasks run inside the loop, and nothing of one is ever on
Python's stack while it waits.

There is one `Outside` for each world.  It uses the loop that runs when it is needed (Python
code that awaits a future), or else makes one of its own, which runs while the program awaits.
"""

from __future__ import annotations

import time
from itertools import count

from turmeric.running.evaluators import translated
from turmeric.running.futures import FAILED, Future
from turmeric.vocabulary import lists, vectors
from turmeric.vocabulary.errors import TurmericError, failure
from turmeric.vocabulary.structs import Struct, StructType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from asyncio import Future as PythonFuture
    from collections.abc import Callable
    from typing import Any

    from turmeric.running.world import World

EPOCH = time.time() - time.monotonic()
"""What the loop's clock lacks to the time since 1970.  Measured once: then later deadlines stay
later, and setting the system's clock moves no sleep that is under way."""

LOOK_AGAIN = 0.05
"""Seconds after which to look again whether coroutines that nobody awaits have come to an end."""

WATCHERS = count(-1, -1)
"""Numbers of what Python waits for; those that the scheduler gives are positive."""


def clock() -> float:
    """Seconds since 1970 on a clock that does not jump while this process runs."""
    return EPOCH + time.monotonic()


class Outside:
    """The loop under the tasks of one world, and what is under way on it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.loop: AbstractEventLoop | None = None
        self.own = False
        """Whether this made the loop, and closes it."""
        self.stops: dict[int, Callable[[], object]] = {}
        """What calls off each event that is awaited."""
        self.deadlines: dict[int, float] = {}
        self.happened: list[Any] = []
        self.watched: dict[int, PythonFuture[bool]] = {}
        self.driven: PythonFuture[bool] | None = None
        """What the program waits for at the top level."""
        self.called = False
        """Whether a call of the scheduler is due, or going on."""
        world.at_end.append(self.close)

    # The loop -------------------------------------------------------------------------------

    def need_loop(self) -> AbstractEventLoop:
        """The loop to use now: the running one, else the one there is, else a new one."""
        import asyncio

        try:
            running: AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            running = None
        if self.loop is None or self.loop.is_closed() or (running is not None and running is not self.loop):
            self.change_loop(running or asyncio.new_event_loop(), own=running is None)
        assert self.loop is not None
        return self.loop

    def change_loop(self, loop: AbstractEventLoop, own: bool) -> None:
        """Go on with another loop: timers start again on it; what else was on the old one is lost."""
        old, owned = self.loop, self.own
        if old is not None and old.is_running():
            message = "the tasks of this runtime run on the asyncio loop of another thread; await them there"
            raise failure("value-error", message)
        self.loop, self.own, self.called = loop, own, False
        for number in [each for each in self.stops if each not in self.deadlines]:
            lost = failure("python-error", "RuntimeError: the asyncio loop it ran on was left", "RuntimeError")
            self.happen(number, False, lost.value)
        for number, deadline in self.deadlines.items():
            self.start_timer(number, deadline)
        if old is not None and owned and not old.is_closed():
            old.close()

    def call_scheduler(self) -> None:
        """Let the scheduler run soon, if there is a loop that can."""
        import sys

        if self.called or "asyncio" not in sys.modules:
            return
        import asyncio

        if self.loop is None:
            try:
                asyncio.get_running_loop()
            except RuntimeError:
                return  # it runs when the program awaits something
        self.schedule(self.need_loop())

    def schedule(self, loop: AbstractEventLoop) -> None:
        if not self.called:
            self.called = True
            loop.call_soon(self.run_tasks)

    def run_tasks(self) -> None:
        """Tell the scheduler what has happened, and let it run tasks; called by the loop."""
        assert self.loop is not None
        happened, self.happened = self.happened, []
        run = self.world.find("async", "run-tasks").force()
        try:
            more = self.world.call(run, [lists.from_iterable(happened)], bare=True)
        except Exception as error:
            more = False
            if self.driven is None or self.driven.done():
                raise
            self.driven.set_exception(error)
        finally:
            self.called = False
        if more or self.happened:
            self.schedule(self.loop)
        elif self.driven is not None:
            self.check_progress()

    # Events ---------------------------------------------------------------------------------

    def happen(self, number: int, well: bool, value: Any) -> None:
        """Note that an event has happened, with its value or error."""
        if self.stops.pop(number, None) is None:
            return
        self.deadlines.pop(number, None)
        self.happened.append(vectors.from_iterable([number, well, value]))
        if self.loop is not None:
            self.schedule(self.loop)

    def start_timer(self, number: int, deadline: float) -> None:
        """Let the event happen at a time, in seconds since 1970."""
        loop = self.need_loop()
        self.deadlines[number] = deadline
        self.stops[number] = loop.call_at(deadline - EPOCH, self.happen, number, True, None).cancel

    def start_awaitable(self, number: int, awaitable: Any) -> None:
        """Let the event happen when a Python awaitable has ended."""
        import asyncio

        loop = self.need_loop()
        if isinstance(awaitable, asyncio.Future) and awaitable.get_loop() is not loop:
            message = (
                "this future of Python's belongs to another asyncio loop; call what makes it inside a task: "
                "(async (await ...))"
            )
            raise failure("value-error", message)
        task = asyncio.ensure_future(awaitable, loop=loop)
        self.stops[number] = task.cancel
        task.add_done_callback(lambda task: self.happen(number, *self.result_of(task)))

    def result_of(self, task: PythonFuture[Any]) -> tuple[bool, Any]:
        """Whether a Python future ended well, and its value or error."""
        if task.cancelled():
            return False, Struct(self.cancelled_type(), ("what was awaited was cancelled in Python", None))
        error = task.exception()
        if error is None:
            return True, task.result()
        return False, error.value if isinstance(error, TurmericError) else translated(error).value

    def cancelled_type(self) -> StructType:
        found = self.world.find("async", "cancelled").force()
        assert isinstance(found, StructType)
        return found

    def stop(self, number: int) -> None:
        """Call off an event."""
        self.deadlines.pop(number, None)
        stop = self.stops.pop(number, None)
        if stop is not None:
            stop()

    # Waiting --------------------------------------------------------------------------------

    def tell(self, number: int) -> None:
        """What Python waits for under a number has ended."""
        waiting = self.watched.pop(number, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(True)

    def drive(self, number: int) -> bool:
        """Run the loop until the scheduler tells the number: true.  False when nothing can come."""
        loop = self.need_loop()
        if loop.is_running():
            message = (
                "this cannot wait here: Python's asyncio loop is running and called this function; "
                "return the future, and `await` it in Python"
            )
            raise failure("foreign-frame", message)
        self.driven = self.watched[number] = loop.create_future()
        self.schedule(loop)
        try:
            return loop.run_until_complete(self.driven)
        finally:
            self.driven = None
            self.watched.pop(number, None)

    def check_progress(self) -> None:
        """End the waiting at the top level when nothing is left that could end it."""
        import asyncio

        if self.driven is None or self.driven.done() or self.stops or self.called:
            return
        assert self.loop is not None
        if asyncio.all_tasks(self.loop):
            self.loop.call_later(LOOK_AGAIN, self.check_progress)
        else:
            self.driven.set_result(False)

    async def completion(self, future: Future) -> Any:
        """The value of a future, for Python code; its error is raised.

        When the coroutine that awaits it is cancelled the future is cancelled, and the other
        way round, as with tasks of asyncio's own.
        """
        import asyncio

        loop = self.need_loop()
        if not future.ended():
            number = next(WATCHERS)
            self.watched[number] = loop.create_future()
            try:
                self.world.call(self.world.find("async", "wait").force(), [number, future], bare=True)
                if not future.ended():
                    await self.watched[number]
            except asyncio.CancelledError:
                self.world.call(self.world.find("async", "cancel").force(), [future], bare=True)
                raise
            finally:
                self.watched.pop(number, None)
        try:
            return self.world.call(self.world.find("async", "outcome").force(), [future], bare=True)
        except TurmericError as error:
            if isinstance(error.value, Struct) and error.value.type is self.cancelled_type():
                raise asyncio.CancelledError(error.message) from error
            raise

    # The end --------------------------------------------------------------------------------

    def close(self) -> list[TurmericError]:
        """End all tasks, so that their clean-ups run, and the loop; the errors nobody awaited."""
        left = self.world.call(self.world.find("async", "end-tasks").force(), [], bare=True)
        if self.own and self.loop is not None and not self.loop.is_closed():
            close_loop(self.loop)
        return [error for error in map(self.error_of, left) if error is not None]

    def error_of(self, future: Future) -> TurmericError | None:
        """The exception with which a future failed; its place is where the error was thrown, if it was."""
        error = future.state.get("error") if future.state.type.symbol == FAILED else None
        if error is None:
            return None
        return self.world.placed(self.world.make_machine(None).uncaught(error).error, None)


def close_loop(loop: AbstractEventLoop) -> None:
    """End what coroutines of Python's are left on a loop, and close it, as `asyncio.run` does."""
    import asyncio

    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def outside_of(world: World) -> Outside:
    """The `Outside` of a world, made when it is first needed."""
    if world.outside is None:
        world.outside = Outside(world)
    found: Outside = world.outside
    return found


async def completion(future: Future) -> Any:
    """What `await future` does in Python."""
    return await outside_of(future.world).completion(future)


Future.completion = staticmethod(completion)
