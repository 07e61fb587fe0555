"""Lists against Python's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turmeric.vocabulary.lists import EMPTY, SourceList, cons, from_iterable, source_list
from turmeric.vocabulary.spans import Span


@given(st.lists(st.integers()))
def test_a_list_has_its_elements_in_order(items):
    made = from_iterable(items)
    assert list(made) == items == list(from_iterable(iter(items)))
    assert len(made) == len(items) and bool(made) == bool(items)


@given(st.lists(st.integers()), st.integers())
def test_cons_leaves_the_old_list_alone(items, item):
    old = from_iterable(items)
    new = cons(item, old)
    assert new.head == item and new.tail is old
    assert list(new) == [item, *items] and list(old) == items


def test_the_empty_list():
    assert from_iterable([]) is EMPTY and EMPTY.tail is EMPTY and not EMPTY and len(EMPTY) == 0


def test_every_list_starts_out_not_inert():
    assert not cons(1, EMPTY).inert and not source_list([1], None, [None]).inert


def test_a_source_list_is_the_same_data_with_places():
    span, inner = Span("f", 1, 1, 1, 6), Span("f", 1, 2, 1, 3)
    read = source_list([1, 2], span, [inner, inner])
    assert isinstance(read, SourceList) and read == from_iterable([1, 2])
    assert read.span is span and read.spans == (inner, inner)
    assert type(read.tail) is not SourceList
    empty = source_list([], span, [])
    assert not empty and empty == EMPTY and list(empty) == [] and empty.tail is not None and not empty.tail


def test_in_is_refused_rather_than_wrong():
    with pytest.raises(TypeError):
        _ = 1.0 in from_iterable([1])


def test_a_million_elements():
    made = EMPTY
    for item in range(1_000_000):
        made = cons(item, made)
    assert len(made) == 1_000_000 and sum(made) == 499_999_500_000
    twin = from_iterable(range(999_999, -1, -1))
    assert made == twin and hash(made) == hash(twin)
    del made, twin  # must not overflow the C stack
