"""Snapshots as stacks of the program's functions, compiled or on the machine.

What a run of the machine waits for is in its heap frames.  These are many where recursion is deep, and most of them
were there at the last sample too: so what was made of every thousandth is kept for the next sample.
"""

from __future__ import annotations

from turmeric.fronts.profile import counts
from turmeric.fronts.profile.counts import Folding, Profile, Sample
from turmeric.fronts.profile.frames import FOREIGN, RUN, STOPPED, Known
from turmeric.intermediate import anf
from turmeric.running.continuation import PENDING
from turmeric.running.evaluators import Place
from turmeric.running.functions import Function, Point
from turmeric.running.steps import Steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.fronts.profile.frames import Snapshot
    from turmeric.vocabulary.spans import Span

KEPT = 1000
"""Heap frames from one that is kept to the next."""


class Stacks:
    """Makes samples of snapshots; what functions are goes into the profile."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.known = Known()
        self.steps: dict[Any, tuple[Function, anf.Control]] = {}
        """Of each step of the machine its function, and what it is in A-normal form."""
        self.kept: dict[tuple[int, int], tuple[Any, ...]] = {}
        """What was made of heap frames, by their identity and that of the segment below."""
        self.places: dict[Any, Span | None] = {}
        """Of sites that have no place of their own: the nearest one in their function."""
        self.folding = Folding()
        self.line: counts.Line | None = None
        """Where the innermost function of the program is, or of the library where there is none."""
        self.outside = True
        """Whether the function looked at belongs to the library."""

    def watch(self) -> None:
        """Learn of the steps that are made from now on."""
        Steps.made = lambda step, function, node: self.steps.__setitem__(step, (function, node))

    def unwatch(self) -> None:
        Steps.made = None

    def sample(self, snapshot: Snapshot) -> Sample:
        """The stack of a snapshot."""
        self.folding, self.line, self.outside = Folding(), None, True
        self.known.refresh()
        before, self.kept = self.kept, {}
        leaf = False
        """Whether the innermost function of the program has called something that is none."""
        for code, offset, more in reversed(snapshot):
            compiled = self.known.units.get(id(code))
            if code is RUN:
                _, frames, segment, led = more
                self.heap(frames, segment, led, before)
                self.step(more[0])
                leaf = False
            elif compiled is not None:
                site = compiled.sites.get(offset)
                if site is not None and site.node is not None:
                    self.function(compiled.unit.function, site.span or self.near(compiled.unit, site))
                    leaf = False
            elif type(more) is Place:
                self.at(more.span)
            elif code in self.known.working:
                if code is STOPPED and more is not None:
                    self.being_moved(more)
                self.push(self.known.working[code], counts.TURMERIC)
            elif code is FOREIGN:
                self.push(name_of(more), counts.PYTHON)
            elif not leaf:
                leaf = self.primitive(code, more)
        if not self.folding.names:
            self.push("(starting)", counts.TURMERIC)
        return self.folding.sample(self.line)

    # What is on a stack ---------------------------------------------------------------------

    def push(self, name: str, kind: str) -> None:
        if kind != counts.PROGRAM:
            self.profile.kinds[name] = kind
        self.folding.push(name)

    def function(self, function: Function, span: Span | None) -> None:
        """A function of the program or the library, at a place in it."""
        code = function.code
        name = code.symbol
        if name not in self.profile.places and code.span is not None:
            self.profile.places[name] = (code.span.file, code.span.line)
            if function.linker.world.is_library(code.module):
                self.profile.kinds[name] = counts.LIBRARY
        self.folding.push(name)
        self.outside = self.profile.kind(name) == counts.LIBRARY
        self.at(span or code.span)

    def near(self, unit: Any, site: Any) -> Span | None:
        """The place of what a site without a place belongs to, or of what stands before it."""
        if site not in self.places:
            before = unit.sites[: unit.sites.index(site)] if site in unit.sites else []
            spans = [span_of(site.node), *(each.span for each in reversed(before))]
            self.places[site] = next((span for span in spans if span is not None), None)
        return self.places[site]

    def at(self, span: Span | None) -> None:
        """A place in the function looked at; one in the library does not hide the place that led there."""
        if span is not None and (self.line is None or not self.outside):
            self.line = (span.file, span.line)

    def primitive(self, code: Any, called: Any) -> bool:
        name = self.known.primitive(code) or (self.known.primitive(called) if called is not None else None)
        if name is not None:
            self.push(name, counts.PRIMITIVE)
        return name is not None

    def step(self, step: Any) -> None:
        """The function whose step the machine is taking."""
        known = self.steps.get(step)
        if known is not None:
            self.function(known[0], span_of(known[1]))
            return
        for cell in getattr(step, "__closure__", None) or ():  # one that counts, or enters compiled code
            held = cell.cell_contents
            if isinstance(held, Function):
                self.function(held, None)
            elif isinstance(held, Point):
                self.function(held.function, held.span)

    def being_moved(self, error: BaseException) -> None:
        """The compiled functions that an exception has come through, on the way to the heap."""
        traceback = error.__traceback__
        while traceback is not None:
            compiled = self.known.units.get(id(traceback.tb_frame.f_code))
            if compiled is not None:
                site = compiled.sites.get(traceback.tb_lasti)
                if site is not None and site.node is not None:
                    self.function(compiled.unit.function, site.span)
            traceback = traceback.tb_next

    # The heap -------------------------------------------------------------------------------

    def heap(self, frames: Any, segment: Any, led: Any, before: dict[tuple[int, int], tuple[Any, ...]]) -> None:
        """The functions that a run waits for, from the outermost."""
        while segment is not None and segment.frames is PENDING:
            segment = segment.rest
        below = tuple(self.folding.names)
        found: list[tuple[Any, Any]] = []
        while True:
            if led is not None and frames is led[1] and segment is led[2]:
                found.append((None, led[0]))
            if frames is None and segment is None:
                break
            if frames is None:
                frames, segment = segment.frames, segment.rest
                continue
            known = before.get((id(frames), id(segment)))
            if known is not None and known[2] == below:
                self.folding = Folding(known[3], known[4])
                self.keep(frames, segment, below)
                break
            found.append((frames, segment))
            frames = frames[2]
        self.waiting(found, below)

    def waiting(self, found: list[tuple[Any, Any]], below: tuple[str, ...]) -> None:
        """What waits in frames, each with the segment below; instead of a frame a tail call may stand there."""
        for place, (frames, segment) in enumerate(reversed(found), 1):
            if frames is None:
                self.folding.push(segment.function)
                self.outside = False
                self.at(segment.span)
                continue
            point = frames[0]
            if point.idle:
                self.at(point.span)
            else:
                self.function(point.function, point.span)
            if place % KEPT == 0:
                self.keep(frames, segment, below)

    def keep(self, frames: Any, segment: Any, below: tuple[str, ...]) -> None:
        made = (tuple(self.folding.names), frozenset(self.folding.seen))
        self.kept[id(frames), id(segment)] = (frames, segment, below, *made)


def span_of(node: object) -> Span | None:
    """Where a node of A-normal form begins in the source, or the first of its parts that has a place."""
    work: list[object] = [node]
    while work:
        each = work.pop()
        span: Span | None = getattr(each, "span", None)
        if span is not None:
            return span
        work.extend(reversed(nearest_parts(each)))
    return None


def nearest_parts(node: object) -> list[object]:
    """What a node evaluates first."""
    if isinstance(node, anf.Let):
        return [node.bound, node.point]
    names = ("value", "test", "function", "args", "inits", "operands")
    parts = [getattr(node, name) for name in names if hasattr(node, name)]
    return [each for part in parts for each in (part if isinstance(part, tuple) else (part,))]


def name_of(function: Any) -> str:
    """A Python function's name, with its module."""
    name = getattr(function, "__qualname__", None) or type(function).__name__
    module = getattr(function, "__module__", None)
    return f"{module}.{name}" if isinstance(module, str) else str(name)
