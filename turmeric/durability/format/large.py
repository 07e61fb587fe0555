"""Large collections in parts, so that what did not change need not be stored again.

A row of *parts* stands for the elements of its parts one after the other; a part is a
vector, or a row of parts again.  A large vector is such a row and its last elements; of a large
map the elements are its keys and values in turn, of a large set its elements.

The parts are the nodes of the tree that the collection is in memory.  When what is read is
such a tree, the nodes become the tree as they are, so that they are known when the
collection is stored again; otherwise the collection is made of its elements.
"""

from __future__ import annotations

from turmeric.durability.format.wire import corrupt
from turmeric.vocabulary import maps, sets, vectors
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.sets import Set
from turmeric.vocabulary.vectors import BITS, WIDTH, Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

HIGHEST = 12
"""The height of the highest tree: more than memory can hold."""


class Node:
    """A node of a tree on its way to a row: its tuple, its height over the leaves, and whether
    the leaves hold the entries of a map or a set."""

    __slots__ = ("height", "kind", "node")

    def __init__(self, node: tuple[Any, ...], height: int, kind: str) -> None:
        self.node = node
        self.height = height
        self.kind = kind

    def elements(self) -> list[Any]:
        """What the row of a leaf holds."""
        return elements_of(self.kind, self.node)

    def children(self) -> list[Node]:
        return [Node(child, self.height - 1, self.kind) for child in self.node]


def elements_of(kind: str, leaf: tuple[Any, ...]) -> list[Any]:
    """The elements of a leaf; of a map's, keys and values in turn, without removed entries."""
    if kind == "vector":
        return list(leaf)
    entries = [entry for entry in leaf if entry is not None]
    return [part for entry in entries for part in entry] if kind == "map" else [key for key, _ in entries]


def tree_of(value: Any) -> tuple[str, Vector] | None:
    """The tree of a collection that is large enough to be stored in parts, and what its leaves hold."""
    if isinstance(value, Vector):
        return ("vector", value) if value.root else None
    table = value.table if isinstance(value, Set) else value
    if isinstance(table, Map) and table.small is None and table.entries.root:
        return ("set" if isinstance(value, Set) else "map"), table.entries
    return None


class Trunk:
    """Parts as they are read: rows of parts, at the bottom vectors (the shape of the heap sees to that)."""

    __slots__ = ("height", "parts", "trees")

    def __init__(self, parts: list[Trunk | Vector]) -> None:
        heights: set[int] = {part.height if isinstance(part, Trunk) else 0 for part in parts}
        if len(heights) != 1:
            raise corrupt("the parts of a large collection are not alike")
        self.parts = parts
        self.height: int = heights.pop() + 1
        self.trees: dict[str, tuple[Any, ...]] = {}
        """The node that this is, for each kind of leaves."""

    def leaves(self) -> list[Vector]:
        """The vectors at the bottom.  Raises corrupt-data if one of them occurs twice."""
        level: list[Any] = [self]
        for _ in range(self.height):
            level = [part for trunk in level for part in trunk.parts]
            if len({id(part) for part in level}) != len(level):
                raise corrupt("a part of a large collection occurs twice in it")
        return level

    def tree(self, kind: str) -> tuple[Any, ...]:
        """The node of a tree: the same tuple each time."""
        found = self.trees.get(kind)
        if found is None:
            nodes = [part.tree(kind) if isinstance(part, Trunk) else leaf_of(kind, part) for part in self.parts]
            found = self.trees[kind] = tuple(nodes)
        return found


def leaf_of(kind: str, leaf: Vector) -> tuple[Any, ...]:
    """A leaf of a tree."""
    if kind == "vector":
        return leaf.tail if not leaf.root else tuple(leaf)
    flat = list(leaf)
    return tuple(zip(flat[::2], flat[1::2], strict=True)) if kind == "map" else tuple([(key, None) for key in flat])


def whole(kind: str, trunk: Any, rest: list[Any]) -> Any:
    """The collection of a kind: its parts, and its last elements."""
    if not isinstance(trunk, Trunk):
        raise corrupt("a large collection has no parts")
    leaves = trunk.leaves()
    tail = leaf_of(kind, vectors.from_iterable(rest)) if kind != "map" or len(rest) % 2 == 0 else None
    if tail is None or (kind == "map" and any(len(leaf) % 2 for leaf in leaves)):
        raise corrupt("a map has a key without a value")
    width = 2 * WIDTH if kind == "map" else WIDTH
    if regular(trunk) and all(len(leaf) == width for leaf in leaves) and 1 <= len(tail) <= WIDTH:
        count = len(leaves) * WIDTH + len(tail)
        entries = Vector(count, trunk.height * BITS, trunk.tree(kind), tail)
    else:
        entries = vectors.from_iterable([each for leaf in leaves for each in leaf_of(kind, leaf)] + list(tail))
    return collection(kind, entries)


def regular(trunk: Trunk) -> bool:
    """Whether every node of the tree but the last of each level is full, and none is too wide."""
    level: list[Any] = [trunk]
    for height in range(trunk.height, 0, -1):
        if any(len(node.parts) != WIDTH for node in level[:-1]) or len(level[-1].parts) > WIDTH:
            return False
        if height > 1:
            level = [part for node in level for part in node.parts]
    return True


def collection(kind: str, entries: Vector) -> Any:
    """A collection of its elements or entries, which must not be there twice."""
    if kind == "vector":
        return entries
    table = maps.from_entries(entries)
    if table is None:
        raise corrupt(f"a {kind} has the same element twice")
    return table if kind == "map" else sets.of_table(table)


def nodes_of(value: Any) -> Iterator[Node]:
    """The nodes of a large collection, from the root down."""
    found = tree_of(value)
    if found is not None:
        kind, tree = found
        work = [Node(tree.root, tree.shift // BITS, kind)]
        while work:
            node = work.pop()
            yield node
            if node.height:
                work.extend(node.children())
