"""The primitives of the module `workflow`: what the instance that runs knows of itself, statements of SQL."""

from __future__ import annotations

from turmeric.running.conversion import from_python
from turmeric.running.structure import short
from turmeric.running.world import require_world
from turmeric.vocabulary import lists
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from turmeric.vocabulary.lists import List


def last_checkpoint() -> int | None:
    instance = require_world().instance
    return None if instance is None else instance.number


def execute_in(tx: Any, statement: str, parameters: Any) -> List:
    """The rows that a statement gives, as vectors."""
    if not hasattr(tx, "execute"):
        raise failure("type-error", f"execute expects the transaction that `transaction` gives, got {short(tx)}", tx)
    return lists.from_iterable([from_python(row) for row in tx.execute(statement, *parameters)])


TABLE: dict[str, Callable[..., Any]] = {
    "last-checkpoint": last_checkpoint,
    "current-time": lambda: require_world().clock(),
    "execute-in": execute_in,
}
