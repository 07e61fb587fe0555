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

from itertools import chain

from turmeric.vocabulary import maps, sets, vectors
from turmeric.vocabulary.folding import folded
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.sets import Set
from turmeric.vocabulary.structs import Struct
from turmeric.vocabulary.symbols import Keyword, Symbol, keyword
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable
    from typing import Any

TYPE_KEY = "$type"
"""Where the dictionary of a struct has the name of its type; no field can be called so."""


DEEPEST_KEY = 200
"""How deep a key of a dictionary, or an element of a set, may be nested: Python hashes and compares
tuples by recursion in C, and ends the process where that gets too deep."""


def to_python(value: Any) -> Any:
    """A value with all collections inside it as Python's.  Raises ValueError when two keys of a
    map, or two elements of a set, become one, and when one is nested too deeply for Python."""
    return folded(value, inside, python_atom, python_whole)


def inside(value: Any) -> Iterable[Any] | None:
    """The parts of a collection, of a map its keys and values in turn; None for anything else."""
    if isinstance(value, Vector | List | Set):
        return value
    if isinstance(value, Map):
        return chain.from_iterable(value.items())
    return value.values if type(value) is Struct else None


def python_atom(value: Any) -> Any:
    return value.name if isinstance(value, Keyword | Symbol) else value


def python_whole(value: Any, made: list[Any]) -> Any:
    """The Python value of a collection, given those of its parts."""
    if isinstance(value, Map):
        return dict_of(made[::2], made[1::2])
    if isinstance(value, Set):
        return set(distinct(made, "elements of the set"))
    if type(value) is Struct:
        return {TYPE_KEY: value.type.symbol, **dict(zip(value.type.fields, made, strict=True))}
    return made


def dict_of(keys: list[Any], values: list[Any]) -> dict[Any, Any]:
    return dict(zip(distinct(keys, "keys of the map"), values, strict=True))


def distinct(made: list[Any], what: str) -> list[Hashable]:
    """Values as they can be in a set, each of them once."""
    names = [hashable(each) for each in made]
    seen: set[Hashable] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"two {what} become {name!r} in Python")
        seen.add(name)
    return names


def hashable(value: Any) -> Hashable:
    """The same, of classes that can be in a set."""
    if not isinstance(value, list | set | dict):
        return value  # type: ignore[no-any-return]
    check_depth(value)
    made: Hashable = folded(value, unhashable_parts, lambda part: part, frozen)
    return made


def unhashable_parts(value: Any) -> Iterable[Any] | None:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else () if isinstance(value, set) else None


def frozen(value: Any, made: list[Any]) -> Hashable:
    if isinstance(value, set):
        return frozenset(value)
    return tuple(zip(value, made, strict=True)) if isinstance(value, dict) else tuple(made)


def check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST_KEY):
        level = [part for each in level for part in python_parts(each) if isinstance(part, PYTHON_COLLECTIONS)]
        if not level:
            return
    raise ValueError(f"a key of a map, or an element of a set, is nested more than {DEEPEST_KEY} levels deep")


def python_parts(value: Any) -> Iterable[Any]:
    """The parts of one of Python's collections; of a dictionary its keys and values in turn."""
    if isinstance(value, dict):
        return chain.from_iterable(value.items())
    return value if isinstance(value, list | tuple | set | frozenset) else ()


def from_python(value: Any, keywords: bool = False) -> Any:
    """A value with Python's collections inside it as the language's; with `keywords`, strings
    that are keys of dictionaries become keywords.  Raises ValueError for a collection inside itself."""
    around: set[int] = set()

    def parts(part: Any) -> Iterable[Any] | None:
        if not isinstance(part, PYTHON_COLLECTIONS):
            return None
        if id(part) in around:
            raise ValueError(f"a Python {type(part).__name__} is inside itself")
        around.add(id(part))
        return python_parts(part)

    def whole(part: Any, made: list[Any]) -> Any:
        around.discard(id(part))
        return turmeric_whole(part, made, keywords)

    return folded(value, parts, lambda part: part, whole)


PYTHON_COLLECTIONS = (list, tuple, dict, set, frozenset)


def turmeric_whole(value: Any, made: list[Any], keywords: bool) -> Any:
    """The value of one of Python's collections, given those of its parts."""
    if isinstance(value, dict):
        keys = [keyword(key) if keywords and type(key) is str else key for key in made[::2]]
        return maps.from_pairs(zip(keys, made[1::2], strict=True))
    return sets.from_iterable(made) if isinstance(value, set | frozenset) else vectors.from_iterable(made)
