"""The primitives of the module `logic`: what can be said about a term without its bindings."""

from __future__ import annotations

from turmeric.vocabulary import lists
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.sets import Set
from turmeric.vocabulary.structs import Struct
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from turmeric.vocabulary.structs import StructType

COMPOUND = (List, Struct, Vector, Map, Set)
"""Classes of values that unification looks into."""


def structs_in(term: Any, *types: StructType) -> List:
    """The different structs of some types in a term, in keys and elements of sets too, in order.

    The search asks this of each term that it binds, to find the variables; most terms are
    long and have none.  In Turmeric it takes ten times as long.
    """
    wanted = {type_.symbol for type_ in types}
    found: dict[Any, None] = {}
    work = [term]
    while work:
        part = work.pop()
        if type(part) is Struct and part.type.symbol in wanted:
            found[part] = None
        work.extend([inner for inner in parts(part) if isinstance(inner, COMPOUND)][::-1])
    return lists.from_iterable(found)


def parts(term: Any) -> Iterable[Any]:
    """The values directly inside a term."""
    if type(term) is Struct:
        return term.values
    if isinstance(term, Map):
        return [part for entry in term.items() for part in entry]
    return term if isinstance(term, List | Vector | Set) else ()


TABLE: dict[str, Callable[..., Any]] = {
    "compound?": lambda value: isinstance(value, COMPOUND),
    "structs-in": structs_in,
}
