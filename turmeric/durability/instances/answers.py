"""How a program goes on after a request: with a value, or with an error."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.vocabulary.errors import TurmericError


class Give:
    """Go on with a value."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Raise:
    """Go on with an error."""

    __slots__ = ("error",)

    def __init__(self, error: TurmericError) -> None:
        self.error = error
