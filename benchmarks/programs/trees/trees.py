"""Trees are made, walked and dropped, many small ones and few large ones."""

from __future__ import annotations

from typing import TypeAlias

Tree: TypeAlias = "tuple[Tree, Tree] | None"


def tree_of(depth: int) -> Tree:
    if depth == 0:
        return None
    return tree_of(depth - 1), tree_of(depth - 1)


def size(tree: Tree) -> int:
    if tree is None:
        return 1
    left, right = tree
    return 1 + size(left) + size(right)


def sizes(times: int, depth: int) -> int:
    total = 0
    for _ in range(times):
        total += size(tree_of(depth))
    return total


def benchmark(largest: int) -> int:
    return sum(sizes(1 << (4 + largest - depth), depth) for depth in range(4, largest + 1, 2))
