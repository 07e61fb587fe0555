"""What goes wrong in the middle of a value, and the error that says where that is.

What an instance's method throws stays what it is, so that a program can catch it by its type.
An error with a message gets the instance and the way to the value at the end of its message;
of any other thrown value they become the innermost entry of its trace.
"""

from __future__ import annotations

from turmeric.vocabulary.errors import TurmericError, exception_for
from turmeric.vocabulary.structs import ERROR, Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Unserializable(Exception):
    """A value that cannot be encoded; the caller finds the way to it.  `reason` when it is not just
    that nobody knows how."""

    def __init__(self, value: object, reason: str | None = None) -> None:
        self.value = value
        self.reason = reason


class MethodFailed(Unserializable):
    """An instance's method threw an error for a value."""

    def __init__(self, value: object, error: TurmericError, title: str) -> None:
        super().__init__(value)
        self.error = error
        self.title = title


def placed(error: TurmericError, where: str, notes: list[str]) -> TurmericError:
    """The error, which says where it happened, and what else did (`notes`)."""
    value = error.value
    text = "; ".join([where, *notes])
    if isinstance(value, Struct) and value.type.kind == ERROR and type(value.get("message")) is str:
        made = exception_for(with_message(value, f"{value.get('message')} ({text})"), error.span)
    else:
        made = exception_for(value, error.span)
        if isinstance(value, Struct):
            span, trace, cause = value.trace if isinstance(value.trace, tuple) else (error.span, error.trace, None)
            value.trace = (span, ((text, None), *trace), cause)
        error.trace = ((text, None), *error.trace)
    made.trace = error.trace
    made.__cause__ = error.__cause__
    for note in notes:
        made.add_note(note)
    return made


def with_message(value: Struct, message: str) -> Struct:
    """The same error with another message."""
    values: list[Any] = list(value.values)
    values[value.type.index["message"]] = message
    made = value.type.make(value.type, tuple(values))
    made.trace = value.trace
    return made
