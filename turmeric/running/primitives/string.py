"""The primitives of the module `string`."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def write_out(text: str) -> None:
    """Write to standard output; Python flushes it at exit."""
    sys.stdout.write(text)


TABLE: dict[str, Callable[..., Any]] = {
    "write-out*": write_out,
}
