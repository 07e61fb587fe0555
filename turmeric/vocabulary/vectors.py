"""Vectors: persistent, with fast access by index.

A vector is a tree of tuples, 32 wide, whose leaves are all full, and a *tail*: the
last 1 to 32 elements.  `shift` is five times the height of the tree.

    range(70):   root ((0 ... 31), (32 ... 63))   tail (64 ... 69)   shift 5

`append`, `pop`, `set` and indexing cost O(log32 n) and share the rest of the tree
with the old vector.  `EMPTY` is the only empty vector, but for `SourceVector`s.

A vector that was made from items, or grown by `append`, is *flat* at first: the beginning of a
Python list, its `Buffer`.  Growing appends to the list, unless another vector did before,
which is seen by its length; the older vectors do not look that far.  The tree of a flat vector is
made when it is asked for; the nodes that vectors of one buffer have in common are the same.
"""

from __future__ import annotations

from itertools import chain, islice
from operator import is_

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


SMALL = 64
"""Vectors up to here are copied rather than made trees."""


class Buffer:
    """The items of flat vectors, and the full nodes of their trees, level by level.

    `grows`: it was made by `append`, and no literal of a program has it.  `partial` are, by level, the
    nodes at the right edge of the tree that was made last, which are not full."""

    __slots__ = ("grows", "items", "levels", "partial")

    def __init__(self, items: list[Any], grows: bool) -> None:
        self.items = items
        self.grows = grows
        self.levels: list[list[Node]] = [[]]
        self.partial: dict[int, Node] = {}

    def tree(self, count: int) -> tuple[int, Node, Node]:
        """The shift, the root and the tail for the first `count` items."""
        last = (count - 1) // WIDTH * WIDTH if count else 0
        full = last // WIDTH
        nodes = self.full_nodes(0, self.items, full)[:full]
        shift, level = BITS, 0
        while len(nodes) > WIDTH:
            level += 1
            shift += BITS
            full //= WIDTH
            upper = self.full_nodes(level, nodes, full)[:full]
            if full * WIDTH < len(nodes):
                upper.append(self.right_edge(level, tuple(nodes[full * WIDTH :])))
            nodes = upper
        return shift, self.right_edge(level + 1, tuple(nodes)), tuple(self.items[last:count])

    def right_edge(self, level: int, node: Node) -> Node:
        """A node that is not full: the same one as for the last tree, if it has the same parts.  Its parts are
        full nodes, which all trees share, but for the last one."""
        known = self.partial.get(level)
        if known is not None and len(known) == len(node) and all(map(is_, known, node)):
            return known
        self.partial[level] = node
        return node

    def full_nodes(self, level: int, below: list[Any], count: int) -> list[Node]:
        """The full nodes of a level, at least `count`.  Threads may do this at once: what is there stays."""
        if level == len(self.levels):
            self.levels.append([])
        known = self.levels[level]
        if len(known) < count:
            known = known + [
                tuple(below[start : start + WIDTH]) for start in range(len(known) * WIDTH, count * WIDTH, WIDTH)
            ]
            self.levels[level] = known
        return known


class Vector(Compound):
    """A vector.  Make them with `from_iterable` and from `EMPTY`."""

    __slots__ = ("_count", "buffer", "root", "shift", "tail")

    _kind = "vector"

    def __init__(self, count: int, shift: int, root: Node, tail: Node) -> None:
        self._count = count
        self.buffer: Buffer | None = None
        self.shift = shift
        self.root = root
        self.tail = tail
        self._hash = None
        self.inert = False

    def __getattr__(self, name: str) -> Any:
        """The tree of a flat vector, made now."""
        if name not in ("root", "shift", "tail"):
            raise AttributeError(name)
        assert self.buffer is not None
        self.shift, self.root, self.tail = self.buffer.tree(self._count)
        return getattr(self, name)

    def __len__(self) -> int:
        return self._count

    def __bool__(self) -> bool:
        return self._count > 0

    def __iter__(self) -> Iterator[object]:
        if self.buffer is not None:
            return islice(self.buffer.items, self._count)
        nodes: Iterable[Any] = self.root
        for _ in range(self.shift // BITS):
            nodes = chain.from_iterable(nodes)
        return chain(nodes, self.tail)

    def __contains__(self, item: object) -> bool:
        raise TypeError("a vector is not searched by `in`")

    def __getitem__(self, place: int) -> Any:
        """The element at `place`, from 0.  Raises IndexError; counts nothing from the end."""
        count, buffer = self._count, self.buffer
        if buffer is not None and 0 <= place < count:
            return buffer.items[place]
        tail = self.tail
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
        count, buffer = self._count, self.buffer
        if buffer is not None:
            items = buffer.items
            if buffer.grows and len(items) == count:
                items.append(item)
                if items[count] is item:  # else another thread was faster
                    made = new_vector(Vector)  # `flat`, here without a call
                    made._count = count + 1
                    made.buffer = buffer
                    made._hash = None
                    made.inert = False
                    return made
            if count < SMALL:
                return flat(Buffer([*items[:count], item], True), count + 1)
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
        count, buffer = self._count, self.buffer
        if buffer is not None:
            known = buffer.items
            if buffer.grows and len(known) == count:
                known.extend(fresh)
                if all(map(is_, known[count : count + len(fresh)], fresh)):
                    return flat(buffer, count + len(fresh))
            if count < SMALL:
                return flat(Buffer([*known[:count], *fresh], True), count + len(fresh))
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
        if self.buffer is not None and self._count < SMALL and 0 <= place < self._count:
            items = self.buffer.items[: self._count]
            items[place] = item
            return flat(Buffer(items, False), self._count)
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
        if self.buffer is not None:
            return flat(self.buffer, count)
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
        if self.buffer is not None:
            return from_iterable(self.buffer.items[start:end])
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
        self.buffer = plain.buffer
        self.span = span
        self.spans = spans


EMPTY = Vector(0, BITS, (), ())
EMPTY.buffer = Buffer([], False)


def flat(buffer: Buffer, count: int) -> Vector:
    """The vector of the first items of a buffer."""
    made = new_vector(Vector)
    made._count = count
    made.buffer = buffer
    made._hash = None
    made.inert = False
    return made


new_vector = Vector.__new__


def from_iterable(items: Iterable[object]) -> Vector:
    """The vector of `items`."""
    made = list(items)
    return flat(Buffer(made, False), len(made)) if made else EMPTY


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
