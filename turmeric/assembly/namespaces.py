"""A module of the language as Python sees it: an object whose attributes are its definitions.

An attribute is looked up when it is read, so it is always what the module holds now.
"""

from __future__ import annotations

from turmeric.assembly.spelling import python_name, spelled
from turmeric.running.structure import construct
from turmeric.vocabulary.namespace import CLASS, MACRO, UNBOUND, Module
from turmeric.vocabulary.structs import StructType
from turmeric.vocabulary.symbols import keyword

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.vocabulary.structs import Struct

HIDDEN = (MACRO, CLASS)
"""Definitions that are no values for Python."""


class Constructor:
    """A struct type as a Python callable: `point(1, 2)` or `point(x=1, y=2)`."""

    __slots__ = ("type",)

    def __init__(self, type_: StructType) -> None:
        self.type = type_

    def __call__(self, *args: Any, **fields: Any) -> Struct:
        named = [part for name, value in fields.items() for part in (self.field(name), value)]
        return construct(self.type, [*args, *named])

    def field(self, name: str) -> object:
        """The keyword of a field that Python spells `name`."""
        return keyword(spelled(name, self.type.fields) or name)

    def __repr__(self) -> str:
        return f"<constructor {self.type.symbol}>"


class Namespace:
    """The definitions that a module offers, as attributes."""

    def __init__(self, module: Module) -> None:
        self.__dict__["_module"] = module

    def __getattr__(self, name: str) -> Any:
        return attribute(self.__dict__["_module"], name)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"the definitions of {self.__dict__['_module'].name} cannot be set from Python")

    def __dir__(self) -> list[str]:
        return public_names(self.__dict__["_module"])

    def __repr__(self) -> str:
        return f"<Turmeric module {self.__dict__['_module'].name}>"


def attribute(module: Module, name: str) -> Any:
    """The value of the definition that Python spells `name`.  Raises AttributeError."""
    found = spelled(name, offered(module))
    value = module.definitions[found].force() if found is not None else UNBOUND
    if value is UNBOUND:
        raise AttributeError(f"the Turmeric module {module.name} has no {name!r}", name=name, obj=module)
    return Constructor(value) if isinstance(value, StructType) else value


def offered(module: Module) -> list[str]:
    """The names of a module's definitions that other modules and Python may use."""
    return [name for name, found in module.definitions.items() if module.offers(name) and found.kind not in HIDDEN]


def public_names(module: Module) -> list[str]:
    """Those names as Python spells them, where they can be identifiers."""
    return sorted({name for name in map(python_name, offered(module)) if name.isidentifier()})
