"""Several threads and processes that use one store: each instance has one owner, and no wake-up is lost."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

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
from turmeric.durability.instances.records import Blob, End, Held, Outcome, Save, Wait
from turmeric.durability.instances.store import BlobsGone, Store, Unavailable, open_store

PROCESSES = multiprocessing.get_context("fork")
DONE = End("done", b"result", 99.0)
ROUNDS = 150


@pytest.fixture(params=SHARED)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return ADDRESSES[request.param](tmp_path)


def at_once(address: str, *tasks: Callable[[Store, Any], Any]) -> list[Any]:
    """Do each task in a process of its own, with a store of its own and a barrier for all; what they give."""
    barrier = PROCESSES.Barrier(len(tasks), timeout=60)
    pipes = [PROCESSES.Pipe(duplex=False) for _ in tasks]
    processes = [
        PROCESSES.Process(target=do, args=(address, task, barrier, pipe[1]))
        for task, pipe in zip(tasks, pipes, strict=True)
    ]
    for process in processes:
        process.start()
    for _, writing in pipes:
        writing.close()
    found = [reading.recv() for reading, _ in pipes]
    for process in processes:
        process.join()
    for each in found:
        if isinstance(each, BaseException):
            raise each
    return found


def do(address: str, task: Callable[[Store, Any], Any], barrier: Any, writing: Any) -> None:
    try:
        store = open_store(address)
        result: Any = task(store, barrier)
        store.close()
    except BaseException as error:
        barrier.abort()
        result = error
    writing.send(result)


def meet(barrier: Any) -> None:
    """Come together with the others, and go on at almost the same time."""
    barrier.wait()
    time.sleep(random.random() ** 3 * 0.002)


# Claiming -------------------------------------------------------------------------------------


def claims_and_runs(store: Store, total: int) -> list[str]:
    """Claim a few at a time and run them, until all have ended; the ids that were claimed."""
    own = []
    while store.count()["done"] < total:
        for found in store.claim("somebody", 10.0, 20.0, random.randint(1, 5)):
            own.append(found.id)
            held = Held(found.id, found.epoch)
            store.save(held, save(1))
            store.finish(held, DONE)
    return own


def several_threads(store: Store, count: int) -> list[str]:
    own: list[str] = []
    total = 120
    threads = [Thread(target=lambda: own.extend(claims_and_runs(store, total))) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return own


@pytest.mark.parametrize("kind", ADDRESSES)
def test_threads_claim_each_once(kind: str, tmp_path: Path) -> None:
    store = new_store(kind, tmp_path)
    store.create([instance(f"{number}") for number in range(120)])
    assert sorted(several_threads(store, 6), key=int) == [f"{number}" for number in range(120)]
    store.close()


def test_processes_claim_each_once(address: str) -> None:
    store = open_store(address)
    store.create([instance(f"{number}") for number in range(120)])
    found = at_once(address, *[lambda store, _: several_threads(store, 2)] * 3)
    assert sorted((id for own in found for id in own), key=int) == [f"{number}" for number in range(120)]
    assert all(each.epoch == 1 for each in map(store.get, map(str, range(120))) if each is not None)
    store.close()


def test_one_of_several_owners_wins_when_a_lease_has_ended(address: str) -> None:
    store = open_store(address)
    store.create([instance("a")])

    def claim(store: Store, barrier: Any) -> list[int]:
        own = []
        for number in range(ROUNDS):
            barrier.wait()
            own += [each.epoch for each in store.claim("somebody", 10.0 * number, 10.0 * number + 10, 1)]
        return own

    found = at_once(address, claim, claim, claim)
    epochs = sorted(epoch for own in found for epoch in own)
    assert epochs == list(range(1, len(epochs) + 1))
    assert len(epochs) > ROUNDS // 2
    store.close()


# No wake-up is lost ---------------------------------------------------------------------------


def waits(wait: Callable[[int], Wait]) -> Callable[[Store, Any], list[bool]]:
    """Save each instance, in its round, with a wait; whether what it waits for was there."""

    def task(store: Store, barrier: Any) -> list[bool]:
        there = []
        for number in range(ROUNDS):
            meet(barrier)
            there.append(store.save(Held(f"{number}", 1), save(1, wait(number))).outcome is not None)
        return there

    return task


def in_rounds(act: Callable[[Store, int], Any]) -> Callable[[Store, Any], None]:
    def task(store: Store, barrier: Any) -> None:
        for number in range(ROUNDS):
            meet(barrier)
            act(store, number)

    return task


RACES: dict[str, tuple[Callable[[int], Wait], Callable[[Store, int], Any], Outcome]] = {
    "send": (
        lambda number: Wait("event", "approved"),
        lambda store, number: store.send(event(f"{number}")),
        Outcome("event", b"yes"),
    ),
    "send in a save": (
        lambda number: Wait("event", "approved"),
        lambda store, number: store.save(Held("other", 1), save(number, sends=(event(f"{number}"),))),
        Outcome("event", b"yes"),
    ),
    "finish": (
        lambda number: Wait("instance", f"child {number}"),
        lambda store, number: store.finish(Held(f"child {number}", 1), DONE),
        Outcome("instance", b"result", "done"),
    ),
    "cancel": (
        lambda number: Wait("event", "approved"),
        lambda store, number: store.cancel(f"{number}", 11.0),
        Outcome("cancelled"),
    ),
}


@pytest.mark.parametrize("race", RACES)
def test_no_wake_up_is_lost(address: str, race: str) -> None:
    wait, act, outcome = RACES[race]
    store = open_store(address)
    running(store, "other")
    store.create([instance(f"child {number}") for number in range(ROUNDS)])
    store.create([instance(f"{number}") for number in range(ROUNDS)])
    store.claim("ann", 10.0, 20.0, 2 * ROUNDS)
    there, _ = at_once(address, waits(wait), in_rounds(act))
    woken = {each.id: each.outcome for each in store.claim("ben", 15.0, 90.0, 2 * ROUNDS)}
    for number, at_once_there in enumerate(there):
        if at_once_there:
            assert f"{number}" not in woken
        else:
            assert woken[f"{number}"] == outcome
    assert len(woken) < 2 * ROUNDS
    store.close()


def test_no_wake_up_is_lost_to_a_claim(address: str) -> None:
    """Somebody claims all the time, while events are sent to what waits, and others wake it in vain."""
    store = open_store(address)
    store.create([instance(f"{number}") for number in range(ROUNDS)])
    store.claim("ann", 10.0, 20.0, ROUNDS)
    for number in range(ROUNDS):
        store.save(Held(f"{number}", 1), save(1, Wait("event", "approved", 5.0 if number % 2 else None)))

    def claims(store: Store, barrier: Any) -> list[str]:
        own = []
        for _ in range(ROUNDS):
            meet(barrier)
            own += [each.id for each in store.claim("ben", 4.0, 1e9, 5)]
        return own

    (own, _) = at_once(address, claims, in_rounds(lambda store, number: store.send(event(f"{number}"))))
    own += [each.id for each in store.claim("ben", 4.0, 1e9, ROUNDS)]
    assert sorted(own, key=int) == [f"{number}" for number in range(ROUNDS)]
    store.close()


def test_an_event_with_a_key_sent_by_several_is_one(address: str) -> None:
    store = open_store(address)
    running(store, "a")
    send = in_rounds(lambda store, number: store.send(event("a", key=f"{number}")))
    at_once(address, send, send, send)
    assert [each.key for each in store.events("a")] == [f"{number}" for number in range(ROUNDS)]
    store.close()


def test_the_same_child_started_by_several_is_one(address: str) -> None:
    store = open_store(address)
    store.create([])

    def create(store: Store, barrier: Any) -> list[str]:
        own = []
        for number in range(ROUNDS):
            meet(barrier)
            own += store.create([instance(f"{number}"), instance(f"{number + 1}")])
        return own

    found = at_once(address, create, create)
    assert sorted((id for own in found for id in own), key=int) == [f"{number}" for number in range(ROUNDS + 1)]
    store.close()


# Saves that touch each other's instances ------------------------------------------------------


@pytest.fixture
def without_second_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Transactions that block each other are undone by PostgreSQL, and done again: not here."""
    monkeypatch.setattr("turmeric.durability.instances.stores.postgres.TRIES", 1)


