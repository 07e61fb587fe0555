"""Vectors: persistent, with fast access by index.

A vector is a tree of tuples, 32 wide, whose leaves are all full, and a *tail*: the
last 1 to 32 elements.  `shift` is five times the height of the tree.

    range(70):   root ((0 ... 31), (32 ... 63))   tail (64 ... 69)   shift 5

`append`, `pop`, `set` and indexing cost O(log32 n) and share the rest of the tree
with the old vector.  `EMPTY` is the only empty vector, but for `SourceVector`s.
"""

from __future__ import annotations

from itertools import chain

from turmeric.vocabulary.equality import Compound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from typing import Any

    from turmeric.vocabulary.spans import Span

    Node = tuple[Any, ...]

BITS = 5
WIDTH = 32
MASK = 31


class Vector(Compound):
    """A vector.  Make them with `from_iterable` and from `EMPTY`."""

    __slots__ = ("_count", "root", "shift", "tail")

    _kind = "vector"

    def __init__(self, count: int, shift: int, root: Node, tail: Node) -> None:
        self._count = count
        self.shift = shift
        self.root = root
        self.tail = tail
        self._hash = None
        self.inert = False

    def __len__(self) -> int:
        return self._count

    def __bool__(self) -> bool:
        return self._count > 0

    def __iter__(self) -> Iterator[object]:
        nodes: Iterable[Any] = self.root
        for _ in range(self.shift // BITS):
            nodes = chain.from_iterable(nodes)
        return chain(nodes, self.tail)

    def __contains__(self, item: object) -> bool:
        raise TypeError("a vector is not searched by `in`")

    def __getitem__(self, place: int) -> Any:
        """The element at `place`, from 0.  Raises IndexError; counts nothing from the end."""
        count, tail = self._count, self.tail
        start = count - len(tail)
        if start <= place < count:
            return tail[place - start]
        if not 0 <= place < start:
            raise IndexError(f"no element {place} in a vector of {count}")
        shift = self.shift
        node = self.root[place >> shift]
        while shift > BITS:
            shift -= BITS
            node = node[(place >> shift) & MASK]
        return node[place & MASK]

    def append(self, item: object) -> Vector:
        """This vector and then `item`."""
        tail = self.tail
        if len(tail) < WIDTH:
            return Vector(self._count + 1, self.shift, self.root, tail + (item,))  # noqa: RUF005 (faster)
        shift, root = _with_leaf(self.shift, self.root, tail)
        return Vector(self._count + 1, shift, root, (item,))

    def concat(self, items: Iterable[object]) -> Vector:
        """This vector and then `items`; shares the full leaves of this one."""
        fresh = list(items)
        if not fresh:
            return self
        if not self.root:
            return from_iterable((*self.tail, *fresh))
        fresh[:0] = self.tail
        shift, root = self.shift, self.root
        last = (len(fresh) - 1) // WIDTH * WIDTH
        for start in range(0, last, WIDTH):
            shift, root = _with_leaf(shift, root, tuple(fresh[start : start + WIDTH]))
        return Vector(self._count - len(self.tail) + len(fresh), shift, root, tuple(fresh[last:]))

    def set(self, place: int, item: object) -> Vector:
        """This vector with `item` at `place`.  Raises IndexError when there is no such place."""
        count, tail = self._count, self.tail
        if not 0 <= place < count:
            raise IndexError(f"no element {place} in a vector of {count}")
        if place >= count - len(tail):
            fresh = list(tail)
            fresh[place & MASK] = item
            return Vector(count, self.shift, self.root, tuple(fresh))
        return Vector(self._count, self.shift, _with_item(self.shift, self.root, place, item), self.tail)

    def pop(self) -> Vector:
        """This vector without its last element.  Raises IndexError when it is empty."""
        count = self._count - 1
        if count < 1:
            if count < 0:
                raise IndexError("pop from an empty vector")
            return EMPTY
        if len(self.tail) > 1:
            return Vector(count, self.shift, self.root, self.tail[:-1])
        tail = self._leaf(count - 1)
        shift, root = self.shift, _without_leaf(self.shift, self.root)
        if shift > BITS and len(root) == 1:
            shift, root = shift - BITS, root[0]
        return Vector(count, shift, root, tail)

    def slice(self, start: int, end: int) -> Vector:
        """The elements from `start` to before `end`, `0 <= start <= end <= len`; else IndexError."""
        if not 0 <= start <= end <= self._count:
            raise IndexError(f"no slice from {start} to {end} in a vector of {self._count}")
        if end - start == self._count:
            return self
        first = start & ~MASK
        leaves = [self._leaf(place) for place in range(first, end, WIDTH)] if start < end else []
        return from_iterable(list(chain.from_iterable(leaves))[start - first : end - first])

    def _leaf(self, place: int) -> Node:
        """The leaf or tail that has the element at `place`."""
        if not 0 <= place < self._count:
            raise IndexError(f"no element {place} in a vector of {self._count}")
        if place >= self._count - len(self.tail):
            return self.tail
        node = self.root
        for shift in range(self.shift, 0, -BITS):
            node = node[(place >> shift) & MASK]
        return node

    def _parts(self) -> Collection[object]:
        return self


class SourceVector(Vector):
    """A vector as read: where it stands, and where each of its elements does."""

    __slots__ = ("span", "spans")

    def __init__(self, plain: Vector, span: Span | None, spans: tuple[Span | None, ...]) -> None:
        super().__init__(plain._count, plain.shift, plain.root, plain.tail)
        self.span = span
        self.spans = spans


EMPTY = Vector(0, BITS, (), ())


def from_iterable(items: Iterable[object]) -> Vector:
    """The vector of `items`."""
    flat = items if isinstance(items, tuple) else tuple(items)
    if not flat:
        return EMPTY
    last = (len(flat) - 1) // WIDTH * WIDTH
    nodes = tuple(flat[start : start + WIDTH] for start in range(0, last, WIDTH))
    shift = BITS
    while len(nodes) > WIDTH:
        nodes = tuple(nodes[start : start + WIDTH] for start in range(0, len(nodes), WIDTH))
        shift += BITS
    return Vector(len(flat), shift, nodes, flat[last:])


def source_vector(items: Iterable[object], span: Span | None, spans: Iterable[Span | None]) -> SourceVector:
    """The vector of `items` read at `span`, each at its place in `spans`."""
    return SourceVector(from_iterable(items), span, tuple(spans))


def _with_item(shift: int, node: Node, place: int, item: object) -> Node:
    fresh = list(node)
    at = (place >> shift) & MASK
    if shift > BITS:
        fresh[at] = _with_item(shift - BITS, fresh[at], place, item)
    else:
        leaf = list(fresh[at])
        leaf[place & MASK] = item
        fresh[at] = tuple(leaf)
    return tuple(fresh)


def _with_leaf(shift: int, root: Node, leaf: Node) -> tuple[int, Node]:
    """The tree with one more leaf, one level higher if it was full."""
    grown = _appended(shift, root, leaf)
    return (shift, grown) if len(grown) <= WIDTH else (shift + BITS, (root, grown[WIDTH:]))


def _appended(shift: int, node: Node, leaf: Node) -> Node:
    """`node` with one more leaf; too wide by one child if it was full."""
    if shift == BITS:
        return (*node, leaf)
    last = _appended(shift - BITS, node[-1], leaf)
    return (*node[:-1], last) if len(last) <= WIDTH else (*node, last[WIDTH:])


def _without_leaf(shift: int, node: Node) -> Node:
    if shift == BITS:
        return node[:-1]
    last = _without_leaf(shift - BITS, node[-1])
    return (*node[:-1], last) if last else node[:-1]
