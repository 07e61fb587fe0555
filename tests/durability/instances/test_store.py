"""What every store promises: see the docstrings of the protocol."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.durability.instances.stores_under_test import (
    ADDRESSES,
    SHARED,
    claimed,
    event,
    instance,
    new_store,
    point,
    running,
    save,
)
from turmeric.durability.instances.records import (
    CANCEL_ASKED,
    CANCEL_TOLD,
    Blob,
    Collected,
    End,
    Held,
    Outcome,
    Query,
    Saved,
    Wait,
)
from turmeric.durability.instances.store import BlobsGone, Ended, Lost, Missing, Store, open_store

FOR_EVENT = Wait("event", "approved")
DONE = End("done", b"result", 99.0, 2.5)
FAILED = End("failed", b"error", 99.0, 2.5)


@pytest.fixture(params=ADDRESSES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    made = new_store(request.param, tmp_path)
    request.addfinalizer(made.close)
    return made


def found(store: Store, id: str):
    there = store.get(id)
    assert there is not None
    return there


# Create, get ----------------------------------------------------------------------------------


def test_what_is_created_is_there_as_it_was(store: Store) -> None:
    whole = instance(
        "a", checkpoint=point(3, Wait("timer", None, 7.5), ()), version="v1", parent="p", status="waiting", changed=2.0,
        due=7.5, owner=None, epoch=4, attempts=2, cancel=1, outcome=None, spent=1.25, result=None, keep=True,
    )  # fmt: skip
    assert store.create([whole]) == ["a"]
    assert store.get("a") == whole
    assert store.get("b") is None


def test_bytes_and_text_come_back_exactly(store: Store) -> None:
    state = bytes(range(256)) * 200
    store.create([instance("ä/'%s ?", checkpoint=point(0, state=state), function="módule.f")])
    (there,) = store.claim("€", 10.0, 20.0, 1)
    assert (there.id, there.checkpoint.state, there.function, there.owner) == ("ä/'%s ?", state, "módule.f", "€")
    assert found(store, "ä/'%s ?") == there


def test_a_decided_outcome_is_created_too(store: Store) -> None:
    whole = instance("a", outcome=Outcome("instance", b"x", "done"), checkpoint=point(1, Wait("instance", "q")))
    store.create([instance("q"), whole])
    assert store.get("a") == whole


def test_creating_again_changes_nothing(store: Store) -> None:
    store.create([instance("a")])
    assert store.create([instance("a", function="other"), instance("b"), instance("b")]) == ["b"]
    assert found(store, "a").function == "orders.process"


# Claim ----------------------------------------------------------------------------------------


def test_claim_takes_what_is_due(store: Store) -> None:
    store.create([instance("late", due=11.0), instance("never", due=None), instance("now", due=5.0)])
    (first,) = store.claim("ann", 10.0, 20.0, 9)
    assert (first.id, first.owner, first.epoch, first.attempts, first.due) == ("now", "ann", 1, 1, 20.0)
    assert first.checkpoint == point(0)
    assert store.get("now") == first
    assert store.claim("ben", 10.5, 20.0, 9) == []


def test_the_longest_due_come_first_and_no_more_than_asked(store: Store) -> None:
    store.create([instance(id, due=due) for id, due in [("c", 3.0), ("a", 1.0), ("d", 4.0), ("b", 2.0)]])
    assert [each.id for each in store.claim("ann", 10.0, 20.0, 3)] == ["a", "b", "c"]
    assert [each.id for each in store.claim("ann", 10.0, 20.0, 3)] == ["d"]


def test_claim_of_some_only(store: Store) -> None:
    store.create([instance(id) for id in "abc"])
    assert [each.id for each in store.claim("ann", 10.0, 20.0, 9, ["b", "x", "b"])] == ["b"]
    assert store.claim("ann", 10.0, 20.0, 9, []) == []
    assert [each.id for each in store.claim("ann", 10.0, 20.0, 9, ["c", "b", "a"])] == ["a", "c"]


def test_a_lease_that_has_ended_can_be_claimed(store: Store) -> None:
    first = running(store, "a")
    assert store.claim("ben", 19.9, 40.0, 1) == []
    (again,) = store.claim("ben", 20.0, 40.0, 1)
    assert (again.epoch, again.attempts, again.owner) == (first.epoch + 1, 2, "ben")


def test_what_waits_is_passed_over_for_one_that_does_not(store: Store) -> None:
    for id in "abc":
        store.save(running(store, id), save(1, FOR_EVENT))
        store.create([instance(f"new {id}", due=9.0)])
    for id in "abc":
        store.cancel(id, 11.0)
    ids = [each.id for each in store.claim("ann", 10.0, 20.0, 4)]
    assert ids == ["a", "b", "c", "new a"]


def test_spurious_ones_do_not_count(store: Store) -> None:
    store.create([instance(f"w{n}", checkpoint=point(1, FOR_EVENT), status="waiting", due=1.0) for n in range(5)])
    store.create([instance("r", due=2.0)])
    assert [each.id for each in store.claim("ann", 10.0, 20.0, 2)] == ["r"]
    assert found(store, "w0").due is None
    assert found(store, "w0").status == "waiting"


# Save -----------------------------------------------------------------------------------------


def test_save_replaces_the_checkpoint(store: Store) -> None:
    held = running(store, "a")
    assert store.save(held, save(1, version="v2", spent=0.5)) == Saved()
    there = found(store, "a")
    assert there.checkpoint == point(1)
    assert (there.version, there.spent, there.due, there.changed) == ("v2", 0.5, 30.0, 101.0)
    assert (there.attempts, there.owner, there.status, there.epoch) == (0, "ann", "running", held.epoch)
    assert [each.number for each in store.history("a")] == [1]
    assert store.checkpoint("a", 0) is None


@pytest.mark.parametrize("wait", [None, Wait("timer", None, 60.0), FOR_EVENT])
def test_a_late_owner_cannot_save(store: Store, wait: Wait | None) -> None:
    late = running(store, "a")
    claimed(store, "a", 20.0, 40.0, "ben")
    before = found(store, "a")
    with pytest.raises(Lost):
        store.save(late, save(1, wait))
    assert store.get("a") == before


def test_a_late_owner_can_write_nothing_at_all(store: Store) -> None:
    late = running(store, "a")
    now = claimed(store, "a", 20.0, 40.0, "ben")
    before = found(store, "a")
    with pytest.raises(Lost):
        store.finish(late, DONE)
    with pytest.raises(Lost):
        store.save(late, save(1, sends=(event("a"),), starts=(instance("b"),)))
    store.release(late, 21.0)
    assert store.renew([late], 90.0) == []
    assert (store.get("a"), store.get("b"), store.events("a")) == (before, None, [])
    store.save(now, save(1))


def test_the_same_owner_is_late_too(store: Store) -> None:
    late = running(store, "a")
    claimed(store, "a", 20.0, 40.0, "ann")
    with pytest.raises(Lost):
        store.save(late, save(1))


def test_an_ended_lease_alone_takes_nothing_away(store: Store) -> None:
    held = running(store, "a")
    store.save(held, save(1, until=0.5))
    store.save(held, save(2))
    assert found(store, "a").checkpoint.number == 2


def test_nobody_holds_what_waits_has_ended_or_is_not_there(store: Store) -> None:
    waits, ended, released = (running(store, id) for id in "abc")
    store.save(waits, save(1, FOR_EVENT))
    store.finish(ended, FAILED)
    store.release(released, 15.0)
    for held in (waits, ended, released, Held("nobody", 1)):
        with pytest.raises(Lost):
            store.save(held, save(2))
        with pytest.raises(Lost):
            store.finish(held, DONE)
        assert store.renew([held], 50.0) == []


def test_a_retry_takes_it_from_the_owner_that_failed(store: Store) -> None:
    held = running(store, "a")
    store.finish(held, FAILED)
    store.retry("a", 11.0)
    with pytest.raises(Lost):
        store.save(held, save(1))


def test_keeping_all_checkpoints(store: Store) -> None:
    held = running(store, "a", keep=True)
    for number in (1, 2):
        store.save(held, save(number))
    store.save(held, save(3, Wait("timer", None, 15.0)))
    last = point(3, Wait("timer", None, 15.0))
    assert store.history("a") == [replace(each, state=None) for each in (*map(point, range(3)), last)]
    assert [store.checkpoint("a", number) for number in (0, 2)] == [point(0), point(2)]
    assert store.checkpoint("a", 4) is None
    held = claimed(store, "a", 15.0, 40.0)
    store.finish(held, DONE)
    assert [each.number for each in store.history("a")] == [0, 1, 2, 3]
    assert store.checkpoint("a", 3) == point(3, Wait("timer", None, 15.0))


def test_a_checkpoint_saved_again_replaces_the_one_with_its_number(store: Store) -> None:
    held = running(store, "a", keep=True)
    store.save(held, save(1))
    store.save(held, replace(save(1), checkpoint=point(1, state=b"again")))
    assert [each.number for each in store.history("a")] == [0, 1]
    assert store.checkpoint("a", 1) == point(1, state=b"again")


def test_there_is_no_history_of_what_is_not_there(store: Store) -> None:
    assert store.history("a") == []
    assert store.checkpoint("a", 0) is None


# Save: what happens together with it ----------------------------------------------------------


@pytest.mark.parametrize("wait", [None, FOR_EVENT])
def test_starts_sends_and_cancels_happen(store: Store, wait: Wait | None) -> None:
    store.create([instance("b"), instance("c"), instance("old", function="mine")])
    held = running(store, "a")
    starts = (instance("child", parent="a"), instance("old", function="other"))
    together = {"starts": starts, "sends": (event("b"), event("child"), event("a")), "cancels": ("c", "child")}
    saved = store.save(held, save(1, wait, **together))
    assert saved == Saved(0, None if wait is None else Outcome("event", b"yes"))
    assert found(store, "child").parent == "a"
    assert found(store, "old").function == "mine"
    assert [store.events(id) for id in ("b", "child")] == [[event("b")], [event("child")]]
    assert [found(store, id).cancel for id in ("b", "c", "child")] == [0, CANCEL_ASKED, CANCEL_ASKED]


@pytest.mark.parametrize(("target", "error"), [("nobody", Missing), ("ended", Ended)])
def test_a_send_that_fails_undoes_the_save(store: Store, target: str, error: type[Exception]) -> None:
    store.finish(running(store, "ended"), DONE)
    store.create([instance("b")])
    held = running(store, "a")
    before = found(store, "a")
    with pytest.raises(error):
        store.save(held, save(1, starts=(instance("c"),), sends=(event("b"), event(target)), cancels=("b",)))
    assert (store.get("a"), store.get("c"), store.events("b"), found(store, "b").cancel) == (before, None, [], 0)
    store.save(held, save(1))


def test_an_instance_cancels_itself(store: Store) -> None:
    held = running(store, "a")
    assert store.save(held, save(1, cancels=("a",))).cancel == CANCEL_ASKED
    assert store.save(held, save(2, cancel=CANCEL_TOLD)).cancel == CANCEL_TOLD


# Waiting for a time ---------------------------------------------------------------------------


def test_waiting_for_a_time(store: Store) -> None:
    held = running(store, "a")
    assert store.save(held, save(1, Wait("timer", None, 60.0))) == Saved()
    there = found(store, "a")
    assert (there.status, there.owner, there.due, store.due()) == ("waiting", None, 60.0, 60.0)
    assert there.checkpoint == point(1, Wait("timer", None, 60.0))
    assert store.claim("ben", 59.9, 90.0, 9) == []
    (again,) = store.claim("ben", 60.0, 90.0, 9)
    assert (again.status, again.outcome) == ("running", Outcome("timer"))
    assert again.checkpoint == point(1, Wait("timer", None, 60.0))


def test_a_save_takes_the_outcome_away(store: Store) -> None:
    store.save(running(store, "a"), save(1, Wait("timer", None, 15.0)))
    held = claimed(store, "a", 15.0, 25.0)
    store.save(held, save(2))
    assert (found(store, "a").outcome, found(store, "a").checkpoint.wait) == (None, None)


# Events ---------------------------------------------------------------------------------------


def test_an_event_ends_the_wait(store: Store) -> None:
    store.save(running(store, "a"), save(1, FOR_EVENT))
    assert (found(store, "a").due, store.claim("ben", 1e9, 2e9, 9)) == (None, [])
    assert store.send(event("a"))
    assert store.events("a") == [event("a")]
    (again,) = store.claim("ben", 60.0, 90.0, 9)
    assert (again.outcome, again.status) == (Outcome("event", b"yes"), "running")
    assert store.events("a") == []


def test_an_event_of_another_name_does_not(store: Store) -> None:
    store.save(running(store, "a"), save(1, FOR_EVENT))
    store.send(event("a", "refused"))
    assert store.claim("ben", 60.0, 90.0, 9) == []
    assert store.events("a") == [event("a", "refused")]


def test_an_event_that_came_before_anybody_waits(store: Store) -> None:
    held = running(store, "a")
    for payload in (b"1", b"2"):
        store.send(event("a", payload=payload))
    store.send(event("a", "other"))
    assert store.save(held, save(1, FOR_EVENT)) == Saved(0, Outcome("event", b"1"))
    there = found(store, "a")
    assert (there.status, there.owner, there.due, there.outcome) == ("running", "ann", 30.0, Outcome("event", b"1"))
    assert [each.payload for each in store.events("a")] == [b"2", b"yes"]
    assert store.save(held, save(2, FOR_EVENT)) == Saved(0, Outcome("event", b"2"))
    assert store.save(held, save(3, FOR_EVENT)) == Saved()


def test_the_outcome_stays_until_the_next_save(store: Store) -> None:
    store.save(running(store, "a"), save(1, FOR_EVENT))
    for payload in (b"1", b"2"):
        store.send(event("a", payload=payload))
    claimed(store, "a", 60.0, 70.0)
    store.cancel("a", 65.0)
    (again,) = store.claim("ben", 70.0, 80.0, 9)
    assert again.outcome == Outcome("event", b"1")
    assert [each.payload for each in store.events("a")] == [b"2"]


def test_the_outcome_outlives_failure(store: Store) -> None:
    held = running(store, "a")
    store.send(event("a"))
    store.save(held, save(1, FOR_EVENT))
    store.finish(held, FAILED)
    store.retry("a", 100.0)
    (again,) = store.claim("ben", 100.0, 110.0, 9)
    assert (again.outcome, again.checkpoint, again.attempts) == (Outcome("event", b"yes"), point(1, FOR_EVENT), 1)


def test_an_event_before_the_time_that_came_too(store: Store) -> None:
    store.save(running(store, "a"), save(1, Wait("event", "approved", 60.0)))
    store.send(event("a"))
    (again,) = store.claim("ben", 99.0, 199.0, 9)
    assert again.outcome == Outcome("event", b"yes")


def test_an_event_that_does_not_come_in_time(store: Store) -> None:
    store.save(running(store, "a"), save(1, Wait("event", "approved", 60.0)))
    assert store.claim("ben", 59.0, 199.0, 9) == []
    (again,) = store.claim("ben", 60.0, 199.0, 9)
    assert again.outcome == Outcome("timer")


def test_a_key_is_sent_once(store: Store) -> None:
    held = running(store, "a")
    store.create([instance("b")])
    assert store.send(event("a", key="k"))
    assert not store.send(event("a", "other", b"no", key="k"))
    assert store.events("a") == [event("a", key="k")]
    assert store.send(event("b", key="k"))
    assert store.send(event("a", key="l"))
    assert store.save(held, save(1, FOR_EVENT)).outcome == Outcome("event", b"yes")
    assert not store.send(event("a", key="k"))
    assert store.events("a") == [event("a", key="l")]
    store.save(held, save(2, sends=(event("a", key="k"), event("a", key="m"))))
    assert [each.key for each in store.events("a")] == ["l", "m"]


def test_sending_to_what_is_not_there_or_has_ended(store: Store) -> None:
    with pytest.raises(Missing):
        store.send(event("a"))
    store.finish(running(store, "a"), DONE)
    with pytest.raises(Ended):
        store.send(event("a"))


def test_an_instance_that_failed_keeps_its_events(store: Store) -> None:
    held = running(store, "a")
    store.send(event("a"))
    store.finish(held, FAILED)
    store.send(event("a", payload=b"2"))
    store.retry("a", 100.0)
    assert store.save(claimed(store, "a", 100.0, 110.0), save(1, FOR_EVENT)).outcome == Outcome("event", b"yes")
    assert [each.payload for each in store.events("a")] == [b"2"]


# Waiting for an instance ----------------------------------------------------------------------


@pytest.mark.parametrize("end", [DONE, FAILED, End("cancelled", b"error", 99.0)])
def test_the_end_of_an_instance_ends_the_wait(store: Store, end: End) -> None:
    held = running(store, "child")
    store.save(running(store, "a"), save(1, Wait("instance", "child")))
    assert store.claim("ben", 15.0, 90.0, 9) == []
    store.finish(held, end)
    (again,) = store.claim("ben", 15.0, 90.0, 9)
    assert (again.id, again.outcome) == ("a", Outcome("instance", end.result, end.status))


def test_an_instance_that_has_ended_already(store: Store) -> None:
    store.finish(running(store, "child"), DONE)
    held = running(store, "a")
    outcome = Outcome("instance", b"result", "done")
    assert store.save(held, save(1, Wait("instance", "child"))) == Saved(0, outcome)
    assert (found(store, "a").outcome, found(store, "a").owner) == (outcome, "ann")


def test_an_instance_that_is_not_there(store: Store) -> None:
    held = running(store, "a")
    assert store.save(held, save(1, Wait("instance", "nobody"))) == Saved(0, Outcome("instance"))


def test_an_instance_that_was_removed_while_it_was_awaited(store: Store) -> None:
    held = running(store, "child")
    store.save(running(store, "a"), save(1, Wait("instance", "child")))
    store.finish(held, DONE)
    store.remove(["child"])
    (again,) = store.claim("ben", 15.0, 90.0, 9)
    assert again.outcome == Outcome("instance")


def test_several_wait_for_one(store: Store) -> None:
    held = running(store, "child")
    for id in "abc":
        store.save(running(store, id), save(1, Wait("instance", "child")))
    store.finish(held, DONE)
    assert sorted(each.id for each in store.claim("ben", 15.0, 90.0, 9)) == ["a", "b", "c"]


def test_a_child_started_and_awaited_at_once(store: Store) -> None:
    held = running(store, "a")
    saved = store.save(held, save(1, Wait("instance", "child"), starts=(instance("child", parent="a"),)))
    assert saved == Saved()
    assert [each.id for each in store.claim("ben", 15.0, 90.0, 9)] == ["child"]


# Finish ---------------------------------------------------------------------------------------


def test_finish(store: Store) -> None:
    held = running(store, "a")
    store.save(held, save(1))
    store.send(event("a"))
    store.finish(held, DONE)
    there = found(store, "a")
    assert (there.status, there.result, there.changed, there.spent) == ("done", b"result", 99.0, 2.5)
    assert (there.owner, there.due, there.outcome) == (None, None, None)
    assert (there.checkpoint.state, there.checkpoint.number) == (None, 1)
    assert (store.events("a"), store.history("a"), store.checkpoint("a", 1), store.due()) == ([], [], None, None)
    assert store.claim("ben", 1e9, 2e9, 9) == []


def test_one_that_failed_keeps_its_checkpoint(store: Store) -> None:
    held = running(store, "a")
    store.save(held, save(1))
    store.finish(held, FAILED)
    assert (found(store, "a").checkpoint, found(store, "a").result) == (point(1), b"error")
    assert store.checkpoint("a", 1) == point(1)


# Renew, release -------------------------------------------------------------------------------


def test_renew(store: Store) -> None:
    a, b, c = (running(store, id) for id in "abc")
    claimed(store, "b", 20.0, 30.0, "ben")
    assert store.renew([c, b, a, Held("nobody", 1)], 90.0) == [c, a]
    assert [found(store, id).due for id in "abc"] == [90.0, 30.0, 90.0]
    assert store.renew([], 90.0) == []


@pytest.mark.parametrize(("failed", "attempts"), [(False, 0), (True, 1)])
def test_release(store: Store, failed: bool, attempts: int) -> None:
    held = running(store, "a")
    store.release(held, 15.0, failed)
    there = found(store, "a")
    assert (there.status, there.owner, there.due, there.attempts) == ("running", None, 15.0, attempts)
    assert store.claim("ben", 14.0, 90.0, 9) == []
    (again,) = store.claim("ben", 15.0, 90.0, 9)
    assert again.attempts == attempts + 1
    store.release(Held("nobody", 1), 15.0)


# Cancel ---------------------------------------------------------------------------------------


def test_cancel_of_one_that_runs_is_told_by_the_next_save(store: Store) -> None:
    held = running(store, "a")
    assert store.cancel("a", 11.0)
    assert (found(store, "a").due, found(store, "a").changed) == (20.0, 11.0)
    assert store.save(held, save(1)).cancel == CANCEL_ASKED
    assert store.save(held, save(2, cancel=CANCEL_TOLD)).cancel == CANCEL_TOLD
    assert store.cancel("a", 12.0)
    assert store.save(held, save(3)).cancel == CANCEL_TOLD


@pytest.mark.parametrize("wait", [FOR_EVENT, Wait("timer", None, 1000.0), Wait("instance", "child")])
def test_cancel_of_one_that_waits(store: Store, wait: Wait) -> None:
    store.create([instance("child", due=None)])
    store.save(running(store, "a"), save(1, wait))
    assert store.cancel("a", 11.0)
    (again,) = store.claim("ben", 11.0, 20.0, 9)
    assert (again.outcome, again.cancel, again.status) == (Outcome("cancelled"), CANCEL_ASKED, "running")
    store.save(Held("a", again.epoch), save(2, wait, cancel=CANCEL_TOLD))
    assert store.cancel("a", 12.0)
    assert store.claim("ben", 12.0, 20.0, 9) == []


@pytest.mark.parametrize("wait", [FOR_EVENT, Wait("timer", None, 1000.0), Wait("instance", "child")])
def test_one_asked_to_cancel_does_not_wait(store: Store, wait: Wait) -> None:
    store.create([instance("child", due=None)])
    held = running(store, "a")
    store.cancel("a", 11.0)
    assert store.save(held, save(1, wait)) == Saved(CANCEL_ASKED)
    (again,) = store.claim("ben", 11.0, 20.0, 9)
    assert again.outcome == Outcome("cancelled")


def test_cancelled_comes_before_an_event(store: Store) -> None:
    store.save(running(store, "a"), save(1, FOR_EVENT))
    store.send(event("a"))
    store.cancel("a", 11.0)
    (again,) = store.claim("ben", 11.0, 20.0, 9)
    assert again.outcome == Outcome("cancelled")
    assert store.events("a") == [event("a")]


def test_cancel_of_what_has_ended_or_is_not_there(store: Store) -> None:
    store.finish(running(store, "a"), DONE)
    assert not store.cancel("a", 11.0)
    with pytest.raises(Missing):
        store.cancel("nobody", 11.0)
    store.finish(running(store, "b"), FAILED)
    assert not store.cancel("b", 11.0)


# Retry, remove --------------------------------------------------------------------------------


def test_retry_of_one_that_failed(store: Store) -> None:
    held = running(store, "a")
    store.save(held, save(1))
    store.finish(held, FAILED)
    assert store.retry("a", 100.0)
    (again,) = store.claim("ben", 100.0, 110.0, 9)
    assert (again.checkpoint, again.attempts, again.result, again.status) == (point(1), 1, None, "running")


def test_retry_at_once(store: Store) -> None:
    store.release(running(store, "a"), 5000.0, failed=True)
    assert store.retry("a", 11.0)
    (again,) = store.claim("ben", 11.0, 20.0, 9)
    assert again.attempts == 1


def test_retry_of_others(store: Store) -> None:
    running(store, "runs")
    store.save(running(store, "waits"), save(1, FOR_EVENT))
    store.finish(running(store, "ended"), DONE)
    before = [found(store, id) for id in ("runs", "waits", "ended")]
    assert [store.retry(id, 11.0) for id in ("runs", "waits", "ended")] == [True, True, False]
    assert [found(store, id) for id in ("runs", "waits", "ended")] == before
    with pytest.raises(Missing):
        store.retry("nobody", 11.0)


def test_remove(store: Store) -> None:
    for id in "abc":
        running(store, id, keep=True)
    for id, end in (("a", DONE), ("b", FAILED)):
        held = Held(id, 1)
        store.save(held, save(1))
        store.send(event(id, key="k"))
        store.finish(held, end)
    assert store.remove(["a", "b", "c", "nobody", "a"]) == 2
    assert [store.get(id) is None for id in "abc"] == [True, True, False]
    store.create([instance("a"), instance("b")])
    assert [store.history(id) for id in "ab"] == [[replace(point(0), state=None)]] * 2
    assert [store.events(id) for id in "ab"] == [[], []]
    assert store.send(event("b", key="k"))
    assert store.remove([]) == 0


# Blobs ----------------------------------------------------------------------------------------


def blob(name: bytes, *references: bytes) -> Blob:
    return Blob(name * 20, b"data of " + name, tuple(each * 20 for each in references))


def rooted(number: int, roots: bytes, *blobs: Blob):
    """A save that refers to blobs: a letter each."""
    at = replace(point(number), roots=tuple(bytes([letter]) * 20 for letter in roots))
    return replace(save(number), checkpoint=at, blobs=blobs)


def letters(store: Store, roots: bytes) -> bytes:
    there = store.blobs([bytes([letter]) * 20 for letter in roots])
    assert all(there[name].name == name for name in there)
    return b"".join(sorted(name[:1] for name in there))


def test_blobs_and_all_that_they_lead_to(store: Store) -> None:
    held = running(store, "a")
    store.save(held, rooted(1, b"cx", blob(b"a"), blob(b"b", b"a"), blob(b"c", b"b", b"a"), blob(b"x")))
    assert found(store, "a").checkpoint.roots == (b"c" * 20, b"x" * 20)
    assert store.blobs([b"b" * 20, b"?" * 20]) == {b"a" * 20: blob(b"a"), b"b" * 20: blob(b"b", b"a")}
    assert letters(store, b"cx") == b"abcx"
    assert store.blobs([]) == {}


def test_later_saves_refer_to_what_is_there(store: Store) -> None:
    held = running(store, "a")
    store.save(held, rooted(1, b"a", blob(b"a")))
    store.save(held, rooted(2, b"ab", blob(b"b", b"a")))
    store.save(held, rooted(3, b"b"))
    assert letters(store, b"b") == b"ab"


@pytest.mark.parametrize("bad", [rooted(1, b"z"), rooted(1, b"b", blob(b"b", b"z"))])
def test_what_refers_to_nothing_is_refused(store: Store, bad) -> None:
    held = running(store, "a")
    before = found(store, "a")
    with pytest.raises(BlobsGone):
        store.save(held, bad)
    assert (store.get("a"), letters(store, b"bz")) == (before, b"")
    store.save(held, replace(bad, blobs=(*bad.blobs, blob(b"z"))))


def test_a_late_owner_brings_no_blobs(store: Store) -> None:
    late = running(store, "a")
    claimed(store, "a", 20.0, 40.0)
    with pytest.raises(Lost):
        store.save(late, rooted(1, b"a", blob(b"a")))
    assert letters(store, b"a") == b""


def test_collect_removes_what_no_checkpoint_leads_to(store: Store) -> None:
    a, b = running(store, "a"), running(store, "b", keep=True)
    store.save(a, rooted(1, b"b", blob(b"a"), blob(b"b", b"a"), blob(b"u")))
    store.save(b, rooted(1, b"k", blob(b"k", b"l"), blob(b"l")))
    store.save(b, rooted(2, b"m", blob(b"m")))
    assert store.collect() == Collected(1, len(b"data of u"))
    assert letters(store, b"bukm") == b"abklm"
    store.save(a, rooted(2, b"a"))
    assert store.collect() == Collected(1, len(b"data of b"))
    store.finish(a, DONE)
    store.finish(b, DONE)
    assert store.collect() == Collected(1, len(b"data of a"))
    assert store.collect() == Collected(0, 0)
    store.remove(["a", "b"])
    assert store.collect().blobs == 3


def test_a_save_after_a_collection_is_made_whole(store: Store) -> None:
    a = running(store, "a")
    store.save(a, rooted(1, b"a", blob(b"a")))
    store.save(a, rooted(2, b""))
    store.collect()
    with pytest.raises(BlobsGone):
        store.save(a, rooted(3, b"a"))
    store.save(a, rooted(3, b"a", blob(b"a")))


def test_one_that_failed_keeps_its_blobs(store: Store) -> None:
    held = running(store, "a")
    store.save(held, rooted(1, b"a", blob(b"a")))
    store.finish(held, FAILED)
    assert store.collect() == Collected(0, 0)
    assert letters(store, b"a") == b"a"


def test_a_chain_of_many_blobs(store: Store) -> None:
    held = running(store, "a")
    names = [number.to_bytes(20, "big") for number in range(1, 700)]
    chain = [Blob(name, b"x", (before,) if before else ()) for before, name in zip([b"", *names], names, strict=False)]
    at = replace(point(1), roots=(names[-1],))
    store.save(held, replace(save(1), checkpoint=at, blobs=tuple(chain)))
    assert len(store.blobs([names[-1]])) == len(names)
    assert store.collect().blobs == 0


# Reading --------------------------------------------------------------------------------------


def ids(store: Store, **parts: object) -> list[str]:
    return [each.id for each in store.find(Query(**parts))]  # type: ignore[arg-type]


def test_find(store: Store) -> None:
    store.create([instance("a", created=1.0), instance("b", created=3.0, parent="a")])
    store.create([instance("c", created=2.0, function="f")])
    store.finish(claimed(store, "a"), DONE)
    assert ids(store) == ["b", "c", "a"]
    assert ids(store, statuses=("done", "failed")) == ["a"]
    assert ids(store, statuses=()) == []
    assert ids(store, function="f") == ["c"]
    assert ids(store, parent="a", statuses=("running",)) == ["b"]
    assert ids(store, limit=2) == ["b", "c"]


def test_find_by_the_beginnings_of_ids(store: Store) -> None:
    store.create([instance(id) for id in ("ab", "abc", "a%", "a_c", "b", "A", "äb")])
    assert set(ids(store, prefix="a")) == {"ab", "abc", "a%", "a_c"}
    assert set(ids(store, prefix="ab")) == {"ab", "abc"}
    assert ids(store, prefix="a%") == ["a%"]
    assert ids(store, prefix="a_c") == ["a_c"]
    assert ids(store, prefix="ä") == ["äb"]
    assert ids(store, prefix="abcd") == []
    assert set(ids(store, prefix="")) == set(ids(store))
    assert ids(store, prefix="ab", limit=1, after="abc") == ["ab"]


def test_a_list_has_no_states(store: Store) -> None:
    held = running(store, "a")
    store.send(event("a"))
    store.save(held, save(1, FOR_EVENT))
    store.finish(held, FAILED)
    there = found(store, "a")
    at = replace(there.checkpoint, state=None)
    assert store.find(Query()) == [replace(there, checkpoint=at, result=None, outcome=None)]


def test_pages(store: Store) -> None:
    store.create([instance(f"{number:02}", created=float(number // 3)) for number in range(20)])
    pages, after = [], None
    while page := ids(store, limit=7, after=after):
        pages.append(page)
        after = page[-1]
    assert pages[0] + pages[1] + pages[2] == [f"{number:02}" for number in reversed(range(20))]
    assert len(pages) == 3


def test_a_page_after_one_that_was_removed(store: Store) -> None:
    store.create([instance("a")])
    with pytest.raises(Missing):
        store.find(Query(after="nobody"))


def test_count(store: Store) -> None:
    for id in "abcd":
        store.create([instance(id)])
    store.finish(claimed(store, "a"), DONE)
    store.save(claimed(store, "b"), save(1, FOR_EVENT))
    assert store.count() == {"running": 2, "waiting": 1, "done": 1, "failed": 0, "cancelled": 0}


def test_due(store: Store) -> None:
    assert store.due() is None
    store.create([instance("a", due=5.0), instance("b", due=3.0), instance("c", due=None)])
    assert store.due() == 3.0
    store.claim("ann", 4.0, 20.0, 1)
    assert store.due() == 5.0


# Watching -------------------------------------------------------------------------------------


def settled(store: Store) -> None:
    """Watch until nothing comes any more."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        begin = time.monotonic()
        store.watch(0.2)
        if time.monotonic() - begin >= 0.2:
            return
    raise AssertionError("it does not come to rest")


