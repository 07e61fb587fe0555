"""Reading and making structured values: fields, elements, keys, constructors."""

from __future__ import annotations

from collections.abc import Callable
from operator import call
from types import ModuleType

from turmeric.running.interrupting import only_once
from turmeric.vocabulary.errors import ERROR_TYPES, error_message, failure
from turmeric.vocabulary.kinds import CHECKS, a, has_type
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.namespace import Module, nearest
from turmeric.vocabulary.printer import BRIEF, write
from turmeric.vocabulary.sets import Set
from turmeric.vocabulary.structs import ERROR, Struct, StructType
from turmeric.vocabulary.symbols import Keyword, Symbol, keyword
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def short(value: object) -> str:
    """A value as messages show it."""
    return write(value, limit=BRIEF)


def construct(type_: Any, args: list[Any]) -> Struct:
    """A struct from its fields in order, or as `:field value` pairs."""
    if type(type_) is Struct and type_.type.nullary is type_ and not args:
        return type_
    if type(type_) is not StructType:
        raise failure("type-error", f"cannot construct with {short(type_)}: it is no struct type", type_)
    fields = type_.fields
    if len(args) == 2 * len(fields) and args and all(is_field(type_, key) for key in args[::2]):
        named = {key.name: value for key, value in zip(args[::2], args[1::2], strict=True)}
        if len(named) == len(fields):
            args = [named[field] for field in fields]
    if len(args) != len(fields):
        shape = " ".join((type_.name, *fields))
        counts = f"has {counted(len(fields), 'field')}, got {counted(len(args), 'value')}"
        raise failure("arity-error", f"({shape}) {counts}", type_.symbol)
    for field, wanted, value in zip(fields, type_.types, args, strict=True):
        check_field(type_, field, wanted, value)
    return type_.make(type_, tuple(args))


def fits(type_: StructType, values: list[Any]) -> bool:
    """Whether each value has the type that its field declares."""
    checks = type_.checks
    if checks is None:
        checks = type_.checks = tuple([check_for(wanted) for wanted in type_.types])
    return all(map(call, checks, values))


def check_for(wanted: object) -> Callable[[object], bool]:
    """The check that a declared type asks for."""
    outer = wanted[0] if isinstance(wanted, tuple) else wanted
    if not isinstance(outer, str):
        return lambda value: True
    return CHECKS.get(outer) or (lambda value: has_type(value, outer))


def counted(number: int, noun: str) -> str:
    """`"1 field"`, `"2 fields"`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def is_field(type_: StructType, key: object) -> bool:
    return isinstance(key, Keyword) and key.name in type_.index


def check_field(type_: StructType, field: str, wanted: object, value: object) -> None:
    outer = wanted[0] if isinstance(wanted, tuple) else wanted
    if isinstance(outer, str) and not has_type(value, outer):
        message = f"the field {field} of {type_.name} expects {a(outer)}, got {short(value)}"
        raise failure("type-error", message, value)


def field(value: Any, name: str) -> Any:
    """`value.name`: of a struct, a map with that keyword, or a Python object."""
    if isinstance(value, Struct):
        place = value.type.index.get(name)
        if place is not None:
            return value.values[place]
        return missing_field(value, name)
    if isinstance(value, Map):
        key = keyword(name)
        if key in value:
            return value.get(key)
        raise failure("key-error", f"the map has no key :{name}", name)
    if isinstance(value, Module):
        found = value.definitions.get(name)
        if found is not None:
            return found.force()
    return python_attribute(value, name)


def missing_field(value: Struct, name: str) -> Any:
    """`.message` and `.data` of any error; else the error for an unknown field."""
    if value.type.kind == ERROR and name == "message":
        return error_message(value) or write(value)
    if value.type.kind == ERROR and name == "data":
        return None
    near = nearest(name, value.type.fields)
    hint = f"; did you mean `{near}`?" if near else f"; it has {', '.join(value.type.fields) or 'none'}"
    raise failure("key-error", f"{value.type.name} has no field `{name}`{hint}", name)


BUILT_IN = (int, float, str, bytes, bool, List, Vector, Set, Symbol, Keyword, type(None))
"""Classes of values whose Python attributes are not part of the language."""


def is_python(value: Any) -> bool:
    """Whether a value is an object of Python's, and no value of the language."""
    return not isinstance(value, BUILT_IN) and not type(value).__module__.startswith("turmeric.")


