"""Named checkpoints that accept changes: `(checkpoint "name" value :accept-changes true)`.

The code after such a checkpoint may be another than when the frame was saved.  The frame goes on in it if
all the variables that it reads now were saved there, by name.  The types they declare now are checked.
"""

from __future__ import annotations

from itertools import pairwise

from turmeric.intermediate import anf
from turmeric.running.structure import check_for, short
from turmeric.running.values import Cell
from turmeric.vocabulary.kinds import a
from turmeric.vocabulary.symbols import Keyword

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from turmeric.durability.format.entries import PointRow
    from turmeric.intermediate.anf import Code, Var

    Found = tuple[Code, anf.Let]

PREFIX = 'checkpoint "'


def accepting(points: Iterable[Found], row: PointRow) -> Found | None:
    """The checkpoint of the same name in the same function, if it accepts changes."""
    if not row.label.startswith(PREFIX):
        return None
    for code, node in points:
        if code.path == row.path and node.point.label == row.label and accepts(node):
            return code, node
    return None


def accepts(node: anf.Let) -> bool:
    """Whether the call says `:accept-changes true`; its arguments may have to be computed first."""
    call = node.bound
    while isinstance(call, anf.Bind | anf.Let | anf.Fix):
        call = call.body
    args = call.args if isinstance(call, anf.TailCall) else ()
    values = [arg.value if isinstance(arg, anf.Constant) else None for arg in args]
    return any(
        isinstance(key, Keyword) and key.name == "accept-changes" and choice is True
        for key, choice in pairwise(values)
    )


class Carried:
    """How the variables of a saved frame become those of the code that is there now."""

    def __init__(self, row: PointRow, live: tuple[Var, ...]) -> None:
        self.row = row
        self.live = live
        self.missing = [var.name for var in live if var.temporary or row.variables.count(var.name) != 1]
        self.places = [] if self.missing else [row.variables.index(var.name) for var in live]

    def lacks(self) -> str:
        """What the code reads and the frame does not have."""
        names = [name for name in self.missing if not name.startswith("%")]
        if not names:
            return "the code around it reads a value in waiting, so the checkpoint has to stand for itself"
        was = " ".join(name for name in self.row.variables if name)
        variables = "variables" if len(names) > 1 else "the variable"
        return f"the code after it reads {variables} {' '.join(names)}, and saved were [{was}]"

    def values(self, saved: tuple[Any, ...], contents: list[Any]) -> tuple[Any, ...]:
        """The values of the new frame; a variable that is assigned lives in a cell, of others it is the
        contents that count."""
        pairs = zip(self.places, self.live, strict=True)
        return tuple([celled(saved[place]) if var.assigned else contents[place] for place, var in pairs])

    def refused(self, values: Iterable[Any]) -> str | None:
        """Why the values do not fit the types that the variables declare now; None when they do."""
        for value, var in zip(values, self.live, strict=True):
            held = value.value if type(value) is Cell else value
            if not check_for(var.type)(held):
                outer = var.type[0] if isinstance(var.type, tuple) else var.type
                at = f"{self.row.symbol} at {self.row.label}"
                return f"the variable {var.name} of {at} is {a(str(outer))} now, and was saved as {short(held)}"
        return None


def celled(value: Any) -> Cell:
    return value if type(value) is Cell else Cell(value)
