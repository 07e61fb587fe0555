"""Text to data.

    (f [1 2])   ->   Form(datum=(f [1 2]), span, doc)

Every symbol carries its span; lists, vectors, maps and sets carry theirs and those of
their elements (for a map: key, value, key, value ...).  What is open waits on a list,
not in recursion, so that data may be nested to any depth.
"""

from __future__ import annotations

from turmeric.reading.scanner import CLOSE, DATUM, END, Scanner
from turmeric.vocabulary.equality import key_of
from turmeric.vocabulary.errors import SourceError
from turmeric.vocabulary.lexical import SUGAR
from turmeric.vocabulary.lists import source_list
from turmeric.vocabulary.maps import source_map
from turmeric.vocabulary.printer import BRIEF, write
from turmeric.vocabulary.sets import source_set
from turmeric.vocabulary.spans import Span, remember_text
from turmeric.vocabulary.symbols import symbol
from turmeric.vocabulary.vectors import source_vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DISCARD = "#;"
_CLOSERS = {"(": ")", "[": "]", "{": "}", "#{": "}"}


class Form:
    """A top-level datum, where it stands, and the `;;;` block just above it."""

    __slots__ = ("datum", "doc", "span")

    def __init__(self, datum: object, span: Span, doc: str | None) -> None:
        self.datum = datum
        self.span = span
        self.doc = doc


class _Open:
    """A bracket or prefix that waits for what belongs to it."""

    __slots__ = ("closer", "items", "opener", "span", "spans")

    def __init__(self, opener: str, span: Span) -> None:
        self.opener = opener
        self.closer = _CLOSERS.get(opener)
        self.span = span
        self.items: list[object] = []
        self.spans: list[Span] = []


def read_all(text: str, file: str) -> list[Form]:
    """All the data of a source text.  Raises SourceError (`read-error`) at the first flaw."""
    return list(read_forms(text, file))


def read_forms(text: str, file: str) -> Iterator[Form]:
    """Like `read_all`, one at a time: a flaw is noticed only after the data before it."""
    remember_text(file, text)
    return _forms(Scanner(text, file))


def is_complete(text: str) -> bool:
    """Whether `text` is worth reading: False when it only lacks its end, as `(f "a` does."""
    scanner = Scanner(text, "")
    try:
        while _read_form(scanner) is not None:
            pass
    except SourceError:
        return not scanner.unfinished
    return True


def _forms(scanner: Scanner) -> Iterator[Form]:
    while (form := _read_form(scanner)) is not None:
        yield form


def _read_form(scanner: Scanner) -> Form | None:
    """The next top-level datum, None at the end of the text."""
    pending: list[_Open] = []
    doc: str | None = None
    while True:
        kind, datum, span = scanner.next()
        if not pending:
            doc = scanner.take_doc(span.line)
        if kind is END:
            if pending:
                raise scanner.ended(_expected(pending[-1]), pending[-1].span)
            return None
        if kind is CLOSE:
            datum, span = _closed(scanner, pending, str(datum), span)
        elif kind is not DATUM:
            pending.append(_Open(str(datum), span))
            continue
        while pending and pending[-1].closer is None:
            prefix = pending.pop()
            if prefix.opener == DISCARD:
                break
            datum, span = _sugared(prefix, datum, span)
        else:
            if not pending:
                scanner.take_doc(0)
                return Form(datum, span, doc)
            pending[-1].items.append(datum)
            pending[-1].spans.append(span)


def _expected(waiting: _Open) -> str:
    return f"`{waiting.closer}`" if waiting.closer else f"a datum after `{waiting.opener}`"


def _sugared(prefix: _Open, datum: object, span: Span) -> tuple[object, Span]:
    """`'x` as `(quote x)`."""
    whole = _joined(prefix.span, span)
    head = symbol(SUGAR[prefix.opener]).at(prefix.span)
    return source_list((head, datum), whole, (prefix.span, span)), whole


def _closed(scanner: Scanner, pending: list[_Open], closer: str, span: Span) -> tuple[object, Span]:
    """The collection that the bracket at `span` closes."""
    if not pending:
        raise scanner.error(f"unexpected `{closer}`: no bracket is open here", span)
    waiting = pending.pop()
    if waiting.closer != closer:
        related = ("opened here" if waiting.closer else "the prefix", waiting.span)
        raise scanner.error(f"expected {_expected(waiting)} but found `{closer}`", span, related)
    whole = _joined(waiting.span, span)
    return _BUILDERS[waiting.opener](scanner, waiting, whole), whole


def _list(scanner: Scanner, opened: _Open, span: Span) -> object:
    return source_list(opened.items, span, opened.spans)


def _vector(scanner: Scanner, opened: _Open, span: Span) -> object:
    return source_vector(opened.items, span, opened.spans)


def _map(scanner: Scanner, opened: _Open, span: Span) -> object:
    items = opened.items
    if len(items) % 2:
        message = f"a map needs a value for every key, but {write(items[-1], limit=BRIEF)} has none"
        raise scanner.error(message, opened.spans[-1], ("the map", opened.span))
    result = source_map(zip(items[::2], items[1::2], strict=True), span, opened.spans)
    if len(result) < len(items) // 2:
        raise _duplicate(scanner, "key", items[::2], opened.spans[::2])
    return result


def _set(scanner: Scanner, opened: _Open, span: Span) -> object:
    result = source_set(opened.items, span, opened.spans)
    if len(result) < len(opened.items):
        raise _duplicate(scanner, "element", opened.items, opened.spans)
    return result


_BUILDERS: dict[str, Callable[[Scanner, _Open, Span], object]] = {"(": _list, "[": _vector, "{": _map, "#{": _set}


def _duplicate(scanner: Scanner, what: str, items: list[object], spans: list[Span]) -> SourceError:
    seen: dict[object, Span] = {}
    for item, span in zip(items, spans, strict=True):
        first = seen.setdefault(key_of(item), span)
        if first is not span:
            return scanner.error(f"duplicate {what} {write(item, limit=BRIEF)}", span, ("first here", first))
    raise AssertionError("no duplicate")


def _joined(first: Span, last: Span) -> Span:
    return Span(first.file, first.line, first.column, last.end_line, last.end_column)
