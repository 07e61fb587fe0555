"""Vectors against Python's lists, at every height of the tree."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from turmeric.vocabulary import vectors
from turmeric.vocabulary.vectors import BITS, EMPTY, WIDTH, from_iterable, source_vector

SIZES = [0, 1, 31, 32, 33, 63, 64, 65, 1023, 1024, 1025, 1055, 1056, 1057, 2080, 32 * 1024, 33 * 1024, 33 * 1024 + 1]


def check(vector, model):
    """The vector has the elements of `model`, and the shape its module promises."""
    assert len(vector) == len(model) and list(vector) == model
    if not model:
        assert vector is EMPTY
        return
    assert 1 <= len(vector.tail) <= WIDTH

    def walk(node, height, last):
        assert 1 <= len(node) <= WIDTH and (last or len(node) == WIDTH)
        if height:
            for place, child in enumerate(node):
                walk(child, height - 1, last and height > 1 and place == len(node) - 1)

    if vector.root:
        walk(vector.root, vector.shift // BITS, True)
        assert vector.shift == BITS or len(vector.root) > 1
    else:
        assert vector.shift == BITS


@pytest.mark.parametrize("size", SIZES)
def test_sizes_around_the_edges_of_the_tree(size):
    model = list(range(size))
    bulk = from_iterable(model)
    grown = EMPTY
    for item in model:
        grown = grown.append(item)
    check(bulk, model)
    check(grown, model)
    assert bulk == grown and (bulk.root, bulk.shift, bulk.tail) == (grown.root, grown.shift, grown.tail)
    assert [bulk[place] for place in range(0, size, 7)] == model[::7]
    check(bulk.append(-1), [*model, -1])
    if size:
        check(bulk.pop(), model[:-1])
        check(bulk.set(size // 2, -1), [*model[: size // 2], -1, *model[size // 2 + 1 :]])
    for place in (-1, size, size + 32):
        with pytest.raises(IndexError):
            bulk[place]
        with pytest.raises(IndexError):
            bulk.set(place, 0)
    check(bulk, model)


def test_popping_everything_and_growing_again():
    vector = from_iterable(range(2200))
    for size in range(2199, -1, -1):
        vector = vector.pop()
        if size % 32 < 2 or size > 2100:
            check(vector, list(range(size)))
    assert vector is EMPTY
    with pytest.raises(IndexError):
        vector.pop()


@given(st.integers(0, 2500), st.integers(0, 2500), st.integers(0, 2500))
@settings(max_examples=60)
def test_slice_and_concat(size, one, two):
    model = list(range(size))
    vector = from_iterable(model)
    start, end = sorted((min(one, size), min(two, size)))
    check(vector.slice(start, end), model[start:end])
    check(vector.slice(start, end).concat(vector), model[start:end] + model)
    check(vector.concat(range(one)), model + list(range(one)))
    check(vector, model)


def test_bad_slices():
    for start, end in ((-1, 1), (2, 1), (0, 4), (4, 4)):
        with pytest.raises(IndexError):
            from_iterable([1, 2, 3]).slice(start, end)


class AgainstLists(RuleBasedStateMachine):
    """Any sequence of operations, and no old version ever changes."""

    def __init__(self):
        super().__init__()
        self.versions = [(EMPTY, [])]

    def keep(self, vector, model):
        self.versions.append((vector, model))

    @rule(item=st.integers(), pick=st.integers(0, 10**6))
    def append(self, item, pick):
        vector, model = self.versions[pick % len(self.versions)]
        self.keep(vector.append(item), [*model, item])

    @rule(count=st.integers(0, 1100))
    def concat(self, count):
        vector, model = self.versions[-1]
        self.keep(vector.concat(range(count)), [*model, *range(count)])

    @rule(pick=st.integers(0, 10**6), place=st.integers(0, 10**6))
    def set(self, pick, place):
        vector, model = self.versions[pick % len(self.versions)]
        if model:
            place %= len(model)
            self.keep(vector.set(place, "set"), [*model[:place], "set", *model[place + 1 :]])

    @rule(pick=st.integers(0, 10**6), count=st.integers(1, 70))
    def pop(self, pick, count):
        vector, model = self.versions[pick % len(self.versions)]
        count = min(count, len(model))
        for _ in range(count):
            vector = vector.pop()
        self.keep(vector, model[: len(model) - count])

    @invariant()
    def newest_is_right(self):
        check(*self.versions[-1])

    def teardown(self):
        for vector, model in self.versions:
            check(vector, model)


TestAgainstLists = AgainstLists.TestCase
TestAgainstLists.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)


def test_a_source_vector_is_changed_into_a_plain_one():
    read = source_vector(range(40), None, [None] * 40)
    assert read == from_iterable(range(40)) and not read.inert
    assert type(read.append(1)) is type(read.set(0, 1)) is type(read.pop()) is vectors.Vector
    assert source_vector([], None, []).append(1) == from_iterable([1])


def test_in_is_refused_rather_than_wrong():
    with pytest.raises(TypeError):
        _ = 1.0 in from_iterable([1])
