"""Hashes that are the same in every process.

The hash of a value is 64 bits of BLAKE2b over its kind and either its text or the
hashes of its parts; those of sets and maps are sorted first, because their order does
not count.  It agrees with `=`: values of different types have different texts.
"""

from __future__ import annotations

from turmeric.running.structure import short
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.kinds import type_name
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.sets import Set
from turmeric.vocabulary.structs import Struct
from turmeric.vocabulary.symbols import Keyword, Symbol
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

ATOMS = (int, float, str, bytes, bool, type(None), Symbol, Keyword)
COLLECTIONS = (List, Vector, Map, Set, Struct)
UNORDERED = (Map, Set)


def hash_value(value: Any, parts: Iterable[Any], hashes: Iterable[Any]) -> int:
    """The hash of a value some parts of which have the given hashes.  `type-error` when
    a part is neither data nor given."""
    known: dict[int, int] = {id(part): own for part, own in zip(parts, hashes, strict=True)}
    work = [value]
    while work:
        top = work[-1]
        missing = [part for part in inside(top) if isinstance(part, COLLECTIONS) and id(part) not in known]
        if missing:
            work.extend(missing)
            continue
        known[id(top)] = combined(top, known)
        work.pop()
    return signed(known[id(value)])


def inside(value: Any) -> list[Any]:
    """The parts whose hashes the hash of a value is made of."""
    if isinstance(value, Map):
        return [part for pair in value.items() for part in pair]
    if isinstance(value, Struct):
        return list(value.values)
    return list(value) if isinstance(value, List | Vector | Set) else []


def combined(value: Any, known: dict[int, int]) -> int:
    """The hash of a value, given those of the collections inside (by `id`)."""
    if not isinstance(value, COLLECTIONS):
        return digest(atom_text(value))
    rows = [hash_of_part(part, known) for part in inside(value)]
    if isinstance(value, Map):
        rows = [f"{key}={item}" for key, item in zip(rows[::2], rows[1::2], strict=True)]
    if isinstance(value, UNORDERED):
        rows.sort()
    return digest(f"{type_name(value)}({' '.join(rows)})")


def hash_of_part(part: Any, known: dict[int, int]) -> str:
    found = known.get(id(part))
    return str(digest(atom_text(part)) if found is None else found)


def atom_text(value: Any) -> str:
    if not isinstance(value, ATOMS):
        raise failure("type-error", f"hash expects data, got {short(value)}", value)
    return f"{type_name(value)} {write(value)}"


def digest(text: str) -> int:
    from hashlib import blake2b  # slow to import

    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def signed(number: int) -> int:
    """64 bits as an int64."""
    return number - (1 << 64) if number >= 1 << 63 else number
