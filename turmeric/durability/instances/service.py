"""What all instances of a runtime have in common: the world they run in, the store, the clock, the rules."""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

from turmeric.durability.instances.seals import Seals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from turmeric.durability.instances.store import Store
    from turmeric.running.world import World

    class Clock(Protocol):
        """Where the time comes from; tests have one that skips."""

        def now(self) -> float:
            """Seconds since 1970."""

        def sleep(self, seconds: float) -> None:
            """Let time pass."""


class SystemClock:
    """The time of this machine."""

    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def owner_name() -> str:
    """Who this process is, for people to read: host, process, and something that nobody else has."""
    return f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}"


@dataclass
class Rules:
    """How a runtime treats instances.

    lease     seconds for which it owns one that it runs, without a sign of life
    attempts  how often one may be restored without reaching its next checkpoint, before it is set aside
    keep      whether instances that it starts keep all their checkpoints
    bundle    whether they carry the code they were started with; else they go on in the code that is there
    seconds   how long one may run altogether, waiting not counted; None: for ever
    calls     how many calls of functions one may make altogether; None: any number
    """

    lease: float = 30.0
    attempts: int = 5
    keep: bool = False
    bundle: bool = False
    seconds: float | None = None
    calls: int | None = None


@dataclass
class Service:
    """What an instance needs around it.  `note` is called with what happens: a word, and what belongs to it."""

    world: World
    store: Store | Any
    seals: Seals
    clock: Clock = field(default_factory=SystemClock)
    rules: Rules = field(default_factory=Rules)
    owner: str = field(default_factory=owner_name)
    new_id: Callable[[], str] = lambda: str(uuid.uuid4())
    note: Callable[[str, dict[str, Any]], None] = lambda what, details: None
    counters: Counter[str] = field(default_factory=Counter)
    whole: bool = False
    """Whether each state has to stand alone, without blobs."""
    offsets: dict[Any, tuple[str, int | None]] = field(default_factory=dict)
    """The places of points in their sources, which take a while to find."""

    def happened(self, what: str, **details: Any) -> None:
        self.counters[what] += 1
        self.note(what, details)

    def library(self, name: str) -> Any:
        """A function of the module `workflow`."""
        return self.world.find("workflow", name).force()

    def version_of(self, function: str) -> str:
        """The version of the module that defines a function, as it is loaded here."""
        module = self.world.modules.get(function.rpartition(".")[0])
        return "" if module is None or module.library else module.version
