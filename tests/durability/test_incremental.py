"""Incremental saving: what is loaded is what was saved, and what is written is what changed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.durability.strategies import VALUES
from turmeric.assembly.session import Session
from turmeric.durability.saving import serialize
from turmeric.durability.stores import incremental
from turmeric.durability.stores.blobs import Blobs, MemoryBlobs, references_in
from turmeric.durability.stores.incremental import Saver
from turmeric.running.continuation import Continuation
from turmeric.vocabulary import lists, maps, sets, vectors
from turmeric.vocabulary.errors import TurmericError


@pytest.fixture(scope="module")
def session() -> Session:
    return Session([])


def loaded(session: Session, blobs: Blobs, name: str = "a") -> object:
    """What another saver finds, which knows nothing of what was saved."""
    return Saver(session.world, blobs, name).load()


def same(session: Session, one: object, other: object) -> bool:
    """Equal, shared in the same places: the whole bytes are the same."""
    return serialize(session.world, one, keep=True) == serialize(session.world, other, keep=True)


def written(blobs: MemoryBlobs) -> int:
    return sum(map(len, blobs.table.values()))


@settings(max_examples=150, deadline=None)
@given(values=st.lists(VALUES, min_size=1, max_size=4))
def test_what_is_loaded_is_what_was_saved(session: Session, values: list[object]) -> None:
    blobs = MemoryBlobs()
    saver = Saver(session.world, blobs, "a")
    kept: list[object] = []
    for value in values:
        kept.append(value)
        whole = vectors.from_iterable(kept)
        saver.save(whole)
        assert same(session, whole, loaded(session, blobs))


CHANGES = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 5000)), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(start=st.integers(0, 4000), changes=CHANGES)
def test_collections_that_change_in_any_way(session: Session, start: int, changes: list[tuple[int, int]]) -> None:
    vector, table, items = vectors.from_iterable(range(start)), maps.EMPTY, sets.from_iterable(range(start // 2))
    table = maps.from_pairs([(number, str(number)) for number in range(start // 3)])
    cells = lists.from_iterable(range(start % 50))
    blobs = MemoryBlobs()
    saver = Saver(session.world, blobs, "a")
    saver.save(vector)
    for what, number in changes:
        if what == 0:
            vector = vector.append(number)
        elif what == 1 and len(vector):
            vector = vector.set(number % len(vector), "new")
        elif what == 2 and len(vector):
            vector = vector.slice(number % len(vector) // 2, len(vector))
        elif what == 3:
            vector = vector.concat(range(number % 100))
        elif what == 4:
            table = table.assoc(number, vector if number % 50 == 0 else number)
        elif what == 5:
            table = table.dissoc(number)
        elif what == 6:
            items = items.add(number).remove(number // 2)
        elif what == 7:
            cells = lists.cons(number, cells)
        elif number % 3 == 0:
            saver = Saver(session.world, blobs, "a")
            saver.load()
        else:
            blobs.collect()
        state = vectors.from_iterable([vector, table, items, cells, vector])
        saver.save(state)
        assert same(session, state, loaded(session, blobs))


def test_a_growing_vector_is_written_about_once(session: Session) -> None:
    blobs = MemoryBlobs()
    saver = Saver(session.world, blobs, "a")
    vector = vectors.EMPTY
    for start in range(0, 200_000, 1000):
        vector = vector.concat(range(start, start + 1000))
        saver.save(vector)
    assert written(blobs) < 2 * len(serialize(session.world, vector))
    assert same(session, vector, loaded(session, blobs))


def changed(value: Any) -> Any:
    if isinstance(value, maps.Map):
        return value.assoc(-1, 1)
    return value.append(1) if isinstance(value, vectors.Vector) else value.add(-1)


def test_a_collection_that_was_loaded_is_not_written_again(session: Session) -> None:
    blobs = MemoryBlobs()
    Saver(session.world, blobs, "a").save(vectors.from_iterable(range(100_000)))
    for table in (maps.from_pairs([(number, number) for number in range(5000)]), sets.from_iterable(range(5000))):
        Saver(session.world, blobs, "b").save(table)
        for name in ("a", "b"):
            saver = Saver(session.world, blobs, name)
            value = saver.load()
            before = written(blobs)
            value = changed(value)
            saver.save(value)
            assert written(blobs) - before < 4000
            assert same(session, value, loaded(session, blobs, name))


DEEP = """
  (def kept nil)
  (defn push [n] (if (= n 0) (cloneable-shift [k] (set! kept k)) (+ 1 (push (- n 1)))))
  (defn once-more [value] (+ value (cloneable-shift [k] (set! kept k))))
