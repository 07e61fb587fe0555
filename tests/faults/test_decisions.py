"""What was decided once is decided: how a wait ended, and where an instance was told that it is cancelled.

A process may end right after any of that.  Whoever runs the stretch again gets the same answer, or effects of
the first attempt would belong to a path that nobody takes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.durability.instances.stores_under_test import ADDRESSES, event, new_store, running, save
from turmeric import Runtime
from turmeric.durability.instances.records import (
    CANCEL_ASKED,
    CANCEL_TOLD,
    CANCELLED,
    EVENT,
    TIMER,
    WAITING,
    Held,
    Outcome,
    Saved,
    Wait,
)
from turmeric.durability.instances.store import Store

KEY = b"k" * 32


@pytest.fixture(params=ADDRESSES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    made = new_store(request.param, tmp_path)
    yield made
    made.close()


def again(store: Store, id: str = "a") -> Any:
    """The instance as it is claimed by the next owner, once the lease has ended."""
    (found,) = store.claim("bob", 1000.0, 1100.0, 1, [id])
    return found


def test_where_it_was_told_to_cancel_is_kept(store: Store) -> None:
    held = running(store, "a")
    store.cancel("a", 12.0)
    assert store.save(held, save(1)) == Saved(CANCEL_ASKED)
    assert again(store).outcome == Outcome(CANCELLED)


def test_a_cancellation_after_the_save_is_not_told_there(store: Store) -> None:
    held = running(store, "a")
    store.save(held, save(1))
    store.cancel("a", 12.0)
    found = again(store)
    assert (found.outcome, found.cancel) == (None, CANCEL_ASKED)


@pytest.mark.parametrize("keep", [False, True])
def test_who_cancels_itself_is_told_there(keep: bool, store: Store) -> None:
    held = running(store, "a", keep=keep)
    assert store.save(held, save(1, cancels=("a",))) == Saved(CANCEL_ASKED)
    found = again(store)
    assert found.outcome == Outcome(CANCELLED)
    assert store.save(Held("a", found.epoch), save(2, cancel=CANCEL_TOLD)) == Saved(CANCEL_TOLD)
    assert store.get("a").outcome is None  # type: ignore[union-attr]


def test_who_is_cancelled_takes_no_event(store: Store) -> None:
    held = running(store, "a")
    store.send(event("a"))
    store.cancel("a", 12.0)
    assert store.save(held, save(1, Wait(EVENT, "approved"))) == Saved(CANCEL_ASKED)
    assert store.get("a").status == WAITING  # type: ignore[union-attr]
    assert again(store).outcome == Outcome(CANCELLED)
    assert len(store.events("a")) == 1


@pytest.mark.parametrize("wait", [Wait(TIMER, None, 20.0), Wait(EVENT, "approved")])
def test_a_wait_that_has_ended_stays_ended(wait: Wait, store: Store) -> None:
    """An event, a time-out: once claimed with it, later events and a cancellation change nothing."""
    held = running(store, "a")
    store.save(held, save(1, wait))
    if wait.kind == EVENT:
        store.send(event("a", payload=b"first"))
    (first,) = store.claim("ann", 30.0, 40.0, 1)
    store.send(event("a", payload=b"second"))
    store.cancel("a", 31.0)
    assert again(store).outcome == first.outcome
    assert first.outcome == (Outcome(EVENT, b"first") if wait.kind == EVENT else Outcome(TIMER))


# In a program ---------------------------------------------------------------------------------

PROGRAM = """
(import workflow :refer :all)
(import outer)
(defn told [] (try (do (checkpoint) "on") (catch [e : cancelled] "cancelled")))
(defn main []
  (let [how (told)]
    (outer.note how)
    (sleep 0)
    (try (step "x" (fn [] how)) (catch [e : cancelled] [how "then"]))))
(defn taking [] (let [e (await-event "x")] (outer.note e) (try (step "x" (fn [] e)) (catch [e : cancelled] "then"))))
"""


class Killed(BaseException):
    """The end of a process."""


@pytest.mark.parametrize(
    ("function", "first", "result"), [("main", "on", ["on", "then"]), ("taking", "yes", "then")]
)
def test_a_cancellation_between_two_attempts_does_not_change_the_first_answer(
    function: str, first: str, result: object
) -> None:
    runtime = Runtime(roots=[], store="memory:", key=KEY)
    notes: list[str] = []

    def note(text: str) -> None:
        notes.append(text)
        if len(notes) == 1:
            runtime.cancel(handle.id)
            raise Killed

    runtime.register("outer", {"note": note})
    runtime.eval(PROGRAM)
    handle = runtime.start(runtime.eval(function))
    if function == "taking":
        runtime.send_event(handle.id, "x", "yes")
    with pytest.raises(Killed):
        runtime.run_until_idle()
    runtime.run_until_idle()
    assert notes == [first, first]
    found = handle.result()
    assert (list(found) if isinstance(result, list) else found) == result


def test_told_at_a_save_it_is_told_there_again() -> None:
    runtime = Runtime(roots=[], store="memory:", key=KEY)
    notes: list[str] = []

    def note(text: str) -> None:
        notes.append(text)
        if len(notes) == 1:
            raise Killed

    runtime.register("outer", {"note": note})
    runtime.eval(PROGRAM)
    handle = runtime.start(runtime.eval("main"))
    runtime.cancel(handle.id)
    with pytest.raises(Killed):
        runtime.run_until_idle()
    runtime.run_until_idle()
    assert notes == ["cancelled", "cancelled"]
    assert handle.result() == "cancelled"
