"""Tasks of the language in a Python program: both await each other, on one asyncio loop."""

from __future__ import annotations

import asyncio
import collections.abc
import inspect
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turmeric import ProgramError, Runtime, TurmericError, from_python
from turmeric.assembly.namespaces import Namespace

PROGRAM = """
(def log [])
(defn say [x] (set! log (append-to log x)))
(defn add-later [a b] (async (await (sleep-async 0.01)) (+ a b)))
(defn awaiting [x] (async (defer (say :left)) (+ 1 (await x))))
(defn failing [] (async (await (sleep-async 0)) (throw (value-error "refused" nil))))
(defn forever [] (async (defer (say :left)) (await (sleep-async 60))))
(defn catching [x] (async (try (await x) (catch [e : cancelled] :was-cancelled))))
(defn plainly [x] (await x))
(defn reason [x] (async (try (await x) (catch [e] [(str (type-of e)) e.message]))))
(defn in-callback [f] (async (f (fn [] (await (sleep-async 0))))))
(defn in-background [] (async (await (sleep-async 0)) (say :background)) nil)
(defn own-error [] (async (throw 42)))
"""


@pytest.fixture
def runtime() -> Iterator[Runtime]:
    runtime = Runtime(roots=[])
    runtime.eval(PROGRAM)
    yield runtime
    runtime.close()


@pytest.fixture
def app(runtime: Runtime) -> Namespace:
    return Namespace(runtime.session.user)


def logged(runtime: Runtime) -> list[str]:
    return [each.name for each in runtime.eval("log")]


def test_python_awaits_futures(app: Namespace) -> None:
    async def service() -> list[int]:
        return await asyncio.gather(*(app.add_later(n, 10) for n in range(3)))

    assert asyncio.run(service()) == [10, 11, 12]
    assert asyncio.run(service()) == [10, 11, 12]  # another loop


def test_a_future_that_has_ended_is_awaited_again(app: Namespace) -> None:
    async def service() -> Any:
        future = app.add_later(1, 2)
        return await future, await future, await future

    assert asyncio.run(service()) == (3, 3, 3)


def test_tasks_await_coroutines(app: Namespace) -> None:
    async def work() -> int:
        await asyncio.sleep(0)
        return 41

    async def service() -> Any:
        return await app.awaiting(work()), await app.awaiting(asyncio.ensure_future(work()))

    assert asyncio.run(service()) == (42, 42)


def test_at_the_top_level_without_a_loop(runtime: Runtime, app: Namespace) -> None:
    async def work() -> int:
        await asyncio.sleep(0)
        asyncio.get_running_loop()
        return 41

    assert app.plainly(work()) == 41
    assert app.plainly(app.awaiting(work())) == 42
    assert runtime.eval("(await (add-later 1 2))") == 3


def test_errors_go_both_ways(app: Namespace) -> None:
    class Refused(Exception):
        pass

    async def work() -> None:
        raise Refused("no")

    async def service() -> Any:
        with pytest.raises(ProgramError, match="refused") as caught:
            await app.failing()
        assert caught.value.name == "value-error"
        with pytest.raises(TurmericError) as thrown:
            await app.own_error()
        assert thrown.value.value == 42
        with pytest.raises(TurmericError, match="Refused: no"):
            await app.awaiting(work())
        return await app.reason(work())

    assert list(asyncio.run(service())) == ["core.python-error", "Refused: no"]


def test_an_error_goes_through_python_unchanged(app: Namespace) -> None:
    async def through() -> Any:
        return await app.failing()

    async def service() -> Any:
        return await app.reason(through())

    assert list(asyncio.run(service())) == ["core.value-error", "refused"]


def test_cancelling_the_coroutine_cancels_the_task(runtime: Runtime, app: Namespace) -> None:
    async def service() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(app.forever(), 0.01)
        await asyncio.sleep(0)

    asyncio.run(service())
    assert logged(runtime) == ["left"]


def test_cancelling_the_task_cancels_the_coroutine(runtime: Runtime, app: Namespace) -> None:
    seen = []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            seen.append("coroutine")
            raise

    async def service() -> None:
        future = app.awaiting(work())
        await asyncio.sleep(0.01)
        assert runtime.session.world.find("async", "cancel").force()(future) is True
        with pytest.raises(asyncio.CancelledError):
            await future
        await asyncio.sleep(0)

    asyncio.run(service())
    assert (seen, logged(runtime)) == (["coroutine"], ["left"])


def test_a_cancelled_coroutine_is_a_cancelled_future(app: Namespace) -> None:
    async def service() -> Any:
        task = asyncio.ensure_future(asyncio.sleep(60))
        future = app.catching(task)
        await asyncio.sleep(0)
        task.cancel()
        return await future

    assert asyncio.run(service()).name == "was-cancelled"


def test_await_under_a_running_loop_says_what_to_do(app: Namespace) -> None:
    async def service() -> None:
        with pytest.raises(ProgramError, match=r"asyncio loop is running.*return the future, and `await` it") as caught:
            app.plainly(app.add_later(1, 2))
        assert caught.value.name == "foreign-frame"

    asyncio.run(service())


def test_a_task_cannot_wait_under_a_python_function(app: Namespace) -> None:
    def call(function: Any) -> Any:
        return function()

    with pytest.raises(ProgramError, match="cannot wait here"):
        app.plainly(app.in_callback(call))


