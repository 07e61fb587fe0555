"""A value as a person is shown it: readable, through its type's `Show` instance if it has one."""

from __future__ import annotations

from turmeric.vocabulary.printer import Limit, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.assembly.session import Session

CLASSES = "classes"
"""The module of the standard library that defines `Show`."""


def readable(session: Session, value: Any, limit: Limit | None = None) -> str:
    """`value` as the reader reads it; beyond `limit`, `...` stands for the rest."""
    return write(value, shown_parts(session, value), limit)


def shown_parts(session: Session, value: Any) -> dict[int, str] | None:
    """The texts that the program's own `Show` instances make for parts of `value`, by `id`."""
    world = session.world
    show = world.prelude.get("Show")
    if show is None or value is None:
        return None
    custom_parts: Any = world.find(CLASSES, "custom-parts*").force()
    method = world.find(CLASSES, "show").force()
    return {id(part): world.call(method, [part]) for part in custom_parts(show.force(), value)}
