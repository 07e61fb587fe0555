"""An instance as bytes: nothing is lost, nothing else is accepted; every store gives and takes it whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.durability.instances.stores_under_test import ADDRESSES, event, instance, new_store, point, running, save
from turmeric.durability.format import wire
from turmeric.durability.instances import exporting
from turmeric.durability.instances.exporting import exported, imported
from turmeric.durability.instances.records import (
    ENDED,
    STATUSES,
    WAITS,
    Blob,
    Checkpoint,
    Collected,
    Event,
    Held,
    Instance,
    Outcome,
    Wait,
    Whole,
)
from turmeric.durability.instances.seals import Seals
from turmeric.durability.instances.store import BlobsGone, Store
from turmeric.durability.sealed.keys import Key, KeyRing
from turmeric.durability.stores.blobs import hash_of, packed
from turmeric.vocabulary.errors import TurmericError

SEALS = Seals(KeyRing([Key("one", bytes(range(32)))]))
OTHER = Seals(KeyRing([Key("two", bytes(32))]))

# What can be exported -------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
times = st.floats(allow_nan=False)
optional = st.none() | texts
counts = st.integers(0, 2**40)
waits = st.builds(Wait, st.sampled_from(WAITS), optional, st.none() | times)
outcomes = st.builds(Outcome, texts, st.none() | st.binary(), optional)


def made_blob(data: bytes, *references: bytes) -> Blob:
    blob = packed(data, references)
    return SEALS.sealed_blob(hash_of(blob), blob)


@st.composite
def wholes(draw: st.DrawFn) -> Whole:
    names: list[bytes] = []
    blobs: dict[bytes, Blob] = {}
    for data in draw(st.lists(st.binary(), max_size=4, unique=True)):
        blob = made_blob(data, *(draw(st.lists(st.sampled_from(names), max_size=2, unique=True)) if names else ()))
        blobs[blob.name] = blob
        names.append(blob.name)
    roots = st.lists(st.sampled_from(names), max_size=2, unique=True).map(tuple) if names else st.just(())
    points = st.builds(
        Checkpoint, counts, texts, times, st.none() | st.binary(), optional, optional, st.none() | counts, roots,
        st.none() | waits,
    )  # fmt: skip
    numbered = sorted(draw(st.lists(points, min_size=1, max_size=4, unique_by=lambda each: each.number)), key=number)
    whole = draw(
        st.builds(
            Instance, texts, texts, times, st.just(numbered[-1]), texts, optional, st.sampled_from(STATUSES), times,
            st.none() | times, optional, counts, counts, st.integers(0, 2), st.none() | outcomes, times,
            st.none() | st.binary(), st.booleans(),
        )
    )  # fmt: skip
    events = draw(st.lists(st.builds(Event, st.just(whole.id), texts, st.binary(), times, optional), max_size=3))
    keys = draw(st.frozensets(texts, max_size=3)) | {each.key for each in events if each.key is not None}
    return Whole(whole, tuple(numbered[:-1]), tuple(events), keys, tuple(blobs[name] for name in sorted(names)))


def number(point: Checkpoint) -> int:
    return point.number


def unowned(whole: Whole) -> Whole:
    due = 0.0 if whole.instance.status == "running" else whole.instance.due
    return replace(whole, instance=replace(whole.instance, owner=None, due=due))


@given(wholes())
def test_nothing_is_lost(whole: Whole) -> None:
    data = exported(SEALS, whole)
    assert imported(SEALS, data) == unowned(whole)
    assert exported(SEALS, imported(SEALS, data)) == data


# What is refused ------------------------------------------------------------------------------

BLOB = made_blob(b"data")
ROOTED = instance("a", checkpoint=point(2, roots=(BLOB.name,)))
PLAIN = Whole(ROOTED, (point(0), point(1)), (event("a"),), blobs=(BLOB,))


def refused(data: bytes, message: str, seals: Seals = SEALS, name: str = "corrupt-data") -> None:
    with pytest.raises(TurmericError, match=message) as caught:
        imported(seals, data)
    assert caught.value.name == name


@settings(max_examples=300)
@given(st.integers(0, len(exported(SEALS, PLAIN)) * 8 - 1))
def test_no_bit_can_be_changed(place: int) -> None:
    data = bytearray(exported(SEALS, PLAIN))
    data[place // 8] ^= 1 << place % 8
    with pytest.raises(TurmericError) as caught:
        imported(SEALS, bytes(data))
    assert caught.value.name in ("corrupt-data", "missing-key")


def test_what_is_cut_off_or_not_sealed_so_is_refused() -> None:
    data = exported(SEALS, PLAIN)
    refused(data[:-1], ".")
    refused(b"", ".")
    refused(data, "two|one", OTHER, "missing-key")
    refused(SEALS.seal(SEALS.open(data, exporting.CONTEXT), "state a 1"), ".")


def test_a_newer_version_is_refused_by_name() -> None:
    data = SEALS.seal(wire.pack([exporting.MAGIC, 2, "whatever"]), exporting.CONTEXT)
    refused(data, "format version 2 of exported instances is unknown to this release, which reads 1")


@pytest.mark.parametrize("content", [17, [], ["x", 1, {}], [exporting.MAGIC, 1, {}], [exporting.MAGIC, True, {}]])
def test_what_is_something_else_is_refused(content: object) -> None:
    refused(SEALS.seal(wire.pack(content), exporting.CONTEXT), "exported instance")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (replace(PLAIN, blobs=()), "lacks the blob"),
        (replace(PLAIN, blobs=(BLOB, made_blob(b"x", b"?" * 20))), "lacks the blob 3f3f"),
        (replace(PLAIN, blobs=(BLOB, replace(made_blob(b"x"), references=(BLOB.name,)))), "is not what its name says"),
        (replace(PLAIN, history=(point(1), point(0))), "not in order"),
        (replace(PLAIN, history=(point(2),)), "not in order"),
        (replace(PLAIN, events=(event("b"),)), "events of another one"),
        (replace(PLAIN, instance=replace(PLAIN.instance, function=7)), "this is no exported instance"),
        (replace(PLAIN, keys=frozenset([7])), "the keys"),
    ],
)
def test_what_does_not_belong_together_is_refused(wrong: Whole, message: str) -> None:
    refused(exported(SEALS, wrong), message)


# Stores ---------------------------------------------------------------------------------------


@pytest.fixture(params=ADDRESSES)
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Store, Store]:
    found = new_store(request.param, tmp_path / "one"), new_store(request.param, tmp_path / "two")
    for each in found:
        request.addfinalizer(each.close)
    return found


@pytest.fixture(autouse=True)
def directories(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()


X, Y = (bytes([letter]) * 20 for letter in b"xy")
BLOBS = (Blob(Y, b"y"), Blob(X, b"x", (Y,)))


def full(store: Store) -> Whole:
    """An instance with something of everything, in a store."""
    held = running(store, "a", keep=True)
    for key in ("taken", "k"):
        store.send(event("a", key=key))
    store.send(event("a", "other", b"third"))
    at = replace(point(1, Wait("event", "approved")), roots=(X,))
    store.save(held, replace(save(1), checkpoint=at, blobs=BLOBS))
    store.save(held, save(2))
    found = store.whole("a")
    assert found is not None
    return found


def test_a_store_gives_all_that_belongs_to_an_instance(stores: tuple[Store, Store]) -> None:
    found = full(stores[0])
    assert found.instance == stores[0].get("a")
    assert found.history == (point(0), replace(point(1, Wait("event", "approved")), roots=(X,)))
    assert found.events == (event("a", key="k"), event("a", "other", b"third"))
    assert found.keys == {"taken", "k"}
    assert set(found.blobs) == set(BLOBS)
    assert stores[0].whole("nobody") is None


def test_a_store_takes_it(stores: tuple[Store, Store]) -> None:
    one, two = stores
    whole = unowned(full(one))
    assert two.restore(whole)
    there = two.whole("a")
    assert there is not None
    assert replace(there, blobs=()) == replace(whole, blobs=())
    assert set(there.blobs) == set(BLOBS)
    assert two.collect() == Collected(0, 0)
    (found,) = two.claim("ben", 30.0, 50.0, 9)
    assert found.checkpoint == point(2)
    assert not two.send(event("a", key="taken"))
    held = Held("a", found.epoch)
    outcome = two.save(held, save(3, Wait("event", "approved"))).outcome
    assert outcome == Outcome("event", b"yes")
    assert [each.number for each in two.history("a")] == [0, 1, 2, 3]


def test_one_that_is_there_is_left_as_it_is(stores: tuple[Store, Store]) -> None:
    one, two = stores
    whole = full(one)
    assert not one.restore(replace(whole, instance=replace(whole.instance, function="other")))
    assert one.whole("a") == whole
    two.create([instance("a")])
    assert not two.restore(whole)
    assert (two.get("a"), two.events("a"), two.blobs([X])) == (instance("a"), [], {})


@pytest.mark.parametrize("left", [(), BLOBS[1:]])
def test_without_its_blobs_it_is_not_taken(stores: tuple[Store, Store], left: tuple[Blob, ...]) -> None:
    one, two = stores
    whole = full(one)
    with pytest.raises(BlobsGone):
        two.restore(replace(whole, blobs=left))
    assert (two.get("a"), two.events("a"), two.history("a"), two.blobs([X])) == (None, [], [], {})
    assert two.restore(whole)


def test_one_that_has_ended_is_taken_too(stores: tuple[Store, Store]) -> None:
    one, two = stores
    ended = instance("a", status=ENDED[0], due=None, result=b"result", checkpoint=point(4, state=b""))
    whole = Whole(replace(ended, checkpoint=replace(ended.checkpoint, state=None)))
    assert one.restore(whole)
    assert one.whole("a") == whole
    assert two.restore(imported(SEALS, exported(SEALS, whole)))
    assert two.get("a") == whole.instance
