"""Datums: where they were read, and what they are as plain values."""

from __future__ import annotations

from turmeric.vocabulary import lists, maps, sets, vectors
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.sets import Set
from turmeric.vocabulary.spans import Span
from turmeric.vocabulary.symbols import Symbol, symbol
from turmeric.vocabulary.vectors import Vector


def span_of(datum: object) -> Span | None:
    """Where a datum was read; None for atoms, and for what a macro built."""
    return getattr(datum, "span", None)


def spans_of(datum: object) -> dict[int, Span]:
    """The places of a collection's elements, as far as they are known."""
    spans = getattr(datum, "spans", None) or ()
    return {place: span for place, span in enumerate(spans) if span is not None}


def relocate(datum: object, call: List) -> object:
    """A macro's result, placed where the macro was called."""
    if type(datum) is List and datum:
        return lists.source_list(datum, span_of(call), tuple(span_of(part) for part in datum))
    return datum


def plain(datum: object) -> object:
    """A datum as a value: without places and marks."""
    if type(datum) is Symbol:
        return symbol(datum.name)
    if isinstance(datum, List):
        return lists.from_iterable([plain(part) for part in datum])
    if isinstance(datum, Vector):
        return vectors.from_iterable([plain(part) for part in datum])
    if isinstance(datum, Map):
        return maps.from_pairs([(plain(key), plain(value)) for key, value in datum.items()])
    if isinstance(datum, Set):
        return sets.from_iterable([plain(part) for part in datum])
    return datum
