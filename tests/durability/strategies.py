"""Hypothesis strategies for values of the language."""

from __future__ import annotations

from hypothesis import strategies as st

from turmeric.vocabulary import lists, maps, sets, vectors
from turmeric.vocabulary.symbols import keyword, symbol

NAMES = st.text("abcdefghijklmnopqrstuvwxyz-?", min_size=1, max_size=8)

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=40),
    st.binary(max_size=40),
    NAMES.map(symbol),
    NAMES.map(keyword),
)

VALUES = st.recursive(
    SCALARS,
    lambda inside: st.one_of(
        st.lists(inside, max_size=5).map(lists.from_iterable),
        st.lists(inside, max_size=5).map(vectors.from_iterable),
        st.lists(st.tuples(inside, inside), max_size=5).map(maps.from_pairs),
        st.lists(inside, max_size=5).map(sets.from_iterable),
    ),
    max_leaves=25,
)
