"""The figures of generators: 1e5 elements each, against Python's generators in the same run.

`python benchmarks/generators.py` prints them; `generators()` gives them as rows.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from measuring import alternately

from turmeric.assembly.session import Session

HERE = Path(__file__).resolve().parent

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
    """Seconds and ratio of each program here and in Python; the answers are compared."""
    session = Session([str(HERE)])
    module = session.loader.import_module("generators")
    rows = []
    for name, by_hand in PYTHON.items():
        function = module.definitions[name].force()

        def ours(function: Any = function) -> Any:
            return session.world.call(function, [], prompt=True)

        assert ours() == by_hand(), name
        least = alternately({"turmeric": ours, "python": by_hand}, RUNS)
        row = {"program": name, "elements": COUNT, **least, "ratio": least["turmeric"] / least["python"]}
        rows.append(row)
        each = least["turmeric"] / COUNT * 1e6
        print(f"{name:22} {each:6.2f} us each {least['python'] / COUNT * 1e6:7.3f} us in Python {row['ratio']:7.1f} x")
    return rows


if __name__ == "__main__":
    generators()
