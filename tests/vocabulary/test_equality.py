"""Equality is by structure and type, agrees with the hash, and needs no recursion."""

import struct
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turmeric.vocabulary import lists, maps, sets, vectors
from turmeric.vocabulary.equality import equal, hash_of, key_of, value_of
from turmeric.vocabulary.spans import Span
from turmeric.vocabulary.structs import Struct, StructType
from turmeric.vocabulary.symbols import Symbol, keyword, symbol

NAN = float("nan")
OTHER_NAN = struct.unpack("<d", struct.pack("<Q", 0xFFF8000000000123))[0]
POINT = StructType("m", "point", ["x", "y"])
SAME_NAME = StructType("m", "point", ["x", "y"])

SCALARS = [
    None, True, False, 0, 1, -1, -2, 2**61 - 1, 2**70, 0.0, -0.0, 1.0, 2.0**70, NAN, float("inf"), "", "a", "1",
    b"", b"a", symbol("a"), keyword("a"), symbol("1"),
]  # fmt: skip


class Foreign:
    """A Python object that compares equal to a number."""

    def __eq__(self, other):
        return other == 1 or isinstance(other, Foreign)

    def __hash__(self):
        return 1


scalars = st.sampled_from(SCALARS) | st.integers(-3, 3) | st.floats()


def compounds(inner):
    return st.one_of(
        st.lists(inner, max_size=4).map(lambda xs: ("list", xs)),
        st.lists(inner, max_size=4).map(lambda xs: ("vector", xs)),
        st.lists(inner, max_size=4).map(lambda xs: ("set", xs)),
        st.lists(st.tuples(inner, inner), max_size=3).map(lambda xs: ("map", xs)),
        st.tuples(inner, inner).map(lambda xs: ("struct", list(xs))),
    )


plans = st.recursive(scalars.map(lambda x: ("scalar", x)), compounds, max_leaves=12)


def build(plan, turned=False):
    """The value of a plan, with the entries of maps and sets in the other order if `turned`."""
    kind, data = plan
    if kind == "scalar":
        return data
    if kind == "map":
        pairs = [(build(key, turned), build(value, turned)) for key, value in data]
        unique = list(maps.from_pairs(pairs).items())
        return maps.from_pairs(unique[::-1] if turned else unique)
    items = [build(item, turned) for item in data]
    if kind == "set":
        return sets.from_iterable(items[::-1] if turned else items)
    if kind == "struct":
        return Struct(POINT, tuple(items))
    return lists.from_iterable(items) if kind == "list" else vectors.from_iterable(items)


def text(value):
    """An independent canonical form: two values are equal when their texts are."""
    if isinstance(value, lists.List):
        return f"({' '.join(map(text, value))})"
    if isinstance(value, vectors.Vector):
        return f"[{' '.join(map(text, value))}]"
    if isinstance(value, sets.Set):
        return f"#{{{' '.join(sorted(map(text, value)))}}}"
    if isinstance(value, maps.Map):
        return f"{{{' '.join(sorted(text(k) + ' ' + text(v) for k, v in value.items()))}}}"
    if isinstance(value, Struct):
        return f"<{' '.join(map(text, value.values))}>"
    return f"{type(value).__name__}:{value!r}"


@given(plans)
def test_a_value_equals_its_rebuilt_self_in_any_order(plan):
    a, b = build(plan), build(plan, turned=True)
    assert equal(a, b) and equal(b, a)
    assert hash_of(a) == hash_of(b)
    assert equal(a, b), "still, now that the hashes are known"


@given(plans, plans)
def test_equality_agrees_with_the_canonical_text(one, two):
    a, b = build(one), build(two)
    assert equal(a, b) == equal(b, a) == (text(a) == text(b))
    if equal(a, b):
        assert hash_of(a) == hash_of(b)


def test_scalars_are_told_apart_by_type_and_bits():
    for i, a in enumerate(SCALARS):
        for j, b in enumerate(SCALARS):
            assert equal(a, b) == (i == j), (a, b)
    assert equal(NAN, OTHER_NAN) and equal(NAN, -NAN) and hash_of(NAN) == hash_of(OTHER_NAN)
    assert equal(symbol("a"), Symbol("a", marks=((1, "m"),)))


@given(scalars)
def test_key_of_and_back(value):
    assert equal(value_of(key_of(value)), value)