"""


def test_a_frame_more_is_a_frame_more(session: Session) -> None:
    session = Session([])
    session.evaluate(DEEP + "(reset (push 1000))")
    blobs = MemoryBlobs()
    saver = Saver(session.world, blobs, "a")
    saver.save(session.evaluate("kept"))
    session.evaluate("(resume kept 0)")
    grown = session.evaluate("(reset (+ 1 (cloneable-shift [j] (do (push 1000) 1))))")
    del grown
    for _ in range(3):
        whole = session.evaluate("kept")
        before = len(blobs.table)
        saver.save(whole)
        assert len(blobs.table) <= before + 1
        assert same(session, whole, loaded(session, blobs))


def test_tables_are_written_once(session: Session) -> None:
    """A message of the same program has those of an earlier one, which it keeps anyway."""
    session = Session([])
    session.evaluate("(struct point [a-rather-long-name-of-a-field another-one])")
    blobs = MemoryBlobs()
    saver = Saver(session.world, blobs, "a")
    first = session.evaluate("(point 1 (vec (range 100)))")
    saver.save(first)
    messages = []
    value = vectors.from_iterable([first])
    for _ in range(3):
        value = vectors.from_iterable([value, 1])
        messages.append(blobs.get(saver.save(value)))
        assert same(session, value, loaded(session, blobs))
    assert not any(b"a-rather-long-name" in each for each in messages)
    saver.save(1)
    assert blobs.collect() > 3, "tables alone keep nothing"


def test_state_is_saved_as_it_is_each_time(session: Session) -> None:
    session = Session([])
    session.evaluate("(def r (let [c (ref 0)] [c c (vec (range 100))]))")
    blobs = MemoryBlobs()
    saver = Saver(session.world, blobs, "a")
    for number in range(5):
        session.evaluate(f"(set-ref! (nth r 0) {number})")
        saver.save(session.evaluate("r"))
        back = loaded(session, blobs)
        assert back[0].value == number and back[0] is back[1]  # type: ignore[index]


def test_a_function_that_is_no_longer_a_definition_is_saved_as_it_is() -> None:
    """It went by its name; by that it would be found no more, or as another."""
    session = Session([])
    session.evaluate("(defn f [] 1) (def held (let [inner [f (vec (range 100))]] (fn [] inner)))")
    blobs = MemoryBlobs()
    saver = Saver(session.world, blobs, "a")
    inner = session.evaluate("(held)")
    saver.save(inner)
    session.evaluate("(set! f (fn [] 2))")
    saver.save(inner)
    back = loaded(session, blobs)
    assert session.world.call(back[0], []) == 1  # type: ignore[index]


def test_what_was_garbage_and_is_needed_again_is_written_again(session: Session) -> None:
    blobs = MemoryBlobs()
    saver = Saver(session.world, blobs, "a")
    large = vectors.from_iterable(range(1000))
    saver.save(large)
    saver.save(1)
    assert blobs.collect() == 1
    saver.save(large)
    assert same(session, large, loaded(session, blobs))


def test_mostly_garbage_is_replaced_by_a_whole_message(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incremental, "ROOMY", 2000)
    blobs = MemoryBlobs()
    saver = Saver(session.world, blobs, "a")
    chooser = random.Random(1)
    vector = vectors.from_iterable(range(2000))
    for _ in range(400):
        vector = vector.set(chooser.randrange(2000), chooser.random())
        saver.save(vector)
        blobs.collect()
    assert written(blobs) < 10 * len(serialize(session.world, vector))
    assert len(saver.known) < 5000
    assert same(session, vector, loaded(session, blobs))


class Faulty(MemoryBlobs):
    """Fails at one of its operations."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.left = at

    def operation(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise OSError("no space left")

    def write(self, name: bytes, blob: bytes) -> None:
        self.operation()
        super().write(name, blob)
        self.operation()

    def set_head(self, name: str, blob: bytes | None) -> None:
        self.operation()
        super().set_head(name, blob)
        self.operation()


def test_a_save_that_fails_leaves_the_last_one(session: Session) -> None:
    fired = 0
    for at in range(1, 60):
        blobs = Faulty(at)
        saver = Saver(session.world, blobs, "a")
        vector, good = vectors.EMPTY, []
        for step in range(10):
            vector = vector.concat(range(step * 50))
            try:
                saver.save(vector)
            except OSError:
                fired += 1
                break
            good.append(vector)
        if blobs.head("a") is not None:
            back = loaded(session, blobs)
            assert any(same(session, back, each) for each in [*good[-1:], vector])
        blobs.left = 0
        saver.save(vector)
        assert same(session, vector, loaded(session, blobs))
    assert fired == 40


def test_damage_and_loss_are_corrupt_data(session: Session) -> None:
    blobs = MemoryBlobs()
    saver = Saver(session.world, blobs, "a")
    vector = vectors.from_iterable(range(5000))
    saver.save(vector)
    saver.save(vector.append(1))
    whole = dict(blobs.table)
    for name, blob in whole.items():
        for broken in (None, blob[:-1], bytes([blob[0] ^ 1]) + blob[1:], blob[:30] + b"x" + blob[31:]):
            blobs.table = dict(whole)
            if broken is None:
                del blobs.table[name]
            else:
                blobs.table[name] = broken
            with pytest.raises(TurmericError) as caught:
                loaded(session, blobs)
            assert caught.value.name == "corrupt-data"


def test_collecting_removes_referrers_first() -> None:
    """So that every blob that is left has its parts, whenever the collection is interrupted."""
    blobs = MemoryBlobs()
    one = blobs.put(b"one")
    two = blobs.put(b"two", [one])
    blobs.put(b"three", [two, one])
    removed: list[bytes] = []
    blobs.remove = removed.append  # type: ignore[method-assign]
    blobs.collect()
    for place, name in enumerate(removed):
        assert not any(each in removed[:place] for each in references_in(blobs.table[name]))
    assert len(removed) == 3


def test_collecting_a_damaged_store_removes_nothing() -> None:
    blobs = MemoryBlobs()
    one = blobs.put(b"one")
    blobs.set_head("a", blobs.put(b"two", [one]))
    blobs.put(b"garbage")
    del blobs.table[one]
    with pytest.raises(TurmericError):
        blobs.collect()
    assert len(blobs.table) == 2


def continuations(session: Session) -> Iterator[Continuation]:
    for depth in (1, 2, 63, 64, 65, 200):
        session.evaluate(f"(reset (push {depth}))")
        yield session.evaluate("kept")


def test_chains_of_frames_of_any_length() -> None:
    session = Session([])
    session.evaluate(DEEP)
    blobs = MemoryBlobs()
    saver = Saver(session.world, blobs, "a")
    for number, continuation in enumerate(continuations(session)):
        saver.save(vectors.from_iterable([number, continuation]))
        assert same(session, vectors.from_iterable([number, continuation]), loaded(session, blobs))
