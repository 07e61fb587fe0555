"""Where in the program's source an instance waits."""

from __future__ import annotations

from turmeric.running.continuation import Continuation, frames_of
from turmeric.vocabulary.spans import offset_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.durability.instances.service import Service


def place_of(service: Service, k: Any) -> tuple[str | None, int | None]:
    """The innermost place in the program's own code, as `file:line:column`, and how many characters come before it."""
    if type(k) is not Continuation:
        return None, None
    for point, _ in frames_of(k):
        found = service.offsets.get(point)
        if found is None:
            span = point.span
            if span is None or service.world.in_library(span):
                continue
            found = service.offsets[point] = (str(span), offset_of(span))
        return found
    return None, None
