"""Naming: the variables of A-normal form, and the bindings that give values to them.

A *binding* takes the code that follows and puts a `Bind`, a `Let` or a `Fix` in front of
it; the normalizer collects bindings in order and folds them around what comes last.
"""

from __future__ import annotations

from collections.abc import Callable

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Control, Point, Simple, Var
from turmeric.reading.core import Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.vocabulary.spans import Span

Binding = Callable[[Control], Control]


class Frame:
    """The frame that a `Let` will push, if it turns out to be one (`pushed`)."""

    __slots__ = ("pushed",)

    def __init__(self) -> None:
        self.pushed = False


def fold(out: list[Binding], last: Control) -> Control:
    """`last` inside all bindings, the first outermost."""
    for binding in reversed(out):
        last = binding(last)
    return last


class Naming:
    """The variables of one definition, numbered in the order in which they are bound."""

    def __init__(self) -> None:
        self.variables: dict[Variable, Var] = {}
        self.count = 0
        self.labels: dict[str, int] = {}
        self.waiting: list[Frame] = []
        """The frames of this function below what is being normalized, the innermost last."""

    def new(self, name: str, type: object = None, assigned: bool = False, early: bool = False) -> Var:
        self.count += 1
        return Var(name, self.count, type, assigned, early)

    def temporary(self) -> Var:
        return self.new("%")

    def var(self, variable: Variable) -> Var:
        """The A-normal form of a variable; made where it is bound."""
        made = self.variables.get(variable)
        if made is None:
            made = self.new(variable.stem, variable.type, variable.assigned, variable.early)
            self.variables[variable] = made
        return made

    def named(self, value: Simple, out: list[Binding]) -> Simple:
        var = self.temporary()
        out.append(lambda body: anf.Bind(var, value, body))
        return anf.Reference(var)

    def let(
        self, bound: Control, out: list[Binding], label: str, span: Span | None, frame: Frame | None = None
    ) -> Var:
        """Name the value of `bound`: a point, unless it is simple.  `frame` stood for the
        point's frame while `bound` was normalized."""
        var = self.temporary()
        if isinstance(bound, anf.Return):
            value = bound.value
            out.append(lambda body: anf.Bind(var, value, body))
            return var
        count = self.labels[label] = self.labels.get(label, 0) + 1
        point = Point(label if count == 1 else f"{label}.{count}", span)
        out.append(lambda body: let_or_tail(point, var, bound, body, frame))
        return var

    def bind(self, variable: Variable, value: Simple, out: list[Binding]) -> None:
        if variable.assigned:
            self.bind_cell(variable, value, out)
            return
        var = self.var(variable)
        out.append(lambda body: anf.Bind(var, value, body))

    def bind_cell(self, variable: Variable, value: Simple, out: list[Binding]) -> None:
        var = self.var(variable)
        out.append(lambda body: anf.Bind(var, anf.NewCell(value), body))


def let_or_tail(point: Point, var: Var, bound: Control, body: Control, frame: Frame | None) -> Control:
    """`let x = M in x` is `M`: a call in tail position leaves no frame."""
    if isinstance(body, anf.Return) and isinstance(body.value, anf.Reference) and body.value.var is var:
        return bound
    if frame is not None:
        frame.pushed = True
    if isinstance(body, anf.Bind) and isinstance(body.value, anf.Reference) and body.value.var is var and var.temporary:
        return anf.Let(point, body.var, bound, body.body)
    return anf.Let(point, var, bound, body)
