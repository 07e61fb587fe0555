"""What names mean: locals, definitions, imports, members of modules.

A name means, in this order: the local variable with the same marks; for a name that
a macro's template wrote, what it means in the macro's module; the same again with
one mark less; a definition of this module, an import, the standard library.  So
neither a user's local `list` nor their own `str` can break a macro, and a macro's
own variables never capture the user's.
"""

from __future__ import annotations

from collections.abc import Callable

from turmeric.reading.core import Variable
from turmeric.reading.scope import Scope
from turmeric.vocabulary import namespace
from turmeric.vocabulary.errors import SourceError, source_failure
from turmeric.vocabulary.namespace import Module
from turmeric.vocabulary.symbols import Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.vocabulary.spans import Span


class Names:
    """Finds names for the forms of one module.

    `modules` finds other modules by name (for the names in a macro's template).
    """

    def __init__(self, module: Module, modules: Callable[[str], Module | None]) -> None:
        self.module = module
        self.modules = modules
        self.forward_types: set[str] = set()
        self.renamed: set[str] = set()
        """The full names that `defrename`s of the file say are others now."""
        self.pending_macros: dict[str, Callable[[], None]] = {}
        self.span: Span | None = None

    def known_types(self) -> list[str]:
        """Names of types that can be seen in this module, for "did you mean"."""
        tables = (self.module.definitions, self.module.referred, self.module.prelude)
        return [name for table in tables for name, found in table.items() if found.kind == namespace.TYPE]

    def resolve(self, name: Symbol, scope: Scope) -> Variable | namespace.Global | None:
        """What a symbol means at this place, or None."""
        marks = name.marks
        for depth in range(len(marks), -1, -1):
            var = scope.find(name.name, marks[:depth])
            if var is not None:
                return var
            home = self.modules(marks[depth - 1][1]) if depth else self.module
            if depth == 0 and name.name in self.pending_macros:
                self.pending_macros.pop(name.name)()
            found = home.resolve(name.name) if home is not None else None
            if found is not None:
                return found
        return None

    def special_or_macro(self, head: object, scope: Scope) -> namespace.Global | None:
        """The special form or macro that `head` names, or None."""
        if type(head) is not Symbol:
            return None
        found = self.resolve(head, scope)
        if found is None and ("." in head.name or "/" in head.name) and not self.is_field(head, scope):
            found = self.member(head)
        if isinstance(found, namespace.Global) and found.kind in (namespace.SPECIAL, namespace.MACRO):
            return found
        return None

    def is_field(self, name: Symbol, scope: Scope) -> bool:
        """Whether a dotted name reads a local variable's field, whatever modules are called."""
        return scope.find(name.name.partition(".")[0], name.marks) is not None

    def names_special(self, datum: object, name: str, scope: Scope) -> bool:
        """Whether `datum` is a symbol that means the special form `name` here."""
        found = self.special_or_macro(datum, scope)
        return found is not None and found.kind == namespace.SPECIAL and found.name == name

    def member(self, name: Symbol) -> namespace.Global | None:
        """The definition that `alias.name` or `alias/name` refers to, or None."""
        text = name.name
        place = text.find("/") if "/" in text else text.rfind(".")
        while place > 0:
            module = self.modules_by_alias(text[:place], name)
            if module is not None:
                member = text[place + 1 :]
                if module.offers(member) or module is self.module:
                    return module.definitions.get(member)
            place = text.rfind(".", 0, place)
        return None

    def modules_by_alias(self, alias: str, name: Symbol) -> Module | None:
        for mark in reversed(name.marks):
            home = self.modules(mark[1])
            found = home.aliases.get(alias) if home is not None else None
            if isinstance(found, Module):
                return found
        found = self.module.aliases.get(alias)
        return found if isinstance(found, Module) else None

    def check_member(self, name: Symbol) -> None:
        """Raise the error for a name of the form `module.member` whose module lacks that member."""
        text = name.name
        place = text.find("/") if "/" in text else text.rfind(".")
        while place > 0:
            module = self.modules_by_alias(text[:place], name)
            if module is not None:
                raise self.unknown_member(module, text[place + 1 :])
            place = text.rfind(".", 0, place)

    def unknown_member(self, module: Module, member: str) -> SourceError:
        """The error for a name that a module lacks or keeps private."""
        found = module.definitions.get(member)
        if found is not None and found.value is not namespace.UNBOUND and not module.offers(member):
            return self.error(f"`{member}` is private to the module {module.name}", "unbound-variable")
        near = namespace.nearest(member, module.exported())
        hint = f"; did you mean `{near}`?" if near else ""
        return self.error(f"the module {module.name} has no `{member}`{hint}", "unbound-variable")

    def error(self, message: str, name: str = "syntax-error", span: Span | None = None) -> SourceError:
        """An error of the source text at the form being expanded."""
        return source_failure(name, message, span or self.span)
