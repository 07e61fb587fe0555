"""Mutations of a message's items: of its tables, its heap and its root."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

Items = list[Any]

EXTREMES: tuple[Any, ...] = (
    0, 1, 2, -1, -10, 23, 24, 255, 256, 65_535, 2**31, 2**32, 2**63, -(2**63), 2**64, -(2**70), 10**400,
    0.0, -0.0, 1.5, float("nan"), float("inf"), True, False, None, "", "x", "a longer text than sixteen", "\x00",
    "\u00e9", b"", b"x", b"a longer run than sixteen bytes", [], [0], [1], [0, 1],
    [10**6], [-1], [0, 0], [[0]], {}, {1: 2},
    "core", "io", "os", "..", "/etc/passwd", "map", "if", "defn", "throw", "deep.down", ".", "core.error",
)
TAGS = 32


def lists_in(tree: Any) -> list[list[Any]]:
    """All lists in some items that are not empty, from the outside in."""
    found = [tree]
    for each in found:
        found.extend(part for part in each if type(part) is list and part)
    return found


def any_value(choice: random.Random, heap: list[Any]) -> Any:
    """A reference, a small number or something extreme."""
    way = choice.random()
    if way < 0.4:
        return [choice.randrange(len(heap) + 1)]
    if way < 0.5:
        return [choice.randrange(len(heap) + 1), choice.randrange(1, 4)]
    return choice.randrange(12) if way < 0.75 else choice.choice(EXTREMES)


def in_a_row(items: Items, donor: Items, choice: random.Random) -> None:
    """Change, drop, double or swap what a row holds."""
    row = choice.choice(items[3] or [[0]])
    edit(row, choice, items[3])


def edit(row: Any, choice: random.Random, heap: list[Any]) -> None:
    if type(row) is not list or not row:
        return
    at, other = choice.randrange(len(row)), choice.randrange(len(row))
    way = choice.randrange(6)
    if way == 0:
        row[at] = any_value(choice, heap)
    elif way == 1:
        row.insert(at, any_value(choice, heap))
    elif way == 2:
        del row[at]
    elif way == 3:
        row[at], row[other] = row[other], row[at]
    elif way == 4:
        row.insert(at, row[other])
    elif type(row[at]) is int:
        row[at] += choice.choice((-1, 1))


def in_the_heap(items: Items, donor: Items, choice: random.Random) -> None:
    """Change, drop, double or swap whole rows; references then mean other ones."""
    heap = items[3]
    if heap:
        at, other = choice.randrange(len(heap)), choice.randrange(len(heap))
        way = choice.randrange(4)
        if way == 0:
            heap[at], heap[other] = heap[other], heap[at]
        elif way == 1:
            heap.insert(at, heap[other])
        elif way == 2:
            del heap[at]
        else:
            heap[at] = heap[other]


def a_reference(items: Items, donor: Items, choice: random.Random) -> None:
    """Let a reference refer to something else: half of the time to what is of the same kind."""
    found = [row for row in lists_in(items[3]) if 1 <= len(row) <= 2 and all(type(each) is int for each in row)]
    if found and items[3]:
        reference = choice.choice(found)
        old = items[3][reference[0]] if 0 <= reference[0] < len(items[3]) else None
        heads = [row[:1] if type(row) is list else [] for row in items[3]]
        alike = [at for at, head in enumerate(heads) if head and type(old) is list and head == old[:1]]
        reference[0] = choice.choice(alike) if alike and choice.random() < 0.5 else choice.randrange(len(items[3]))


def a_slot_for_a_slot(items: Items, donor: Items, choice: random.Random) -> None:
    """Put one row's slot into another row: both stay well formed, most of the time."""
    rows = [row for row in items[3] if type(row) is list and len(row) > 1]
    if rows:
        one, two = choice.choice(rows), choice.choice(rows)
        one[choice.randrange(1, len(one))] = two[choice.randrange(1, len(two))]


def a_tag(items: Items, donor: Items, choice: random.Random) -> None:
    row = choice.choice(items[3] or [[0]])
    if type(row) is list and row:
        row[0] = choice.randrange(TAGS)


def in_the_tables(items: Items, donor: Items, choice: random.Random) -> None:
    edit(choice.choice(lists_in(items[0])), choice, items[3])


def a_row_of_a_table(items: Items, donor: Items, choice: random.Random) -> None:
    """Swap, double or drop rows of a table."""
    in_the_heap([None, None, None, choice.choice(items[0][2:])], donor, choice)


def the_root(items: Items, donor: Items, choice: random.Random) -> None:
    items[4] = any_value(choice, items[3])


def splice(items: Items, donor: Items, choice: random.Random) -> None:
    """Rows of another sample in place of some, or its tables."""
    if choice.random() < 0.2:
        items[0] = donor[0]
    elif donor[3] and items[3]:
        at, length = choice.randrange(len(donor[3])), choice.randrange(1, 6)
        place = choice.randrange(len(items[3]))
        items[3][place : place + length] = donor[3][at : at + length]


def a_part(items: Items, donor: Items, choice: random.Random) -> None:
    """One of the items as a whole."""
    items[choice.randrange(len(items))] = choice.choice((*EXTREMES, *donor))


MUTATIONS: tuple[tuple[Callable[[Items, Items, random.Random], None], int], ...] = (
    (in_a_row, 6),
    (a_reference, 6),
    (a_slot_for_a_slot, 6),
    (in_the_heap, 3),
    (a_tag, 2),
    (in_the_tables, 4),
    (a_row_of_a_table, 2),
    (the_root, 1),
    (splice, 2),
    (a_part, 1),
)


def mutated(items: Items, donor: Items, choice: random.Random) -> Items:
    """The items after one to three mutations, the usual number being one."""
    kinds, weights = zip(*MUTATIONS, strict=True)
    for mutation in choice.choices(kinds, weights, k=choice.choice((1, 1, 1, 2, 3))):
        if type(items[0]) is list and len(items[0]) > 2 and type(items[3]) is list and all(map(is_table, items[0][2:])):
            mutation(items, donor, choice)
    return items


def is_table(part: Any) -> bool:
    return type(part) is list
