"""When two values are equal, and the hash that goes with it.

Equality is structural and *by type*: `1`, `1.0` and `true` are three values, and so
are a list and a vector with the same elements.  Floats are compared by bits, except
that every nan equals every nan.

Data may be nested a million deep, so nothing here calls itself: values still to be
looked at wait in a Python list.  This module knows none of the collections; each is
a `Compound` and says what its parts are.

The hash is for tables in memory.  It differs between processes, as Python's does,
and must never be stored or shown.
"""

from __future__ import annotations

from turmeric.vocabulary.symbols import Keyword, Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable
    from typing import Any

NATIVE = frozenset({type(None), int, str, bytes, Symbol, Keyword})
"""The types that Python's `==` and `hash` treat as `equal` does."""

_SHARING = 1000
"""After so many nested pairs, remember them: shared parts may repeat exponentially."""


class Compound:
    """A value made of values.  `inert` is the run time's: nothing in it can change."""

    __slots__ = ("_hash", "inert")

    def __init__(self) -> None:
        self._hash: int | None = None
        self.inert = False

    @property
    def _kind(self) -> object:
        """Values of different kinds are never equal."""
        raise NotImplementedError

    def _parts(self) -> Collection[object]:
        """The values it is made of, in order."""
        raise NotImplementedError

    def _pairs(self, other: Any) -> Iterable[tuple[object, object]] | None:
        """What must be pairwise equal for `self` to equal `other`, of the same kind; None if it cannot."""
        ours, theirs = self._parts(), other._parts()
        return zip(ours, theirs, strict=True) if len(ours) == len(theirs) else None

    def _composed(self, parts: list[int]) -> Hashable:
        """What stands for this value, given numbers that stand for its parts."""
        return (self._kind, *parts)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Compound) and _equal_compounds(self, other))

    def __hash__(self) -> int:
        return _hash_compound(self) if self._hash is None else self._hash


def equal(a: object, b: object) -> bool:
    """Whether `a` and `b` are the same value."""
    if a is b:
        return True
    if isinstance(a, Compound):
        return isinstance(b, Compound) and _equal_compounds(a, b)
    return _equal_scalars(a, b)


def hash_of(a: object) -> int:
    """A hash such that equal values have equal hashes, in this process."""
    return hash(a) if isinstance(a, Compound) else hash(key_of(a))


def key_of(a: object) -> object:
    """A key for a Python dict, which then tells keys apart exactly as `equal` does.

    Most values are their own key.  The others, floats and booleans among them, are
    put into a tuple with their type; a tuple is no value of the language, so no key
    is mistaken for a wrapped one.  `value_of` is the way back.
    """
    kind = type(a)
    if kind in NATIVE or isinstance(a, Compound):
        return a
    return (kind, repr(a) if kind is float else a)


def value_of(key: object) -> object:
    """The value that `key_of` made `key` from."""
    if type(key) is not tuple:
        return key
    kind, value = key
    return float(value) if kind is float else value


def _equal_scalars(a: object, b: object) -> bool:
    kind = type(a)
    if kind is not type(b):
        return False
    if kind is float:
        return (a != 0.0 or repr(a) == repr(b)) if a == b else (a != a and b != b)
    return bool(a == b)


def _equal_compounds(a: Compound, b: Compound) -> bool:
    todo = [(a, b)]
    seen: set[int] = set()
    count = 0
    while todo:
        a, b = todo.pop()
        if a._kind != b._kind or (a._hash != b._hash and a._hash is not None and b._hash is not None):
            return False
        pairs = a._pairs(b)
        if pairs is None:
            return False
        for x, y in pairs:
            if x is y:
                continue
            if not (isinstance(x, Compound) and isinstance(y, Compound)):
                if not _equal_scalars(x, y):
                    return False
                continue
            count += 1
            if count > _SHARING:
                both = id(x) << 64 | id(y)
                if both in seen:
                    continue
                seen.add(both)
            todo.append((x, y))
    return True


def _hash_compound(a: Compound) -> int:
    todo = [a]
    while todo:
        top = todo[-1]
        if top._hash is None:
            parts = top._parts()
            hashes = [part._hash if isinstance(part, Compound) else hash(key_of(part)) for part in parts]
            if None in hashes:
                todo.extend([part for part in parts if isinstance(part, Compound) and part._hash is None])
                continue
            top._hash = hash(top._composed(hashes))  # type: ignore[arg-type]
        todo.pop()
    return hash(a)


def numbered(values: list[Compound]) -> list[int]:
    """A number for each of the values, the same for equal ones and for no others.  All inside them
    must have hashes."""
    numbers: dict[Hashable, int] = {}
    known: dict[int, int] = {}
    todo = values[:]
    while todo:
        top = todo[-1]
        if id(top) not in known:
            parts = top._parts()
            missing = [part for part in parts if isinstance(part, Compound) and id(part) not in known]
            if missing:
                todo.extend(missing)
                continue
            inside = [
                known[id(part)] if isinstance(part, Compound) else numbers.setdefault((key_of(part),), len(numbers))
                for part in parts
            ]
            known[id(top)] = numbers.setdefault((None, top._composed(inside)), len(numbers))
        todo.pop()
    return [known[id(value)] for value in values]
