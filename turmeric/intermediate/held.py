"""Calls that end a branch or a region, but not their function, get a frame of their own.

    (+ 1 (if a (f) 0))     ==>   let %1 = (if a then (let %2 = f() in %2) else 0) in + 1 %1
    (try (f) (catch ...))  ==>   under a handler: let %2 = f() in %2

Without it the frame that waits there could not tell which call it waits for: the saved state of
this program would also fit one with `(g (f))` in the branch, and `g` would never be called.  A call
in tail position of its function stays one, and leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Callable

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Code, Control, Point, Var
from turmeric.intermediate.surroundings import delimits
from turmeric.intermediate.walking import functions_of
from turmeric.reading import core


def hold(code: Code, temporary: Callable[[], Var]) -> Code:
    """Give the calls of a definition their frames; `temporary` makes its variables."""
    for each in functions_of(code):
        holding = Holding(temporary)
        each.body = holding.control(each.body, 0, False, False)
        holding.name()
    return code


class Holding:
    """Goes through one function.  `frames` of the function wait below a node, since its last mark if
    there is one (`marked`); `joined`: control got there through a branch, a loop or a mark."""

    def __init__(self, temporary: Callable[[], Var]) -> None:
        self.temporary = temporary
        self.labels: dict[str, None] = {}
        self.made: list[Point] = []

    def control(self, node: Control, frames: int, marked: bool, joined: bool) -> Control:
        """A node, with frames for the calls in it; a run of bindings takes no recursion."""
        first, last = node, None
        while isinstance(node, anf.Bind | anf.Let | anf.Fix):
            if isinstance(node, anf.Let):
                self.labels[node.point.label] = None
                node.bound = self.control(node.bound, frames + 1, marked, False)
            last, node = node, node.body
        ended = self.end(node, frames, marked, joined)
        if last is None:
            return ended
        last.body = ended
        return first

    def end(self, node: Control, frames: int, marked: bool, joined: bool) -> Control:
        """A node that ends a run of bindings."""
        held = joined and (frames > 0 or marked)
        if isinstance(node, anf.TailCall):
            return self.frame(label_of(node), node.span, node) if held else node
        if isinstance(node, anf.Branch):
            node.then = self.control(node.then, frames, marked, True)
            node.orelse = self.control(node.orelse, frames, marked, True)
        elif isinstance(node, anf.Loop):
            node.body = self.control(node.body, frames, marked, True)
        elif isinstance(node, anf.Leave):
            node.body = self.control(node.body, frames - node.depth, marked, True)
        elif isinstance(node, anf.Marked):
            lasts = not ends_with_its_call(node)
            node.body = self.control(node.body, 0, lasts, lasts)
            if held and delimits(node):
                return self.frame("marked", node.span, node)
        return node

    def frame(self, label: str, span: object, bound: Control) -> Control:
        """`bound`, under a frame that does nothing but wait for its value."""
        var = self.temporary()
        point = Point(label, span)  # type: ignore[arg-type]
        self.made.append(point)
        return anf.Let(point, var, bound, anf.Return(anf.Reference(var)))

    def name(self) -> None:
        """Number the labels of the new points on from those that were there."""
        for point in self.made:
            label, count = point.label, 1
            while point.label in self.labels:
                count += 1
                point.label = f"{label}.{count}"
            self.labels[point.label] = None


def idle(node: anf.Let) -> bool:
    """Whether a point is one of those made here."""
    last = node.body
    return isinstance(last, anf.Return) and isinstance(last.value, anf.Reference) and last.value.var is node.var


def label_of(node: anf.TailCall) -> str:
    """What is pending: the name of what is called."""
    if isinstance(node.function, anf.GlobalReference):
        return node.function.name
    return node.function.var.name if isinstance(node.function, anf.Reference | anf.GetCell) else "call"


def ends_with_its_call(node: anf.Marked) -> bool:
    """Whether nothing of a region is left when the last thing in it begins.  A continuation ends at a
    delimiter, and should need nothing of the code around it.  The clean-up around a clause is taken away
    by what continues its continuation (`reading.clauses.settled`)."""
    if node.kind == core.CLEANUP:
        return not isinstance(node.operands[0], anf.MakeClosure)
    return node.kind == core.PROMPT
