"""The type of a value, by name, and the checks that annotations ask for.

Every value has one type name: `"int64"`, `"string"`, `"list"`, the full name of a
struct type.  Values of the run time's own classes say theirs in `type_name`.
"""

from __future__ import annotations

from collections.abc import Callable

from turmeric.vocabulary.lists import List, SourceList
from turmeric.vocabulary.maps import Map, SourceMap
from turmeric.vocabulary.sets import Set, SourceSet
from turmeric.vocabulary.structs import ERROR, DataType, Struct, StructType
from turmeric.vocabulary.symbols import Keyword, Symbol
from turmeric.vocabulary.vectors import SourceVector, Vector

INT64 = 1 << 63

NAMES: dict[type, str] = {
    bool: "bool",
    type(None): "nil",
    float: "float64",
    str: "string",
    bytes: "bytes",
    Symbol: "symbol",
    Keyword: "keyword",
    List: "list",
    SourceList: "list",
    Vector: "vector",
    SourceVector: "vector",
    Map: "map",
    SourceMap: "map",
    Set: "set",
    SourceSet: "set",
    StructType: "type",
    DataType: "type",
}


def type_name(value: object) -> str:
    """The name of a value's type."""
    kind = type(value)
    if kind is int:
        return "int64" if -INT64 <= value < INT64 else "bigint"  # type: ignore[operator]
    name = NAMES.get(kind)
    if name is not None:
        return name
    if isinstance(value, Struct):
        return value.type.symbol
    own = getattr(value, "type_name", None)
    return own if isinstance(own, str) else f"python.{kind.__name__}"


def data_type_name(value: object) -> str | None:
    """The name of the `defdata` that a constructor's value belongs to, or None."""
    if type(value) is Struct and value.type.data_type is not None:
        return value.type.data_type.symbol
    return None


def is_integer(value: object) -> bool:
    return type(value) is int


def is_number(value: object) -> bool:
    kind = type(value)
    return kind is int or kind is float


def is_sequence(value: object) -> bool:
    return isinstance(value, List | Vector | str)


CHECKS: dict[str, Callable[[object], bool]] = {
    "int64": is_integer,
    "bigint": is_integer,
    "float64": lambda value: type(value) is float,
    "number": is_number,
    "string": lambda value: type(value) is str,
    "bool": lambda value: value is True or value is False,
    "bytes": lambda value: type(value) is bytes,
    "symbol": lambda value: type(value) is Symbol,
    "keyword": lambda value: type(value) is Keyword,
    "nil": lambda value: value is None,
    "list": lambda value: isinstance(value, List),
    "vector": lambda value: isinstance(value, Vector),
    "map": lambda value: isinstance(value, Map),
    "set": lambda value: isinstance(value, Set),
    "sequence": is_sequence,
    "fn": callable,
}
"""The O(1) check of each built-in type."""


def has_type(value: object, name: str) -> bool:
    """Whether a value is of the named type: built in, a struct, or a data type."""
    if type(value) is Struct and value.type.symbol == name:
        return True
    check = CHECKS.get(name)
    if check is not None:
        return check(value)
    if type_name(value) == name or data_type_name(value) == name or name == "any":
        return True
    return name == "core.error" and type(value) is Struct and value.type.kind == ERROR


def a(name: str) -> str:
    """A type's name with its article, for messages."""
    short = name.rpartition(".")[2]
    short = {"int64": "integer", "float64": "float", "fn": "function"}.get(short, short)
    return f"{'an' if short[0] in 'aeiouAEIOU' else 'a'} {short}"
