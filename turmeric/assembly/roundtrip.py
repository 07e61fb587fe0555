"""Round-trip mode: the whole state encoded, decoded and reinstated at every call.

A program must do the same in this mode as in the plain one: what a frame does not carry
is lost here.  Cells that the process's own definitions hold stay what they are, since
definitions are the process's, and so do those that Python code handed in, which may keep
them; everything else is new after each call.
"""

from __future__ import annotations

from turmeric.assembly.session import Session
from turmeric.durability import saving
from turmeric.durability.code.resolve import Resolver
from turmeric.durability.code.sources import CURRENT, SAVED
from turmeric.durability.decode import decoded
from turmeric.durability.stand_ins.instances import instances_of
from turmeric.reading.expander import EXPANSION
from turmeric.running.continuation import Base, Continuation, Segment, capture
from turmeric.running.files import FileHandle
from turmeric.running.futures import Future
from turmeric.running.lazies import Lazy
from turmeric.running.machine import Machine
from turmeric.running.pseudorandom import Generator
from turmeric.running.reaching import children
from turmeric.running.steps import Linker
from turmeric.running.values import Cell, Closure, Rc, Ref
from turmeric.running.world import World
from turmeric.vocabulary import vectors
from turmeric.vocabulary.errors import TurmericError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.running.continuation import Frames
    from turmeric.running.functions import State


SMALL = 8192
THINNING = 32
"""A state of more than SMALL bytes is not stored again for a number of calls, one for every
THINNING bytes: else a deep recursion would take time quadratic in its depth."""

KEEPING = ("async",)
"""Modules of the library whose definitions hold state: the tasks of this process."""


class RoundTripSession(Session):
    """A session whose machines store and restore themselves at every call of a function.

    `restores` counts how often; `skipped` the calls at which the state held something
    that cannot be stored (a Python object, say).  Macros run without: their datums carry
    places and marks, which are no part of values.
    """

    def __init__(self, roots: list[str] | None = None, args: list[str] | None = None) -> None:
        self.restores = 0
        self.skipped = 0
        self.rest = 0
        self.ready = False
        super().__init__(roots, args)
        self.ready = True

    def make_world(self) -> World:
        world = World()
        world.linker = Linker(world, observed=True)
        world.make_machine = lambda outer: RoundTripMachine(self, outer)
        return world

    def due(self) -> bool:
        """Whether this call is one at which the state is stored."""
        if not self.ready or EXPANSION.current:
            return False
        self.rest -= 1
        return self.rest < 0

    def round_trip(self, state: Any, external: list[Any]) -> Any:
        """A value encoded and decoded; itself when it cannot be stored."""
        world = self.world
        try:
            encoder = saving.encoder_for(world, {id(value): place for place, value in enumerate(external)})
            data = saving.encoded(state, encoder)
        except TurmericError as error:
            if error.name not in ("not-serializable", "moved-reference"):
                raise
            self.skipped += 1
            return state
        self.restores += 1
        self.rest = len(data) // THINNING if len(data) > SMALL else 0
        return decoded(data, Resolver(world, SAVED if world.bundles else CURRENT), instances_of(world), external)


class RoundTripMachine(Machine):
    """A machine that stores and restores its state before it enters a function."""

    def __init__(self, session: RoundTripSession, outer: Machine | None) -> None:
        super().__init__(session.world.library, outer)
        self.session = session
        self.given: list[Any] = []
        """What Python code called, and with what."""

    def call(self, function: Any, args: list[Any], prompt: bool = False) -> Any:
        self.given = [function, *args]
        return super().call(function, args, prompt)

    def apply(self, callee: Any, args: list[Any], frames: Frames) -> State:
        if type(callee) is Closure and self.session.due():
            self.session.ready = False  # the instances that encode and decode run plainly
            try:
                callee, args, frames = self.restored(callee, args, frames)
            finally:
                self.session.ready = True
        return super().apply(callee, args, frames)

    def restored(self, callee: Any, args: list[Any], frames: Frames) -> tuple[Any, list[Any], Frames]:
        """The same call in a restored state."""
        pieces, base = capture(frames, self.segment, Base)
        whole = Continuation(pieces, one_shot=False)
        external = process_state(self.session.world, self.given, self.outer)
        made = self.session.round_trip(vectors.from_iterable([callee, *args, whole]), external)
        callee, *args, whole = made
        top, _ = whole.pieces[-1]
        self.segment = base
        for inner, mark in whole.pieces[-2::-1]:
            self.segment = Segment(mark, top, self.segment)
            top = inner
        return callee, args, top


def process_state(world: World, given: list[Any], outer: Machine | None) -> list[Any]:
    """What changes in the values that the definitions of this process hold, in those given and in
    the runs below this one: cells, futures, continuations, open files, random generators."""
    found: list[Any] = []
    seen: set[int] = set()
    work = [
        definition.value
        for module in list(world.modules.values())
        if not module.library or module.name in KEEPING
        for definition in module.definitions.values()
    ]
    work += given
    while outer is not None:
        pieces, _ = capture(outer.waiting, outer.segment, Base)
        work.extend(children(Continuation(pieces, one_shot=False)))
        outer = outer.outer
    while work:
        value = work.pop()
        if getattr(value, "inert", False) or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Cell | Ref | Rc | Future | Continuation | FileHandle | Generator | Lazy):
            found.append(value)
        work.extend(parts_of(value))
    return found


def parts_of(value: Any) -> list[Any]:
    """The values directly inside a value, also of what all resumptions share."""
    if type(value) is Closure:
        return list(value.captured)
    if type(value) is Rc:
        return [value.value]
    return [value.state, value.here] if type(value) is Future else children(value)