def test_foreign_objects_equal_only_their_own_type():
    assert equal(Foreign(), Foreign())
    assert not equal(Foreign(), 1) and not equal(1, Foreign())
    assert maps.EMPTY.assoc(1, "one").assoc(Foreign(), "foreign").get(1) == "one"
    assert maps.EMPTY.assoc((1, 2), "tuple").get((1, 2)) == "tuple"


def test_structs_are_compared_by_the_identity_of_their_type():
    assert equal(Struct(POINT, (1, 2)), Struct(POINT, (1, 2)))
    assert Struct(POINT, (1, 2)) == Struct(POINT, (1, 2)) and hash(Struct(POINT, (1, 2))) == hash(Struct(POINT, (1, 2)))
    assert not equal(Struct(POINT, (1, 2)), Struct(POINT, (1, 2.0)))
    assert not equal(Struct(POINT, (1, 2)), Struct(SAME_NAME, (1, 2)))
    assert not equal(Struct(POINT, (1, 2)), vectors.from_iterable([1, 2]))


def test_what_was_read_equals_what_was_computed():
    span = Span("f", 1, 1, 1, 2)
    pairs = [
        (lists.source_list([1, 2], span, [span, span]), lists.from_iterable([1, 2])),
        (lists.source_list([], span, []), lists.EMPTY),
        (vectors.source_vector([1, 2], span, [span, span]), vectors.from_iterable([1, 2])),
        (vectors.source_vector([], span, []), vectors.EMPTY),
        (maps.source_map([(1, 2)], span, [span, span]), maps.from_pairs([(1, 2)])),
        (sets.source_set([1], span, [span]), sets.from_iterable([1])),
    ]
    for read, computed in pairs:
        assert equal(read, computed) and equal(computed, read) and hash_of(read) == hash_of(computed)
        assert read.span is span and len(read.spans) in (0, 1, 2)


def test_keys_with_the_same_hash_are_still_matched():
    one, two = lists.from_iterable([-1]), lists.from_iterable([-2])
    assert hash_of(one) == hash_of(two), "CPython's -1 and -2"
    a = maps.from_pairs([(one, "one"), (two, "two")])
    b = maps.from_pairs([(lists.from_iterable([-2]), "two"), (lists.from_iterable([-1]), "one")])
    c = maps.from_pairs([(lists.from_iterable([-2]), "one"), (lists.from_iterable([-1]), "two")])
    assert equal(a, b) and not equal(a, c)
    assert not equal(a, maps.from_pairs([(one, "one"), (lists.from_iterable([-3]), "two")]))
    assert not equal(maps.from_pairs([(one, 1)]), maps.from_pairs([(two, 1)]))


WRAPPERS = {
    "list": lambda x: lists.List(x, lists.EMPTY),
    "vector": lambda x: vectors.EMPTY.append(x),
    "struct": lambda x: Struct(POINT, (0, x)),
    "map value": lambda x: maps.EMPTY.assoc("k", x),
    "map key": lambda x: maps.EMPTY.assoc(x, "v"),
    "set": lambda x: sets.EMPTY.add(x),
}


def nest(wrap, depth, seed):
    value = wrap(seed)
    for _ in range(depth):
        value = wrap(value)
    return value


@pytest.fixture
def usual_recursion_limit():
    """The limit that a Python program has; compiling raises it for the whole process."""
    raised = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(raised)


@pytest.mark.usefixtures("usual_recursion_limit")
@pytest.mark.parametrize("name", WRAPPERS)
def test_deep_nesting(name):
    depth = 1_000_000 if name == "list" else 50_000
    assert depth > 10 * sys.getrecursionlimit()
    wrap = WRAPPERS[name]
    a, b = nest(wrap, depth, 1), nest(wrap, depth, 1)
    assert equal(a, b)
    assert maps.EMPTY.assoc(a, "found").get(b) == "found"
    del b  # must not overflow the C stack
    assert not equal(a, nest(wrap, depth, 2))


def test_shared_parts_are_not_compared_again_and_again():
    def doubled():
        value = vectors.EMPTY
        for _ in range(200):
            value = vectors.from_iterable([value, value])
        return value

    a, b = doubled(), doubled()
    assert equal(a, b)
    assert hash_of(a) == hash_of(b)
