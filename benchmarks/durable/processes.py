"""Workers, seen from outside: processes of their own, started, spoken to, and killed."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
"""The directory that Turmeric and the workers are imported from."""
LOADING = 120.0
"""Seconds that a worker may take to be ready."""


class Failure(Exception):
    """A system has no figure; the text is what the table says instead."""


class Worker:
    """A process that does what it is told; `words` are those of its module."""

    def __init__(self, python: Path, caches: Path, words: list[str], limit: float) -> None:
        self.limit = limit
        self.begun = time.monotonic()
        outside = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        self.process = subprocess.Popen(
            [str(python), "-P", "-m", *words],
            env={**outside, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(caches), "PYTHONHASHSEED": "0"},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self.process.stdin and self.process.stdout
        self.unread = b""

    def ready(self) -> None:
        """Wait until it is loaded."""
        self.answer(LOADING)

    def ask(self, do: str, **arguments: Any) -> None:
        """Tell it what to do, and do not wait for the answer."""
        assert self.process.stdin
        try:
            self.process.stdin.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Failure(f"the worker has died: {self.process.wait()}") from None

    def do(self, do: str, **arguments: Any) -> Any:
        """What comes of doing something."""
        self.ask(do, **arguments)
        return self.answer()

    def answer(self, limit: float | None = None) -> Any:
        """The answer to what was asked; effects that are told before it are passed over."""
        while True:
            found = self.line(self.limit if limit is None else limit)
            if "value" in found:
                return found["value"]

    def effect(self, limit: float | None = None) -> dict[str, Any]:
        """The next effect that is told."""
        while True:
            found = self.line(self.limit if limit is None else limit)
            if "effect" in found:
                return found

    def line(self, limit: float) -> dict[str, Any]:
        """The next line of it."""
        assert self.process.stdout
        end = time.monotonic() + limit
        while b"\n" not in self.unread:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                self.kill()
                raise Failure(f"over {limit:g} s")
            more = os.read(self.process.stdout.fileno(), 65536)
            if not more:
                raise Failure(f"the worker has died: {self.process.wait()}")
            self.unread += more
        line, _, self.unread = self.unread.partition(b"\n")
        found: dict[str, Any] = json.loads(line)
        if "failed" in found:
            raise Failure(found["failed"])
        return found

    def kill(self) -> None:
        """End it at once: `kill -9`."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream
            with suppress(BrokenPipeError):  # what it was still to be told
                stream.close()


@dataclass(frozen=True)
class Installed:
    """A system that can be started; `module` is that of its worker."""

    name: str
    module: str
    python: Path
    caches: Path
    limit: float

    def start(self, address: str, **options: Any) -> Worker:
        """A worker on a store, which may not be ready yet."""
        return Worker(self.python, self.caches, [self.module, address, json.dumps(options)], self.limit)

    @contextmanager
    def worker(self, address: str, **options: Any) -> Iterator[Worker]:
        """A worker that is ready; it is killed at the end."""
        worker = self.start(address, **options)
        try:
            worker.ready()
            yield worker
        finally:
            worker.kill()
