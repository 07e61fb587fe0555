"""Sets against ordered dicts."""

from hypothesis import given
from hypothesis import strategies as st

from turmeric.vocabulary import maps, sets
from turmeric.vocabulary.sets import EMPTY, from_iterable, source_set

numbers = st.lists(st.integers(0, 120), max_size=120)


def unique(items):
    return list(dict.fromkeys(items))


@given(numbers, numbers)
def test_operations(one, two):
    a, b = from_iterable(one), from_iterable(two)
    assert list(a) == unique(one) and len(a) == len(set(one))
    assert list(a.union(b)) == unique([*one, *two])
    assert list(a.intersection(b)) == [item for item in unique(one) if item in two]
    assert list(a.difference(b)) == [item for item in unique(one) if item not in two]
    assert (a == b) == (set(one) == set(two))
    assert a.union(b) == b.union(a) and hash(a.union(b)) == hash(b.union(a))


@given(numbers, numbers)
def test_add_and_remove_leave_the_old_set_alone(one, two):
    old = from_iterable(one)
    new, model = old, dict.fromkeys(one)
    for place, item in enumerate(two):
        if place % 2:
            new = new.add(item)
            model[item] = None
        else:
            new = new.remove(item)
            model.pop(item, None)
        assert (item in new) == bool(place % 2)
    assert list(new) == list(model) and list(old) == unique(one)
    assert (new is EMPTY) == (not model)


def test_elements_are_told_apart_by_type():
    mixed = from_iterable([1, 1.0, True, 1])
    assert [type(item) for item in mixed] == [int, float, bool]
    assert 1.0 in mixed.remove(1) and 1 not in mixed.remove(1)


def test_a_set_is_no_map_and_a_source_set_is_a_set():
    assert from_iterable([1]) != maps.from_pairs([(1, None)])
    read = source_set([1, 2], None, [None, None])
    assert read == from_iterable([2, 1]) and type(read.add(3)) is sets.Set and not read.inert
