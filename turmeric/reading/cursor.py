"""A place in a source text, and the errors that point at it."""

from __future__ import annotations

from turmeric.vocabulary.errors import SourceError, source_failure
from turmeric.vocabulary.spans import Span


class Cursor:
    """Moves forward through `text`.  Lines and columns count from 1, columns in characters."""

    __slots__ = ("at", "end", "file", "line", "line_start", "text", "unfinished")

    def __init__(self, text: str, file: str) -> None:
        self.text = text + "\n"  # so that every token ends at a delimiter
        self.file = file
        self.at = 0
        self.end = len(text)
        self.line = 1
        self.line_start = 0
        self.unfinished = False
        """Whether the error that was raised might be mended by more text."""

    def span(self, start: int, end: int) -> Span:
        """A span on the current line."""
        first = 1 - self.line_start
        return Span(self.file, self.line, start + first, self.line, end + first)

    def move_to(self, at: int) -> None:
        """Go on at `at`, counting the lines on the way."""
        lines = self.text.count("\n", self.at, at)
        if lines:
            self.line += lines
            self.line_start = self.text.rindex("\n", self.at, at) + 1
        self.at = at

    def error(self, message: str, span: Span, related: tuple[str, Span] | None = None) -> SourceError:
        """A `read-error` at `span`."""
        return source_failure("read-error", message, span, related)

    def ended(self, expected: str, opened: Span) -> SourceError:
        """The error of a text that ends too early."""
        self.unfinished = True
        self.move_to(self.end)
        place = self.span(self.end, self.end)
        return self.error(f"expected {expected} but the input ended", place, ("opened here", opened))
