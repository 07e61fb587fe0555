"""Copying cells: what `resume` and `clone` do, so that resumptions do not share state.

Only cells are copied, and what leads to them; everything else is shared.  A value from
which no cell can be reached is remembered as *inert*, so that copying a continuation
costs what its cells cost, however much immutable data it holds.

A cell that is the value of a definition is the process's, and stays itself.
"""

from __future__ import annotations

from turmeric.running.continuation import Binding, Cleanup, Continuation, Handler, Mark, Mask, Piece, Wind
from turmeric.running.reaching import children, leading_to_state
from turmeric.running.values import Cell, Closure, Ref
from turmeric.vocabulary import lists, maps, sets, vectors
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.sets import Set
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.running.continuation import Frames

class Copier:
    """One copy: every cell is copied once, so sharing and cycles stay."""

    def __init__(self, leading: set[int]) -> None:
        self.leading = leading
        """The ids of the values that are copied: those that are state or lead to some."""
        self.made: dict[int, Any] = {}
        self.kept: list[Any] = []
        self.marks: dict[int, Mark] = {}
        self.pending: list[tuple[Any, Any]] = []

    def copy(self, root: Any) -> Any:
        """The copy of a value."""
        work = [(root, False)]
        while work:
            value, entered = work.pop()
            if id(value) in self.made:
                continue
            if entered:
                self.made[id(value)] = self.rebuilt(value)
            elif id(value) not in self.leading:
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
            made_k.awaits = value.awaits
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
        return value.type.make(value.type, tuple([made.get(id(part), part) for part in value.values]))

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
        """The copy of a mark; one for each, since a mask refers to its handler."""
        if id(mark) not in self.marks:
            self.marks[id(mark)] = self.copied_mark(mark)
        return self.marks[id(mark)]

    def copied_mark(self, mark: Mark) -> Mark:
        found = self.made
        if type(mark) is Handler:
            clauses = {key: (way, found.get(id(fn), fn)) for key, (way, fn) in mark.clauses.items()}
            return Handler(clauses, found.get(id(mark.returns), mark.returns))
        if type(mark) is Mask:
            handler = self.mark(mark.handler)
            assert isinstance(handler, Handler)
            return Mask(handler)
        if type(mark) is Binding:
            return Binding({name: found.get(id(value), value) for name, value in mark.values.items()})
        if type(mark) is Cleanup:
            return Cleanup(found.get(id(mark.thunk), mark.thunk))
        if type(mark) is Wind:
            return Wind(found.get(id(mark.before), mark.before), found.get(id(mark.after), mark.after))
        return mark


def copied(value: Any) -> Any:
    """A copy of a value that shares no cell with it; the value itself when there is none in it."""
    leading, _ = leading_to_state([value])
    return Copier(leading).copy(value) if id(value) in leading else value


def copied_pieces(continuation: Continuation) -> tuple[Piece, ...]:
    """The pieces of a continuation for one resumption: its cells are copied."""
    if continuation.stateless:
        return continuation.pieces
    leading, for_good = leading_to_state(children(continuation))
    if not leading:
        continuation.stateless = for_good
        return continuation.pieces
    whole = Continuation(continuation.pieces, one_shot=False)
    made: Continuation = Copier({*leading, id(whole)}).copy(whole)
    return made.pieces