@pytest.mark.usefixtures("without_second_tries")
def test_saves_that_send_to_each_other(address: str) -> None:
    store = open_store(address)
    for id in "abc":
        running(store, id)

    def sends(own: str, *others: str) -> Callable[[Store, Any], None]:
        def act(store: Store, number: int) -> None:
            events = tuple(event(other, key=f"{own} {number}") for other in others)
            store.save(Held(own, 1), save(number + 1, sends=events, cancels=others))

        return in_rounds(act)

    at_once(address, sends("a", "c", "b"), sends("b", "a", "c"), sends("c", "b", "a"))
    assert [len(store.events(id)) for id in "abc"] == [2 * ROUNDS] * 3
    store.close()


@pytest.mark.usefixtures("without_second_tries")
def test_two_that_wait_for_each_other(address: str) -> None:
    store = open_store(address)
    store.create([instance(f"{side}{number}") for side in "ab" for number in range(ROUNDS)])
    store.claim("ann", 10.0, 20.0, 2 * ROUNDS)

    def wait(own: str, other: str) -> Callable[[Store, Any], None]:
        return in_rounds(
            lambda store, number: store.save(Held(f"{own}{number}", 1), save(1, Wait("instance", f"{other}{number}")))
        )

    at_once(address, wait("a", "b"), wait("b", "a"))
    assert store.count()["waiting"] == 2 * ROUNDS
    store.close()


