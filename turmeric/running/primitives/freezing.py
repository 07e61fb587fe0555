"""The primitives of the module `freezing`: none; its operator is in `running.budgets`."""

from __future__ import annotations

from turmeric.running import budgets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

assert budgets

TABLE: dict[str, Callable[..., Any]] = {}
