"""What is built otherwise than it was saved: structs that migrations upgrade, and frames that go on
in code that has changed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from turmeric.durability.format import wire
from turmeric.durability.format.wire import corrupt
from turmeric.durability.reports.failures import placed
from turmeric.running.values import Cell
from turmeric.vocabulary.errors import TurmericError
from turmeric.vocabulary.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.durability.code.accepting import Carried
    from turmeric.durability.decode import Decoder

Row = list["Any"]


def carry(decoder: Decoder, carried: Carried, saved: Row, inside: Row) -> tuple[Any, ...]:
    """The variables of a frame whose code has changed, for the code that is there now."""
    made = carried.values(tuple(saved), inside)
    decoder.declared.append((carried, made))
    return made


def contents(decoder: Decoder, slot: Any) -> Any:
    """What a variable's cell will hold; it may not be filled yet."""
    row = decoder.heap[slot[0]] if type(slot) is list else None
    if row is not None and row[0] == wire.CELL:
        return decoder.value(row[1])
    value = decoder.value(slot)
    return value.value if type(value) is Cell else value


def with_contents(links: Sequence[Sequence[int]], heap: list[Row]) -> list[Sequence[int]]:
    """What each row leads to; of frames also what is in the cells they lead to."""
    found = list(links)
    for place, row in enumerate(heap):
        if row[0] == wire.FRAMES:
            cells = [at for at in links[place] if heap[at][0] == wire.CELL]
            found[place] = [*links[place], *(inside for at in cells for inside in links[at])]
    return found


def upgrade(decoder: Decoder, row: Row, place: int) -> Struct:
    """The struct that migrations make of a saved one."""
    chain = decoder.chains[row[1]]
    try:
        return chain.upgraded(decoder.values(row, 2), decoder.instances)
    except TurmericError as error:
        way = decoder.way(place)
        first = chain.title(chain.migrations[0])
        raise placed(error, f"{first}, at {way}" if way else first, []) from error.__cause__


def shells_in(decoder: Decoder, places: Collection[int]) -> list[int]:
    """The structs to upgrade that lead back to themselves, through a ref: made first, without values."""
    inside = set(places)
    shells = [place for place in sorted(inside & decoder.upgraded) if len(inside) > 1]
    shells += [place for place in inside & decoder.upgraded if len(inside) == 1 and place in decoder.links[place]]
    if shells and any(keyed_by(decoder.heap[place], inside) for place in inside):
        raise corrupt("a value that is to be migrated is in a key of a map that it leads to itself")
    for place in shells:
        type_ = decoder.types[decoder.heap[place][1]]
        assert type_ is not None
        decoder.made[place] = Struct(type_, ())
    return shells


def keyed_by(row: Row, inside: set[int]) -> bool:
    """Whether a row is a map or a set whose keys lead to some of the places."""
    keys = row[1::2] if row[0] == wire.MAP else row[1:] if row[0] in (wire.SET, wire.LARGE, wire.PARTS) else []
    return any(type(slot) is list and slot[0] in inside for slot in keys)
