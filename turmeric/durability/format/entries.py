"""The entries of a message's tables, with names instead of numbers.

What an entry says is a claim until the resolver has found it.  `home` is the number of its module.
"""

from __future__ import annotations


class Entry:
    """An entry of a table: equal to one with the same parts.  (A NamedTuple would need the module
    `typing`, which takes longer to import than a small message to read.)"""

    __slots__: tuple[str, ...] = ()

    def parts(self) -> tuple[object, ...]:
        return tuple([getattr(self, name) for name in self.__slots__])

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.parts() == other.parts()

    def __hash__(self) -> int:
        return hash(self.parts())

    def __repr__(self) -> str:
        return f"{type(self).__name__}{self.parts()}"


class ModuleRow(Entry):
    """A module that the message needs; no file and version for one of the standard library.
    `bundle` is the place of the bundle that has its code, if one goes along."""

    __slots__ = ("bundle", "file", "name", "version")

    def __init__(self, name: str, file: str, version: str | None, bundle: int | None = None) -> None:
        self.name = name
        self.file = file
        self.version = version
        self.bundle = bundle


class TypeRow(Entry):
    """A struct type, with its schema id, and its fields if it is the program's."""

    __slots__ = ("fields", "home", "kind", "module", "name", "schema")

    def __init__(
        self, module: str, name: str, kind: str, schema: bytes, home: int = 0, fields: tuple[str, ...] | None = None
    ) -> None:
        self.module = module
        self.name = name
        self.kind = kind
        self.schema = schema
        self.home = home
        self.fields = fields

    @property
    def symbol(self) -> str:
        return f"{self.module}.{self.name}"


class Located(Entry):
    """Something in a function of a definition: its full names."""

    __slots__ = ()
    module: str
    name: str
    path: tuple[str, ...]

    @property
    def symbol(self) -> str:
        return shown(self.module, self.name, self.path)

    @property
    def definition(self) -> str:
        return full(self.module, self.name)


class FunctionRow(Located):
    """A function: its definition (empty for top-level forms), and the way to it inside that."""

    __slots__ = ("home", "module", "name", "path", "schema")

    def __init__(self, module: str, name: str, path: tuple[str, ...], schema: bytes, home: int = 0) -> None:
        self.module = module
        self.name = name
        self.path = path
        self.schema = schema
        self.home = home


class PointRow(Located):
    """A point: its function, what it waits for, its variables ("" for values in waiting)."""

    __slots__ = ("home", "label", "line", "module", "name", "path", "schema", "variables")

    def __init__(
        self,
        module: str,
        name: str,
        path: tuple[str, ...],
        label: str,
        schema: bytes,
        variables: tuple[str, ...],
        line: int,
        home: int = 0,
    ) -> None:
        self.module = module
        self.name = name
        self.path = path
        self.label = label
        self.schema = schema
        self.variables = variables
        self.line = line
        self.home = home


def full(module: str, name: str) -> str:
    """The full name of a definition; that of the module for its top-level forms."""
    return f"{module}.{name}" if name else module


def shown(module: str, name: str, path: tuple[str, ...]) -> str:
    return ".".join([full(module, name), *path])
