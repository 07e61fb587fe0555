"""In which order the rows of a heap become values.

Without stand-ins there is one stage: all rows.  A stand-in becomes a value by code of the
program, which may look at all that the stand-in leads to, the contents of cells among it.
So the heap is taken apart into components (rows that lead to each other), each built and
filled after all it leads to, and what needs a resource comes last:

    1. all that leads to no resource
    2. the resources in the order of the heap, each after what its token leads to
    3. the rest
"""

from __future__ import annotations

from turmeric.durability.format import wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    Row = list[Any]
    Links = Sequence[Sequence[int]]

STAND_INS = (wire.STAND_IN, wire.RESOURCE, wire.LAZY)
"""Rows [tag, module, type, stand-in]: `Serializable`, `Resource-Serializable`, and a resource
that is acquired on first use."""


def components(links: Links) -> list[list[int]]:
    """The strongly connected components of a heap, given by what each place leads to; each after all
    it leads to (R. Tarjan, "Depth-first search and linear graph algorithms", 1972; with a list in
    place of recursion)."""
    number = [-1] * len(links)
    low = [0] * len(links)
    waiting: list[int] = []
    found: list[list[int]] = []
    count = 0
    for start in range(len(links)):
        work: list[tuple[int, Iterator[int]]] = []
        if number[start] < 0:
            work.append((start, iter(links[start])))
        while work:
            place, ahead = work[-1]
            if number[place] < 0:
                number[place] = low[place] = count
                count += 1
                waiting.append(place)
            for other in ahead:
                if number[other] < 0:
                    work.append((other, iter(links[other])))
                    break
                low[place] = min(low[place], low[other])  # LEFT when it is in a finished component
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[place])
                if low[place] == number[place]:
                    found.append(component(waiting, place, low, len(links)))
    return found


def component(waiting: list[int], root: int, low: list[int], left: int) -> list[int]:
    """Take a finished component off the waiting places; nothing that comes later goes below it."""
    start = len(waiting) - 1
    while waiting[start] != root:
        start -= 1
    taken = sorted(waiting[start:])
    del waiting[start:]
    for place in taken:
        low[place] = left
    return taken


def circular(heap: list[Row], links: Links, groups: list[list[int]]) -> int | None:
    """The place of a stand-in that leads to itself; None when there is none."""
    for places in groups:
        for place in places:
            if heap[place][0] in STAND_INS and (len(places) > 1 or place in links[place]):
                return place
    return None


def stages(heap: list[Row], links: Links) -> list[list[int]]:
    """The places of a heap with stand-ins in groups, to be built and filled one after the other."""
    groups = components(links)
    if circular(heap, links, groups) is not None:
        raise wire.corrupt("what stands in for a value leads back to the value")
    group_of = {place: at for at, places in enumerate(groups) for place in places}
    needs: list[bool] = []
    for places in groups:
        below = (other for place in places for other in links[place])
        own = any(heap[place][0] == wire.RESOURCE for place in places)
        needs.append(own or any(needs[group_of[other]] for other in below if group_of[other] < len(needs)))
    order = dict.fromkeys(at for at, needed in enumerate(needs) if not needed)
    for place, row in enumerate(heap):
        if row[0] == wire.RESOURCE:
            order.update(dict.fromkeys(prerequisites(links, groups, group_of, order, group_of[place])))
    order.update(dict.fromkeys(range(len(groups))))
    return [groups[at] for at in order]


def prerequisites(
    links: Links, groups: list[list[int]], group_of: dict[int, int], done: dict[int, None], target: int
) -> list[int]:
    """The groups that a group needs and itself, in order, without those that are done."""
    found: set[int] = set()
    work = [target]
    while work:
        at = work.pop()
        if at not in found and at not in done:
            found.add(at)
            work.extend(group_of[other] for place in groups[at] for other in links[place])
    return sorted(found)
