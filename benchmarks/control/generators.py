"""The figures of generators: 1e5 elements each, against Python's generators in the same run."""

from __future__ import annotations

from typing import Any

from benchmarks.measuring import beside, memory_of

COUNT = 100_000
RUNS = 5


# The same in Python, written by hand -------------------------------------------------------


def numbers(n: int) -> Any:
    i = 0
    while i < n:
        yield i
        i += 1


def consumed_by_a_loop() -> int:
    total = 0
    for x in numbers(COUNT):
        total += x
    return total


def mapped(xs: Any) -> Any:
    for x in xs:
        yield 3 * x


def even(xs: Any) -> Any:
    for x in xs:
        if x % 2 == 0:
            yield x


PYTHON = {
    "consumed-by-a-loop": consumed_by_a_loop,
    "consumed-by-reduce": lambda: sum(numbers(COUNT)),
    "through-a-pipeline": lambda: sum(even(mapped(numbers(COUNT)))),
}


def generators() -> list[dict[str, Any]]:
    """Seconds, ratio and peak memory of each program, of 1e5 elements, here and in Python."""
    rows = beside("generators", PYTHON, RUNS)
    return [{**row, "peak_kib": memory_of("generators", row["program"])} for row in rows]
