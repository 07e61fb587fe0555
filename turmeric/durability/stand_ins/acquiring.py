"""Resources in a decode: acquired one after the other, and given back when one cannot be had."""

from __future__ import annotations

from turmeric.durability.format import wire
from turmeric.durability.reports.failures import placed
from turmeric.running.lazies import Lazy
from turmeric.vocabulary.errors import TurmericError
from turmeric.vocabulary.printer import BRIEF, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from turmeric.durability.stand_ins.instances import Instances


class Acquisition:
    """The stand-ins of one decode become values here.  `way(place)` says where in the whole value a
    place of the heap is, for messages."""

    def __init__(self, instances: Instances, way: Callable[[int], str]) -> None:
        self.instances = instances
        self.way = way
        self.held: list[tuple[str, int, Any]] = []

    def revive(self, tag: int, module: str, target: str, place: int, stand_in: Any) -> Any:
        """The value of the stand-in at a place; a lazy resource's is not acquired yet."""
        if tag == wire.LAZY:
            return Lazy(Token(self.instances, module, target, stand_in))
        try:
            made = self.instances.revive(tag, module, target, stand_in)
        except TurmericError as error:
            raise placed(error, where(self.instances.title(tag, target), self.way(place)), []) from error.__cause__
        if tag == wire.RESOURCE:
            self.held.append((target, place, made))
        return made

    def give_back(self, error: BaseException) -> BaseException:
        """Release what was acquired, the last first.  Gives the error to raise: what failed, with what
        failed while giving back."""
        notes: list[str] = []
        while self.held:
            target, place, value = self.held.pop()
            try:
                self.instances.give_back(wire.RESOURCE, target, value)
            except TurmericError as other:
                title = where(f"giving back {target}", self.way(place))
                notes.append(f"{title} failed, too: {other.name}: {other.message}")
        if not notes:
            return error
        if isinstance(error, TurmericError):
            made = placed(error, notes[0], notes[1:])
            made.add_note(notes[0])
            return made
        for note in notes:
            error.add_note(note)
        return error


def where(title: str, way: str) -> str:
    return f"{title}, at {way}" if way else title


class Token:
    """The source of a lazy resource: the token it is acquired with."""

    def __init__(self, instances: Instances, module: str, target: str, token: Any) -> None:
        self.instances = instances
        self.module = module
        self.target = target
        self.token = token

    @property
    def name(self) -> str:
        return f"{self.target} {write(self.token, limit=BRIEF)}"

    def get(self) -> Any:
        """Acquire the resource; what fails says which one it was."""
        self.instances.look()
        try:
            return self.instances.revive(wire.RESOURCE, self.module, self.target, self.token)
        except TurmericError as error:
            raise placed(error, f"acquiring the lazy resource {self.name}", []) from error.__cause__
