"""The index of a large map: a tree from key to place.

Inner nodes are 16-tuples, chosen by four bits of the hash after the other; at the bottom are
dicts of at most `LEAF` keys.  Nodes are never changed.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Node = dict[object, int] | tuple["Node", ...]

LEAF = 24
BITS = 4
MASK = 15
HASH_BITS = 64


def index_of(leaf: dict[object, int], shift: int) -> Node:
    """The index of the keys of `leaf`: itself, split if it has too many keys for one."""
    if len(leaf) <= LEAF or shift >= HASH_BITS:
        return leaf
    children: list[dict[object, int]] = [{} for _ in range(MASK + 1)]
    for key, place in leaf.items():
        children[(hash(key) >> shift) & MASK][key] = place
    return tuple([index_of(child, shift + BITS) for child in children])


def place_of(index: Node, key: object) -> int | None:
    """The place of a key in the entries.  The index of a large map is a tuple at its root."""
    bits = hash(key)
    node: Any = index[bits & MASK]
    while type(node) is tuple:
        bits >>= BITS
        node = node[bits & MASK]
    found: int | None = node.get(key)
    return found


def inserted(node: Node, key: object, place: int, bits: int, shift: int) -> Node:
    if type(node) is dict:
        leaf = node.copy()
        leaf[key] = place
        return leaf if len(leaf) <= LEAF else index_of(leaf, shift)
    fresh: list[Any] = list(node)
    at = (bits >> shift) & MASK
    fresh[at] = inserted(fresh[at], key, place, bits, shift + BITS)
    return tuple(fresh)


def removed(node: Node, key: object, bits: int, shift: int) -> Node:
    if type(node) is dict:
        leaf = node.copy()
        del leaf[key]
        return leaf
    fresh: list[Any] = list(node)
    at = (bits >> shift) & MASK
    fresh[at] = removed(fresh[at], key, bits, shift + BITS)
    return tuple(fresh)