def test_tasks_run_without_being_awaited(runtime: Runtime, app: Namespace) -> None:
    """Under a running loop a task begins as asyncio's own do."""

    async def service() -> None:
        app.in_background()
        await asyncio.sleep(0.02)

    asyncio.run(service())
    assert logged(runtime) == ["background"]


def test_what_is_left_on_a_loop_that_has_ended(app: Namespace) -> None:
    """A sleep goes on elsewhere; a coroutine cannot, and ends with its loop."""
    kept: list[Any] = []

    async def service() -> None:
        kept.extend([app.add_later(1, 2), app.reason(asyncio.sleep(60))])
        await asyncio.sleep(0)

    asyncio.run(service())
    assert app.plainly(kept[0]) == 3
    assert next(iter(app.plainly(kept[1]))) in ("async.cancelled", "core.python-error")


def test_closing_ends_tasks_and_tells_what_nobody_saw(app: Namespace) -> None:
    runtime = Runtime(roots=[])
    runtime.eval(PROGRAM)
    runtime.eval("(def f (forever)) (failing) (await (sleep-async 0.01))")
    with pytest.raises(ProgramError, match="refused"):
        runtime.close()
    assert logged(runtime) == ["left"]


def test_only_futures_are_awaitable(runtime: Runtime, app: Namespace) -> None:
    future = app.add_later(1, 2)
    assert inspect.isawaitable(future)
    for value in (runtime.eval("(Some 1)"), runtime.eval("(channel 1)"), from_python([1]), app.plainly):
        assert not isinstance(value, collections.abc.Awaitable)


def test_two_runtimes_on_one_loop() -> None:
    one, two = Runtime(roots=[]), Runtime(roots=[])
    for runtime in (one, two):
        runtime.eval(PROGRAM)
    first, second = Namespace(one.session.user), Namespace(two.session.user)

    async def service() -> Any:
        return await first.awaiting(second.awaiting(first.add_later(1, 2)))

    assert asyncio.run(service()) == 5
    one.close()
    two.close()


def test_interrupting_an_await(tmp_path: Path) -> None:
    """Ctrl-C while a program awaits ends it as it ends others."""
    program = tmp_path / "p.tur"
    program.write_text('(print-error "waiting")\n(await (async (await (sleep-async 60))))')
    process = subprocess.Popen(
        [sys.executable, "-m", "turmeric", str(program)], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "waiting\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30)[1] == "interrupted\n"
    assert process.returncode == 130


CHANNELS = """
(defn pass-on [capacity counts receivers pauses]
  (let [ch (channel capacity)
        pause (fn [i] (when (contains? (set pauses) i) (await (sleep-async 0))))
        got (ref [])
        senders (for [[name n] (map list (range (count counts)) counts)]
                  (async (dotimes [i n] (pause (+ name i)) (channel-send ch [name i]))))
        takers (for [r (range receivers)]
                 (async (channel-for-each ch (fn [x] (pause (+ r (nth x 1))) (swap! got append-to x)))))]
    (await (async-all senders))
    (channel-close ch)
    (await (async-all takers))
    @got))
(defn with-cancelled [capacity n every]
  (let [ch (channel capacity)
        got (ref [])
        sent (ref [])
        sender (async (dotimes [i n] (channel-send ch i) (swap! sent append-to i)) (channel-close ch))]
    (await (async (loop [round 0]
      (let [taker (async (channel-receive ch))]
        (dotimes [i (rem round every)] (await (sleep-async 0)))
        (when (= 0 (rem round 2)) (cancel taker))
        (let [found (try (await taker) (catch [e : cancelled] :cancelled))]
          (match found
            (Some x) -> (do (swap! got append-to x) (recur (+ round 1)))
            (None) -> nil
            _ -> (recur (+ round 1))))))))
    (await sender)
    @got))
"""

_channels = Runtime(roots=[])
_channels.eval(CHANNELS)
SMALL = st.integers(0, 4)


@settings(deadline=None, max_examples=60)
@given(SMALL, st.lists(SMALL, max_size=4), st.integers(1, 4), st.lists(SMALL, max_size=3))
def test_channels_lose_nothing_and_keep_order(
    capacity: int, counts: list[int], receivers: int, pauses: list[int]
) -> None:
    """Whatever the capacity, the senders and receivers and where they wait in between."""
    given_ = (capacity, from_python(counts), receivers, from_python(pauses))
    got = [tuple(each) for each in _channels.call(Namespace(_channels.session.user).pass_on, *given_)]
    assert sorted(got) == [(name, i) for name, n in enumerate(counts) for i in range(n)]
    if receivers == 1:
        for name, n in enumerate(counts):
            assert [i for sender, i in got if sender == name] == list(range(n))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 3), st.integers(0, 8), st.integers(1, 4))
def test_cancelled_receivers_lose_nothing_that_was_not_theirs(capacity: int, count: int, every: int) -> None:
    """Receivers are cancelled before they start, while they wait and after they were woken."""
    got = list(_channels.call(Namespace(_channels.session.user).with_cancelled, capacity, count, every))
    assert got == list(range(count))


def test_a_future_of_another_loop_is_refused(runtime: Runtime) -> None:
    loop = asyncio.new_event_loop()
    with pytest.raises(TurmericError) as caught:
        runtime.eval("(fn [f] (await f))")(loop.create_future())
    loop.close()
    assert caught.value.name == "value-error"
