"""Making something of a nested value from the inside out, without recursion.

Values may be nested a million deep, and Python's stack is not for that.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any


def folded(
    root: Any,
    parts: Callable[[Any], Iterable[Any] | None],
    atom: Callable[[Any], Any],
    whole: Callable[[Any, list[Any]], Any],
) -> Any:
    """What `root` becomes: `atom(value)` for a value without `parts`, for the others `whole(value, made)`
    with what its parts became."""
    result: list[Any] = []
    stack: list[tuple[Any, Any, list[Any]]] = [(None, iter((root,)), result)]
    while stack:
        value, rest, made = stack[-1]
        for part in rest:
            inner = parts(part)
            if inner is not None:
                stack.append((part, iter(inner), []))
                break
            made.append(atom(part))
        else:
            stack.pop()
            if stack:
                stack[-1][2].append(whole(value, made))
    return result[0]
