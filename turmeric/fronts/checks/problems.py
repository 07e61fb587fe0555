"""What a check found: an error, or a warning that leaves the file correct."""

from __future__ import annotations

from turmeric.vocabulary.errors import SourceError, TurmericError
from turmeric.vocabulary.spans import Span, excerpt


class Problem:
    """One finding: where, what, how bad, and a second place that belongs to it."""

    __slots__ = ("message", "related", "span", "warning")

    def __init__(
        self, message: str, span: Span, warning: bool = False, related: tuple[str, Span] | None = None
    ) -> None:
        self.message = message
        self.span = span
        self.warning = warning
        self.related = related

    def key(self) -> tuple[object, ...]:
        """What problems are sorted by, and two of the same key are one."""
        return (self.span.file, self.span.line, self.span.column, self.warning, self.message)

    def lines(self) -> list[str]:
        """The problem as it is printed, with the source line."""
        kind = "warning: " if self.warning else ""
        shown = [f"{self.span}: {kind}{self.message}", *excerpt(self.span)]
        if self.related is not None:
            shown.append(f"  {self.related[0]}: {self.related[1]}")
        return shown


def problem_of(error: TurmericError, fallback: Span) -> Problem:
    """An error of the reader or the expander as a problem; `fallback` is where, if it does not say."""
    related = error.related if isinstance(error, SourceError) else None
    return Problem(error.message, error.span or fallback, related=related)


def distinct(problems: list[Problem]) -> list[Problem]:
    """Sorted by place, each once."""
    found = {problem.key(): problem for problem in problems}
    return [found[key] for key in sorted(found, key=repr_key)]


def repr_key(key: tuple[object, ...]) -> tuple[str, int, int, bool, str]:
    file, line, column, warning, message = key
    assert isinstance(line, int) and isinstance(column, int)
    return (str(file), line, column, bool(warning), str(message))
