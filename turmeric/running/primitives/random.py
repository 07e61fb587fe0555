"""The primitives of the module `random`."""

from __future__ import annotations

import os

from turmeric.running.primitives.core import items
from turmeric.running.pseudorandom import MASK, Generator, seeded
from turmeric.running.structure import short
from turmeric.vocabulary import vectors
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def generator_of(value: Any, name: str) -> Generator:
    if type(value) is not Generator:
        raise failure("type-error", f"{name} expects a random generator, got {short(value)}", value)
    return value


def generator(seed: Any = None) -> Generator:
    if seed is None:
        seed = int.from_bytes(os.urandom(32), "big")
    if type(seed) is not int:
        raise failure("type-error", f"generator expects an integer as its seed, got {short(seed)}", seed)
    return seeded(seed)


def generator_state(value: Any) -> Vector:
    return vectors.from_iterable(generator_of(value, "generator-state").state)


def generator_from_state(state: Vector) -> Generator:
    numbers = tuple(state)
    fits = len(numbers) == 4 and all(type(each) is int and 0 <= each <= MASK for each in numbers)
    if not fits or not any(numbers):
        raise failure("value-error", f"no generator has the state {short(state)}", state)
    return Generator(numbers)  # type: ignore[arg-type]


def seed_again(value: Any, seed: int) -> None:
    generator_of(value, "seed").state = seeded(seed).state


def between(low: int, high: int, source: Any) -> int:
    if low >= high:
        raise failure("value-error", f"there is no integer from {low} up to but not including {high}", high)
    return low + generator_of(source, "int").below(high - low)


def fraction(source: Any) -> float:
    return generator_of(source, "float").fraction()


def elements(value: Any, name: str) -> list[Any]:
    return list(items(value, name))


def chosen(value: Any, source: Any) -> Any:
    found = elements(value, "choice")
    if not found:
        raise failure("value-error", "choice expects a collection with elements, got an empty one", value)
    return found[generator_of(source, "choice").below(len(found))]


def shuffled(value: Any, source: Any) -> Vector:
    """Fisher and Yates' shuffle, from the last place down."""
    found = elements(value, "shuffle")
    numbers = generator_of(source, "shuffle")
    for place in range(len(found) - 1, 0, -1):
        other = numbers.below(place + 1)
        found[place], found[other] = found[other], found[place]
    return vectors.from_iterable(found)


TABLE: dict[str, Callable[..., Any]] = {
    "generator": generator,
    "generator?": lambda value: type(value) is Generator,
    "generator-state": generator_state,
    "generator-from-state": generator_from_state,
    "seed-again": seed_again,
    "between": between,
    "fraction": fraction,
    "chosen": chosen,
    "shuffled": shuffled,
}
