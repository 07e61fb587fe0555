"""Stores against a model: whatever is done, in any order, a store answers as plain dictionaries do.

Only what is asked of one store in one thread; who competes with whom is `test_store_processes.py`'s.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.durability.instances.stores_under_test import ADDRESSES, instance, new_store, point
from turmeric.durability.instances.records import (
    ENDED,
    Blob,
    End,
    Event,
    Held,
    Instance,
    Outcome,
    Save,
    Saved,
    Wait,
)
from turmeric.durability.instances.store import BlobsGone, Ended, Lost, Missing

IDS = tuple("abcde")
NAMES = ("approved", "paid")
HASHES = tuple(letter * 20 for letter in (b"1", b"2", b"3", b"4"))
ids = st.sampled_from(IDS)
waits = st.one_of(
    st.none(),
    st.builds(Wait, st.just("timer"), st.none(), st.integers(0, 60).map(float)),
    st.builds(Wait, st.just("event"), st.sampled_from(NAMES), st.none() | st.integers(0, 60).map(float)),
    st.builds(Wait, st.just("instance"), ids, st.none() | st.integers(0, 60).map(float)),
)
events = st.builds(
    Event,
    st.sampled_from("ab"),
    st.sampled_from(NAMES),
    st.binary(max_size=3),
    st.just(1.0),
    st.sampled_from([None, "k"]),
)


@dataclass
class Known:
    """All that is known of one instance."""

    instance: Instance
    events: list[Event] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    history: dict[int, Any] = field(default_factory=dict)

    def set(self, **parts: Any) -> None:
        self.instance = replace(self.instance, **parts)


class Model:
    """The promises of the protocol, as plainly as they can be said."""

    def __init__(self) -> None:
        self.known: dict[str, Known] = {}
        self.blobs: dict[bytes, Blob] = {}

    def copy(self) -> Model:
        made = Model()
        made.known = {
            id: Known(each.instance, list(each.events), set(each.keys), dict(each.history))
            for id, each in self.known.items()
        }
        made.blobs = dict(self.blobs)
        return made

    def there(self, id: str) -> Known:
        if id not in self.known:
            raise Missing
        return self.known[id]

    def held(self, held: Held) -> Known:
        known = self.known.get(held.id)
        if known is None or known.instance.owner is None or known.instance.epoch != held.epoch:
            raise Lost
        return known

    def create(self, instances: list[Instance]) -> list[str]:
        new = []
        for each in instances:
            if each.id not in self.known:
                self.known[each.id] = Known(each)
                new.append(each.id)
        return new

    def claim(self, owner: str, now: float, until: float, limit: int, only: list[str] | None) -> list[Instance]:
        due = [k for k in self.known.values() if k.instance.due is not None and k.instance.due <= now]
        due.sort(key=lambda known: (known.instance.due, known.instance.id))
        claimed = []
        for known in due:
            if len(claimed) == limit or (only is not None and known.instance.id not in only):
                continue
            if known.instance.status == "waiting":
                outcome = self.end_of_wait(known, now)
                if outcome is None:
                    known.set(due=known.instance.checkpoint.wait.until)
                    continue
                known.set(outcome=outcome)
            it = known.instance
            known.set(owner=owner, due=until, epoch=it.epoch + 1, attempts=it.attempts + 1, status="running")
            claimed.append(known.instance)
        return claimed

    def end_of_wait(self, known: Known, now: float) -> Outcome | None:
        if known.instance.cancel == 1:
            return Outcome("cancelled")
        outcome = self.outcome(known)
        until = known.instance.checkpoint.wait.until
        return Outcome("timer") if outcome is None and until is not None and until <= now else outcome

    def outcome(self, known: Known) -> Outcome | None:
        wait = known.instance.checkpoint.wait
        if wait is not None and wait.kind == "event":
            for event in known.events:
                if event.name == wait.name:
                    known.events.remove(event)
                    return Outcome("event", event.payload)
        if wait is not None and wait.kind == "instance":
            awaited = self.known.get(wait.name)
            if awaited is None:
                return Outcome("instance")
            if awaited.instance.status in ENDED:
                return Outcome("instance", awaited.instance.result, awaited.instance.status)
        return None

    def save(self, held: Held, save: Save) -> Saved:
        known = self.held(held)
        new = {blob.name: blob for blob in save.blobs}
        for name in (*save.checkpoint.roots, *(name for blob in save.blobs for name in blob.references)):
            if name not in self.blobs and name not in new:
                raise BlobsGone
        self.blobs.update(new)
        it = known.instance
        if it.keep:
            known.history[it.checkpoint.number] = it.checkpoint
            known.history.pop(save.checkpoint.number, None)
        known.set(
            checkpoint=save.checkpoint, version=save.version, changed=save.checkpoint.time, due=save.until, attempts=0,
            cancel=max(it.cancel, save.cancel), outcome=None, spent=save.spent,
        )  # fmt: skip
        self.create(list(save.starts))
        for event in save.sends:
            self.send(event)
        for id in save.cancels:
            self.cancel(id, save.checkpoint.time)
        asked = known.instance.cancel == 1
        if save.checkpoint.wait is None:
            known.set(outcome=Outcome("cancelled") if asked else None)
            return Saved(known.instance.cancel)
        outcome = None if asked else self.outcome(known)
        if outcome is None:
            known.set(status="waiting", owner=None, due=0.0 if asked else save.checkpoint.wait.until)
        known.set(outcome=outcome)
        return Saved(known.instance.cancel, outcome)

    def finish(self, held: Held, end: End) -> None:
        known = self.held(held)
        at = known.instance.checkpoint
        if end.status != "failed":
            known.events.clear()
            known.set(outcome=None)
            if not known.instance.keep:
                known.set(checkpoint=replace(at, state=None, roots=()))
        known.set(status=end.status, result=end.result, changed=end.time, spent=end.spent, owner=None, due=None)
        for other in self.known.values():
            wait = other.instance.checkpoint.wait
            if other.instance.status == "waiting" and wait.kind == "instance" and wait.name == held.id:
                other.set(due=0.0)

    def release(self, held: Held, due: float, failed: bool) -> None:
        try:
            known = self.held(held)
        except Lost:
            return
        known.set(owner=None, due=due, attempts=max(0, known.instance.attempts - (not failed)))

    def renew(self, held: list[Held], until: float) -> list[Held]:
        still = [each for each in held if each.id in self.known and self.holds(each)]
        for each in still:
            self.known[each.id].set(due=until)
        return still

    def holds(self, held: Held) -> bool:
        it = self.known[held.id].instance
        return it.owner is not None and it.epoch == held.epoch

    def send(self, event: Event) -> bool:
        known = self.there(event.instance)
        if known.instance.status in ("done", "cancelled"):
            raise Ended
        if event.key is not None and event.key in known.keys:
            return False
        known.keys.add(event.key or "")
        known.events.append(event)
        wait = known.instance.checkpoint.wait
        if known.instance.status == "waiting" and (wait.kind, wait.name) == ("event", event.name):
            known.set(due=0.0)
        return True

    def cancel(self, id: str, now: float) -> bool:
        it = self.there(id).instance
        if it.status in ENDED:
            return False
        if it.cancel == 0:
            self.known[id].set(cancel=1, changed=now, due=0.0 if it.status == "waiting" else it.due)
        return True

    def retry(self, id: str, now: float) -> bool:
        it = self.there(id).instance
        if it.status == "failed" or (it.status == "running" and it.owner is None):
            self.known[id].set(status="running", result=None, due=0.0, attempts=0, changed=now)
        return it.status not in ("done", "cancelled")

    def remove(self, ids: list[str]) -> int:
        gone = [id for id in set(ids) if id in self.known and self.known[id].instance.status in ENDED]
        for id in gone:
            del self.known[id]
        return len(gone)

    def collect(self) -> int:
        left = [root for known in self.known.values() for root in known.instance.checkpoint.roots]
        left += [root for known in self.known.values() for at in known.history.values() for root in at.roots]
        reached: set[bytes] = set()
        while left:
            name = left.pop()
            if name not in reached and name in self.blobs:
                reached.add(name)
                left.extend(self.blobs[name].references)
        gone = self.blobs.keys() - reached
        for name in gone:
            del self.blobs[name]
        return len(gone)


class Comparison(RuleBasedStateMachine):
    """Each step is done to a store and to the model; a step of the model that raises has changed nothing."""

    kind = ""

    @initialize()
    def begin(self) -> None:
        self.directory = tempfile.TemporaryDirectory()
        self.store = new_store(self.kind, Path(self.directory.name))
        self.model = Model()
        self.now = 5.0
        self.number = 0
        self.ever_held = [Held("a", 1)]

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.directory.cleanup()

    def same(self, what: str, *arguments: Any) -> Any:
        """What the store does, which must be what the model does."""
        before = self.model.copy()
        try:
            expected = getattr(self.model, what)(*arguments)
        except (Missing, Ended, Lost, BlobsGone) as error:
            self.model = before
            with pytest.raises(type(error)):
                getattr(self.store, what)(*arguments)
            return None
        found = getattr(self.store, what)(*arguments)
        assert (found.blobs if what == "collect" else found) == expected
        return found

    def some_held(self, data: st.DataObject) -> Held:
        """Most often one that is held still."""
        current = [h for h in self.ever_held if h.id in self.model.known and self.model.holds(h)]
        if current and data.draw(st.integers(0, 3)) > 0:
            return data.draw(st.sampled_from(current))
        return data.draw(st.sampled_from(self.ever_held[-8:]))

    @rule(id=ids, keep=st.booleans(), due=st.none() | st.integers(0, 30).map(float))
    def create(self, id: str, keep: bool, due: float | None) -> None:
        self.same("create", [instance(id, keep=keep, due=due)])

    @rule(forward=st.integers(1, 15))
    def time_goes_by(self, forward: int) -> None:
        self.now += forward

    @rule(limit=st.integers(1, 4), lease=st.integers(1, 20), only=st.none() | st.lists(ids, max_size=3))
    def claim(self, limit: int, lease: int, only: list[str] | None) -> None:
        found = self.same("claim", "ann", self.now, self.now + lease, limit, only)
        self.ever_held += [Held(each.id, each.epoch) for each in found]

    @rule()
    def leases_end(self) -> None:
        """Everybody's lease has ended, and somebody else takes over."""
        self.now += 21
        self.claim(5, 20, None)

    @rule(data=st.data(), wait=waits, cancel=st.sampled_from((0, 0, 0, 2)))
    def save(self, data: st.DataObject, wait: Wait | None, cancel: int) -> None:
        self.number += 1
        at = point(self.number, wait)
        self.same("save", self.some_held(data), Save(at, self.now + 5, f"v{self.number}", cancel, self.number / 4))

    @rule(
        data=st.data(),
        wait=waits,
        roots=st.sets(st.sampled_from(HASHES)),
        new=st.sets(st.sampled_from(HASHES)),
        sends=st.lists(events, max_size=2),
        cancels=st.lists(ids, max_size=1),
        starts=st.lists(ids, max_size=1),
    )
    def save_much(self, data: st.DataObject, wait: Wait | None, roots: Any, new: Any, **others: list[Any]) -> None:
        self.number += 1
        at = point(self.number, wait, tuple(sorted(roots)))
        blobs = tuple(Blob(name, b"data", tuple(each for each in HASHES if each < name)) for name in sorted(new))
        starts = tuple(instance(id) for id in others["starts"])
        sends, cancels = tuple(others["sends"]), tuple(others["cancels"])
        save = Save(at, self.now + 5, blobs=blobs, starts=starts, sends=sends, cancels=cancels)
        self.same("save", self.some_held(data), save)

    @rule(data=st.data(), status=st.sampled_from(ENDED))
    def finish(self, data: st.DataObject, status: str) -> None:
        self.same("finish", self.some_held(data), End(status, status.encode(), self.now, 2.0))

    @rule(data=st.data(), delay=st.integers(0, 20), failed=st.booleans())
    def release(self, data: st.DataObject, delay: int, failed: bool) -> None:
        self.same("release", self.some_held(data), self.now + delay, failed)

    @rule(data=st.data(), lease=st.integers(1, 20))
    def renew(self, data: st.DataObject, lease: int) -> None:
        held = {each.id: each for each in (self.some_held(data), self.some_held(data))}
        self.same("renew", list(held.values()), self.now + lease)

    @rule(event=events)
    def send(self, event: Event) -> None:
        self.same("send", event)

    @rule(id=ids)
    def cancel(self, id: str) -> None:
        self.same("cancel", id, self.now)

    @rule(id=ids)
    def retry(self, id: str) -> None:
        self.same("retry", id, self.now)

    @rule(some=st.lists(ids, max_size=3))
    def remove(self, some: list[str]) -> None:
        self.same("remove", some)

    @rule()
    @precondition(lambda self: self.model.blobs)
    def collect(self) -> None:
        self.same("collect")

    @invariant()
    def all_is_as_in_the_model(self) -> None:
        if not hasattr(self, "store"):
            return
        for id in IDS:
            known = self.model.known.get(id)
            assert self.store.get(id) == (None if known is None else known.instance)
            assert self.store.events(id) == ([] if known is None else known.events)
            points = [] if known is None else [*known.history.values(), known.instance.checkpoint]
            points = [replace(at, state=None) for at in points if at.state is not None]
            assert self.store.history(id) == sorted(points, key=lambda at: at.number)
        dues = [known.instance.due for known in self.model.known.values() if known.instance.due is not None]
        assert self.store.due() == min(dues, default=None)
        assert self.store.blobs(list(HASHES)) == self.model.blobs


@pytest.mark.parametrize("kind", ADDRESSES)
def test_a_store_does_what_the_model_does(kind: str, tmp_path: Path) -> None:
    new_store(kind, tmp_path).close()
    machine = type("Comparison", (Comparison,), {"kind": kind})
    how = settings(
        max_examples=100 if kind == "memory" else 30, stateful_step_count=50, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=how)