# Blobs ----------------------------------------------------------------------------------------


def test_nothing_that_was_saved_is_collected(address: str) -> None:
    store = open_store(address)
    for id in "ab":
        running(store, id)
    names = [letter * 20 for letter in (b"1", b"2", b"3")]
    blobs = tuple(Blob(name, b"data", (before,) if before else ()) for before, name in zip([b"", *names], names))  # noqa: B905

    def saves(own: str) -> Callable[[Store, Any], int]:
        def task(store: Store, barrier: Any) -> int:
            gone = 0
            for number in range(ROUNDS):
                meet(barrier)
                roots = (random.choice(names),) if number % 3 else ()
                save = Save(replace(point(number + 1), roots=roots), 30.0)
                try:
                    store.save(Held(own, 1), save)
                except BlobsGone:
                    gone += 1
                    store.save(Held(own, 1), replace(save, blobs=blobs))
                assert len(store.blobs(list(roots))) == (names.index(roots[0]) + 1 if roots else 0)
            return gone

        return task

    def collects(store: Store, barrier: Any) -> int:
        removed = 0
        for _ in range(ROUNDS):
            meet(barrier)
            removed += store.collect().blobs
        return removed

    *gone, removed = at_once(address, saves("a"), saves("b"), collects)
    assert sum(gone) > 0
    assert removed > 0
    store.close()


# Forks ----------------------------------------------------------------------------------------


def test_a_child_of_a_fork_opens_its_own_connections(address: str) -> None:
    store = open_store(address)
    held = running(store, "a")
    store.watch(0)

    def in_child(writing: Any) -> None:
        store.save(held, save(1))
        store.watch(0)
        store.close()
        writing.send(store.count()["running"])

    for _ in range(3):
        reading, writing = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(target=in_child, args=(writing,))
        process.start()
        writing.close()
        assert reading.recv() == 1
        process.join()
        assert process.exitcode == 0
        assert store.get("a").checkpoint.number == 1
        store.save(held, save(1))
    store.close()


def test_a_fork_while_another_thread_writes(address: str) -> None:
    """The child does not wait for a lock that only its parent could let go of."""
    store = open_store(address)
    held = running(store, "a")
    running(store, "b")
    stop = Barrier(2)

    def writes() -> None:
        while stop.n_waiting == 0:
            store.save(held, save(1))
        stop.wait(60)

    thread = Thread(target=writes)
    thread.start()

    def in_child(writing: Any) -> None:
        store.save(Held("b", 1), save(2))
        writing.send(store.get("b").checkpoint.number)

    for _ in range(10):
        reading, writing = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(target=in_child, args=(writing,))
        process.start()
        writing.close()
        assert reading.recv() == 2
        process.join()
    stop.wait(60)
    thread.join()
    assert claimed(store, "a", 1e6, 2e6).epoch == 2
    store.close()


def test_a_fork_in_the_middle_of_a_transaction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What SQLite knows about the locks of the parent would be wrong in the child."""
    monkeypatch.setattr("turmeric.durability.instances.stores.connections.PATIENCE", 0.1)
    store = new_store("sqlite", tmp_path)
    held = running(store, "a")

    def in_child(writing: Any) -> None:
        with pytest.raises(Unavailable, match="forked in the middle"):
            store.get("a")
        writing.send("refused")

    with store.transaction() as transaction:
        reading, writing = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(target=in_child, args=(writing,))
        process.start()
        writing.close()
        assert reading.recv() == "refused"
        transaction.save(held, save(1))
    process.join()
    assert store.get("a").checkpoint.number == 1
    store.close()
