"""The order in which the rows of a heap become values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turmeric.durability.format import wire
from turmeric.durability.stand_ins.stages import STAND_INS, components, stages
from turmeric.vocabulary.errors import TurmericError

KINDS = st.sampled_from([wire.VECTOR, wire.VECTOR, wire.REF, wire.STAND_IN, wire.RESOURCE, wire.LAZY])


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[int], list[list[int]]]:
    """The tags of some rows, and what each leads to."""
    tags = draw(st.lists(KINDS, min_size=1, max_size=9))
    places = st.integers(0, len(tags) - 1)
    return tags, [draw(st.lists(places, max_size=3)) for _ in tags]


def below(links: list[list[int]], start: int) -> set[int]:
    """All places that one leads to."""
    found: set[int] = set()
    work = list(links[start])
    while work:
        place = work.pop()
        if place not in found:
            found.add(place)
            work.extend(links[place])
    return found


@given(graphs())
def test_components(graph: tuple[list[int], list[list[int]]]) -> None:
    _, links = graph
    reach = [below(links, place) for place in range(len(links))]
    groups = components(links)
    assert sorted(place for group in groups for place in group) == list(range(len(links)))
    done: set[int] = set()
    for group in groups:
        for place in group:
            assert set(group) == {place, *(other for other in reach[place] if place in reach[other])}
        done.update(group)
        assert all(reach[place] <= done for place in group)


@given(graphs())
def test_stages(graph: tuple[list[int], list[list[int]]]) -> None:
    tags, links = graph
    reach = [below(links, place) for place in range(len(links))]
    heap = [[tag] for tag in tags]
    if any(tag in STAND_INS and place in reach[place] for place, tag in enumerate(tags)):
        with pytest.raises(TurmericError, match="leads back to the value"):
            stages(heap, links)
        return
    when = {place: at for at, group in enumerate(stages(heap, links)) for place in group}
    resources = [place for place, tag in enumerate(tags) if tag == wire.RESOURCE]
    assert all(when[other] <= when[place] for place in when for other in reach[place])
    for place in when:
        if tags[place] != wire.RESOURCE and not any(tags[other] == wire.RESOURCE for other in reach[place]):
            assert all(when[place] < when[resource] for resource in resources)
    needed = {other for place in resources for other in reach[place] if tags[other] == wire.RESOURCE}
    own = [when[place] for place in resources if place not in needed]
    assert own == sorted(own)


def test_a_long_chain_is_no_matter() -> None:
    length = 200_000
    heap = [[wire.STAND_IN], *[[wire.VECTOR]] * (length - 1)]
    links = [[place + 1] for place in range(length - 1)] + [[]]
    assert len(stages(heap, links)) == length
