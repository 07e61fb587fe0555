"""Lists: immutable, singly linked, with their length in every cell.

`EMPTY` is the empty list, and its own tail.  The reader makes `SourceList`s, which
are the same data with the place they were read from; the empty one is not `EMPTY`,
so ask `not xs` or `len(xs)`, not `xs is EMPTY`.
"""

from __future__ import annotations

from turmeric.vocabulary.equality import Compound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from turmeric.vocabulary.spans import Span


class List(Compound):
    """A cell: `head`, and the list `tail` after it.  Make them with `cons`."""

    __slots__ = ("_count", "head", "tail")

    _kind = "list"

    def __init__(self, head: object, tail: List) -> None:
        self.head = head
        self.tail = tail
        self._count: int = tail._count + 1
        self._hash = None
        self.inert = False

    def __len__(self) -> int:
        return self._count

    def __bool__(self) -> bool:
        return self._count > 0

    def __iter__(self) -> Iterator[object]:
        cell = self
        while cell._count:
            yield cell.head
            cell = cell.tail

    def __contains__(self, item: object) -> bool:
        raise TypeError("a list is not searched by `in`")

    def _parts(self) -> Collection[object]:
        return self


class SourceList(List):
    """A list as read: where it stands, and where each of its elements does."""

    __slots__ = ("span", "spans")

    def __init__(self, plain: List, span: Span | None, spans: tuple[Span | None, ...]) -> None:
        super().__init__(plain.head, plain.tail)
        if not plain:
            _make_empty(self)
        self.span = span
        self.spans = spans


def _make_empty(cell: List) -> None:
    cell.head = None
    cell.tail = cell
    cell._count = 0
    cell._hash = None
    cell.inert = False


EMPTY = List.__new__(List)
_make_empty(EMPTY)


def cons(head: object, tail: List) -> List:
    """The list of `head` and then the elements of `tail`."""
    return List(head, tail)


def from_iterable(items: Iterable[object]) -> List:
    """The list of `items`."""
    result = EMPTY
    for item in reversed(items if isinstance(items, (list, tuple)) else list(items)):
        result = List(item, result)
    return result


def source_list(items: Iterable[object], span: Span | None, spans: Iterable[Span | None]) -> SourceList:
    """The list of `items` read at `span`, each at its place in `spans`."""
    return SourceList(from_iterable(items), span, tuple(spans))
