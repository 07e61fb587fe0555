"""What each stretch of an entry is, by the reader's own scanner: for colours and brackets.

    (+ 1 "a") ; note   ->   (0, 1, "bracket") (1, 2, "name") (3, 4, "number") ...
"""

from __future__ import annotations

from turmeric.reading.scanner import CLOSE, END, OPEN, Scanner
from turmeric.vocabulary.errors import SourceError
from turmeric.vocabulary.symbols import Keyword, Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Piece = tuple[int, int, str]
"""First offset, the offset after the last, and what the text between is."""

STYLES = {
    "comment": "#808080 italic",
    "bracket": "#909090",
    "prefix": "#909090",
    "string": "ansigreen",
    "number": "ansicyan",
    "keyword": "ansimagenta",
    "constant": "ansicyan",
    "form": "bold ansiblue",
    "name": "",
    "unfinished": "ansigreen",
}
"""How a terminal shows them, as prompt_toolkit writes styles."""


def pieces(text: str, is_form: Callable[[str], bool]) -> Iterator[Piece]:
    """The pieces of a text, in order; comments too, white space not.

    `is_form` tells the names of special forms and macros.
    """
    at = 0
    for start, end, _, datum in tokens(text):
        yield from comments(text, at, start)
        yield start, end, kind_of(text[start:end], datum, is_form)
        at = end
    rest = text[at:].lstrip()
    if rest:
        yield len(text) - len(rest), len(text), "comment" if rest.startswith((";", "#|")) else "unfinished"


def tokens(text: str) -> Iterator[tuple[int, int, str, object]]:
    """Where each token begins and ends, its kind and value; stops at what cannot be read."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    scanner = Scanner(text, "")
    while True:
        try:
            kind, datum, span = scanner.next()
        except SourceError:
            return
        if kind is END:
            return
        begin = starts[span.line - 1] + span.column - 1
        yield begin, starts[span.end_line - 1] + span.end_column - 1, kind, datum


def comments(text: str, start: int, end: int) -> Iterator[Piece]:
    """The comment between two tokens, if there is one."""
    between = text[start:end]
    stripped = between.strip(" \t\n\r,")
    if stripped:
        first = start + between.index(stripped[0])
        yield first, first + len(stripped), "comment"


def kind_of(text: str, datum: object, is_form: Callable[[str], bool]) -> str:
    if text[-1:] in "()[]{}" and text[:1] != '"' and not isinstance(datum, Keyword):
        return "bracket"
    if isinstance(datum, Symbol):
        return "form" if is_form(datum.name) else "name"
    if isinstance(datum, Keyword):
        return "keyword"
    if isinstance(datum, bool) or datum is None:
        return "constant"
    if isinstance(datum, int | float):
        return "number"
    return "string" if text[-1:] == '"' else "prefix"


def matching_bracket(text: str, cursor: int) -> tuple[int, int] | None:
    """The offsets of the bracket at the cursor (or just before it) and of its partner."""
    open_at: list[int] = []
    for _, end, kind, _ in tokens(text):
        if kind is OPEN:
            open_at.append(end - 1)
        elif kind is CLOSE and open_at:
            opener = open_at.pop()
            if cursor in (opener, end - 1, end):
                return opener, end - 1
    return None


def indentation(text: str) -> int:
    """The column at which the line after `text` begins: inside what is still open."""
    open_at: list[tuple[int, bool]] = []
    for start, end, kind, _ in tokens(text):
        if kind is OPEN:
            open_at.append((end, text[start] == "("))
        elif kind is CLOSE and open_at:
            open_at.pop()
    if not open_at:
        return 0
    after, is_list = open_at[-1]
    return after - (text.rfind("\n", 0, after) + 1) + (1 if is_list else 0)

