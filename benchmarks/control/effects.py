"""The figures of effects, beside what Python has for the same: generators that are sent to, and exceptions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.measuring import beside, memory_of

RUNS = 3

# The same programs in Python, written by hand ----------------------------------------------


def empty(n: int) -> int:
    total = 0
    for i in range(n):
        total += i
    return total


def calls(n: int) -> int:
    def same(x: int) -> int:
        return x

    total = 0
    for i in range(n):
        total += same(i)
    return total


def driven(n: int) -> int:
    """Effects as a Python generator has them: what it yields, its driver answers."""

    def asking() -> Any:
        total = 0
        for i in range(n):
            total += yield i
        return total

    body = asking()
    try:
        asked = next(body)
        while True:
            asked = body.send(asked)
    except StopIteration as end:
        return int(end.value)


class Left(Exception):
    pass


def leaves(n: int) -> int:
    def fail(i: int) -> int:
        raise Left(i)

    total = 0
    for i in range(n):
        try:
            total += 1 + fail(i)
        except Left as left:
            total += left.args[0]
    return total


def ctak(x: int, y: int, z: int) -> int:
    """With an exception where Scheme invokes a continuation."""
    try:
        ctak_with(x, y, z)
    except Left as left:
        return int(left.args[0])
    raise AssertionError


def ctak_with(x: int, y: int, z: int) -> None:
    if not y < x:
        raise Left(z)
    ctak_with(ctak(x - 1, y, z), ctak(y - 1, z, x), ctak(z - 1, x, y))


PYTHON: dict[str, Callable[[], Any]] = {
    "empty-loop-1e6": lambda: empty(1_000_000),
    "calls-1e6": lambda: calls(1_000_000),
    "tail-resumptive-1e6": lambda: driven(1_000_000),
    "tail-resumptive-below-10-1e5": lambda: driven(100_000),
    "general-1e5": lambda: driven(100_000),
    "leaves-1e5": lambda: leaves(100_000),
    "ctak-18-12-6": lambda: ctak(18, 12, 6),
}


def effects() -> list[dict[str, Any]]:
    """Seconds and peak memory of each program on the machine, and seconds in Python."""
    rows = beside("handled", PYTHON, RUNS)
    return [{**row, "peak_kib": memory_of("handled", row["program"])} for row in rows]
