"""Durable instances on the command line: a directory with a program, a store and keys of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from commandline import environment
from commandline import tur as run_tur

PROGRAM = """\
(module orders :version "1.0")
(import workflow :refer :all)
(import time)

(defn note [& words]
  (append-file "effects.log" (str (apply str words) "\\n"))
  (println (apply str words)))

(defn process-order [order]
  (let [total (step "charge" (fn [] (note "charge " order) (* order 2)))
        answer (await-event "approved" :timeout 3600)]
    (step "ship" (fn [] (note "ship " order)))
    [total answer]))

(defn greet [name] (println "hello" name) (str "hello " name))
(defn nothing [] nil)
(defn nap [seconds] (sleep seconds) :rested)

(defn work [seconds]
  (step "begin" (fn [] (note "begin")))
  (step "work" (fn [] (note "working") (time.sleep seconds) (note "worked")))
  (step "rest" (fn [] (note "rest"))))

(defn fetch [path]
  (step "first" (fn [] (note "first")))
  (if (file-exists? path) (read-file path) (throw (error "nothing there" path))))
"""


class Place:
    """A directory in which `tur` is run, with the store `orders.db`."""

    def __init__(self, directory: Path, store: str = "orders.db") -> None:
        self.directory = directory
        self.variables = {"XDG_CONFIG_HOME": str(directory / "config"), "TURMERIC_STORE": store}
        self.write("orders.tur", PROGRAM)

    def write(self, name: str, text: str) -> None:
        (self.directory / name).write_text(text, encoding="utf-8")

    def tur(self, *words: str) -> tuple[int, str, str]:
        return run_tur(*words, cwd=self.directory, **self.variables)

    def well(self, *words: str) -> str:
        """What a command prints that ends well."""
        status, out, err = self.tur(*words)
        assert status == 0, (words, out, err)
        return out

    def start(self, target: str, *args: str) -> str:
        """Start an instance; its id."""
        return self.well("start", f"orders.tur:{target}", *args).strip()

    def listed(self, *options: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.well("ps", "--json", *options))
        return found

    def shown(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.well("show", "--json", id))
        return found

    def effects(self) -> list[str]:
        """What steps have noted."""
        path = self.directory / "effects.log"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    @contextmanager
    def running(self, *words: str) -> Iterator[Running]:
        """A `tur` that runs meanwhile; killed at the end."""
        process = Running(self, words)
        try:
            yield process
        finally:
            process.kill()

    def until(self, condition: Callable[[], object], seconds: float = 30) -> None:
        """Wait until something is so."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it did not happen"
            time.sleep(0.02)


class Running:
    """A `tur` in the background; its output goes to files."""

    def __init__(self, place: Place, words: tuple[str, ...]) -> None:
        number = len(list(place.directory.glob("*.out")))
        self.out, self.err = (place.directory / f"{number}.{end}" for end in ("out", "err"))
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "turmeric", *words],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=place.directory,
                env=environment(**place.variables),
            )

    def kill(self) -> None:
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def told(self, number: signal.Signals) -> None:
        os.kill(self.process.pid, number)

    def ended(self) -> int:
        return self.process.wait(30)

    def log(self) -> list[dict[str, Any]]:
        """The lines of a worker's log."""
        lines = self.err.read_text(encoding="utf-8").splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("\n")]

    def logged(self, event: str) -> list[dict[str, Any]]:
        return [each for each in self.log() if each["event"] == event]
