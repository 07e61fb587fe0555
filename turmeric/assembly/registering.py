"""Python functions as a module of the language."""

from __future__ import annotations

import inspect

from turmeric.running.conversion import from_python
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from turmeric.assembly.session import Session

CALLING = "(defn {name} [& args] (apply {name}-in-python args))"
"""What calls a Python function.  Unlike that it is known by its name, so a state that holds it can be saved."""
AWAITING = "(import workflow) (defn {name} [& args] (workflow.outside (apply {name}-in-python args)))"
"""What calls a coroutine function, and lets others run until it has its value."""


def register(session: Session, name: str, functions: Mapping[str, Callable[..., Any]]) -> None:
    """Make a module of functions; one of that name that was registered before is replaced.

    Arguments are passed as they are; lists, tuples, dictionaries and sets that come back become the language's own.
    Raises value-error when a module of that name was loaded from a file.
    """
    world = session.world
    known = world.modules.get(name)
    if known is not None and (known.file is not None or known.library):
        raise failure("value-error", f"there is a module `{name}` already", name)
    module = session.new_module(name)
    for each, function in functions.items():
        awaits = inspect.iscoroutinefunction(function)
        world.find(name, f"{each}-in-python").assign(awaiting(function) if awaits else converting(function))
        session.evaluate((AWAITING if awaits else CALLING).format(name=each), f"<{name}.{each}>", module)


def converting(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose collections become the language's own."""

    def call(*args: Any) -> Any:
        return from_python(function(*args))

    call.__name__ = getattr(function, "__name__", "function")
    call.__doc__ = function.__doc__
    return call


def awaiting(function: Callable[..., Any]) -> Callable[..., Any]:
    """A coroutine function likewise."""

    async def call(*args: Any) -> Any:
        return from_python(await function(*args))

    return call
