"""Where the frames of a message are in the sources that are there now.

The line number of a frame is that of the code that was saved.  If the frame's point is
found again, its line is known; else the same line of a changed file may be another one.
"""

from __future__ import annotations

from turmeric.vocabulary.spans import Span, source_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.durability.code.resolve import Resolver
    from turmeric.durability.format.entries import PointRow
    from turmeric.durability.format.message import Claims
    from turmeric.running.world import World


class Origins:
    """The sources of a world, as far as a message needs them."""

    def __init__(self, world: World, claims: Claims, resolver: Resolver) -> None:
        self.world = world
        self.versions = {row.name: row.version for row in claims.modules}
        self.found = {
            id(row): now
            for row in claims.points
            if (now := now_at(resolver, row)) is not None
        }  # fmt: skip

    def version(self, name: str) -> str | None:
        """The version of a module as it is now; None if there is none."""
        module = self.world.modules.get(name)
        return module.version if module is not None else None

    def changed(self, name: str) -> bool:
        """Whether a module's version is another one than that which was saved."""
        return self.versions.get(name) is not None and self.version(name) != self.versions[name]

    def line(self, row: PointRow) -> dict[str, Any]:
        """What can be said about the line of a point: its number now (None if the point is not
        there any more), its text, and whether that may be another line than the one saved."""
        module = self.world.modules.get(row.module)
        now = self.found.get(id(row))
        stale = now is None and (module is None or self.changed(row.module))
        text = None
        if module is not None and module.file is not None:
            line = row.line if now is None else now
            text = source_line(Span(module.file, line, 1, line, 1)) if line else None
        return {"line_now": now, "text": None if text is None else text.strip(), "stale": stale}


def now_at(resolver: Resolver, row: PointRow) -> int | None:
    """The line of a point that is found again."""
    definition = resolver.definition_of(row)
    found = definition.point(row.path, row.schema, row.label, row.line) if definition is not None else None
    span = found[1].point.span if found is not None else None
    return span.line if span is not None else None
