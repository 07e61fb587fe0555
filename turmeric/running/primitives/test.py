"""The primitives of the module `test`: places, thrown values as text, randomness."""

from __future__ import annotations

import os.path

from turmeric.running.pseudorandom import Generator, seeded
from turmeric.vocabulary import lists
from turmeric.vocabulary.errors import exception_for, failure
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.spans import Span
from turmeric.vocabulary.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def form_place(form: Any) -> str | None:
    """Where a macro's operand was read, as `file:line:column`; nil for what was not read."""
    span = getattr(form, "span", None)
    return f"{file_name(span.file)}:{span.line}:{span.column}" if isinstance(span, Span) else None


def file_name(file: str) -> str:
    """A file as seen from the current directory; one outside of it by its own name."""
    if not os.path.isabs(file):
        return file
    relative = os.path.relpath(file)
    return os.path.basename(file) if relative.startswith(os.pardir) else relative


def thrown_text(value: Any) -> str:
    """A thrown value: the name of an error's type and its message."""
    if not isinstance(value, Struct):
        return f"{write(value)} was thrown"
    error = exception_for(value)
    return f"{error.name}: {error.message}"


def between(generator: Generator, low: int, high: int) -> int:
    """A random integer from `low` up to but not including `high`."""
    if low >= high:
        raise failure("value-error", f"there is no value from {low} up to but not including {high}", high)
    return low + generator.below(high - low)


TABLE: dict[str, Callable[..., Any]] = {
    "form-place": form_place,
    "thrown-text": thrown_text,
    "randomness": seeded,
    "between": between,
    "fraction": Generator.fraction,
    "text-from-codes": lambda codes: "".join(map(chr, codes)),
    "codes-of-text": lambda text: lists.from_iterable(map(ord, text)),
}
