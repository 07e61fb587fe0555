"""Values of the language as Python's own, and back.

    Turmeric                     Python
    vector, list                 list
    map                          dict; keywords and symbols among the keys become strings
    set                          set (what cannot be hashed inside becomes tuples and frozensets)
    keyword, symbol              str, the name
    struct, error, constructor   dict of the fields, and "$type": the full name of the type

Numbers, strings, bytes, booleans and nil are Python's own already; functions, cells,
continuations and Python objects stay what they are.  Back, `list` and `tuple` become
vectors, `dict` a map and `set` a set; the keys of a dictionary stay strings unless asked.
"""

from __future__ import annotations

from collections.abc import Hashable

from turmeric.vocabulary import maps, sets, vectors
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.sets import Set
from turmeric.vocabulary.structs import Struct
from turmeric.vocabulary.symbols import Keyword, Symbol, keyword
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TYPE_KEY = "$type"
"""Where the dictionary of a struct has the name of its type; no field can be called so."""


def to_python(value: Any) -> Any:
    """A value with all collections inside it as Python's.  Raises ValueError when two keys of a
    map, or two elements of a set, become one."""
    if isinstance(value, Keyword | Symbol):
        return value.name
    if isinstance(value, Vector | List):
        return [to_python(part) for part in value]
    if isinstance(value, Map):
        return dict_of(value)
    if isinstance(value, Set):
        return set_of(value)
    if type(value) is Struct:
        fields = {name: to_python(part) for name, part in zip(value.type.fields, value.values, strict=True)}
        return {TYPE_KEY: value.type.symbol, **fields}
    return value


def dict_of(value: Map) -> dict[Any, Any]:
    made: dict[Any, Any] = {}
    for key, part in value.items():
        name = hashable(to_python(key))
        if name in made:
            raise ValueError(f"two keys of the map become {name!r} in Python")
        made[name] = to_python(part)
    return made


def set_of(value: Set) -> set[Any]:
    made: set[Any] = set()
    for part in value:
        element = hashable(to_python(part))
        if element in made:
            raise ValueError(f"two elements of the set become {element!r} in Python")
        made.add(element)
    return made


def hashable(value: Any) -> Hashable:
    """The same, of classes that can be in a set."""
    if isinstance(value, list):
        return tuple(hashable(part) for part in value)
    if isinstance(value, set):
        return frozenset(value)
    if isinstance(value, dict):
        return tuple((key, hashable(part)) for key, part in value.items())
    return value  # type: ignore[no-any-return]


def from_python(value: Any, keywords: bool = False) -> Any:
    """A value with Python's collections inside it as the language's; with `keywords`, strings
    that are keys of dictionaries become keywords."""
    if isinstance(value, list | tuple):
        return vectors.from_iterable([from_python(part, keywords) for part in value])
    if isinstance(value, dict):
        return maps.from_pairs([(key_of(key, keywords), from_python(part, keywords)) for key, part in value.items()])
    if isinstance(value, set | frozenset):
        return sets.from_iterable([from_python(part, keywords) for part in value])
    return value


def key_of(key: Any, keywords: bool) -> Any:
    return keyword(key) if keywords and type(key) is str else from_python(key, keywords)
