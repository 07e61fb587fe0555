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
    from turmeric.running.values import Ref
    from turmeric.vocabulary.structs import StructType

    Frames = tuple[Point, tuple[Any, ...], "Frames"] | None
    Budgets = tuple[Ref | None, "Budgets"] | None
    Bindings = tuple[dict[str, object], "Bindings", Budgets] | None


PENDING: Any = (None, (), None)
"""In place of the frames below a mark: they are on Python's stack, which compiled code runs on."""


class Prompt:
    """A delimiter.  Its identity tells whether a continuation returns to where it was taken."""

    __slots__ = ()


CATCH = "catch"
"""A clause for thrown values: the body is left first."""
RESUME = "resume"
"""A clause for thrown values that gets the continuation of the `throw`."""
IN_PLACE = "in-place"
"""A clause for an effect that runs where the effect was performed, under a `Mask`."""
ONE_SHOT = "one-shot"
MULTI_SHOT = "multi-shot"
"""Clauses for effects that get the continuation of the `perform`."""
ERROR_WAYS = (CATCH, RESUME)
EFFECT_WAYS = (IN_PLACE, ONE_SHOT, MULTI_SHOT)


class Handler:
    """A handler: for each key a way (see above) and a function.

    The key of a thrown value is the name of its type (None: any), that of an effect is its type
    itself.  `returns` (or None) is called with the value of the body, outside of the handler.
    """

    __slots__ = ("clauses", "mask", "returns")

    def __init__(self, clauses: dict[object, tuple[str, object]], returns: object = None) -> None:
        self.clauses = clauses
        self.returns = returns
        self.mask: Mask | None = None
        """What its clauses that run in place stand on, once one did."""


class Mask:
    """What a clause that runs in place stands on.  The clause belongs outside of its handler, so
    nothing from here down to the handler, that included, is looked at: no handler, no
    binding, no delimiter."""

    __slots__ = ("handler",)

    def __init__(self, handler: Handler) -> None:
        self.handler = handler


class Binding:
    """Dynamic variables, by full name, and their values."""

    __slots__ = ("values",)

    def __init__(self, values: dict[str, object]) -> None:
        self.values = values


class Cleanup:
    """A thunk that runs when its region is left for good; or a continuation that is given up then,
    if it waits still."""

    __slots__ = ("thunk",)

    def __init__(self, thunk: object) -> None:
        self.thunk = thunk

    def needed(self) -> bool:
        return type(self.thunk) is not Continuation or not self.thunk.consumed

    def then(self, way: str) -> str:
        """The function of the library that leaves the region, by `return` or `throw`."""
        return f"{way}-giving-up" if type(self.thunk) is Continuation else f"{way}-after"


class Wind:
    """A region of `dynamic-wind`: `after` runs whenever control leaves it, by a capture too, and
    `before` when a continuation that was captured inside enters it again."""

    __slots__ = ("after", "before")

    def __init__(self, before: object, after: object) -> None:
        self.before = before
        self.after = after


class Base:
    """The bottom of one run of the machine; `foreign` names the Python function that called."""

    __slots__ = ("foreign",)

    def __init__(self, foreign: str | None) -> None:
        self.foreign = foreign


Mark = Prompt | Handler | Mask | Binding | Cleanup | Wind | Base


class Segment:
    """A mark and everything below it.  `handlers` is the nearest segment with a handler that can
    be seen from here, this one included: a search does not look at all the marks in between."""

    __slots__ = ("bindings", "frames", "handlers", "mark", "rest")

    def __init__(self, mark: Mark, frames: Frames, rest: Segment | None) -> None:
        self.mark = mark
        self.frames = frames
        self.rest = rest
        kind = type(mark)
        seen = masked_handler([mark.handler], rest).rest if kind is Mask else rest  # type: ignore[union-attr]
        self.bindings: Bindings = seen.bindings if seen is not None else None
        """The dynamic variables that can be seen from here, region by region; with each, the budgets around it."""
        self.handlers: Segment | None = seen.handlers if seen is not None else None
        if kind is Handler:
            self.handlers = self
        elif kind is Binding:
            self.bindings = bound(mark.values, self.bindings)  # type: ignore[union-attr]
        elif kind is Mask:
            self.bindings = behind_mask(rest.bindings, self.bindings)  # type: ignore[union-attr]


BUDGET = "freezing.*budget*"
"""The dynamic variable that holds what is left of a budget of calls (`running.budgets`)."""


def bound(values: dict[str, object], outer: Bindings) -> Bindings:
    """Dynamic variables, bound inside of others."""
    budgets = None if outer is None else outer[2]
    if BUDGET in values:
        budgets = (values[BUDGET], budgets)  # type: ignore[assignment]
    return values, outer, budgets


