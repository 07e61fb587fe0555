"""The processes that run the programs, seen from outside: `benchmarks/workers` is what runs in them."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.comparison.systems import Installed

LOADING = 120.0
"""So many seconds a worker may take to load its program."""


class Failure(Exception):
    """A system has no time for a program; the text is what the table says instead."""


class Worker:
    """A process of one system with one program."""

    def __init__(self, installed: Installed, source: Path) -> None:
        self.name = installed.system.name
        self.process = subprocess.Popen(
            installed.words(source),
            env=installed.environment(dict(os.environ)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def loaded(self) -> None:
        """Wait until the program is loaded; a failure if it cannot be."""
        self.reply(LOADING, f"not loaded after {LOADING:g} s")

    def run(self, arguments: Iterable[Any] | None, limit: float) -> dict[str, Any]:
        """The answer and the CPU seconds of one run; without arguments with those of the run before.

        The clock on the wall gets twice the limit, since other processes may be in the way.
        """
        line = json.dumps(None if arguments is None else list(arguments)) + "\n"
        try:
            assert self.process.stdin
            self.process.stdin.write(line)
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Failure(f"died: {ending(self.process.wait())}") from None
        reply = self.reply(2 * limit, f"over {limit:g} s")
        if reply["seconds"] > limit:
            raise Failure(f"over {limit:g} s")
        return reply

    def reply(self, limit: float, overdue: str) -> dict[str, Any]:
        """The next line of the process; a failure if it takes too long, reports one or is gone."""
        output = self.process.stdout
        assert output
        if not select.select([output], [], [], limit)[0]:
            self.end()
            raise Failure(overdue)
        line = output.readline()
        if not line:
            raise Failure(f"died: {ending(self.process.wait())}")
        found: dict[str, Any] = json.loads(line)
        if "failed" in found:
            raise Failure(described(found))
        return found

    def end(self) -> None:
        """End the process, whatever it does."""
        self.process.kill()
        self.process.wait()


def described(reply: dict[str, Any]) -> str:
    """A failure in a few words: RecursionError speaks for itself, others say what they have to say."""
    if reply["failed"] == "RecursionError":
        return "RecursionError"
    return f"{reply['failed']}: {reply['message']}"


def ending(status: int) -> str:
    """How a process ended, in words."""
    return signal.Signals(-status).name if status < 0 else f"exit status {status}"
