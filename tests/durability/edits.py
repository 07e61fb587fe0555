"""Programs saved by one process and resumed, edited, by another: what the edit tests share.

A `Situation` is a program that stores itself in `saved.bin` and stops; its edits are told apart by
what must become of them.  All programs are run by one process and all edited ones resumed by
another, each in a directory of its own and through the command line's own `main`.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAIN = "shop.tur"
ASK = '(defn ask [] (cloneable-shift [k] (write-file "saved.bin" (serialize k))))\n'
"""Stores what waits for it and stops the program."""

Edit = tuple[str, ...]
"""Old text and new text, in pairs; `>file` as an old text renames that file."""


@dataclass
class Situation:
    """A program that waits somewhere, what it prints when it is resumed, and edits of it.

    An edit after which it must go on may have an output of its own: a third text."""

    name: str
    program: str
    output: str
    harmless: dict[str, Edit] = field(default_factory=dict)
    refused: dict[str, Edit] = field(default_factory=dict)
    given: str = "7"
    files: dict[str, str] = field(default_factory=dict)

    def sources(self) -> dict[str, str]:
        return {MAIN: ASK + self.program, **self.files}

    def edited(self, edit: Edit) -> dict[str, str]:
        """The files after an edit; every old text must occur."""
        sources = self.sources()
        for old, new in zip(edit[0::2], edit[1::2], strict=False):
            if old.startswith(">"):
                sources[new] = sources.pop(old[1:])
                continue
            places = [name for name, text in sources.items() if old in text]
            assert places, f"{self.name}: {old!r} does not occur"
            for name in places:
                sources[name] = sources[name].replace(old, new)
        return sources

    def expected(self, edit: Edit) -> str:
        """What an edited program that goes on prints."""
        return edit[-1] if len(edit) % 2 else self.output


@dataclass
class Outcome:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def mismatch(self) -> bool:
        """Whether it was refused, and nothing was run before."""
        return self.status == 1 and self.out == "" and self.err.startswith("schema-mismatch: ")


@dataclass
class Job:
    """A command of `tur` to be carried out with these files in the current directory."""

    words: list[str]
    files: dict[str, str]
    saved: bytes | None = None


def carry_out(jobs: dict[str, Job], directory: Path, seed: int) -> dict[str, tuple[Outcome, bytes | None]]:
    """Carry out jobs, all in one new process; how each ended, and what it saved."""
    places = {name: directory / str(number) for number, name in enumerate(jobs)}
    for name, job in jobs.items():
        for file, text in job.files.items():
            path = places[name] / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        if job.saved is not None:
            (places[name] / "saved.bin").write_bytes(job.saved)
        (places[name] / "words.json").write_text(json.dumps(job.words))
    env = {**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, __file__, str(directory)], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, tuple[Outcome, bytes | None]] = {}
    for name, place in places.items():
        saved = place / "saved.bin"
        outcome = Outcome(**json.loads((place / "outcome.json").read_text()))
        found[name] = outcome, saved.read_bytes() if saved.exists() else None
    return found


def command(words: list[str]) -> Outcome:
    """One command of `tur`, in this process."""
    from turmeric.fronts.command import main

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main(words)
    return Outcome(status, out.getvalue(), err.getvalue())


def child(directory: Path) -> None:
    """Carry out the jobs that lie in a directory's directories."""
    for path in sorted(directory.iterdir(), key=lambda each: int(each.name)):
        os.chdir(path)
        outcome = command(json.loads((path / "words.json").read_text()))
        (path / "outcome.json").write_text(json.dumps(outcome.__dict__))


if __name__ == "__main__":
    child(Path(sys.argv[1]))