def behind_mask(hidden: Bindings, seen: Bindings) -> Bindings:
    """What can be seen from a mask.  Budgets above its handler do not count there, but come back."""
    if hidden is None or hidden[2] is None or hidden is seen:
        return seen
    return {}, seen, (None, None if seen is None else seen[2])


def without_budgets(bindings: Bindings) -> Bindings:
    """The same dynamic variables for a function that Python code calls: its calls are not counted."""
    return bindings if bindings is None or bindings[2] is None else ({}, bindings, None)


def masking(handler: Handler, frames: Frames, rest: Segment, seen: Segment | None) -> Segment:
    """The segment of a handler's mask; `seen` is the one below the handler, which `Segment` would search for."""
    mask = handler.mask
    if mask is None:
        mask = handler.mask = Mask(handler)
    assert seen is not None
    made = new_segment(Segment)
    made.mark = mask
    made.frames = frames
    made.rest = rest
    made.bindings = seen.bindings if rest.bindings is None else behind_mask(rest.bindings, seen.bindings)
    made.handlers = seen.handlers
    return made


new_segment = Segment.__new__


def masked_handler(handlers: list[Handler], segment: Segment | None) -> Segment:
    """The segment of the handler of the first of these masks, which lie above `segment`, the outermost
    first.  Masks in between hide handlers of their own."""
    wanted = list(handlers)
    while segment is not None:
        if type(segment.mark) is Mask:
            wanted.append(segment.mark.handler)
        elif segment.mark is wanted[-1]:
            wanted.pop()
            if not wanted:
                return segment
        segment = segment.rest
    raise failure("corrupt-data", "a clause of a handler waits outside of its handler")


Piece = tuple["Frames", Mark]


class Continuation:
    """A captured continuation.

    one_shot     it may be reinstated once
    consumed     it was
    abortive     reinstating replaces the current continuation (`call/cc`)
    continuable  False for the `k` of an error that no `throw` raised: only `discontinue`
    awaits       the type of the effect it was performed for, if that declares its result's type
    stateless    no state can be reached from its pieces: they need no copy. Set when a walk found
                 that; it stays so because frames and marks do not change
    """

    __slots__ = ("abortive", "awaits", "consumed", "continuable", "one_shot", "pieces", "refs", "stateless")
    type_name = "continuation"

    def __init__(self, pieces: tuple[Piece, ...], one_shot: bool) -> None:
        self.pieces = pieces
        self.one_shot = one_shot
        self.consumed = False
        self.abortive = False
        self.continuable = True
        self.awaits: StructType | None = None
        self.stateless = False
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
    """The frames, from the innermost out, without marks and those that only hand a value on."""
    for frames, _ in continuation.pieces:
        while frames is not None:
            point, values, frames = frames
            if not point.idle:
                yield point, values


def capture(
    frames: Frames, segment: Segment, stop: type[Mark] | Segment, above: tuple[Piece, ...] = (), leaving: bool = False
) -> tuple[tuple[Piece, ...], Segment]:
    """The pieces down to the nearest mark of a kind (or a given segment), and its segment.

    `above` are pieces that were captured before.  When `leaving`, a region of `dynamic-wind`
    stops the capture: its segment is given instead, for `after` has to run first.
    """
    pieces: list[Piece] = list(above)
    masked = open_masks(above) if above else []
    while True:
        mark = segment.mark
        kind = type(mark)
        pieces.append((frames, mark))
        if segment is stop or (kind is stop and not masked) or (kind is Wind and leaving):
            return tuple(pieces), segment
        if kind is Base:
            raise no_delimiter(mark)  # type: ignore[arg-type]
        if kind is Mask:
            masked.append(mark.handler)  # type: ignore[union-attr]
        elif masked and mark is masked[-1]:
            masked.pop()
        frames = segment.frames
        assert segment.rest is not None
        segment = segment.rest


def open_masks(pieces: tuple[Piece, ...]) -> list[Handler]:
    """The handlers, below these pieces, of the masks in them; the outermost first."""
    masked: list[Handler] = []
    for _, mark in pieces:
        if type(mark) is Mask:
            masked.append(mark.handler)
        elif masked and mark is masked[-1]:
            masked.pop()
    return masked


def no_delimiter(base: Base) -> Exception:
    """The error for a capture that found no delimiter above the bottom of the run."""
    if base.foreign is None:
        return failure("no-prompt", "there is no delimiter to capture up to; put a (reset ...) around this")
    message = f"cannot capture through the Python function {base.foreign}, which called this function"
    return failure("foreign-frame", message, base.foreign)


def trimmed(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The pieces without delimiters directly below the last one, which `reinstate` has put there."""
    while len(pieces) > 1 and pieces[-1][0] is None and type(pieces[-1][1]) is type(pieces[-2][1]) is Prompt:
        pieces = pieces[:-1]
    return pieces


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
