"""Warnings: local variables that nothing reads, top-level names that are defined twice."""

from __future__ import annotations

from turmeric.fronts.checks.gathering import Gathered, Row
from turmeric.fronts.checks.known import names_of
from turmeric.fronts.checks.problems import Problem
from turmeric.reading import declarations as kinds
from turmeric.reading.core import Call, Const, Core, If, Lambda, Let, Local, Variable
from turmeric.reading.parts import parts
from turmeric.vocabulary.spans import Span, source_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def unused_locals(gathered: Gathered, rows: list[Row]) -> Iterator[Problem]:
    """A warning for each name a program binds and never reads, parameters apart.

    The expander may bind one written name several times (a `loop`'s variable, the names of
    a guarded `match` clause): it is used when any of these variables is.
    """
    taken = {var for row in rows for form in row.code.values() for var in parameters(form)}
    used: dict[Span, bool] = {}
    names: dict[Span, str] = {}
    for var in gathered.variables:
        if var.span is not None:
            used[var.span] = used.get(var.span, False) or var.used or var in taken or var.name.startswith("_")
            names[var.span] = var.name
    for span, is_used in used.items():
        if not is_used and is_written(names[span], span):
            yield Problem(f"the variable `{names[span]}` is never used", span, warning=True)


def parameters(form: Core) -> Iterator[Variable]:
    """The parameters of all functions in a form, and the names of their patterns' parts."""
    found: set[Variable] = set()
    waiting = [form]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Lambda):
            found.update(part.params.variables())
        elif isinstance(part, Let) and taken_apart(part.init) in found:
            found.add(part.var)
        waiting += parts(part)
    yield from found


def taken_apart(form: Core) -> Variable | None:
    """The variable for a whole pattern of which a form takes a part."""
    if isinstance(form, If):
        form = form.then
    if isinstance(form, Call) and len(form.args) == 2 and isinstance(form.args[1], Const):
        form = form.args[0]
    return form.var if isinstance(form, Local) and form.var.name.startswith("%") else None


def is_written(name: str, span: Span) -> bool:
    """Whether a name stands in the source where it is said to: a macro's own names do not."""
    line = source_line(span)
    return line is not None and line[span.column - 1 : span.end_column - 1] == name


def redefinitions(rows: list[Row]) -> Iterator[Problem]:
    """A warning for each top-level name that is defined again: the last definition wins.

    A primitive of the library may implement a name that was declared above it.
    """
    first: dict[tuple[str, str], Span | None] = {}
    for row in rows:
        place = row.declaration.span
        if row.declaration.kind == kinds.PRIMITIVE:
            continue
        for name in names_of(row):
            if name not in first:
                first[name] = place
            elif place is not None:
                before = first[name]
                related = ("first defined here", before) if before is not None else None
                yield Problem(f"`{name[1]}` is defined again", place, warning=True, related=related)
