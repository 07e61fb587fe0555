"""A progress bar, on stderr, if that is a terminal; nothing otherwise."""

from __future__ import annotations

import sys
import time

WIDTH = 30
EVERY = 0.1
"""Seconds between two drawings."""


class Progress:
    """How much of something is done: `with Progress("removing", 5000) as progress: progress.add(100)`.

    The bar is gone when it is left.
    """

    def __init__(self, what: str, total: int) -> None:
        self.what = what
        self.total = total
        self.done = 0
        self.shown = 0.0
        self.is_seen = sys.stderr.isatty() and total > 0

    def __enter__(self) -> Progress:
        self.draw()
        return self

    def __exit__(self, *error: object) -> None:
        if self.is_seen:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def add(self, count: int) -> None:
        """So many more are done."""
        self.done += count
        if time.monotonic() - self.shown >= EVERY:
            self.draw()

    def draw(self) -> None:
        if not self.is_seen:
            return
        self.shown = time.monotonic()
        part = min(1.0, self.done / self.total)
        bar = ("#" * round(part * WIDTH)).ljust(WIDTH, ".")
        text = f"{self.what} [{bar}] {self.done} of {self.total}"
        print(f"\r{text}\x1b[K", end="", file=sys.stderr, flush=True)
