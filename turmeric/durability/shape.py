"""Checking the shape of a message: that every row and reference is what it must be.

After this the decoder can trust tags, lengths and indexes; nothing here looks at code.
"""

from __future__ import annotations

from turmeric.durability import wire
from turmeric.durability.wire import corrupt
from turmeric.running.continuation import EFFECT_WAYS, ERROR_WAYS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

SCALARS = (int, str, bytes, float, bool, type(None))


class Shape:
    """What references may point at, for one message."""

    def __init__(self, heap: list[Any], sizes: tuple[int, int, int]) -> None:
        self.heap = heap
        self.types, self.functions, self.points = sizes

    def slot(self, slot: Any) -> None:
        """A value where it is used."""
        if type(slot) is not list:
            if type(slot) not in SCALARS:
                raise corrupt("a value in line is of no known type")
            return
        if not 1 <= len(slot) <= 2 or any(type(part) is not int or part < 0 for part in slot):
            raise corrupt("a reference is malformed")
        if slot[0] >= len(self.heap):
            raise corrupt("a reference points nowhere")
        target = self.heap[slot[0]]
        if len(slot) == 2 and (target[0] not in (wire.LIST, wire.FRAMES) or slot[1] >= len(target) - 2):
            raise corrupt("a reference points into something that has no parts")
        if len(slot) == 1 and target[0] in NOT_VALUES:
            raise corrupt("a reference to something that is no value")

    def slots(self, slots: list[Any]) -> None:
        for slot in slots:
            if type(slot) is list or type(slot) not in SCALARS:
                self.slot(slot)

    def to(self, slot: Any, *tags: int) -> None:
        """A reference to an object of one of these kinds."""
        if type(slot) is not list or not slot or type(slot[0]) is not int or not 0 <= slot[0] < len(self.heap):
            raise corrupt("a reference points nowhere")
        target = self.heap[slot[0]]
        if target[0] not in tags:
            raise corrupt(f"a reference should point at {wire.NAMES[tags[0]]}")
        if len(slot) > 1:
            self.slot(slot)

    def index(self, value: Any, size: int) -> None:
        if type(value) is not int or not 0 <= value < size:
            raise corrupt("a row refers to a table entry that does not exist")


MARKS = (wire.PROMPT, wire.HANDLER, wire.MASK, wire.BINDING, wire.CLEANUP, wire.WIND, wire.BASE)
NOT_VALUES = (wire.FRAMES, *MARKS)


def check_shape(items: list[Any]) -> None:
    """Raise `corrupt-data` unless the items of a message are well formed."""
    _, _, header, types, functions, points, heap, root, _ = items
    tables = (header, types, functions, points, heap)
    if not all(type(table) is list for table in tables) or len(header) != 3 or type(header[2]) is not list:
        raise corrupt("the message does not have the parts it should have")
    check_rows(header[2], (str, str, str), "module")
    check_rows(types, (str, str, str, bytes), "type")
    check_rows(functions, (str, str, list, bytes), "function")
    check_rows(points, (str, str, list, str, bytes, list, str, int), "point")
    for row in heap:
        if type(row) is not list or not row or type(row[0]) is not int or row[0] not in CHECKS:
            raise corrupt("the heap holds something that is no object")
    shape = Shape(heap, (len(types), len(functions), len(points)))
    for row in heap:
        CHECKS[row[0]](shape, row)
    shape.slot(root)


def check_rows(rows: list[Any], kinds: tuple[type, ...], what: str) -> None:
    for row in rows:
        if type(row) is not list or len(row) != len(kinds):
            raise corrupt(f"a {what} entry is malformed")
        for part, kind in zip(row, kinds, strict=True):
            if type(part) is not kind or (type(part) is list and not all(type(each) is str for each in part)):
                raise corrupt(f"a {what} entry is malformed")


def need(condition: bool, what: str) -> None:
    if not condition:
        raise corrupt(f"a {what} is malformed")


def check_text(shape: Shape, row: list[Any]) -> None:
    need(len(row) == 2 and type(row[1]) is str, wire.NAMES[row[0]])


def check_sentinel(shape: Shape, row: list[Any]) -> None:
    need(len(row) == 2 and row[1] in ("unbound", "missing"), "sentinel")


def check_bytes(shape: Shape, row: list[Any]) -> None:
    need(len(row) == 2 and type(row[1]) is bytes, "bytes")


def check_run(shape: Shape, row: list[Any]) -> None:
    need(len(row) >= 2, "list")
    if row[1] is not None:
        shape.to(row[1], wire.LIST)
    shape.slots(row[2:])


