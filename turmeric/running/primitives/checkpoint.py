"""The primitive of the module `checkpoint`: whether a durable instance runs."""

from __future__ import annotations

from turmeric.running.world import require_world

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def running_instance() -> str | None:
    instance = require_world().instance
    return None if instance is None else instance.id


TABLE: dict[str, Callable[..., Any]] = {"running-instance": running_instance}