NEWS = {
    "create": lambda store, held: store.create([instance("new")]),
    "send": lambda store, held: store.send(event("waits")),
    "send in a save": lambda store, held: store.save(held, save(1, sends=(event("waits"),))),
    "finish": lambda store, held: store.finish(held, DONE),
    "cancel": lambda store, held: store.cancel("waits", 11.0),
    "retry": lambda store, held: store.retry("failed", 11.0),
    "release": lambda store, held: store.release(held, 11.0),
}


@pytest.mark.parametrize("news", NEWS)
def test_watching(store: Store, news: str) -> None:
    held = running(store, "a")
    store.save(running(store, "waits"), save(1, FOR_EVENT))
    store.save(running(store, "parent"), save(1, Wait("instance", "a")))
    store.finish(running(store, "failed"), FAILED)
    settled(store)
    threading.Timer(0.1, lambda: NEWS[news](store, held)).start()
    begin = time.monotonic()
    store.watch(60)
    assert time.monotonic() - begin < 50
    assert store.claim("ben", 15.0, 90.0, 9) != []


def test_news_before_watching(store: Store) -> None:
    settled(store)
    store.create([instance("a")])
    begin = time.monotonic()
    store.watch(60)
    assert time.monotonic() - begin < 50


@pytest.mark.parametrize("kind", SHARED)
def test_news_from_another(kind: str, tmp_path: Path) -> None:
    address = ADDRESSES[kind](tmp_path)
    watching, other = open_store(address), open_store(address)
    settled(watching)
    threading.Timer(0.1, lambda: other.create([instance("a")])).start()
    begin = time.monotonic()
    watching.watch(60)
    assert time.monotonic() - begin < 50
    watching.close()
    other.close()


# Opening again --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SHARED)
def test_what_was_put_in_is_there_when_it_is_opened_again(kind: str, tmp_path: Path) -> None:
    store = new_store(kind, tmp_path)
    held = running(store, "a")
    store.save(held, replace(rooted(1, b"a", blob(b"a"))))
    store.send(event("a", key="k"))
    before = found(store, "a")
    store.close()
    again = open_store(store.url)
    assert again.get("a") == before
    assert again.events("a") == [event("a", key="k")]
    assert letters(again, b"a") == b"a"
    again.save(held, save(2))
    store.save(held, save(3))
    assert found(again, "a").checkpoint.number == 3
    again.close()
    store.close()
