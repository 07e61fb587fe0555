"""Who owns an instance: leases, those that are late, stores that fail at the wrong moment."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

import pytest

from tests.durability.instances.stores_under_test import ADDRESSES, instance, new_store, point, running, save
from turmeric import Runtime, TurmericError
from turmeric.durability.instances import scheduling, serving
from turmeric.durability.instances.service import Rules
from turmeric.durability.instances.serving import AsyncScheduler
from turmeric.durability.instances.store import BlobsGone, Store, StoreError, Unavailable, open_store

KEY = b"k" * 32
PROGRAM = """
(import workflow :refer :all)
(import outer)
(defn slow [] (step "slow" (fn [] (outer.work))))
(defn stubborn [] (retry {:attempts 3 :on io-error} (fn [] (step "one" (fn [] (outer.work))))))
(defn large []
  (let [kept (loop [i 0 kept []] (if (= i 30) kept (do (checkpoint) (recur (+ i 1) (conj kept (outer.text i))))))]
    (sleep 0.001)
    (count kept)))
"""


@pytest.fixture(params=ADDRESSES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    made = new_store(request.param, tmp_path)
    yield made
    made.close()


def made(store: Any, work: Any = lambda: 1, rules: Rules | None = None, **more: Any) -> Runtime:
    runtime = Runtime(roots=[], store=store, key=KEY, rules=rules, **more)
    runtime.register("outer", {"work": work, "text": lambda n: Random(n).randbytes(800).hex()})
    runtime.eval(PROGRAM)
    return runtime


def test_who_computes_for_longer_than_its_lease_keeps_it(tmp_path: Path) -> None:
    """On an asyncio loop too, which does nothing else meanwhile."""
    path, lease = f"sqlite:{tmp_path / 'a.db'}", 0.6
    done: list[str] = []

    def work() -> str:
        done.append("once")
        time.sleep(4 * lease)
        return "slept"

    first, second = made(path, work, Rules(lease)), made(path, work, Rules(lease))
    handle = first.start(first.eval("slow"))
    thread = Thread(target=lambda: asyncio.run(AsyncScheduler(first.service).serve(until_idle=True)))
    thread.start()
    while thread.is_alive():
        second.run_until_idle()
        time.sleep(0.05)
    thread.join()
    assert (done, handle.result()) == (["once"], "slept")


class Failing:
    """A store one of whose methods fails some times."""

    def __init__(self, store: Any, method: str, times: int, error: StoreError) -> None:
        self.store, self.method, self.left, self.error = store, method, times, error

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.store, name)
        if name != self.method or self.left == 0:
            return found
        return self.fail

    def fail(self, *args: Any) -> None:
        self.left -= 1
        raise self.error


def test_a_store_that_cannot_be_read_for_a_while_costs_no_attempts() -> None:
    clock = Skipping()
    store = Failing(open_store("memory:"), "blobs", 12, Unavailable("not now"))
    runtime = made(store, rules=Rules(attempts=3), clock=clock)
    handle = runtime.start(runtime.eval("large"))
    assert runtime.run(handle, timeout=3600) == 30
    assert store.left == 0


class Skipping:
    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


@pytest.mark.parametrize("error", [Unavailable("not now"), StoreError("no")])
def test_a_save_has_happened_though_garbage_was_not_collected(
    error: StoreError, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduling, "COLLECT_EVERY", 1)
    monkeypatch.setattr(serving, "COLLECT_EVERY", 1)
    for serve in (False, True):
        store = Failing(open_store("memory:"), "collect", 3, error)
        runtime = made(store)
        handle = runtime.start(runtime.eval("large"))
        while handle.status in ("running", "waiting"):
            if serve:
                asyncio.run(AsyncScheduler(runtime.service).serve(until_idle=True))
            else:
                runtime.run_until_idle()
        assert (handle.result(), store.left) == (30, 0)
        assert runtime.service.counters["save-failed"] == 0


def test_what_refers_to_blobs_that_are_gone_is_not_started(store: Store) -> None:
    """A fork whose origin has gone on, and whose blobs were collected since it was looked at."""
    fork = instance("fork", checkpoint=point(3, roots=(b"r" * 32,)))
    with pytest.raises(BlobsGone):
        store.create([fork])
    held = running(store, "a")
    with pytest.raises(BlobsGone):
        store.save(held, save(1, starts=(fork,)))
    assert store.get("fork") is None
    assert store.get("a").checkpoint.number == 0  # type: ignore[union-attr]


@pytest.mark.parametrize(("failures", "status"), [(2, "done"), (4, "done"), (5, "failed")])
def test_retry_outlives_a_store_that_refuses_its_sleep_too(failures: int, status: str) -> None:
    """Saves that are refused: of the step, of the sleep, of the step again ..."""
    store, works = Failing(open_store("memory:"), "save", failures, StoreError("no room")), []
    runtime = made(store, lambda: works.append(1), clock=Skipping())
    handle = runtime.start(runtime.eval("stubborn"))
    with suppress(TurmericError):
        runtime.run(handle)
    assert (handle.status, len(works), store.left) == (status, {2: 2, 4: 3, 5: 3}[failures], 0)
