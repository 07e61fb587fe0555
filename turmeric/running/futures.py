"""Futures: values that are there later.

A future is one cell that everything which waits for it shares, also across resumptions, as
an `rc`.  Its state is a struct of the module `async`: how it ended, or else what makes it
end, from which it can be rebuilt in another process.  Only that is saved.
"""

from __future__ import annotations

from collections.abc import Callable

from turmeric.running.values import Homed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator
    from typing import Any

    from turmeric.running.world import World

FAILED = "async.failed"
ENDED = ("async.finished", FAILED)
"""The states of a future that will not change any more."""


class Future(Homed):
    """A future of a world.

    state  how it ended, or what makes it end
    here   what this process knows of it (who waits), None while nothing here makes it end
    """

    __slots__ = ("__weakref__", "here", "state", "world")
    type_name = "async.Future"
    completion: Callable[[Future], Coroutine[Any, Any, Any]]
    """The coroutine in which Python code awaits one; `outside` sets this."""

    def __init__(self, world: World, state: Any) -> None:
        self.world = world
        self.state = state
        self.here: Any = None
        self.home = None

    def __await__(self) -> Generator[Any, Any, Any]:
        return Future.completion(self).__await__()

    def ended(self) -> bool:
        return self.state.type.symbol in ENDED

    def describe(self) -> str:
        return f"#<future {self.state.type.name if self.ended() else 'pending'}>"
