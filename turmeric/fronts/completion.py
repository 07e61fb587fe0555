"""Completing names in an entry, each with its signature and what it does."""

from __future__ import annotations

from turmeric.fronts.documentation import signature
from turmeric.vocabulary.lexical import DELIMITERS
from turmeric.vocabulary.namespace import Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from turmeric.assembly.session import Session
    from turmeric.vocabulary.namespace import Global

_BEFORE_NAME = DELIMITERS | {"'"}


def word_before(text: str) -> str:
    """The beginning of a name that `text` ends with."""
    at = len(text)
    while at and text[at - 1] not in _BEFORE_NAME:
        at -= 1
    return text[at:]


def completions(session: Session, text: str, commands: Iterable[str]) -> list[tuple[str, str]]:
    """What the last word of `text` may become, with a line about each; shortest names first."""
    word = word_before(text)
    if word.startswith(":"):
        return [(name, "") for name in sorted(commands) if name.startswith(word)] if text.strip() == word else []
    found = [(name, about(each)) for name, each in visible(session.user) if name.startswith(word)]
    return sorted(found, key=lambda row: (len(row[0]), row[0])) if word else []


def visible(module: Module) -> Iterator[tuple[str, Global | None]]:
    """The names that can be written in a module; those of imported modules with their alias.

    The expander's own helpers, whose names end with a star, are left out.
    """
    seen: set[str] = set()
    for table in (module.definitions, module.referred, module.prelude):
        for name, found in table.items():
            if name not in seen and not (name.endswith("*") and found.private):
                seen.add(name)
                yield name, found
    for alias, home in module.aliases.items():
        yield alias, None
        if isinstance(home, Module):
            exported = [name for name in home.exported() if name in home.definitions]
            yield from ((f"{alias}.{name}", home.definitions[name]) for name in exported)


def about(found: Global | None) -> str:
    """`(map f xs)  The list of ...`, on one line."""
    if found is None:
        return "module"
    first = (found.doc or "").strip().partition("\n")[0]
    return f"{signature(found)}  {first}".strip()
