"""Copying cells: what `resume` and `clone` do, so that resumptions do not share state.

Only cells are copied, and what leads to them; everything else is shared.  A value from
which no cell can be reached is remembered as *inert*, so that copying a continuation
costs what its cells cost, however much immutable data it holds.

A cell that is the value of a definition is the process's, and stays itself.
"""

from __future__ import annotations

from turmeric.running.continuation import Binding, Cleanup, Continuation, Handler, Mark, Piece
from turmeric.running.values import Cell, Closure, Ref
from turmeric.vocabulary import lists, maps, sets, vectors
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.sets import Set
from turmeric.vocabulary.structs import Struct
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.running.continuation import Frames

FLAGGED = (List, Vector, Map, Set, Struct, Closure)
"""Classes with an `inert` slot."""


def children(value: Any) -> list[Any]:
    """The values directly inside a value (of a frame chain: all its frames' values)."""
    if isinstance(value, List):
        return list(value)
    if isinstance(value, Vector | Set):
        return list(value)
    if isinstance(value, Map):
        return [part for pair in value.items() for part in pair]
    if type(value) is Struct:
        return list(value.values)
    if type(value) is Closure:
        return [] if value.is_home() else list(value.captured)
    if type(value) is Cell or type(value) is Ref:
        return [value.value]
    if type(value) is Continuation:
        return [part for frames, mark in value.pieces for part in (*chain_values(frames), *mark_values(mark))]
    return []


def chain_values(frames: Frames) -> list[Any]:
    found: list[Any] = []
    while frames is not None:
        _, values, frames = frames
        found.extend(values)
    return found


def mark_values(mark: Mark) -> list[Any]:
    """The values that a mark holds."""
    if type(mark) is Handler:
        return [function for _, function in mark.clauses]
    if type(mark) is Binding:
        return list(mark.values.values())
    if type(mark) is Cleanup:
        return [mark.thunk]
    return []


def holds_cells(root: Any) -> bool:
    """Whether a cell to be copied can be reached from `root`; if not, all of it is inert,
    unless it leads to the cell of a definition, which stops being that when it is defined again."""
    seen: set[int] = set()
    kept: list[Any] = []
    work = [root]
    for_good = True
    while work:
        value = work.pop()
        if type(value) in (Ref, Closure) and value.is_home():
            for_good = for_good and type(value) is Closure and not value.captured
            continue
        if type(value) is Cell or type(value) is Ref:
            return True
        if not isinstance(value, (*FLAGGED, Continuation)) or getattr(value, "inert", False) or id(value) in seen:
            continue
        if type(value) is Continuation:
            return True  # it can be consumed, which is state
        seen.add(id(value))
        kept.append(value)
        work.extend(children(value))
    for value in kept if for_good else ():
        if isinstance(value, FLAGGED):
            value.inert = True
    return False


class Copier:
    """One copy: every cell is copied once, so sharing and cycles stay."""

    def __init__(self) -> None:
        self.made: dict[int, Any] = {}
        self.kept: list[Any] = []
        self.pending: list[tuple[Any, Any]] = []

    def copy(self, root: Any) -> Any:
        """The copy of a value; the value itself when no cell can be reached from it."""
        if not holds_cells(root):
            return root
        work = [(root, False)]
        while work:
            value, entered = work.pop()
            if id(value) in self.made:
                continue
            if entered:
                self.made[id(value)] = self.rebuilt(value)
            elif not isinstance(value, (*FLAGGED, Cell, Ref, Continuation)) or not holds_cells(value):
                self.made[id(value)] = value
            else:
                self.enter(value, work)
            self.kept.append(value)
        self.fill()
        return self.made[id(root)]

    def enter(self, value: Any, work: list[tuple[Any, bool]]) -> None:
        """Allocate what may be part of a cycle now, visit the rest before building it."""
        if type(value) in (Cell, Ref):
            self.made[id(value)] = type(value)(value.value)
            self.pending.append((self.made[id(value)], value))
        elif type(value) is Closure:
            made = self.made[id(value)] = Closure(value.function, ())
            self.pending.append((made, value))
        elif type(value) is Continuation:
            made_k = self.made[id(value)] = Continuation((), value.one_shot)
            made_k.consumed, made_k.abortive, made_k.continuable = value.consumed, value.abortive, value.continuable
            self.pending.append((made_k, value))
        else:
            work.append((value, True))
        work.extend((child, False) for child in children(value))

    def rebuilt(self, value: Any) -> Any:
        """An immutable value with its parts replaced by their copies."""
        made = self.made
        if isinstance(value, List):
            return lists.from_iterable([made.get(id(part), part) for part in value])
        if isinstance(value, Vector):
            return vectors.from_iterable([made.get(id(part), part) for part in value])
        if isinstance(value, Set):
            return sets.from_iterable([made.get(id(part), part) for part in value])
        if isinstance(value, Map):
            return maps.from_pairs([(made.get(id(k), k), made.get(id(v), v)) for k, v in value.items()])
        return Struct(value.type, tuple([made.get(id(part), part) for part in value.values]))

    def fill(self) -> None:
        """Give the cells, closures and continuations allocated before their contents."""
        made = self.made
        while self.pending:
            copy, value = self.pending.pop()
            if type(value) is Closure:
                copy.captured = tuple([made.get(id(part), part) for part in value.captured])
            elif type(value) is Continuation:
                copy.pieces = tuple([self.piece(piece) for piece in value.pieces])
            else:
                copy.value = made.get(id(value.value), value.value)

    def piece(self, piece: Piece) -> Piece:
        frames, mark = piece
        return self.frames(frames), self.mark(mark)

    def frames(self, frames: Frames) -> Frames:
        rows = []
        while frames is not None:
            point, values, frames = frames
            rows.append((point, values))
        made: Frames = None
        for point, values in reversed(rows):
            made = (point, tuple([self.made.get(id(part), part) for part in values]), made)
        return made

    def mark(self, mark: Mark) -> Mark:
        found = self.made
        if type(mark) is Handler:
            return Handler(mark.kind, tuple([(name, found.get(id(fn), fn)) for name, fn in mark.clauses]))
        if type(mark) is Binding:
            return Binding({name: found.get(id(value), value) for name, value in mark.values.items()})
        if type(mark) is Cleanup:
            return Cleanup(found.get(id(mark.thunk), mark.thunk))
        return mark


def copied(value: Any) -> Any:
    """A copy of a value that shares no cell with it."""
    return Copier().copy(value)


def copied_pieces(continuation: Continuation) -> tuple[Piece, ...]:
    """The pieces of a continuation for one resumption: its cells are copied."""
    if not any(holds_cells(value) for value in children(continuation)):
        return continuation.pieces
    whole = Continuation(continuation.pieces, one_shot=False)
    made: Continuation = copied(whole)
    return made.pieces