def check_frames(shape: Shape, row: list[Any]) -> None:
    need(len(row) >= 3, "frame chain")
    if row[1] is not None:
        shape.to(row[1], wire.FRAMES)
    for frame in row[2:]:
        need(type(frame) is list and len(frame) >= 1, "frame")
        shape.index(frame[0], shape.points)
        shape.slots(frame[1:])


def check_values(shape: Shape, row: list[Any]) -> None:
    shape.slots(row[1:])


def check_map(shape: Shape, row: list[Any]) -> None:
    need(len(row) % 2 == 1, "map")
    shape.slots(row[1:])


def check_struct(shape: Shape, row: list[Any]) -> None:
    need(len(row) >= 2, "struct")
    shape.index(row[1], shape.types)
    shape.slots(row[2:])


def check_closure(shape: Shape, row: list[Any]) -> None:
    need(len(row) >= 2, "function")
    shape.index(row[1], shape.functions)
    shape.slots(row[2:])


def check_global(shape: Shape, row: list[Any]) -> None:
    need(len(row) == 3 and type(row[1]) is str and type(row[2]) is str, "definition")


def check_cell(shape: Shape, row: list[Any]) -> None:
    need(len(row) == 2, wire.NAMES[row[0]])
    shape.slot(row[1])


def check_continuation(shape: Shape, row: list[Any]) -> None:
    need(len(row) >= 5 and len(row) % 2 == 1 and type(row[1]) is int and 0 <= row[1] < 16, "continuation")
    if row[2] is not None:
        shape.index(row[2], shape.types)
    for frames, mark in zip(row[3::2], row[4::2], strict=True):
        if frames is not None:
            shape.to(frames, wire.FRAMES)
        shape.to(mark, *MARKS)


def check_stand_in(shape: Shape, row: list[Any]) -> None:
    need(len(row) == 4 and type(row[1]) is str and type(row[2]) is str, "stand-in")
    shape.slot(row[3])


def check_handler(shape: Shape, row: list[Any]) -> None:
    need(len(row) >= 2 and len(row) % 3 == 2, "handler")
    shape.slot(row[1])
    for key, way in zip(row[2::3], row[3::3], strict=True):
        if type(key) is int:
            shape.index(key, shape.types)
        ways = EFFECT_WAYS if type(key) is int else ERROR_WAYS
        need((key is None or type(key) in (str, int)) and way in ways, "handler")
    shape.slots(row[4::3])


def check_mask(shape: Shape, row: list[Any]) -> None:
    need(len(row) == 2, "mask")
    shape.to(row[1], wire.HANDLER)


def check_wind(shape: Shape, row: list[Any]) -> None:
    need(len(row) == 3, "dynamic-wind")
    shape.slots(row[1:])


def check_binding(shape: Shape, row: list[Any]) -> None:
    need(len(row) % 2 == 1 and all(type(name) is str for name in row[1::2]), "binding")
    shape.slots(row[2::2])


def check_bare(shape: Shape, row: list[Any]) -> None:
    need(len(row) == 1, wire.NAMES[row[0]])


def check_external(shape: Shape, row: list[Any]) -> None:
    need(len(row) == 2 and type(row[1]) is int, "external object")


CHECKS: dict[int, Callable[[Shape, list[Any]], None]] = {
    wire.SYMBOL: check_text,
    wire.KEYWORD: check_text,
    wire.TEXT: check_text,
    wire.BYTES: check_bytes,
    wire.LIST: check_run,
    wire.VECTOR: check_values,
    wire.MAP: check_map,
    wire.SET: check_values,
    wire.STRUCT: check_struct,
    wire.CLOSURE: check_closure,
    wire.GLOBAL: check_global,
    wire.CELL: check_cell,
    wire.REF: check_cell,
    wire.RC: check_cell,
    wire.FUTURE: check_cell,
    wire.CONTINUATION: check_continuation,
    wire.FRAMES: check_frames,
    wire.STAND_IN: check_stand_in,
    wire.RESOURCE: check_stand_in,
    wire.SENTINEL: check_sentinel,
    wire.PROMPT: check_bare,
    wire.HANDLER: check_handler,
    wire.MASK: check_mask,
    wire.WIND: check_wind,
    wire.BINDING: check_binding,
    wire.CLEANUP: check_cell,
    wire.BASE: check_bare,
    wire.EXTERNAL: check_external,
}
"""The check of each kind of row."""
