"""`turmeric.testing`: a runtime in which time is skipped, and killing a program at each of its checkpoints."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import Any

import pytest

from turmeric import TurmericError
from turmeric.assembly.mortal import Killed, MortalStore
from turmeric.assembly.skipping import BEGINNING
from turmeric.durability.instances.stores.memory import MemoryStore
from turmeric.testing import Clock, SkippingRuntime, kill_everywhere, runtime

IMPORT = "(import workflow :refer :all)\n"


def function(skipping: SkippingRuntime, text: str) -> Any:
    """The last definition of a text."""
    skipping.eval(IMPORT + text)
    return skipping.eval("f")


# The clock ------------------------------------------------------------------------------------


def test_a_clock_stands_still_until_it_skips() -> None:
    clock = Clock(100.0)
    assert clock.now() == clock.now() == 100.0
    clock.sleep(5)
    clock.advance(0.5)
    clock.advance_to(90.0)
    assert clock.now() == 105.5
    with pytest.raises(ValueError, match="does not go back"):
        clock.advance(-1)


def test_a_year_of_sleep() -> None:
    skipping = runtime(start=1000.0)
    year = function(skipping, "(defn f [n] (if (= n 0) :over (do (sleep 86400) (f (- n 1)))))")
    before = time.process_time()
    assert repr(skipping.run(skipping.start(year, 365))) == ":over"
    assert skipping.clock.now() == 1000.0 + 365 * 86400
    assert time.process_time() - before < 30  # it is 0.3, and not a year


def test_everything_happens_at_its_time() -> None:
    skipping = runtime(start=0.0)
    seen: list[tuple[str, float]] = []
    skipping.register("log", {"seen": lambda name: seen.append((name, skipping.clock.now()))})
    skipping.eval("(import log)")
    sleeper = function(skipping, "(defn f [name seconds] (sleep seconds) (log.seen name))")
    for name, seconds in (("b", 20), ("a", 10), ("c", 31)):
        skipping.start(sleeper, name, seconds)
    skipping.pass_time(30)
    assert (seen, skipping.clock.now()) == ([("a", 10.0), ("b", 20.0)], 30.0)
    skipping.pass_time(1)
    assert seen[2:] == [("c", 31.0)]


# A runtime ------------------------------------------------------------------------------------


def test_ids_are_those_of_the_seed() -> None:
    def ids(seed: int) -> list[str]:
        skipping = runtime(seed=seed)
        made = function(skipping, "(defn f [] 1)")
        return [skipping.start(made).id for _ in range(3)]

    assert ids(1) == ids(1) != ids(2)
    assert len(set(ids(1))) == 3


def test_events_are_sent_when_somebody_waits() -> None:
    skipping = runtime(start=0.0)
    asking = function(skipping, '(defn f [] (sleep 5) [(await-event "a" :timeout 9) (await-event "b" :timeout 9)])')
    handle = skipping.start(asking)
    assert list(skipping.run(handle, events={"a": 1})) == [1, None]
    assert skipping.clock.now() == 14.0


def test_events_of_children() -> None:
    skipping = runtime()
    parent = function(skipping, '(defn child [] (await-event "a")) (defn f [] (await-instance (start child)))')
    assert skipping.run(skipping.start(parent), events={"a": "x"}) == "x"


def test_what_time_does_not_bring() -> None:
    skipping = runtime()
    handle = skipping.start(function(skipping, '(defn f [] (await-event "approved"))'))
    with pytest.raises(TurmericError, match='waits for the event "approved", and time will not bring that'):
        skipping.run(handle)
    handle.send("approved", 3)
    assert skipping.run(handle) == 3


def test_a_timeout_is_of_the_clock() -> None:
    skipping = runtime(start=0.0)
    handle = skipping.start(function(skipping, "(defn f [] (sleep 100) 7)"))
    with pytest.raises(TurmericError, match="has not ended within 99 seconds"):
        skipping.run(handle, timeout=99)
    assert skipping.clock.now() == 99.0
    assert skipping.run(handle, timeout=1) == 7


def test_calls_are_noted() -> None:
    skipping = runtime()

    async def later(value: int) -> list[int]:
        return [value]

    skipping.register("service", {"now": lambda *args: (1, 2), "later": later})
    skipping.eval("(import service)")
    both = function(skipping, '(defn f [] [(service.now "x" :k) (service.later 5)])')
    value = skipping.run(skipping.start(both))
    assert skipping.calls == ['service.now("x", :k)', "service.later(5)"]
    assert [list(each) for each in value] == [[1, 2], [5]]


# Kills ----------------------------------------------------------------------------------------

ORDER = """
(import shop)
(defn f [order]
  (let [receipt (step "charge" (fn [] (shop.charge order (idempotency-key))))]
    (sleep 60)
    (println "slept")
    (checkpoint "told" :commit (fn [] (println "sunny")) :recover (fn [] (println "again")))
    [receipt (await-event "approved")]))
