"""Measuring in this process: CPU time, the least of several runs taken in turn."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE / "control"
"""Where the programs in Turmeric are that these functions run."""


def alternately(functions: dict[str, Callable[[], Any]], runs: int) -> dict[str, float]:
    """The least CPU seconds of each function, run in turn so that all meet the same weather."""
    least = dict.fromkeys(functions, float("inf"))
    for _ in range(runs):
        for name, function in functions.items():
            gc.collect()
            start = time.process_time()
            function()
            least[name] = min(least[name], time.process_time() - start)
    return least


def beside(module: str, by_hand: dict[str, Callable[[], Any]], runs: int) -> list[dict[str, Any]]:
    """Each program of a module beside the same in Python: least seconds, and ratio.

    The answers are compared first.
    """
    from turmeric.assembly.session import Session

    session = Session([str(PROGRAMS)])
    definitions = session.loader.import_module(module).definitions
    rows = []
    for name, python in by_hand.items():
        function = definitions[name].force()

        def ours(function: Any = function) -> Any:
            return session.world.call(function, [], prompt=True)

        assert ours() == python(), name
        least = alternately({"turmeric": ours, "python": python}, runs)
        ratio = least["turmeric"] / least["python"]
        rows.append({"program": name, **least, "ratio": ratio})
        print(f"{name:30} {least['turmeric'] * 1e3:9.1f} ms {least['python'] * 1e3:9.2f} ms {ratio:7.1f} x")
    return rows


def memory_of(module: str, name: str) -> int:
    """The peak memory, in KiB, of a process that runs a program of a module."""
    return peak_memory(
        "from turmeric.assembly.session import Session\n"
        f"s = Session([{str(PROGRAMS)!r}])\n"
        f"s.world.call(s.loader.import_module({module!r}).definitions[{name!r}].force(), [], prompt=True)"
    )


def whole_process(words: list[str], runs: int, **environment: str) -> float:
    """The least wall-clock seconds of a whole process."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")} | environment
    least = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, env=env)
        least = min(least, time.perf_counter() - start)
    return least


def peak_memory(code: str) -> int:
    """The peak resident memory, in KiB, of a Python process that runs some code (Linux)."""
    report = "print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1])"
    env = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    words = [sys.executable, "-c", f"{code}\n{report}"]
    done = subprocess.run(words, check=True, capture_output=True, text=True, env=env)
    return int(done.stdout.split()[-1])


def microseconds(function: Callable[[], Any], budget: float = 0.5) -> float:
    """The least microseconds of one call, over as many batches as the budget in seconds allows."""
    start = time.perf_counter()
    function()
    batch = max(1, int(0.02 / max(time.perf_counter() - start, 1e-7)))
    least = float("inf")
    end = time.perf_counter() + budget
    while time.perf_counter() < end:
        begin = time.process_time()
        for _ in range(batch):
            function()
        least = min(least, (time.process_time() - begin) / batch)
    return least * 1e6
