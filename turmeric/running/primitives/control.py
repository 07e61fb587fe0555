"""The primitives of the module `control`: identities of escapes, frames as data."""

from __future__ import annotations

import os
from itertools import repeat

from turmeric.intermediate import anf
from turmeric.running.continuation import Continuation, Segment, Wind, frames_of
from turmeric.running.machine import CURRENT
from turmeric.running.operators import operator
from turmeric.running.structure import construct, short
from turmeric.running.values import Cell
from turmeric.running.world import require_world
from turmeric.vocabulary import lists, maps
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.namespace import UNBOUND
from turmeric.vocabulary.symbols import symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from turmeric.running.continuation import Frames
    from turmeric.running.functions import Point, State
    from turmeric.running.machine import Machine
    from turmeric.vocabulary.structs import Struct


def fresh_identity() -> int:
    """A number that no other call gives, in whatever process: continuations travel, and meet
    others.  A number, not an object: a copied continuation keeps it."""
    return int.from_bytes(os.urandom(8), "big") >> 1


EXTENT = "control.*extent*"


def extent_of(identity: int, parameter: object) -> object:
    """The innermost entry of that identity, or of that parameter, in any binding of `*extent*`."""
    machine = CURRENT.machine
    bindings = machine.segment.bindings if machine is not None else None
    while bindings is not None:
        values, bindings, _ = bindings
        entries: Any = values.get(EXTENT, ())
        for entry in entries:
            if entry[0] == identity or (parameter is not None and entry[1] is parameter):
                return entry
    return None


def continuation_frames(continuation: Any) -> List:
    """A struct `control.continuation-frame` for each frame, from the innermost out."""
    if type(continuation) is not Continuation:
        message = f"continuation-frames expects a continuation, got {short(continuation)}"
        raise failure("type-error", message, continuation)
    continuation.look()
    type_ = require_world().find("control", "continuation-frame").force()
    return lists.from_iterable([frame(type_, point, values) for point, values in frames_of(continuation)])


def frame(type_: object, point: Point, values: tuple[Any, ...]) -> Struct:
    """One frame: the live parameters in order, the other live variables by name."""
    code = point.function.code
    live = {var: held(value) for var, value in zip(point.point.live, values, strict=True) if not var.temporary}
    params = [var for var in map(variable_of, code.params.variables(), repeat(code.body)) if var in live]
    args = lists.from_iterable([live.pop(var) for var in params])
    captures = maps.from_pairs((symbol(var.name), value) for var, value in live.items() if value is not UNBOUND)
    return construct(type_, [code.symbol, args, captures, str(point.span) if point.span else None])


def variable_of(param: anf.Var, body: anf.Control) -> anf.Var:
    """The variable that holds a parameter in the body: for one that is assigned or has a
    default, another one of its name, bound at the start."""
    name = param.name.removeprefix("%")
    while isinstance(body, anf.Bind | anf.Let):
        if body.var.name == name and (param.temporary or is_cell_of(param, body)):
            return body.var
        body = body.body
    return param


def is_cell_of(param: anf.Var, binding: anf.Control) -> bool:
    made = binding.value if isinstance(binding, anf.Bind) else None
    return isinstance(made, anf.NewCell) and isinstance(made.value, anf.Reference) and made.value.var is param


def held(value: Any) -> Any:
    """What a variable holds, also when it lives in a cell."""
    return value.value if type(value) is Cell else value


@operator("call-wound", "control")
def call_wound(machine: Machine, args: list[Any], frames: Frames) -> State:
    """Call a thunk in a region of `dynamic-wind` that was entered."""
    before, after, thunk = args
    machine.segment = Segment(Wind(before, after), frames, machine.segment)
    return machine.apply(thunk, [], None)


TABLE: dict[str, Callable[..., Any]] = {
    "fresh-identity": fresh_identity,
    "extent-of": extent_of,
    "continuation-frames": continuation_frames,
}
