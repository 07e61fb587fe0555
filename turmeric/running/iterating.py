"""Generators of the language as Python's iterators.

A generator is a struct of the module `generator`, made of this class so that Python code
can iterate over it.  Each element runs the body on a machine of its own, as a call of any
function of the language does.
"""

from __future__ import annotations

from turmeric.running.continuation import Continuation
from turmeric.running.world import world_of
from turmeric.vocabulary.structs import Struct
from turmeric.vocabulary.symbols import Keyword

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MODULE = "generator"


class Generator(Struct):
    """A generator; `values` are the ref with its state, and its sources."""

    __slots__ = ()

    @property
    def state(self) -> Any:
        """What is left to do: a function, a continuation, or a keyword when there is nothing."""
        ref: Any = self.values[0]
        return ref.value

    def __iter__(self) -> Generator:
        return self

    def __next__(self) -> Any:
        """The next element.  Raises StopIteration after the last, and what the body raises."""
        world = world_of(self.state)
        step = world.call(world.find(MODULE, "gen-next").force(), [self])
        if not step.values:
            raise StopIteration
        return step.values[0]

    def describe(self) -> str:
        return f"#<generator, {self.situation()}>"

    def situation(self) -> str:
        """Where it is, in a word or two."""
        state = self.state
        if type(state) is Keyword:
            return state.name
        return "suspended" if type(state) is Continuation else "not started"


CLASSES: dict[str, type[Struct]] = {f"{MODULE}.generator": Generator}
"""The types of the library whose values are of a class of their own."""
