"""What can go wrong, as one tree of exceptions.

    TurmericError          carries a Turmeric value, a place, and the pending functions
    ├── ProgramError       the program did it: thrown, or raised by the run time
    ├── SourceError        the source text cannot be read or expanded
    └── DataError          saved bytes do not fit: damaged, or written by other code

A Turmeric program catches the *value*: a struct whose type is one of `ERROR_TYPES`
or the program's own.  Nobody parses messages.
"""

from __future__ import annotations

from turmeric.vocabulary.spans import Span
from turmeric.vocabulary.structs import ERROR, Struct, StructType

CORE = "core"

_FIELDS: dict[str, tuple[str, ...]] = {
    "schema-mismatch": ("what", "old-version"),
}

_SOURCE = ("read-error", "syntax-error", "expansion-error", "circular-import", "unknown-module")
_DATA = ("schema-mismatch", "corrupt-data", "missing-key", "not-serializable")
_PROGRAM = (
    "error",
    "type-error",
    "arity-error",
    "unbound-variable",
    "index-error",
    "key-error",
    "division-by-zero",
    "overflow",
    "value-error",
    "match-error",
    "io-error",
    "moved-reference",
    "continuation-consumed",
    "not-continuable",
    "no-prompt",
    "foreign-frame",
    "unhandled-effect",
    "no-instance",
    "python-error",
    "assertion-failed",
)

ERROR_TYPES: dict[str, StructType] = {
    name: StructType(CORE, name, _FIELDS.get(name, ("message", "data")), kind=ERROR)
    for name in (*_PROGRAM, *_SOURCE, *_DATA)
}


class TurmericError(Exception):
    """A Turmeric value on its way out.

    `value` is what was thrown, `span` the place, `trace` the pending functions
    (innermost first), each a name and the place where it waits.
    """

    def __init__(self, value: object, span: Span | None = None) -> None:
        super().__init__(value)
        self.value = value
        self.span = span
        self.trace: tuple[tuple[str, Span | None], ...] = ()

    @property
    def name(self) -> str:
        """The name of the error's type, `"type-error"` for one; `"thrown"` for other values."""
        return self.value.type.name if isinstance(self.value, Struct) else "thrown"

    @property
    def message(self) -> str:
        """The message, or the thrown value as the printer writes it."""
        from turmeric.vocabulary.printer import write

        return error_message(self.value) or write(self.value)

    def __str__(self) -> str:
        place = f"{self.span}: " if self.span else ""
        return f"{place}{self.name}: {self.message}"


class ProgramError(TurmericError):
    """Thrown by the program, or raised by the run time because of what it did."""


class SourceError(TurmericError):
    """The source text cannot be read or expanded.  `related` points at a second place."""

    related: tuple[str, Span] | None = None


class DataError(TurmericError):
    """Saved bytes are damaged, do not fit the code, or cannot be made."""


def error_message(value: object) -> str | None:
    """The message of an error value; None for values that have none."""
    if not isinstance(value, Struct):
        return None
    message = value.get("message")
    if message is None and value.type is ERROR_TYPES["schema-mismatch"]:
        what = value.values[0]
        message = what.get("detail") if isinstance(what, Struct) else None
    return message if isinstance(message, str) else None


def exception_for(value: object, span: Span | None = None) -> TurmericError:
    """The exception that carries `value`, of the branch of the tree its type belongs to."""
    name = value.type.name if isinstance(value, Struct) and value.type.module == CORE else ""
    branch = SourceError if name in _SOURCE else DataError if name in _DATA else ProgramError
    return branch(value, span)


def failure(name: str, message: str, data: object = None, span: Span | None = None) -> TurmericError:
    """An exception carrying a fresh error struct: `raise failure("type-error", "...")`."""
    return exception_for(Struct(ERROR_TYPES[name], (message, data)), span)


def source_failure(name: str, message: str, span: Span | None, related: tuple[str, Span] | None = None) -> SourceError:
    """A reader's or expander's error at `span`, with a second place if there is one."""
    error = SourceError(Struct(ERROR_TYPES[name], (message, None)), span)
    error.related = related
    return error