"""


def prepare(skipping: SkippingRuntime) -> Any:
    skipping.register("shop", {"charge": lambda order, key: f"receipt {order}"})
    return function(skipping, ORDER)


def test_a_program_that_bears_kills_everywhere() -> None:
    report = kill_everywhere(prepare, 42, events={"approved": True})
    assert [(each.kind, each.number) for each in report.straight.places] == [
        ("step", 1), ("sleep", 2), ("checkpoint", 3), ("event", 4), ("end", 4),
    ]  # fmt: skip
    assert report.straight.outcome == 'done: ["receipt 42" true]'
    effects = {(kill.place.index, kill.moment): (kill.repeated, kill.missing) for kill in report.kills}
    charge = report.straight.calls[0]
    assert effects == {
        (0, "before"): ((charge,), ()),
        (0, "after"): ((), ()),
        (1, "before"): ((), ()),
        (1, "after"): ((), ()),
        (2, "before"): (("slept",), ()),
        (2, "after"): (("again",), ("sunny",)),
        (3, "before"): (("again",), ()),
        (3, "after"): ((), ()),
        (4, "before"): ((), ()),
    }
    assert report.repeated == {charge, "slept", "again"}
    assert "killed before checkpoint 2, sleep" in str(report)


def test_the_outside_is_set_up_for_each_run() -> None:
    charged: dict[str, int] = {}

    def charge(order: int, key: str) -> int:
        return charged.setdefault(key, len(charged) + 1)

    def prepare(skipping: SkippingRuntime) -> Any:
        skipping.register("shop", {"charge": charge})
        return function(skipping, ORDER)

    report = kill_everywhere(prepare, 42, events={"approved": True}, before_each=charged.clear)
    assert report.straight.outcome == "done: [1 true]"


def test_nothing_in_memory_survives_a_kill() -> None:
    """A program that counts in a global variable does not bear kills; the first place is named."""
    text = '(def calls (rc 0)) (defn f [] (swap! calls inc) (step "a" (fn [] 0)) (swap! calls inc) @calls)'
    with pytest.raises(AssertionError) as caught:
        kill_everywhere(lambda skipping: function(skipping, text))
    assert str(caught.value).startswith("without kills: done: 2\nkilled after checkpoint 1, step \"a\" (")
    assert str(caught.value).endswith("): done: 1")


def test_a_program_that_fails_after_a_kill_is_found() -> None:
    text = """(defn f [] (checkpoint :commit (fn [] 1) :recover (fn [] (throw (value-error "lost" 0)))))"""
    with pytest.raises(AssertionError, match="failed: value-error: lost"):
        kill_everywhere(lambda skipping: function(skipping, text))


def test_a_program_that_fails_in_the_same_way_each_time_is_well() -> None:
    text = '(defn f [] (compensate (fn [] (println "undone"))) (step "a" (fn [] 1)) (throw (value-error "no" 0)))'
    report = kill_everywhere(lambda skipping: function(skipping, text))
    assert report.straight.outcome == "failed: value-error: no"
    assert [place.kind for place in report.straight.places] == ["step", "compensated", "end"]


def test_a_program_that_does_something_else_each_time() -> None:
    runs = itertools.count()

    def prepare(skipping: SkippingRuntime) -> Any:
        body = '(step "a" (fn [] 1))' if next(runs) == 0 else "1"
        return function(skipping, f"(defn f [] {body})")

    with pytest.raises(AssertionError, match='it never came to checkpoint 1, step "a"'):
        kill_everywhere(prepare)


def test_a_kill_takes_time_if_asked() -> None:
    text = """
    (import clock)
    (defn f [] (step "a" (fn [] 1)) (await-event "late" :timeout 10) (checkpoint "b") (clock.passed))
    """

    def prepare(skipping: SkippingRuntime) -> Any:
        skipping.register("clock", {"passed": lambda: skipping.clock.now() - BEGINNING})
        return function(skipping, text)

    assert kill_everywhere(prepare).straight.outcome == "done: 10.0"
    with pytest.raises(AssertionError, match=r"killed before checkpoint 1, step .*: done: 109.0"):
        kill_everywhere(prepare, down=99.0)


@pytest.mark.parametrize("engine", ["cek", "compiled"])
def test_a_transaction_is_killed_too(tmp_path: Path, engine: str) -> None:
    """With a database as store; what a transaction has written is there exactly once."""
    numbers = itertools.count()
    text = """
    (defn f []
      (transaction (fn [tx] (execute tx "CREATE TABLE IF NOT EXISTS paid (id INTEGER)") nil))
      (transaction (fn [tx] (execute tx "INSERT INTO paid VALUES (1)") nil))
      (transaction (fn [tx] (execute tx "SELECT count(*) FROM paid"))))
    """
    report = kill_everywhere(
        lambda skipping: function(skipping, text),
        store=lambda: f"sqlite:{tmp_path}/{next(numbers)}.db?synchronous=normal",
        engine=engine,
    )
    assert report.straight.outcome == "done: ([1])"
    assert len(report.kills) == 7
    assert next(numbers) == 8


def test_who_ends_processes_is_set_aside_alone() -> None:
    """Those that were claimed together with it are not blamed."""
    text = """
    (import world)
    (defn poison [] (world.end))
    (defn other [n] (step "a" (fn [] n)))
    """
    store = MemoryStore()
    clock = Clock()
    processes = 0

    def end() -> None:
        mortal.dead = True
        raise Killed

    ids: list[str] = []
    while processes < 50:
        mortal = MortalStore(store, [], lambda place, moment: False)
        skipping = SkippingRuntime(store=mortal, clock=clock)
        skipping.register("world", {"end": end})
        function(skipping, text.replace("defn poison", "defn f"))
        if not ids:
            ids = [skipping.start(skipping.eval("f")).id]
            ids += [skipping.start(skipping.eval("other"), n).id for n in range(30)]
        try:
            skipping.run_until_idle()
            break
        except Killed:
            processes += 1
            mortal.bury(clock.now())
    assert processes == skipping.service.rules.attempts
    assert [skipping.handle(id).status for id in ids] == ["failed"] + ["done"] * 30
