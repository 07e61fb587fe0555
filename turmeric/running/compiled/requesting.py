"""Which functions ask the machine for something themselves."""

from __future__ import annotations

from turmeric.intermediate import anf
from turmeric.intermediate.walking import parts
from turmeric.vocabulary.namespace import OPERATOR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.running.functions import Function


def calls_operators(function: Function) -> bool:
    """Whether a function itself calls control operators by their names."""
    find = function.linker.find
    work: list[object] = [function.code.body]
    while work:
        node = work.pop()
        called = node.function if isinstance(node, anf.TailCall) else None
        if isinstance(called, anf.GlobalReference) and find(called.module, called.name).kind == OPERATOR:
            return True
        work.extend(part for part in parts(node) if isinstance(part, anf.Control))
    return False
