"""Continuations: frames, marks, segments.  Only this module knows how they are chained.

    frame         = (point, values, next)     a pending call; immutable, so it can be shared
    segment       = mark, the frames below it, the segment below that
    the machine   = frames above the newest mark, and the newest segment

    frames --> segment(handler) --frames--> segment(prompt) --frames--> segment(base)

A captured continuation is a tuple of pieces, from the innermost out: the frames above
a mark, and the mark.  The last piece ends with the prompt (or handler) it was captured
up to.  Capturing and reinstating copy no frames.
"""

from __future__ import annotations

from collections.abc import Iterator

from turmeric.running.values import Closure
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.running.functions import Point

    Frames = tuple[Point, tuple[Any, ...], "Frames"] | None
    Bindings = tuple[dict[str, object], "Bindings"] | None


class Prompt:
    """A delimiter.  Its identity tells whether a continuation returns to where it was taken."""

    __slots__ = ()


class Handler:
    """A handler: clauses of a type name (None: any) and a function.

    `kind` is "catch" (the body is left first) or "resume" (the function gets the
    continuation of the `throw`).
    """

    __slots__ = ("clauses", "kind")

    def __init__(self, kind: str, clauses: tuple[tuple[str | None, object], ...]) -> None:
        self.kind = kind
        self.clauses = clauses


class Binding:
    """Dynamic variables, by full name, and their values."""

    __slots__ = ("values",)

    def __init__(self, values: dict[str, object]) -> None:
        self.values = values


class Cleanup:
    """A thunk that runs when its region is left for good."""

    __slots__ = ("thunk",)

    def __init__(self, thunk: object) -> None:
        self.thunk = thunk


class Base:
    """The bottom of one run of the machine; `foreign` names the Python function that called."""

    __slots__ = ("foreign",)

    def __init__(self, foreign: str | None) -> None:
        self.foreign = foreign


Mark = Prompt | Handler | Binding | Cleanup | Base


class Segment:
    """A mark and everything below it.  `handlers` is the nearest segment with a handler,
    this one included: a throw does not look at all the marks in between."""

    __slots__ = ("bindings", "frames", "handlers", "mark", "rest")

    def __init__(self, mark: Mark, frames: Frames, rest: Segment | None) -> None:
        self.mark = mark
        self.frames = frames
        self.rest = rest
        self.bindings: Bindings = rest.bindings if rest is not None else None
        self.handlers: Segment | None = rest.handlers if rest is not None else None
        if type(mark) is Binding:
            self.bindings = (mark.values, self.bindings)
        elif type(mark) is Handler:
            self.handlers = self


Piece = tuple["Frames", Mark]


class Continuation:
    """A captured continuation.

    one_shot     it may be reinstated once
    consumed     it was
    abortive     reinstating replaces the current continuation (`call/cc`)
    continuable  False for the `k` of an error that no `throw` raised: only `discontinue`
    """

    __slots__ = ("abortive", "consumed", "continuable", "one_shot", "pieces", "refs")
    type_name = "continuation"

    def __init__(self, pieces: tuple[Piece, ...], one_shot: bool) -> None:
        self.pieces = pieces
        self.one_shot = one_shot
        self.consumed = False
        self.abortive = False
        self.continuable = True
        self.refs: list[Any] = []
        """The refs that serializing moved into this continuation."""

    def __call__(self, *args: Any) -> Any:
        return Closure.invoke(self, args)  # type: ignore[arg-type]

    def describe(self) -> str:
        shots = "one-shot" if self.one_shot else "multi-shot"
        used = ", consumed" if self.consumed else ""
        count = sum(1 for _ in frames_of(self))
        return f"#<continuation of {count} frame{'' if count == 1 else 's'}, {shots}{used}>"

    def take(self) -> tuple[Piece, ...]:
        """The pieces, consuming the continuation."""
        if self.consumed:
            raise failure("continuation-consumed", "this continuation was already continued")
        self.consumed = True
        for ref in self.refs:
            ref.owner = None
        self.refs = []
        return self.pieces

    def look(self) -> tuple[Piece, ...]:
        """The pieces of a continuation that is not consumed by using it."""
        if self.consumed:
            raise failure("continuation-consumed", "this continuation was already continued")
        return self.pieces


def frames_of(continuation: Continuation) -> Iterator[tuple[Point, tuple[Any, ...]]]:
    """The frames, from the innermost out, without marks."""
    for frames, _ in continuation.pieces:
        while frames is not None:
            point, values, frames = frames
            yield point, values


def capture(frames: Frames, segment: Segment, stop: type[Mark] | Segment) -> tuple[tuple[Piece, ...], Segment]:
    """The pieces down to the nearest mark of a kind (or a given segment), and its segment."""
    pieces: list[Piece] = []
    while True:
        pieces.append((frames, segment.mark))
        if segment is stop or type(segment.mark) is stop:
            return tuple(pieces), segment
        if type(segment.mark) is Base:
            raise no_delimiter(segment.mark)
        frames = segment.frames
        assert segment.rest is not None
        segment = segment.rest


def no_delimiter(base: Base) -> Exception:
    """The error for a capture that found no delimiter above the bottom of the run."""
    if base.foreign is None:
        return failure("no-prompt", "there is no delimiter to capture up to; put a (reset ...) around this")
    message = f"cannot capture through the Python function {base.foreign}, which called this function"
    return failure("foreign-frame", message, base.foreign)


def reinstate(pieces: tuple[Piece, ...], frames: Frames, segment: Segment) -> tuple[Frames, Segment]:
    """Put pieces onto the current frames and segment.

    A continuation that goes back directly under the very delimiter it was captured up
    to finds it still there: so delimiters do not pile up in a loop.
    """
    top, mark = pieces[-1]
    if not (frames is None and segment.mark is mark and type(mark) is Prompt):
        segment = Segment(mark, frames, segment)
    for inner, mark in pieces[-2::-1]:
        segment = Segment(mark, top, segment)
        top = inner
    return top, segment
