"""`perform` in compiled code: a clause that runs in place is called on Python's stack.

Between the frames of the `perform` and those of the clause lies a mask.  The function below holds it while
it calls the clause: it is *marking*, and who moves the stack to the heap puts the mask there.
"""

from __future__ import annotations

from types import CodeType

from turmeric.running.continuation import IN_PLACE, PENDING, masking
from turmeric.running.interrupting import Request
from turmeric.running.machine import CURRENT
from turmeric.vocabulary.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.running.values import Operator

MARKING: dict[int, CodeType] = {}
"""The code of functions that hold a mark while they call compiled code; by identity."""


def perform(operator: Operator, effect: Any) -> Any:
    """The value that the nearest handler's clause gives, if that runs in place; else the machine does it."""
    machine = CURRENT.machine
    assert machine is not None
    below = machine.segment
    segment = below.handlers if type(effect) is Struct else None
    while segment is not None:
        handler: Any = segment.mark
        clause = handler.clauses.get(effect.type)
        if clause is not None:
            break
        segment = segment.rest.handlers  # type: ignore[union-attr]
    if segment is None or clause[0] != IN_PLACE:
        raise Request(operator, [effect])
    run = clause[1].tur_run
    machine.segment = masking(handler, PENDING, below, segment.rest)
    value = run(*effect.values)
    machine.segment = below
    return value


MARKING[id(perform.__code__)] = perform.__code__
