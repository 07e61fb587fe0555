"""Symbols and keywords: the names a program is made of.

Plain symbols and keywords are interned, so that comparing two of them compares
two addresses.  A symbol that a quasiquote put into an expansion also carries
*marks*: which expansion made it and which module the macro belongs to.  Two
symbols are equal when their names are equal; only the expander looks at marks,
to tell a macro's own `tmp` from the user's.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.vocabulary.spans import Span

Mark = tuple[int, str]
"""(number of the expansion, module of the macro)."""


class Symbol:
    """A symbol.  Make plain ones with `symbol`, never with the class."""

    __slots__ = ("_hash", "marks", "name", "span")

    def __init__(self, name: str, marks: tuple[Mark, ...] = (), span: Span | None = None) -> None:
        self.name = name
        self.marks = marks
        self.span = span
        self._hash = hash(("symbol", name))

    def __eq__(self, other: object) -> bool:
        return self is other or (type(other) is Symbol and other.name == self.name)

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return self.name

    @property
    def stem(self) -> str:
        """The name without the number of `gensym`, which depends on all that was expanded before:
        what stored code calls a variable."""
        fresh = any(expansion < 0 for expansion, _ in self.marks)
        return self.name.rpartition("__")[0] if fresh else self.name

    def with_mark(self, mark: Mark) -> Symbol:
        """The same name as a macro's template writes it: one mark more."""
        return Symbol(self.name, (*self.marks, mark), self.span)

    def at(self, span: Span | None) -> Symbol:
        """The same symbol as read at `span`."""
        return Symbol(self.name, self.marks, span)


class Keyword:
    """A keyword such as `:name`.  Make them with `keyword`, never with the class.

    There is one of each name, so its identity is its equality and its hash: no Python code runs
    when one is looked up in a dict."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return ":" + self.name


_symbols: dict[str, Symbol] = {}
_keywords: dict[str, Keyword] = {}


def symbol(name: str) -> Symbol:
    """The one plain symbol of that name."""
    found = _symbols.get(name)
    if found is None:
        found = _symbols.setdefault(name, Symbol(name))
    return found


def keyword(name: str) -> Keyword:
    """The one keyword of that name (without its colon)."""
    found = _keywords.get(name)
    if found is None:
        found = _keywords.setdefault(name, Keyword(name))
    return found
