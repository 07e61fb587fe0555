"""The figures of the CEK machine and of start-up: `python benchmarks/figures.py`.

Prints tables and writes `benchmarks/results/machine.json`.  Needs an installed `tur`.
"""

from __future__ import annotations

import json
import platform
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from measuring import beside, memory_of, whole_process

from turmeric.version import __version__

HERE = Path(__file__).resolve().parent
sys.setrecursionlimit(1_100_000)  # for the deep recursion in Python

RUNS = 5


# The same programs in Python, written by hand ----------------------------------------------


def fib(n: int) -> int:
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def tak(x: int, y: int, z: int) -> int:
    return z if not y < x else tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y))


def loop() -> int:
    i = total = 0
    while i < 1_000_000:
        i, total = i + 1, total + i
    return total


def sum_to(n: int) -> int:
    return 0 if n == 0 else n + sum_to(n - 1)


def produce() -> Any:
    yield from range(100_000)


PYTHON = {
    "fib-25": lambda: fib(25),
    "tak-18-12-6": lambda: tak(18, 12, 6),
    "loop-1e6": loop,
    "deep-recursion-1e6": lambda: sum_to(1_000_000),
    "generator-1e5": lambda: sum(produce()),
}


def machine() -> list[dict[str, Any]]:
    """Time and ratio of each program on the machine and in Python."""
    return beside("machine", PYTHON, RUNS)


def memory() -> dict[str, int]:
    """Peak memory of capturing and continuing 1e4 and 1e6 times."""
    found = {name: memory_of("machine", name) for name in ("capture-1e4", "capture-1e6")}
    for name, peak in found.items():
        print(f"{name:22} {peak} KiB at most")
    return found


def startup() -> dict[str, float]:
    """Whole processes: with Python's bytecode cached as an install caches it, and with no cache at all."""
    tur = str(Path(sys.executable).with_name("tur"))
    with TemporaryDirectory() as cache:
        cached = {"PYTHONPYCACHEPREFIX": cache}
        whole_process([tur, "-e", "1"], 1, **cached)
        found = {
            "python -c pass": whole_process([sys.executable, "-c", "pass"], 20),
            "tur -e 1": whole_process([tur, "-e", "1"], 20, **cached),
        }
    nothing = {"PYTHONPYCACHEPREFIX": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"}
    found["tur -e 1, nothing cached"] = whole_process([tur, "-e", "1"], 10, **nothing)
    for name, seconds in found.items():
        print(f"{name:22} {seconds * 1e3:6.1f} ms")
    return found


def main() -> None:
    where = {"date": str(date.today()), "python": platform.python_version(), "turmeric": __version__}
    print(where)
    results = {**where, "machine": machine(), "memory_kib": memory(), "startup_s": startup()}
    target = HERE / "results" / "machine.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
