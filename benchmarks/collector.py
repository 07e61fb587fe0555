"""What the settings of Python's garbage collector cost and save: CPU time and peak memory of whole processes.

    python benchmarks/collector.py [RUNS]

Each program of `collector.tur` runs in a process of its own under each of the settings, in turn.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

PROGRAMS = ("recursion", "trees", "words", "yields", "cycles")

SETTINGS = {
    "Python's own": "pass",
    "(700, 10, 100)": "gc.set_threshold(700, 10, 100)",
    "(5000, 20, 100)": "gc.set_threshold(5000, 20, 100)",
    "(20000, 20, 100)": "gc.set_threshold(20000, 20, 100)",
    "(50000, 20, 100)": "gc.set_threshold(50000, 20, 100)",
    "(100000, 20, 100)": "gc.set_threshold(100000, 20, 100)",
    "(200000, 10, 1000)": "gc.set_threshold(200000, 10, 1000)",
    "(50000, 20, 100), freeze": "gc.set_threshold(50000, 20, 100); gc.freeze()",
    "off": "gc.disable()",
}
"""By name: what sets it, once the standard library is there."""

PROGRAM = """
import gc, json, resource, time
from turmeric.assembly.session import Session
session = Session([{here!r}])
function = session.loader.import_module("collector").definitions[{name!r}].force()
{setting}
start = time.process_time()
session.world.call(function, [], prompt=True)
print(json.dumps([time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""


def measured(name: str, setting: str) -> tuple[float, int]:
    """CPU seconds of a program, and the peak memory of its process in KiB (Linux)."""
    code = PROGRAM.format(here=str(HERE), name=name, setting=SETTINGS[setting])
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    seconds, memory = json.loads(done.stdout)
    return seconds, memory


def main(runs: int) -> None:
    least: dict[tuple[str, str], tuple[float, int]] = {}
    for _ in range(runs):
        for setting in SETTINGS:
            for name in PROGRAMS:
                least[setting, name] = min(least.get((setting, name), (1e9, 0)), measured(name, setting))
    print("| setting | " + " | ".join(PROGRAMS) + " |")
    print("|---" * (len(PROGRAMS) + 1) + "|")
    for setting in SETTINGS:
        cells = [f"{seconds:.2f} s, {memory // 1024} MB" for seconds, memory in (least[setting, n] for n in PROGRAMS)]
        print(f"| {setting} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
