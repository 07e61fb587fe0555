"""Modules and the globals they define: names, never captured, looked up late.

A `Global` is one definition of one module.  Its value may still be *pending*: code
that makes it when it is first read, which is how the standard library loads fast and
how a module is loaded for `deserialize` without starting its work again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.vocabulary.spans import Span


class Unbound:
    """The value of a global that has none yet."""

    def __repr__(self) -> str:
        return "#<unbound>"


UNBOUND = Unbound()

FUNCTION = "function"
VALUE = "value"
MACRO = "macro"
TYPE = "type"
CLASS = "class"
METHOD = "method"
DYNAMIC = "dynamic"
PRIMITIVE = "primitive"
OPERATOR = "operator"
SPECIAL = "special form"


class Global:
    """One definition.

    `parameters` is its parameter list as written (for documentation, completion and
    arity checks), `stable` says that no `set!` or second definition was seen, `pending`
    makes the value at the first read.
    """

    __slots__ = ("doc", "kind", "linked", "module", "name", "parameters", "pending", "private", "span", "type", "value")

    def __init__(self, module: str, name: str, kind: str = VALUE, value: object = UNBOUND) -> None:
        self.module = module
        self.name = name
        self.kind = kind
        self.value = value
        self.pending: Callable[[], object] | None = None
        self.doc: str | None = None
        self.parameters: str | None = None
        self.private = False
        self.span: Span | None = None
        self.type: object = None
        """The declared type of a `def`, which `set!` checks."""
        self.linked: list[Callable[[], object]] = []
        """What takes the value out of compiled code again, where it was put directly."""

    @property
    def symbol(self) -> str:
        """The full name, `module.name`."""
        return f"{self.module}.{self.name}"

    def assign(self, value: object) -> None:
        """Give it another value.  Compiled code that has taken the old one for granted learns of it."""
        before, self.value = self.value, value
        links, self.linked = self.linked, []
        for unlink in links:
            unlink()
        if before is not value and getattr(before, "home", None) is self:
            forget = getattr(before, "forget", None)
            if forget is not None:
                forget()

    def force(self) -> object:
        """The value, made now if it is pending; `UNBOUND` when there is none."""
        if self.pending is not None:
            make, self.pending = self.pending, None
            try:
                self.value = make()
            except BaseException:
                self.pending = make
                raise
        return self.value

    def __repr__(self) -> str:
        return f"#<global {self.symbol}>"


class Migration:
    """Values of the type `symbol` that were saved by one of `versions` are upgraded by `function`."""

    __slots__ = ("function", "span", "symbol", "versions")

    def __init__(self, symbol: str, versions: tuple[str, ...], function: object, span: Span | None) -> None:
        self.symbol = symbol
        self.versions = versions
        self.function = function
        self.span = span


class Module:
    """A module's own definitions, and the names it took from others."""

    __slots__ = (
        "aliases",
        "code_hash",
        "complete",
        "declared",
        "declared_version",
        "definitions",
        "exports",
        "file",
        "library",
        "migrations",
        "name",
        "nearby",
        "prelude",
        "python_imports",
        "referred",
        "renames",
    )

    def __init__(self, name: str, prelude: dict[str, Global], file: str | None = None) -> None:
        self.name = name
        self.file = file
        self.library = False
        """Whether it belongs to the standard library, which every release has."""
        self.prelude = prelude
        self.definitions: dict[str, Global] = {}
        self.declared: dict[str, object] = {}
        """Of a program's module: the declaration behind each definition and instance."""
        self.migrations: list[Migration] = []
        """How values of types are upgraded that earlier versions saved, in order."""
        self.renames: dict[str, str] = {}
        """What is now called otherwise, by full names, in order."""
        self.referred: dict[str, Global] = {}
        self.aliases: dict[str, Module | object] = {}
        self.nearby: dict[str, set[str]] = {}
        """For a name that means nothing: the local names around it, for "did you mean"."""
        self.python_imports: dict[str, tuple[str, str]] = {}
        """The Python modules it imports: the name that is bound, and the module it is bound to."""
        self.exports: tuple[str, ...] | None = None
        self.declared_version: str | None = None
        self.code_hash: str | None = None
        self.complete = False
        """Whether all of its file was loaded, so that what is not defined now will not be."""

    @property
    def version(self) -> str:
        """The declared `:version`, or the hash of the module's text."""
        return self.declared_version or self.code_hash or "0"

    def resolve(self, name: str) -> Global | None:
        """What `name` means in this module: its own, then imported, then the prelude's."""
        return self.definitions.get(name) or self.referred.get(name) or self.prelude.get(name)

    def offers(self, name: str) -> bool:
        """Whether other modules may use `name`: it is defined, exported, and not private."""
        found = self.definitions.get(name)
        return found is not None and not found.private and (self.exports is None or name in self.exports)

    def define(self, name: str, kind: str) -> Global:
        """The global for a definition of `name` here; a second definition reuses it."""
        found = self.definitions.get(name)
        if found is None:
            found = self.definitions[name] = Global(self.name, name, kind)
        found.kind = kind
        return found

    def exported(self) -> Iterable[str]:
        """The names other modules may use."""
        if self.exports is not None:
            return self.exports
        return [name for name, found in self.definitions.items() if not found.private]


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like `name`, for "did you mean", or None when none is close."""
    from difflib import get_close_matches

    found = get_close_matches(name, list(candidates), n=1, cutoff=0.7)
    return found[0] if found else None