def python_attribute(value: Any, name: str) -> Any:
    if not is_python(value):
        hint = "; a module's name is bound by `import`" if has_type(value, "fn") else ""
        raise failure("type-error", f"cannot read the field `{name}` of {short(value)}{hint}", value)
    for spelling in (name, name.replace("-", "_")):
        if computes(type(value), spelling):
            only_once()
        if hasattr(value, spelling):
            return getattr(value, spelling)
    near = nearest(name, dir(value))
    hint = f"; did you mean `{near}`?" if near else ""
    raise failure("key-error", f"the Python {type(value).__name__} has no attribute `{name}`{hint}", name)


def computes(kind: type, name: str) -> bool:
    """Whether reading an attribute runs code of the class."""
    if kind is ModuleType or kind is type:
        return False
    computed = isinstance(getattr(kind, name, None), property) or hasattr(kind, "__getattr__")
    return computed or getattr(kind, "__getattribute__") is not object.__getattribute__  # noqa: B009


PLAIN = (dict, list, tuple, set, frozenset, range)
"""Classes of Python whose elements can be looked at without running any code."""


def get(container: Any, key: Any, default: Any = None) -> Any:
    """The value at a key, or `default`: of a map, set, vector, list, string, struct or nil."""
    if isinstance(container, Map):
        return container.get(key, default)
    if container is None:
        return default
    if isinstance(container, Set):
        return key if key in container else default
    if isinstance(container, Struct):
        return struct_get(container, key, default)
    if isinstance(container, Vector | str | bytes | List):
        if type(key) is int and 0 <= key < len(container):
            return nth(container, key)
        return default
    if is_python(container) and hasattr(container, "__getitem__"):
        return python_item(container, key, default)
    raise failure("type-error", f"get expects a collection, got {short(container)}", container)


def python_item(container: Any, key: Any, default: Any) -> Any:
    """`container[key]` of a Python object, or the default; a negative index is none."""
    if type(key) is int and key < 0 and isinstance(container, list | tuple):
        return default
    if type(container) not in PLAIN:
        only_once()
    try:
        return container[key]
    except LookupError:
        return default


def struct_get(value: Struct, key: Any, default: Any) -> Any:
    if isinstance(key, Keyword | Symbol) and key.name in value.type.index:
        return value.values[value.type.index[key.name]]
    if isinstance(key, Keyword) and value.type.kind == ERROR and key.name in ("message", "data"):
        return missing_field(value, key.name)
    return default


NO_DEFAULT = object()
"""What `nth` gets in place of a default when it shall raise."""


def nth(container: Any, place: Any, default: Any = NO_DEFAULT) -> Any:
    """The element at a place, counted from 0; outside the default, or `index-error`."""
    if type(place) is not int:
        raise failure("type-error", f"nth expects an integer, got {short(place)}", place)
    if not isinstance(container, Vector | List | str | bytes | list | tuple):
        raise failure("type-error", f"nth expects a list, vector or string, got {short(container)}", container)
    if not 0 <= place < len(container):
        if default is not NO_DEFAULT:
            return default
        raise failure("index-error", f"index {place} is out of range: the length is {len(container)}", place)
    if isinstance(container, List):
        for _ in range(place):
            container = container.tail
        return container.head
    return container[place]


def check_type(value: Any, wanted: str, what: str) -> Any:
    """The value, or a `type-error` that names the parameter, field or definition."""
    if has_type(value, wanted):
        return value
    raise failure("type-error", f"{what} expects {a(wanted)}, got {short(value)}", value)


__all__ = ["ERROR_TYPES", "construct", "field", "get", "nth"]
