"""The world outside of workflows, for tests of faults: it writes down what was done in it, and who was allowed to.

An effect is done by an execution at the number of its last checkpoint.  The owner may only do it if nobody has
saved a later one; somebody who has lost the instance may finish the stretch that it is in, and no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from turmeric import Runtime

FLOWS = Path(__file__).parent / "programs" / "flows.tur"
KEY = b"k" * 32


class Violation(AssertionError):
    """A promise was broken."""


@dataclass
class World:
    """What has happened.  `current` is the execution that has an effect: its instance's id, its epoch."""

    effects: list[tuple[str, str]] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    """By instance: the checkpoint that was saved last."""
    epochs: dict[str, int] = field(default_factory=dict)
    seen_values: dict[tuple[str, str], Any] = field(default_factory=dict)
    stale: dict[tuple[str, int], int] = field(default_factory=dict)
    """By instance and lost epoch: in which stretch its late owner is."""
    current: tuple[str, int] = ("", 0)
    counts: Counter[str] = field(default_factory=Counter)

    def effect(self, id: str, number: int, label: str) -> None:
        self.check(id, number, f"the effect {label}")
        self.effects.append((id, label))

    def check(self, id: str, number: int, what: str) -> None:
        owner, epoch = self.current
        if owner != id:
            raise Violation(f"{what} of {id} is done while {owner} runs")
        if epoch == self.epochs.get(id, epoch):
            if number != self.numbers.get(id, number):
                raise Violation(f"{what} of {id} is done at checkpoint {number}, after {self.numbers[id]} was saved")
        elif self.stale.setdefault((id, epoch), number) != number:
            raise Violation(f"{what} of {id}: who has lost it goes on from checkpoint {number}")
        else:
            self.counts["effects of late owners"] += 1

    def seen(self, id: str, label: str, value: Any) -> None:
        before = self.seen_values.setdefault((id, label), value)
        if before != value:
            raise Violation(f"{label} of {id} was {before!r}, and is {value!r} when it is reached again")

    def saved(self, id: str, number: int) -> None:
        before = self.numbers.get(id)
        if before is not None and number != before + 1:
            raise Violation(f"{id} saves checkpoint {number} after {before}")
        self.numbers[id] = number

    def of(self, id: str) -> list[str]:
        """The effects of an instance, each once, in the order in which they were done first."""
        return list(dict.fromkeys(label for each, label in self.effects if each == id))


class Outside:
    """A runtime's connection to whichever world is tested in at the moment."""

    def __init__(self, runtime: Runtime) -> None:
        self.world = World()
        self.runtime = runtime

    def effect(self, *args: Any) -> None:
        execution = self.runtime.session.world.instance
        self.world.current = (execution.id, execution.held.epoch)
        self.world.effect(*args)

    def functions(self) -> dict[str, Callable[..., Any]]:
        return {
            "effect": self.effect,
            "seen": lambda *args: self.world.seen(*args),
            "text": lambda n: Random(n).randbytes(1000).hex(),
        }


@cache
def runtime(number: int = 0) -> tuple[Runtime, Outside, Any]:
    """One of several runtimes that have loaded the workflows: it, its outside, the module."""
    made = Runtime(roots=[str(FLOWS.parent)], key=KEY, store="memory:")
    outside = Outside(made)
    made.register("world", outside.functions())
    return made, outside, made.load(str(FLOWS))
