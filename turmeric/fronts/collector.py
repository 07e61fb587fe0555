"""Python's garbage collector, as it should be for the programs that `tur` runs.

Python looks for garbage in cycles after every 700 new objects, and through all objects whenever those that are
new make up a quarter.  What waits on the heap are objects: a recursion a million deep is a million of
them, all alive, which are looked through again and again.  docs/garbage-collector.md has the figures.
"""

from __future__ import annotations

import gc

THRESHOLDS = (20_000, 20, 100)
"""New objects before the young ones are looked through; how often before the older ones are, and all."""


def settle() -> None:
    """Set it, for a process that belongs to the program.  A process that only embeds Turmeric keeps its own."""
    if hasattr(gc, "set_threshold"):  # PyPy has a collector of another kind
        gc.set_threshold(*THRESHOLDS)
