"""Values to bytes and back: equal, canonical, of any size and depth; damage is never silent."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.durability.strategies import VALUES
from turmeric.assembly.session import Session
from turmeric.durability.format.wire import CHECKSUM, SENTINEL, checksum
from turmeric.durability.saving import deserialize, serialize
from turmeric.running.continuation import Base, Continuation
from turmeric.vocabulary import lists, vectors
from turmeric.vocabulary.equality import equal
from turmeric.vocabulary.errors import TurmericError
from turmeric.vocabulary.namespace import UNBOUND
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.symbols import keyword, symbol


@pytest.fixture(scope="module")
def session() -> Session:
    return Session([])


@settings(max_examples=300, deadline=None)
@given(value=VALUES)
def test_a_value_comes_back_equal_and_its_bytes_are_canonical(session: Session, value: object) -> None:
    data = serialize(session.world, value)
    back = deserialize(session.world, data)
    assert equal(value, back)
    assert serialize(session.world, back) == data


@pytest.mark.parametrize("text", ["0.0", "-0.0", "nan", "+inf", "-inf", "1.5e300", "5e-324", "1.1", "100000.0"])
def test_floats_come_back_bit_for_bit(session: Session, text: str) -> None:
    value = session.evaluate(text)
    assert write(deserialize(session.world, serialize(session.world, value))) == write(value)


@pytest.mark.parametrize("value", [2**63, -(2**63), 2**64, 2**70, -(2**70), 10**400])
def test_integers_of_any_size(session: Session, value: int) -> None:
    assert deserialize(session.world, serialize(session.world, value)) == value


def test_a_lone_surrogate_is_refused_by_name(session: Session) -> None:
    for text in ("\ud800", "x" * 50 + "\udfff", keyword("a\ud800"), symbol("\udfffb")):
        with pytest.raises(TurmericError) as caught:
            serialize(session.world, vectors.from_iterable([text]))
        assert caught.value.name == "not-serializable"
        assert "surrogate" in caught.value.message


def test_sharing_and_cycles_are_kept(session: Session) -> None:
    code = """
      (def r (ref nil))
      (def made (let [r (ref nil) shared [1 2 3]] (set-ref! r {:self r :a shared :b shared}) r))
      (def back (deserialize (serialize [made made])))
      [(identical? (nth back 0) (nth back 1))
       (identical? (get (deref (nth back 0)) :self) (nth back 0))
       (identical? (get (deref (nth back 0)) :a) (get (deref (nth back 0)) :b))]
    """
    assert write(session.evaluate(code)) == "[true true true]"


def test_shared_tails_of_lists_are_stored_once(session: Session) -> None:
    tail = lists.from_iterable(range(1000))
    pair = vectors.from_iterable([lists.cons(1, tail), lists.cons(2, tail), tail])
    data = serialize(session.world, pair)
    assert len(data) < 4000
    back = deserialize(session.world, data)
    assert back[0].tail is back[1].tail is back[2]


def test_functions_that_refer_to_each_other(session: Session) -> None:
    code = """
      (def pair
        (let []
          (defn ev? [n] (if (= n 0) true (od? (- n 1))))
          (defn od? [n] (if (= n 0) false (ev? (- n 1))))
          [ev? od?]))
      (def again (deserialize (serialize pair)))
      [((nth again 0) 10) ((nth again 1) 10)]
    """
    assert write(session.evaluate(code)) == "[true false]"


def test_functions_share_the_variables_they_captured(session: Session) -> None:
    code = """
      (defn counter [] (let [n 0] [(fn [] (set! n (+ n 1)) n) (fn [] n)]))
      (def two (deserialize (serialize (counter))))
      ((nth two 0)) ((nth two 0))
      ((nth two 1))
    """
    assert session.evaluate(code) == 2


@pytest.mark.parametrize("count", [100_000])
def test_depth_and_length_do_not_matter(session: Session, count: int) -> None:
    deep: object = 1
    for _ in range(count):
        deep = vectors.from_iterable([deep])
    long = lists.from_iterable(range(count))
    for value in (deep, long, vectors.from_iterable(range(count))):
        back = deserialize(session.world, serialize(session.world, value))
        assert equal(back, value)


def test_a_hundred_thousand_frames(session: Session) -> None:
    code = """
      (defn down [n] (if (= n 0) (cloneable-shift [k] (serialize k)) (+ 1 (down (- n 1)))))
      (def saved (reset (down 100000)))
      (resume (deserialize saved) 5)
    """
    assert session.evaluate(code) == 100_005


SAMPLE = """
  (struct point [x : int64, y])
  (defn work [a b]
    (let [r (ref a) c (fn [x] (+ x b))]
      (+ (c @r) (cloneable-shift [k] k) (count [(point a b) :k "text"]))))
  (reset (try (work 1 2) (finally nil)))
"""


def test_no_flipped_bit_and_no_truncation_goes_unnoticed(session: Session) -> None:
    data = serialize(session.world, session.evaluate(SAMPLE))
    broken = [data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :] for at in range(len(data)) for bit in range(8)]
    broken += [data[:length] for length in range(len(data))]
    broken += [data + b"\0"]
    for each in broken:
        with pytest.raises(TurmericError) as caught:
            deserialize(session.world, each)
        assert caught.value.name == "corrupt-data"


@settings(max_examples=400, deadline=None)
@given(at=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
def test_damage_with_a_right_checksum_raises_only_the_two_errors(session: Session, at: float, byte: int) -> None:
    data = serialize(session.world, session.evaluate(SAMPLE))
    body = bytearray(data[:-CHECKSUM])
    body[int(at * len(body))] = byte
    try:
        deserialize(session.world, bytes(body) + checksum(bytes(body)))
    except TurmericError as error:
        assert error.name in ("corrupt-data", "schema-mismatch")


def test_what_cannot_be_stored_is_named_with_the_way_to_it(session: Session) -> None:
    code = """
      (import-python socket)
      (struct connection [socket])
      (defn talk [conn] (cloneable-shift [k] (serialize k)) (println conn))
      (talk (connection socket))
    """
    with pytest.raises(TurmericError) as caught:
        session.evaluate(code, "talk.tur")
    assert caught.value.name == "not-serializable"
    assert "user.talk, talk.tur:4:25 -> variable conn -> field socket" in caught.value.message


def test_a_dead_variable_is_not_captured(session: Session) -> None:
    code = """
      (import-python socket)
      (defn talk [] (let [s socket n 3] (println n) (+ n (cloneable-shift [k] (serialize k)))))
      (resume (deserialize (reset (talk))) 4)
    """
    assert session.evaluate(code) == 7


def test_what_only_moves_within_a_process_is_refused_from_outside(session: Session) -> None:
    """The base of a run, and a sentinel nobody knows: no program saves them."""
    based = serialize(session.world, Continuation(((None, Base(None)),), one_shot=False))
    unset = serialize(session.world, vectors.from_iterable([UNBOUND]))
    body = unset[:-CHECKSUM].replace(bytes([0x82, SENTINEL, 0]), bytes([0x82, SENTINEL, 2]))
    assert body != unset[:-CHECKSUM]
    for data in (based, body + checksum(body)):
        with pytest.raises(TurmericError) as caught:
            deserialize(session.world, data)
        assert caught.value.name == "corrupt-data"
