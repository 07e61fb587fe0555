"""`--debug`: Python's traceback of an error, and all functions of the program that an error remembers.

The frames of compiled code stand in the traceback with the names and lines of the program.
"""

from __future__ import annotations

import sys
from traceback import FrameSummary, TracebackException

from turmeric.vocabulary.errors import TurmericError
from turmeric.vocabulary.spans import Span, source_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType


def show(error: BaseException) -> None:
    """Print what is known of an error, on stderr."""
    for line in lines(error):
        print(line, file=sys.stderr)


def lines(error: BaseException) -> Iterator[str]:
    made = TracebackException.from_exception(error)
    translate(made, error)
    for text in made.format():
        yield text.rstrip("\n")
    if isinstance(error, TurmericError) and error.trace:
        yield "\nTurmeric's functions, the innermost first:"
        for name, span in error.trace:
            yield f"  {name}" if span is None else f"  {span.file}:{span.line} in {name}"
            text = (source_line(span) or "").strip() if span is not None else ""
            if text:
                yield f"    {text}"
        yield ""


def translate(made: TracebackException, error: BaseException) -> None:
    """Give the frames of compiled code their names and lines, in an error and in those behind it."""
    pairs: list[tuple[TracebackException | None, BaseException | None]] = [(made, error)]
    seen: set[int] = set()
    while pairs:
        shown, raised = pairs.pop()
        if shown is None or raised is None or id(raised) in seen:
            continue
        seen.add(id(raised))
        for place, frame in enumerate(frames_of(raised.__traceback__)):
            known = place_of(frame)
            if known is not None and place < len(shown.stack):
                name, span = known
                shown.stack[place] = FrameSummary(span.file, span.line, name, line=source_line(span))
        pairs += [(shown.__cause__, raised.__cause__), (shown.__context__, raised.__context__)]


def frames_of(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def place_of(traceback: TracebackType) -> tuple[str, Span] | None:
    """The function and place of a frame of compiled code; None of other frames, and where the place is not known."""
    units = getattr(sys.modules.get("turmeric.running.compiled.units"), "UNITS", {})
    known = units.get(id(traceback.tb_frame.f_code))
    if known is None:
        return None
    site = known.sites.get(traceback.tb_lasti)
    code = known.unit.function.code
    span = (site.span if site is not None else None) or code.span
    return (code.symbol, span) if span is not None else None
