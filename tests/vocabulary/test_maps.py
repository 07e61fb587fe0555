"""Maps against Python's dicts keyed by type and value."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from turmeric.vocabulary import lists, maps
from turmeric.vocabulary.equality import equal
from turmeric.vocabulary.maps import EMPTY, SMALL, from_keys, from_pairs, source_map
from turmeric.vocabulary.places import LEAF
from turmeric.vocabulary.symbols import Symbol, keyword, symbol

MIXED = [1, 1.0, True, 0, 0.0, -0.0, False, None, "1", b"1", symbol("1"), keyword("1"), lists.EMPTY]


class Same:
    """A key whose hash everybody shares."""

    def __init__(self, number):
        self.number = number

    def __hash__(self):
        return 7

    def __eq__(self, other):
        return self.number == other.number


def check(table, model):
    """`model` is a dict from (type name, repr) to (key, value), in order."""
    expected = list(model.values())
    found = list(table.items())
    assert len(found) == len(table) == len(expected) and bool(table) == bool(expected)
    for (key, value), (model_key, model_value) in zip(found, expected, strict=True):
        assert type(key) is type(model_key) and equal(key, model_key) and value == model_value
        assert key in table and table.get(key) == value
    assert list(table.values()) == [value for _, value in expected]
    assert [*table] == [*table.keys()] == [key for key, _ in found]
    if not expected:
        assert table is EMPTY
    if table.small is None:
        assert len(table.entries) <= 2 * len(table) + 1
        places = dict(index_items(table.index))
        assert len(places) == len(table)
    else:
        assert len(table) <= SMALL


def index_items(node):
    if isinstance(node, tuple):
        for child in node:
            yield from index_items(child)
    else:
        yield from node.items()


def mark(key):
    return type(key).__name__, repr(key)


keys = st.sampled_from([key for key in MIXED if key is not lists.EMPTY]) | st.integers(0, 90) | st.floats(0, 9)


class AgainstDicts(RuleBasedStateMachine):
    """Any sequence of operations, and no old version ever changes."""

    def __init__(self):
        super().__init__()
        self.versions = [(EMPTY, {})]

    def keep(self, table, model):
        self.versions.append((table, model))

    def pick(self, number):
        table, model = self.versions[number % len(self.versions)]
        return table, dict(model)

    @rule(number=st.integers(0, 10**6), key=keys, value=st.integers())
    def assoc(self, number, key, value):
        table, model = self.pick(number)
        model[mark(key)] = (model.get(mark(key), (key,))[0], value)
        self.keep(table.assoc(key, value), model)

    @rule(number=st.integers(0, 10**6), key=keys)
    def include(self, number, key):
        table, model = self.pick(number)
        included = table.include(key)
        assert (included is table) == (mark(key) in model)
        model.setdefault(mark(key), (key, None))
        self.keep(included, model)

    @rule(some=st.lists(st.tuples(keys, st.integers()), max_size=80))
    def assoc_all(self, some):
        table, model = self.pick(-1)
        for key, value in some:
            model[mark(key)] = (model.get(mark(key), (key,))[0], value)
        self.keep(table.assoc_all(some), model)

    @rule(number=st.integers(0, 10**6), key=keys)
    def dissoc(self, number, key):
        table, model = self.pick(number)
        model.pop(mark(key), None)
        assert (key in table) == (mark(key) in self.versions[number % len(self.versions)][1])
        self.keep(table.dissoc(key), model)

    @rule(count=st.integers(1, 60))
    def dissoc_many(self, count):
        table, model = self.pick(-1)
        for key, _ in list(model.values())[:count]:
            table = table.dissoc(key)
            del model[mark(key)]
        self.keep(table, model)

    @invariant()
    def newest_is_right(self):
        check(*self.versions[-1])

    def teardown(self):
        for table, model in self.versions:
            check(table, model)


TestAgainstDicts = AgainstDicts.TestCase
TestAgainstDicts.settings = settings(max_examples=50, stateful_step_count=25, deadline=None)


@pytest.mark.parametrize("extra", [0, 100])
def test_one_and_true_and_one_point_nought_are_three_keys(extra):
    table = EMPTY
    for place, key in enumerate(MIXED):
        table = table.assoc(key, place)
    for key in range(1000, 1000 + extra):
        table = table.assoc(key, key)
    assert [table.get(key) for key in MIXED] == list(range(len(MIXED)))
    for found, key in zip(table, MIXED, strict=False):
        assert equal(found, key)
    assert table.get(2, "none") == "none" and table.get(2) is None
    nan = table.assoc(float("nan"), "nan")
    assert nan.get(-float("nan")) == "nan" and len(nan.assoc(float("nan"), 1)) == len(table) + 1


@pytest.mark.parametrize("size", [3, SMALL, SMALL + 1, 500])
def test_setting_a_key_again_keeps_its_place_and_the_first_key(size):
    first = Symbol("k", marks=((1, "m"),))
    table = from_pairs([("a", 1), (first, 2), *((n, n) for n in range(size - 2))])
    again = table.assoc(symbol("k"), 3)
    assert [*again][1] is first and again.get(first) == 3 and table.get(first) == 2
    moved = table.dissoc("a").assoc("a", 4)
    assert [*moved][-1] == "a" and len(moved) == size
    assert equal(moved.assoc("a", 1), table) and hash(moved.assoc("a", 1)) == hash(table)


@pytest.mark.parametrize("size", [SMALL - 1, SMALL, SMALL + 1, SMALL + LEAF, 600, 5000])
def test_from_small_to_large_and_back(size):
    grown = EMPTY
    for n in range(size):
        grown = grown.assoc(n, str(n))
    bulk = from_pairs((n, str(n)) for n in range(size))
    assert equal(grown, bulk) and hash(grown) == hash(bulk)
    assert [*grown] == [*bulk] == list(range(size))
    assert (grown.small is None) == (size > SMALL)
    shrunk = grown
    for n in range(size):
        assert n in shrunk
        shrunk = shrunk.dissoc(n)
        assert len(shrunk) == size - n - 1
        if n % 97 == 0 or size - n < 40:
            assert [*shrunk] == list(range(n + 1, size))
    assert shrunk is EMPTY and len(grown) == size


def test_equal_maps_may_be_small_and_large():
    large = from_pairs((n, n) for n in range(SMALL + 1)).dissoc(0)
    small = from_pairs((n, n) for n in range(SMALL, 0, -1))
    assert large.small is None and small.small is not None
    assert equal(large, small) and equal(small, large) and hash(large) == hash(small)


def test_keys_that_share_a_hash():
    table = EMPTY
    for n in range(200):
        table = table.assoc(Same(n), n)
    assert [table.get(Same(n)) for n in range(200)] == list(range(200))
    for n in range(0, 200, 2):
        table = table.dissoc(Same(n))
    assert [key.number for key in table] == list(range(1, 200, 2)) and Same(0) not in table


@given(st.lists(st.tuples(st.integers(), st.integers()), max_size=100))
def test_order_of_building_does_not_matter_for_equality(pairs):
    one = from_pairs(pairs)
    two = EMPTY
    for key, value in reversed(list(one.items())):
        two = two.assoc(key, value)
    assert equal(one, two) and hash(one) == hash(two)
    assert one.dissoc(object()) is one


def test_a_source_map_is_the_same_data():
    read = source_map([("a", 1)], None, [None, None])
    assert read == from_pairs([("a", 1)]) and type(read.assoc("b", 2)) is maps.Map
    assert source_map([], None, []) == EMPTY and source_map([], None, []).assoc("a", 1) == read


@given(st.lists(keys, max_size=100))
def test_a_map_of_keys_alone(some):
    check(from_keys(some), {mark(key): (key, None) for key in dict(zip(map(mark, some), some, strict=True)).values()})


@pytest.mark.parametrize("width", [2, 40])
def test_keys_inside_keys_that_share_a_hash(width):
    """Each level has two keys that differ and have the same hash, and so has whatever is around them."""

    def twins(depth):
        one, two = lists.from_iterable([-1]), lists.from_iterable([-2])
        more = [(n, n) for n in range(width - 2)]
        for _ in range(depth):
            one, two = from_pairs([(one, 1), (two, 2), *more]), from_pairs([(one, 2), (two, 1), *more])
        return one, two

    one, two = twins(60)
    again, other = twins(60)
    assert hash(one) == hash(two)
    assert equal(one, again) and equal(two, other) and not equal(one, two) and not equal(one, other)
    assert from_pairs([(one, "one"), (two, "two")]).get(other) == "two"
    assert not equal(from_pairs([(one, 1), (two, 2)]), from_pairs([(again, 2), (other, 1)]))


def test_of_several_keys_with_one_hash_each_must_be_there():
    first, *others = [lists.from_iterable(pair) for pair in [(-1, -1), (-1, -2), (-2, -1), (-2, -2)]]
    assert {hash(key) for key in others} == {hash(first)}, "CPython's -1 and -2"
    for other in others:
        for last in others:
            same = equal(from_pairs([(first, 1), (other, 1)]), from_pairs([(last, 1), (first, 1)]))
            assert same == (other is last)
