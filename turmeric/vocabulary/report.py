"""An error as the user sees it, in at most six lines.

    type-error: + expects numbers, got "a"
      at shop.tur:3:5 in total
      3 |   (+ 1 "a")
        |   ^~~~~~~~~
      in main (shop.tur:9), run (cart.tur:2) and 12 more

No Python frames.  A source error with a second place, such as the bracket that was
never closed, says so in the line after the excerpt.
"""

from __future__ import annotations

from turmeric.vocabulary.errors import SourceError, TurmericError, error_message
from turmeric.vocabulary.printer import Limit, write
from turmeric.vocabulary.spans import Span, excerpt
from turmeric.vocabulary.structs import ERROR, Struct

SHOWN_FUNCTIONS = 6
"""Pending functions that are named; the others are counted."""

_THROWN = Limit(10, 200)
_LINE = 200
"""Characters of a message or a source line that are shown."""

_RED, _DIM, _PLAIN = "\x1b[1;31m", "\x1b[2m", "\x1b[0m"

_Trace = tuple[tuple[str, Span | None], ...]


def report(error: TurmericError, color: bool = False) -> str:
    """What went wrong, where, and which functions were pending; `color` for terminals."""
    name, message = _headline(error)
    span, trace = error.span, error.trace
    if span is None and trace:
        span = trace[0][1]
    lines = [f"{_painted(name, _RED, color)}: {message}"]
    if span is not None:
        place, trace = _place(span, trace)
        lines += [_painted(_without_controls(place), _DIM, color), *_short_excerpt(span)]
    if isinstance(error, SourceError) and error.related:
        what, where = error.related
        lines.append(_without_controls(f"  {what}: {where}"))
    if trace:
        lines.append(_painted(_without_controls(_pending(trace)), _DIM, color))
    return "\n".join(lines)


def _headline(error: TurmericError) -> tuple[str, str]:
    """The type's name and the message of an error, `thrown` and the value of anything else."""
    value = error.value
    message = error_message(value)
    is_error = isinstance(value, Struct) and value.type.kind == ERROR
    if not is_error or message is None:
        message = write(value, limit=_THROWN)
    return (error.name if is_error else "thrown"), _one_line(message)


def _place(span: Span, trace: _Trace) -> tuple[str, _Trace]:
    """The line with the place, and the pending functions it does not name."""
    if trace and trace[0][1] == span:
        return f"  at {span} in {trace[0][0]}", trace[1:]
    return f"  at {span}", trace


def _pending(trace: _Trace) -> str:
    names = [name if span is None else f"{name} ({span.file}:{span.line})" for name, span in trace[:SHOWN_FUNCTIONS]]
    more = len(trace) - len(names)
    return f"  in {', '.join(names)}{f' and {more} more' if more else ''}"


def _short_excerpt(span: Span) -> list[str]:
    """The excerpt, unless its line is too long to be of use."""
    lines = [_without_controls(line) for line in excerpt(span)]
    return lines if all(len(line) <= _LINE for line in lines) else []


def _one_line(text: str) -> str:
    joined = _without_controls(" ".join(text.split()))
    return joined if len(joined) <= _LINE else joined[:_LINE] + "..."


def _without_controls(text: str) -> str:
    """`text` with what would command a terminal, or break the line, replaced."""
    if text.isprintable():
        return text
    return "".join("\N{REPLACEMENT CHARACTER}" if _is_control(char) else char for char in text.rstrip("\r"))


def _is_control(char: str) -> bool:
    return char != "\t" and (char < " " or "\x7f" <= char < "\xa0" or char in "\u2028\u2029")


def _painted(text: str, paint: str, color: bool) -> str:
    return f"{paint}{text}{_PLAIN}" if color else text
