"""Names for the variables of core forms, so that what is printed means the same.

Two variables of one name (the user's `x`, and one that a macro's template wrote) become
`x` and `x-2`; a variable never takes the name of a global that its scope refers to.
"""

from __future__ import annotations

from collections.abc import Sequence

from turmeric.reading import core
from turmeric.vocabulary.namespace import Module
from turmeric.vocabulary.symbols import Symbol, symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from turmeric.reading.core import Core, Variable

HEADS = frozenset({"binding", "block*", "catch", "cloneable-shift", "defer", "do", "finally", "fn", "handle"})
HEADS |= {"handler", "if", "leave*", "let", "letrec", "loop", "quote", "recur", "reset", "set!", "shift", "shift0"}
HEADS |= {"try", "with-cleanup*", "with-handler*"}
"""The special forms that expansions are written with: a local variable of their name would hide them."""


class Names:
    """What each variable in scope is called; `taken` are names that none of them may have."""

    __slots__ = ("module", "taken", "variables")

    def __init__(self, module: Module, taken: frozenset[str], variables: dict[Variable, str] | None = None) -> None:
        self.module = module
        self.taken = taken
        self.variables = variables or {}

    def within(self, variables: Sequence[Variable]) -> Names:
        """The names inside a form that binds `variables`."""
        inner = Names(self.module, self.taken, dict(self.variables))
        for var in variables:
            inner.variables[var] = inner.fresh(var.name.lstrip("%"))
        return inner

    def fresh(self, name: str) -> str:
        used = self.variables.values()
        number, found = 1, name
        while found in self.taken or found in HEADS or found in used:
            number += 1
            found = f"{name}-{number}"
        return found

    def of(self, variable: Variable) -> Symbol:
        """The name of a variable in scope."""
        return symbol(self.variables[variable])

    def of_global(self, module: str, name: str) -> Symbol:
        """How this module writes a global: plainly when the plain name means it here, else
        with the module's alias.  What only a macro could reach has the module's full name."""
        found = self.module.resolve(name)
        if module == self.module.name or (found is not None and found.module == module):
            return symbol(name)
        aliases = (alias for alias, home in self.module.aliases.items() if getattr(home, "name", None) == module)
        return symbol(f"{next(aliases, module)}.{name}")

    def of_symbol(self, full: str) -> Symbol:
        """The same for a full name, `module.name`."""
        module, _, name = full.rpartition(".")
        return self.of_global(module, name)


def globals_in(form: Core) -> Iterator[str]:
    """The names of the globals that a form refers to."""
    waiting: list[object] = [form]
    while waiting:
        part = waiting.pop()
        if isinstance(part, core.Global | core.SetGlobal):
            yield part.name
        if isinstance(part, core.Const) and isinstance(part.value, str):
            yield part.value.rpartition(".")[2]  # the full name of a dynamic variable
        if isinstance(part, core.Core):
            waiting += [getattr(part, slot) for slot in type(part).__slots__]
        elif isinstance(part, tuple):
            waiting += part
        elif isinstance(part, core.Parameters):
            waiting += [default for _, _, default in part.keys]
