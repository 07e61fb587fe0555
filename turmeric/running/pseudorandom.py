"""Pseudo-random numbers: the same from the same seed, on every machine and version.

The generator is xoshiro256** (D. Blackman, S. Vigna, "Scrambled linear pseudorandom
number generators", 2018), whose state is four 64-bit integers; a seed is spread over
them by splitmix64.  Fit for simulation and tests, not for secrets.
"""

from __future__ import annotations

from collections.abc import Iterator

MASK = (1 << 64) - 1


class Generator:
    """A stream of random numbers.  `state` is all there is to it."""

    __slots__ = ("state",)
    type_name = "random.Generator"

    def __init__(self, state: tuple[int, int, int, int]) -> None:
        self.state = state

    def describe(self) -> str:
        return "#<random generator>"

    def next(self) -> int:
        """64 random bits."""
        a, b, c, d = self.state
        result = rotated((b * 5) & MASK, 7) * 9 & MASK
        c ^= a
        d ^= b
        self.state = (a ^ d, b ^ c, c ^ (b << 17) & MASK, rotated(d, 45))
        return result

    def below(self, limit: int) -> int:
        """A uniform integer from 0 up to but not including `limit`, of any size."""
        bits = (limit - 1).bit_length()
        while True:
            number = 0
            for _ in range(0, bits, 64):
                number = number << 64 | self.next()
            number >>= -bits % 64
            if number < limit:
                return number

    def fraction(self) -> float:
        """A uniform float from 0.0 up to but not including 1.0, one of 2**53."""
        return (self.next() >> 11) * 2.0**-53


def rotated(bits: int, count: int) -> int:
    return (bits << count | bits >> (64 - count)) & MASK


def seeded(seed: int) -> Generator:
    """The generator of a seed, an integer of any size."""
    numbers = spread(seed)
    return Generator((next(numbers), next(numbers), next(numbers), next(numbers)))


def spread(seed: int) -> Iterator[int]:
    """splitmix64, started with every 64 bits of the seed in turn."""
    rest = 2 * seed if seed >= 0 else -2 * seed - 1
    state = rest & MASK
    while rest := rest >> 64:
        state = mixed(state) ^ rest & MASK
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        yield mixed(state)


def mixed(bits: int) -> int:
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9 & MASK
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EB & MASK
    return bits ^ bits >> 31
