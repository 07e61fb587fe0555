"""Places in compiled code: what stands where an exception came out of it.

Each call in compiled code, and each expression that may raise, has a line number of its own, which is the
number of a site.  A traceback gives the instruction, the code object its line: so an
exception tells where every function was, without anything that would have to be kept up while
the program runs.
"""

from __future__ import annotations

from opcode import opmap
from types import CodeType

from turmeric.intermediate import anf
from turmeric.running.evaluators import Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from turmeric.intermediate.anf import Code
    from turmeric.intermediate.surroundings import Around
    from turmeric.running.functions import Point
    from turmeric.vocabulary.spans import Span


class Site:
    """A place in compiled code.

    node     the control expression that was being evaluated
    around   the points and regions of the function around it, the innermost first
    span     where that is in the source
    call     the point that waits here for what was called; None if it is no call
    tail     a call whose value is the function's own
    result   the simple expression whose value is known when this site is left by `Continue`
    known    the Python variables with what was evaluated of the node and must not be again
    leaving  at the end of a region: the variable with the value that leaves it
    """

    __slots__ = ("around", "call", "frame", "known", "leaving", "library", "node", "placed", "result", "span", "tail")

    def __init__(
        self, node: anf.Control | None, around: Around, span: Span | None, known: tuple[str, ...] = ()
    ) -> None:
        self.node = node
        self.known = known
        self.around = around
        self.span = span
        self.call: anf.Let | None = None
        self.tail = False
        self.result: anf.Simple | None = None
        self.leaving: str | None = None
        self.placed: Place | None = None
        self.frame: tuple[Point, Callable[[Any], tuple[Any, ...]]] | None = None
        """The one frame that waits here, if it is just one: its point, and what takes its values out of
        local variables.  Filled in when it is first moved."""
        self.library = False
        """Whether it is a call from the program into the library, which reports should show."""

    def place(self, code: Code) -> Place:
        """The place in the source, for reports."""
        if self.placed is None:
            self.placed = Place(self.span, code.symbol)
        return self.placed

    @property
    def waiting(self) -> Around:
        """What waits while the call runs."""
        return (self.call, self.around) if self.call is not None else self.around


def sites_by_offset(code: CodeType, sites: list[Site]) -> dict[int, Site]:
    """The site of each instruction; `sites[line - 1]` is that of a line."""
    found: dict[int, Site] = {}
    for start, end, line in code.co_lines():
        if line is not None:
            for offset in range(start, end, 2):
                found[offset] = sites[line - 1]
    for offset in range(0, first_instruction(code), 2):
        found[offset] = NOT_BEGUN
    return found


NOT_BEGUN = Site(None, None, None)
"""Where a function is that has been called and has not done anything: its caller calls it again."""


def first_instruction(code: CodeType) -> int:
    """The offset of the first instruction that belongs to a function's own body."""
    resume = opmap.get("RESUME")
    for offset in range(0, min(len(code.co_code), 64), 2):
        if code.co_code[offset] == resume:
            return offset + 2
    return 0
