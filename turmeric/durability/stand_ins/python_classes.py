"""Instances of classes that Python code defines: dataclasses and members of enumerations.

Bytes name such a class, as in `dataclass shop.models:Order(id, total)`.  It is looked up only
in modules that the program imports itself, with `import-python`, and among the classes
that Python code has handed to `storable`: bytes cannot make a process import anything else.
"""

from __future__ import annotations

import sys
from importlib import import_module

from turmeric.durability.stand_ins.python_values import Unstorable
from turmeric.vocabulary import vectors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    from turmeric.running.world import World

    Class = TypeVar("Class", bound=type)

DATACLASS, ENUM = "dataclass", "enum"

REGISTERED: dict[str, type] = {}
"""The classes that were handed to `storable`, by `module:name`."""


def storable(kind: Class) -> Class:
    """Let values of a dataclass or enumeration be stored, wherever it is defined: a decorator."""
    REGISTERED[place_of(kind)] = kind
    return kind


def place_of(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


def is_dataclass(kind: type) -> bool:
    """Whether a class is a dataclass itself, not just derived from one."""
    return "__dataclass_fields__" in vars(kind)


def is_enum(kind: type) -> bool:
    enum = sys.modules.get("enum")
    return enum is not None and issubclass(kind, enum.Enum)


class Named:
    """How bytes name a class: `dataclass module:Name(field, ...)`, `enum module:Name[MEMBER]`, and `enum
    module:Name` for several flags together."""

    def __init__(self, name: str) -> None:
        self.way, _, rest = name.partition(" ")
        self.module, _, rest = rest.partition(":")
        self.fields = self.member = None
        if rest.endswith(")"):
            rest, _, self.fields = rest[:-1].partition("(")
        elif rest.endswith("]"):
            rest, _, self.member = rest[:-1].partition("[")
        self.qualified = rest
        wanted = (self.way == DATACLASS and self.fields is not None) or (self.way == ENUM and self.fields is None)
        self.valid = wanted and bool(self.module and self.qualified)

    def find(self, world: World) -> type | None:
        return find(world, self.module, self.qualified)


def fields_of(kind: type) -> list[str]:
    """The names of a dataclass's fields, in order."""
    import dataclasses

    return [field.name for field in dataclasses.fields(kind)]


def name_for(world: World, value: Any) -> str | None:
    """How bytes name the class of a value; None when it is of neither kind.  Raises Unstorable when
    the class could not be found again."""
    kind = type(value)
    if is_enum(kind):
        member = f"[{value.name}]" if kind.__members__.get(value.name) is value else ""
        name = f"{ENUM} {place_of(kind)}{member}"
    elif is_dataclass(kind):
        name = f"{DATACLASS} {place_of(kind)}({', '.join(fields_of(kind))})"
    else:
        return None
    found = find(world, *place_of(kind).split(":"))
    if found is not kind:
        raise Unstorable(unreachable(*place_of(kind).split(":")))
    return name


def unreachable(module: str, name: str) -> str:
    return (
        f"the Python class {module}:{name} cannot be found: the program must import its module, "
        f"(import-python {module}), or Python code hand it to turmeric.storable"
    )


def find(world: World, module: str, name: str) -> type | None:
    """The class, if the program imports its module or it was handed to `storable`."""
    registered = REGISTERED.get(f"{module}:{name}")
    if registered is not None:
        return registered
    value: Any = imported(world, module)
    for part in name.split("."):
        value = vars(value).get(part) if value is not None else None
    return value if isinstance(value, type) else None


def imported(world: World, name: str) -> Any:
    """A Python module that the program imports; one inside a package that it imports, if importing the
    package has loaded it."""
    for home in list(world.modules.values()):
        for own in home.python_imports:
            if name == own or name.startswith(own + "."):
                try:
                    import_module(own)
                except ImportError:
                    continue
                if name in sys.modules:
                    return sys.modules[name]
    return None


def lacking(world: World, name: str) -> str | None:
    """What is wrong with a class that bytes name; None when its values can be made."""
    named = Named(name)
    if not named.valid:
        return f"this release does not know how to bring back a Python value of the kind {name!r}"
    kind = named.find(world)
    if kind is None:
        return unreachable(named.module, named.qualified)
    title = f"the Python class {named.module}:{named.qualified}"
    if not (is_enum(kind) if named.way == ENUM else is_dataclass(kind)):
        return f"{title} is no {named.way} any more"
    now = ", ".join(fields_of(kind)) if named.way == DATACLASS else None
    if now != named.fields:
        return f"the fields of {title} have changed: they were ({named.fields}) and are now ({now})"
    if named.member is not None and named.member not in getattr(kind, "__members__", ()):
        return f"{title} has no member {named.member} any more"
    return None


def stand_in(value: Any) -> Any:
    """The values of the fields, in order; nil for a member of an enumeration, for several flags together
    their value."""
    kind = type(value)
    if is_enum(kind):
        return None if kind.__members__.get(value.name) is value else value.value
    own_new: object = kind.__new__
    if own_new is not object.__new__:
        raise Unstorable("its class has a `__new__` of its own")
    names = fields_of(kind)
    if extra := sorted(set(getattr(value, "__dict__", ())) - set(names)):
        raise Unstorable(f"it has the attribute `{extra[0]}`, which is no field of {place_of(kind)}")
    if missing := [name for name in names if not hasattr(value, name)]:
        raise Unstorable(f"its field `{missing[0]}` has no value")
    return vectors.from_iterable([getattr(value, name) for name in names])


def revive(world: World, name: str, parts: Any) -> Any:
    """The value of a class that was found before: its fields are set, and no `__init__` runs."""
    named = Named(name)
    kind: Any = named.find(world)
    if named.way == ENUM:
        return kind(parts) if named.member is None else kind.__members__[named.member]
    made: Any = object.__new__(kind)
    for field, part in zip(fields_of(kind), parts, strict=True):
        object.__setattr__(made, field, part)
    return made
