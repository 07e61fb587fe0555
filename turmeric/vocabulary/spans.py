"""Where a datum stands in its source text.

A `Span` goes from its first character to just after its last; lines and columns
count from 1.  The text itself is looked up by file name, so that spans stay small
and can be stored with compiled code.
"""

from __future__ import annotations


class Span:
    """A stretch of source text."""

    __slots__ = ("column", "end_column", "end_line", "file", "line")

    def __init__(self, file: str, line: int, column: int, end_line: int, end_column: int) -> None:
        self.file = file
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column

    def __repr__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Span) and self.key() == other.key()

    def __hash__(self) -> int:
        return hash(self.key())

    def key(self) -> tuple[str, int, int, int, int]:
        """All five parts, for comparing and storing."""
        return (self.file, self.line, self.column, self.end_line, self.end_column)


_texts: dict[str, str] = {}


def remember_text(file: str, text: str) -> None:
    """Keep the text of `file` (or of a REPL entry) for later messages."""
    _texts[file] = text


def text_of(file: str) -> str | None:
    """The text of a file, or None when it cannot be had."""
    text = _texts.get(file)
    if text is None:
        try:
            with open(file, encoding="utf-8") as handle:
                text = handle.read()
        except (OSError, UnicodeDecodeError):
            return None
        _texts[file] = text
    return text


def source_line(span: Span) -> str | None:
    """The line on which `span` begins, or None when its text cannot be had."""
    text = text_of(span.file)
    if text is None:
        return None
    lines = text.split("\n")
    return lines[span.line - 1] if 0 < span.line <= len(lines) else None


def excerpt(span: Span) -> list[str]:
    """The source line and a line with a caret under `span`, or nothing."""
    line = source_line(span)
    if line is None:
        return []
    width = span.end_column - span.column if span.end_line == span.line else len(line) - span.column + 1
    lead = "".join("\t" if char == "\t" else " " for char in line[: span.column - 1])
    number = str(span.line)
    caret = "^" + "~" * (min(width, 60) - 1)
    return [f"  {number} | {line}", f"  {' ' * len(number)} | {lead}{caret}"]


def offset_of(span: Span) -> int | None:
    """How many characters of its text come before a place."""
    text = text_of(span.file)
    if text is None:
        return None
    return sum(len(line) + 1 for line in text.split("\n")[: span.line - 1]) + span.column - 1
