"""What the methods of instances must not do while a value is being encoded.

The bytes say what the value was at one moment.  A method that changes a cell of the value
would have some of the bytes from before and some from after; one whose stand-in leads back
to its own value could never be brought back; and stand-ins with ever new stand-ins in them
have no end.
"""

from __future__ import annotations

from turmeric.durability.reports.failures import Unserializable
from turmeric.durability.reports.paths import steps
from turmeric.durability.stand_ins.stages import STAND_INS, circular, components
from turmeric.running.continuation import Continuation
from turmeric.running.futures import Future
from turmeric.running.values import Cell, Rc, Ref
from turmeric.vocabulary.kinds import type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.durability.encode import Encoder
    from turmeric.durability.stand_ins.standing_in import StandIns

MANY = 1 << 12
"""Stand-ins before it is looked whether they have an end."""
LEVELS = 1000
"""How deep stand-ins may lie in stand-ins that an instance has made up."""


def check_steady(encoder: Encoder) -> None:
    """Raise Unserializable when a method has changed what was being encoded, or stands in for itself."""
    if not encoder.stand_ins.made:
        return
    for value, row in zip(list(encoder.queue), encoder.rows, strict=True):
        if row[0] not in STAND_INS and changed(encoder, value, row):
            raise Unserializable(value, "an instance's method changed this while it was being stored")
    links = [[slot[0] for slot in row if type(slot) is tuple] for row in encoder.rows]
    place = circular(encoder.rows, links, components(links))
    if place is not None:
        tag, _, target, _ = encoder.rows[place]
        title = encoder.instances.title(tag, list(encoder.tables.names)[target])
        raise Unserializable(encoder.queue[place], f"{title}: what stands in for a value leads back to the value")


def changed(encoder: Encoder, value: Any, row: list[Any]) -> bool:
    """Whether a value with state is another than when its row was written."""
    if type(value) is Continuation:
        return bool(row[1] & 2) != value.consumed
    if len(row) != 2 or type(value) not in (Cell, Ref, Rc, Future):
        return False
    now = encoder.slot(value.state if type(value) is Future else value.value)
    if type(now) is tuple or type(row[1]) is tuple:
        return bool(now != row[1])
    return type(now) is not type(row[1]) or repr(now) != repr(row[1])


def check_endless(stand_ins: StandIns, root: Any) -> None:
    """Raise Unserializable when stand-ins lie too deep in each other that are no part of the value."""
    own = reached([root], {})
    level = [value for value in stand_ins.owners if id(value) in own]
    seen = set(own)
    for _ in range(LEVELS):
        inside = reached([stand_ins.made[id(value)] for value in level], seen)
        seen.update(inside)
        level = [value for value in inside.values() if id(value) in stand_ins.made]
        if not level:
            return
    message = f"what stands in for values of type {type_name(level[0])} has such values in it, without an end"
    raise Unserializable(level[0], message)


def reached(roots: list[Any], seen: Any) -> dict[int, Any]:
    """All that is in some values, by id, without what was seen; what has a stand-in is not entered."""
    found: dict[int, Any] = {}
    work = list(roots)
    while work:
        value = work.pop()
        if id(value) not in found and id(value) not in seen:
            found[id(value)] = value
            work.extend(inside for _, inside in steps(value))
    return found
