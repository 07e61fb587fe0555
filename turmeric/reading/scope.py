"""Local names during expansion.

A scope maps a name *and its marks* to a variable, so that a `tmp` which a macro's
template wrote and a `tmp` of the user's are two names.
"""

from __future__ import annotations

from turmeric.reading.core import Label, Variable
from turmeric.vocabulary.symbols import Mark, Symbol

Key = tuple[str, tuple[Mark, ...]]


class Scope:
    """The names of one binding form, inside those of `outer` (or of what is around that,
    when it binds nothing: a scope gets its names before anything is expanded in it)."""

    __slots__ = ("labels", "names", "outer")

    def __init__(self, outer: Scope | None = None) -> None:
        while outer is not None and not outer.names and not outer.labels:
            outer = outer.outer
        self.outer: Scope | None = outer
        self.labels: dict[str, Label | None] = {}
        """The blocks that begin here; None for one that is out of reach from here."""
        self.names: dict[Key, Variable] = {}

    def find(self, name: str, marks: tuple[Mark, ...]) -> Variable | None:
        """The innermost variable of that name and those marks."""
        key = (name, marks)
        scope: Scope | None = self
        while scope is not None:
            found = scope.names.get(key)
            if found is not None:
                return found
            scope = scope.outer
        return None

    def label(self, name: str) -> Label | None:
        """The innermost block of that name that can be left from here."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.labels:
                return scope.labels[name]
            scope = scope.outer
        return None

    def bind(self, symbol: Symbol, type: object = None) -> Variable:
        """A new variable for `symbol` in this scope."""
        var = Variable(symbol.name, type, symbol.span, symbol.stem)
        self.names[(symbol.name, symbol.marks)] = var
        return var

    def visible(self) -> set[str]:
        """All names that can be seen from here, for "did you mean"."""
        names: set[str] = set()
        scope: Scope | None = self
        while scope is not None:
            names.update(name for name, _ in scope.names)
            scope = scope.outer
        return names
