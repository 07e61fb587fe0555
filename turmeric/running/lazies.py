"""Values that are there on first use.

A `Lazy` is a place for a value: `@lazy` gives the value, and gets it from its source when it
is not there yet.  Getting it may fail; then the next use tries again.  In memory all
resumptions share it, as they share an open file.
"""

from __future__ import annotations

from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.printer import BRIEF, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    class Source(Protocol):
        """Where a value comes from.  `name` says what it will be, for people."""

        @property
        def name(self) -> str: ...

        def get(self) -> Any:
            """The value, or an error."""


ABSENT = object()


class Lazy:
    """A value that is there (`value`), or comes from `source` when it is first used."""

    __slots__ = ("__weakref__", "busy", "source", "value")
    type_name = "lazy"

    def __init__(self, source: Source | None, value: Any = ABSENT) -> None:
        self.source = source
        self.value = value
        self.busy = False

    def is_here(self) -> bool:
        return self.value is not ABSENT

    def get(self) -> Any:
        """The value; what the source raises when it cannot be had."""
        if self.value is ABSENT:
            assert self.source is not None
            if self.busy:
                raise failure("value-error", f"getting {self.describe()} needs its own value", None)
            self.busy = True
            try:
                self.value = self.source.get()
            finally:
                self.busy = False
        return self.value

    def describe(self) -> str:
        """Without going and getting it."""
        if self.value is not ABSENT:
            return f"#<lazy {write(self.value, limit=BRIEF)}>"
        assert self.source is not None
        return f"#<lazy {self.source.name}, not here yet>"
