"""Start-up: whole processes that start, do next to nothing and end."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass

from benchmarks.comparison.installing import Missing
from benchmarks.comparison.systems import Installed


@dataclass(frozen=True)
class Start:
    """The least seconds of a whole process: on the clock, and of CPU time; or why there are none."""

    system: str
    clock: float | None = None
    cpu: float | None = None
    reason: str = ""


def process(words: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """The seconds of one process, on the clock and of CPU time."""
    begin = time.perf_counter()
    started = subprocess.Popen(
        words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(started.pid, 0)
    clock = time.perf_counter() - begin
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode != 0:
        raise subprocess.CalledProcessError(started.returncode, words)
    return clock, usage.ru_utime + usage.ru_stime


def starts(systems: list[Installed | Missing], rounds: int) -> list[Start]:
    """The start-up of each system, in turn; the first round fills the caches and does not count."""
    present = [system for system in systems if isinstance(system, Installed) and system.system.start]
    times: dict[str, list[tuple[float, float]]] = {system.system.name: [] for system in present}
    for turn in range(rounds + 1):
        for system in present:
            found = process(system.starting(), system.environment(dict(os.environ)))
            if turn > 0:
                times[system.system.name].append(found)
    missing = [
        Start(system.system.name, reason=system.reason)
        for system in systems
        if isinstance(system, Missing) and system.system.start
    ]
    return [Start(name, min(c for c, _ in found), min(c for _, c in found)) for name, found in times.items()] + missing
