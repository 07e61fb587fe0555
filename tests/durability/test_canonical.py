"""Canonical bytes: of a value and of nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.durability.cddl import plain
from tests.durability.strategies import EXPRESSIONS, MAKERS, NAMES, TEXTS, filled
from turmeric.assembly.session import Session
from turmeric.durability.format import wire
from turmeric.durability.saving import deserialize, serialize
from turmeric.vocabulary import lists, maps, sets, vectors
from turmeric.vocabulary.equality import equal
from turmeric.vocabulary.symbols import keyword

ROOT = Path(__file__).resolve().parents[2]


def makers() -> Session:
    session = Session([])
    session.evaluate(MAKERS, "makers.tur")
    return session


@pytest.fixture(scope="module")
def session() -> Session:
    return makers()


@settings(max_examples=300, deadline=None)
@given(text=EXPRESSIONS)
def test_what_is_read_and_written_again_has_the_same_bytes(session: Session, text: str) -> None:
    session.activate()
    value = session.evaluate(f"[{text}]", "expression.tur")
    data = serialize(session.world, value)
    assert serialize(session.world, value) == data
    assert serialize(session.world, deserialize(session.world, data)) == data


def test_the_expressions_cover_the_format(session: Session) -> None:
    """Each maker is used, so the property is about what it says."""
    made = "[(pair 1 2) (Node 1 (Leaf)) (closure 1 2) (cells 1 2) (knot 1) (many 3 1) (once 1 2) (used 1) (marked 1 2)"
    made += " (in-clause 1 2) (nested 1 2) (waiting 1 2) (early 1) (reset (keyed 1)) (rc 1)"
    made += " println 'a \"a text that is long\"]"
    data = serialize(session.world, session.evaluate(made))
    kinds = {row[0] for row in plain(data).value[5]}
    rare = {wire.BYTES, wire.MASK, wire.SET, wire.STAND_IN, wire.RESOURCE, wire.FUTURE, wire.LAZY, wire.LATER}
    outside = {wire.BASE, wire.EXTERNAL, wire.EARLIER, wire.PARTS, wire.LARGE}
    assert kinds >= set(wire.NAMES) - rare - outside


PROGRAM = """
import json, sys
from tests.durability.strategies import MAKERS
from turmeric.assembly.session import Session
from turmeric.durability.saving import serialize
session = Session([])
session.evaluate(MAKERS, "makers.tur")
for text in json.load(sys.stdin):
    print(serialize(session.world, session.evaluate(f"[{text}]", "expression.tur")).hex())
"""


def bytes_in_a_process(texts: list[str], seed: int) -> list[str]:
    env = {**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(words, input=json.dumps(texts), env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


FIXED = [filled((text, '"a string"', '[:a "b"]')) for text in TEXTS]
FIXED += [f"(into #{{}} [{words}])" for words in (':a :b :c :d :e', '"a" "b" "c" "d"', "'a 'b :a 1 2.5 nil")]
FIXED += ['(into {} (map (fn [n] [(str n) n]) (range 100)))', '(into #{} (map str (range 100)))']


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(texts=st.lists(EXPRESSIONS, min_size=30, max_size=60))
def test_bytes_are_equal_across_processes_and_hash_seeds(texts: list[str]) -> None:
    texts = FIXED + texts
    assert bytes_in_a_process(texts, seed=1) == bytes_in_a_process(texts, seed=2)


# However it came to be -------------------------------------------------------------------------

ITEMS = st.one_of(st.integers(), NAMES.map(keyword), st.text(max_size=3), st.none(), st.floats(allow_nan=False))
MANY = st.lists(ITEMS, max_size=100)


def distinct(items: list[Any]) -> list[Any]:
    """The items without those that are equal to an earlier one."""
    return [item for item, _ in maps.from_pairs((item, None) for item in items).items()]


def same_bytes(session: Session, values: list[Any]) -> None:
    first, *others = values
    data = serialize(session.world, first)
    for other in others:
        assert equal(first, other)
        assert serialize(session.world, other) == data


@settings(max_examples=150, deadline=None)
@given(items=MANY, more=MANY, place=st.integers(0, 100))
def test_a_vector_does_not_tell_how_it_was_made(
    session: Session, items: list[Any], more: list[Any], place: int
) -> None:
    straight = vectors.from_iterable(items)
    appended = vectors.EMPTY
    for item in items:
        appended = appended.append(item)
    longer = vectors.from_iterable([*more, *items, *more]).slice(len(more), len(more) + len(items))
    popped = vectors.from_iterable([*items, *more])
    for _ in more:
        popped = popped.pop()
    joined = vectors.from_iterable(items[:place]).concat(items[place:])
    changed = vectors.from_iterable([None] * len(items))
    for at, item in enumerate(items):
        changed = changed.set(at, item)
    same_bytes(session, [straight, appended, longer, popped, joined, changed])


@settings(max_examples=150, deadline=None)
@given(items=MANY, more=MANY)
def test_a_map_or_set_does_not_tell_how_it_was_made(session: Session, items: list[Any], more: list[Any]) -> None:
    keys = distinct(items)
    others = distinct([*keys, *more])[len(keys) :]
    straight = maps.from_pairs((key, number) for number, key in enumerate(keys))
    added = maps.EMPTY
    for number, key in enumerate(keys):
        added = added.assoc(key, None).assoc(key, number)
        for other in others[:3]:
            added = added.assoc(other, 1).dissoc(other)
    removed = maps.from_pairs([(other, 0) for other in others] + [(key, number) for number, key in enumerate(keys)])
    for other in others:
        removed = removed.dissoc(other)
    same_bytes(session, [straight, added, removed])
    whole = sets.from_iterable([*others, *keys])
    for other in others:
        whole = whole.remove(other)
    same_bytes(session, [sets.from_iterable(keys), sets.from_iterable([*keys, *keys]), whole])


@settings(max_examples=100, deadline=None)
@given(items=MANY)
def test_a_list_does_not_tell_how_it_was_made(session: Session, items: list[Any]) -> None:
    consed = lists.EMPTY
    for item in reversed(items):
        consed = lists.cons(item, consed)
    same_bytes(session, [lists.from_iterable(items), consed, lists.from_iterable([0, *items]).tail])


def test_literals_and_made_collections_have_the_same_bytes(session: Session) -> None:
    pairs = [
        ('[1 "two" :three]', '(conj [] 1 (str "t" "wo") (keyword "three"))'),
        ("{:a 1 :b [2]}", "(assoc {} :a 1 :b (vec (list 2)))"),
        ("#{1 2}", "(conj #{} 1 2 1)"),
        ("'(1 2 3)", "(map inc (range 0 3))"),
        ("0.5", "(/ 1.0 2)"),
        ("4294967296", "(* 65536 65536)"),
    ]
    for literal, made in pairs:
        same_bytes(session, [session.evaluate(literal), session.evaluate(made)])
