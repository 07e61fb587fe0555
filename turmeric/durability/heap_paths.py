"""The way from the root of a message to a place of its heap, for messages about values that could not
be made."""

from __future__ import annotations

from collections.abc import Iterator

from turmeric.durability import wire
from turmeric.durability.paths import ARROW, joined
from turmeric.durability.stages import STAND_INS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.durability.decode import Decoder

    Row = list[Any]


def way_to(decoder: Decoder, target: int) -> str:
    """The steps to a place, as text; empty for the root."""
    root = decoder.message.root[0]
    came: dict[int, tuple[int, str]] = {root: (root, "")}
    queue = [root]
    for place in queue:
        if place == target:
            break
        for name, other in steps(decoder, place):
            if other not in came:
                came[other] = (place, name)
                queue.append(other)
    found: list[str] = []
    while target != root:
        target, name = came[target]
        if name:
            found.append(name)
    return joined(found[::-1])


def steps(decoder: Decoder, place: int) -> Iterator[tuple[str, int]]:
    """The places that a row refers to, each with the name of the step to it."""
    row = decoder.heap[place]
    tag = row[0]
    if tag in (wire.VECTOR, wire.LIST):
        start = 1 if tag == wire.VECTOR else 2
        named = [(f"element {at}", slot) for at, slot in enumerate(row[start:])]
        named += [("", slot) for slot in row[1:start]]
    elif tag == wire.MAP:
        named = [pair for key, value in zip(row[1::2], row[2::2], strict=True) for pair in entry(decoder, key, value)]
    elif tag == wire.STRUCT:
        type_, saved = decoder.types[row[1]], decoder.claims.types[row[1]]
        assert type_ is not None
        fields = saved.fields or type_.fields
        named = [(f"field {name}", slot) for name, slot in zip(fields, row[2:], strict=True)]
    elif tag == wire.CLOSURE:
        code = decoder.functions[row[1]]
        assert code is not None
        named = [
            (f"function {code.name}, variable {var.name}", slot)
            for var, slot in zip(code.captured, row[2:], strict=True)
        ]
    elif tag == wire.FRAMES:
        runs = decoder.message.shape.runs[place]
        named = [each for number, slots in runs for each in frame_steps(decoder, number, slots)]
        named.append(("", row[1]))
    elif tag in STAND_INS:
        named = [(f"what stands in for {decoder.claims.names[row[2]]}", row[3])]
    else:
        named = [("contents of the ref" if tag in (wire.REF, wire.RC) else "", [at]) for at in decoder.links[place]]
    yield from ((name, slot[0]) for name, slot in named if type(slot) is list)


def entry(decoder: Decoder, key: Any, value: Any) -> list[tuple[str, Any]]:
    """The two steps of an entry of a map."""
    row = decoder.heap[key[0]] if type(key) is list else None
    shown = repr(key) if row is None else f":{row[1]}" if row[0] == wire.KEYWORD else wire.NAMES[row[0]]
    return [(f"a key {shown}", key), (f"key {shown}", value)]


def frame_steps(decoder: Decoder, number: int, slots: Row) -> list[tuple[str, Any]]:
    point = decoder.points[number]
    assert point is not None
    at = f"{point.function.code.symbol}, {point.span}"
    return [
        (f"{at}{ARROW}{'a value in waiting' if var.temporary else f'variable {var.name}'}", slot)
        for var, slot in zip(point.point.live, slots, strict=True)
    ]
