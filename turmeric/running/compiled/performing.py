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

    from turmeric.running.machine import Machine
    from turmeric.running.values import Operator

MARKING: dict[int, CodeType] = {}
"""The code of functions that hold a mark while they call compiled code; by identity."""


class Unhandled:
    """The value of `performed` where no clause that runs in place knows the effect."""

    __slots__ = ("effect",)

    def __init__(self, effect: object) -> None:
        self.effect = effect


def performed(operator: Operator, effect: Any) -> Any:
    """`perform` for code that the machine has called: it does not raise a request."""
    found = clause_for(effect)
    if found is None:
        return Unhandled(effect)
    machine, segment, function = found
    below = machine.segment
    machine.segment = masking(segment.mark, PENDING, below, segment.rest)
    value = function.tur_run(*effect.values)
    machine.segment = below
    return value


def clause_for(effect: Any) -> tuple[Machine, Any, Any] | None:
    """The clause of the nearest handler that knows an effect, if it runs in place."""
    machine = CURRENT.machine
    assert machine is not None
    segment: Any = machine.segment.handlers if type(effect) is Struct else None
    while segment is not None:
        clause = segment.mark.clauses.get(effect.type)
        if clause is not None:
            return (machine, segment, clause[1]) if clause[0] == IN_PLACE else None
        segment = segment.rest.handlers
    return None


def perform(operator: Operator, effect: Any) -> Any:
    """The value that the nearest handler's clause gives, if that runs in place; else the machine does it."""
    found = clause_for(effect)
    if found is None:
        raise Request(operator, [effect])
    machine, segment, function = found
    below = machine.segment
    machine.segment = masking(segment.mark, PENDING, below, segment.rest)
    value = function.tur_run(*effect.values)
    machine.segment = below
    return value


for _each in (perform, performed):
    MARKING[id(_each.__code__)] = _each.__code__
