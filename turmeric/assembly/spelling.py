"""How Python spells the names of the language.

    process-order   process_order        list->vector   list_to_vector
    empty?          empty                swap!          swap
    *user*          user

A definition with that very name comes first; any name can be had by `getattr(module, "empty?")`.
"""

from __future__ import annotations

from collections.abc import Iterable


def python_name(name: str) -> str:
    """A name as a Python identifier, as far as it can be one."""
    plain = name.strip("*") or name
    if plain.endswith(("?", "!")) and len(plain) > 1:
        plain = plain[:-1]
    return plain.replace("->", "_to_").replace("-", "_")


def spelled(wanted: str, names: Iterable[str]) -> str | None:
    """The first of `names` that Python spells so."""
    found: str | None = None
    for name in names:
        if name == wanted:
            return name
        if found is None and python_name(name) == wanted:
            found = name
    return found
