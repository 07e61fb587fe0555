"""The primitives of the module `reducing`."""

from __future__ import annotations

from turmeric.running import collecting
from turmeric.vocabulary.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def is_reduced(value: Any) -> bool:
    """Whether a value is a struct made by `reduced`."""
    return type(value) is Struct and value.type.symbol == "reducing.reduced"


TABLE: dict[str, Callable[..., Any]] = {
    "append-at*": collecting.append_at,
    "reduced?": is_reduced,
}
