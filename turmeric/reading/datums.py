"""Datums: where they were read, and what they are as plain values."""

from __future__ import annotations

from itertools import chain

from turmeric.vocabulary import lists, maps, sets, vectors
from turmeric.vocabulary.folding import folded
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.sets import Set
from turmeric.vocabulary.spans import Span
from turmeric.vocabulary.symbols import Symbol, symbol
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


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
    return folded(datum, parts_of, plain_atom, rebuilt)


def parts_of(datum: object) -> Iterable[object] | None:
    """The parts of a datum, of a map its keys and values in turn; None for an atom."""
    if isinstance(datum, List | Vector | Set):
        return datum
    return chain.from_iterable(datum.items()) if isinstance(datum, Map) else None


def plain_atom(datum: object) -> object:
    return symbol(datum.name) if type(datum) is Symbol else datum


def rebuilt(datum: object, parts: list[object]) -> object:
    """A collection like `datum` of other parts."""
    if isinstance(datum, List):
        return lists.from_iterable(parts)
    if isinstance(datum, Map):
        return maps.from_pairs(zip(parts[::2], parts[1::2], strict=True))
    return vectors.from_iterable(parts) if isinstance(datum, Vector) else sets.from_iterable(parts)
