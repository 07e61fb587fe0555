"""What is known about globals: whether they are defined, what they take, what they hold."""

from __future__ import annotations

from turmeric.fronts.checks import signatures
from turmeric.fronts.checks.gathering import Gathered, Row
from turmeric.reading import declarations as kinds
from turmeric.reading.core import Core, Lambda, SetGlobal
from turmeric.reading.parts import parts
from turmeric.vocabulary import namespace
from turmeric.vocabulary.namespace import UNBOUND, Global
from turmeric.vocabulary.structs import Struct, StructType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from turmeric.fronts.checks.signatures import Signature

Name = tuple[str, str]
"""A module's name and a definition's."""


READERS = {
    namespace.FUNCTION: signatures.of_text,
    namespace.PRIMITIVE: signatures.of_primitive,
    namespace.OPERATOR: signatures.of_primitive,
}
"""What makes the signature of a definition of the library, by its kind."""


class Known:
    """Definitions of a file, of what it imports and of the standard library.

    `values` has the program's definitions that never change, with their forms: defined
    once, and assigned to nowhere.
    """

    def __init__(self, gathered: Gathered) -> None:
        self.gathered = gathered
        self.defined: set[Name] = {(gathered.module.name, name) for name in gathered.defined}
        self.values: dict[Name, Core] = {}
        self.signatures: dict[Name, Signature | None] = {}
        changed: set[Name] = set()
        for row in gathered.rows:
            for name in names_of(row):
                if name in self.values:
                    changed.add(name)
                self.defined.add(name)
            if row.declaration.kind in (kinds.FUNCTION, kinds.VALUE):
                self.values[(row.module.name, row.declaration.name)] = row.code[""]
            changed.update(name for form in row.code.values() for name in assigned(form))
        self.changed = changed
        for name in changed:
            self.values.pop(name, None)

    def find(self, module: str, name: str) -> Global | None:
        """A global that exists, without making it."""
        home = self.gathered.modules.get(module)
        return home.definitions.get(name) if home is not None else None

    def is_defined(self, module: str, name: str) -> bool:
        """Whether a global has a value once its module has been loaded."""
        if (module, name) in self.defined:
            return True
        if module == self.gathered.module.name:
            return name in self.gathered.assumed or not self.gathered.complete
        found = self.find(module, name)
        return found is not None and (found.value is not UNBOUND or found.pending is not None)

    def visible(self, name: str) -> list[str]:
        """The names that can be seen where `name` means nothing, for "did you mean"."""
        module = self.gathered.module
        own = [each for home, each in self.defined if home == module.name]
        return [*sorted(module.nearby.get(name, ())), *sorted(own), *module.referred, *module.prelude]

    def signature(self, module: str, name: str) -> Signature | None:
        """What a global takes when it is called; None when that is not certain."""
        key = (module, name)
        if key not in self.signatures:
            self.signatures[key] = None if key in self.changed else self.found_signature(key)
        return self.signatures[key]

    def found_signature(self, key: Name) -> Signature | None:
        value = self.values.get(key)
        if value is not None:
            return signatures.of_lambda(key[1], value) if isinstance(value, Lambda) else None
        found = self.find(*key)
        if found is None:
            return None
        if found.kind == namespace.TYPE:
            made = found.force()
            type_ = made.type if isinstance(made, Struct) else made
            return signatures.of_struct(type_) if isinstance(type_, StructType) else None
        reader = READERS.get(found.kind)
        return reader(found.name, found.parameters) if reader is not None and found.parameters else None


NAMELESS = (kinds.EXPRESSION, kinds.IMPORT, kinds.INSTANCE, kinds.MIGRATION, kinds.RENAME)
"""Declarations that define no name."""


def names_of(row: Row) -> Iterator[Name]:
    """What a declaration defines."""
    declaration, module = row.declaration, row.module.name
    if declaration.kind not in NAMELESS:
        yield module, declaration.name
    if declaration.kind in (kinds.DATA, kinds.CLASS):
        rows: tuple[tuple[str, ...], ...] = declaration.data[1]  # type: ignore[assignment]
        for part in rows:
            if part[0] != declaration.name:
                yield module, part[0]


def assigned(form: Core) -> Iterator[Name]:
    """The globals that a form assigns to."""
    waiting = [form]
    while waiting:
        part = waiting.pop()
        if isinstance(part, SetGlobal):
            yield part.module, part.name
        waiting += parts(part)
