"""Commands and REPL entries run as a user runs them, with `tur` and `python3` on the path."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent
MARK = "--- end of a command ---"
SECONDS = 120


def shell(commands: list[str], directory: Path) -> list[list[str]]:
    """What one shell prints for each of the commands, errors included."""
    script = "\n".join(f"{command}\n__s=$?; echo '{MARK}'; (exit $__s)" for command in commands)
    pieces = run(["bash", "-c", script], directory).split(MARK + "\n")
    return [piece.splitlines() for piece in pieces[: len(commands)]]


def conversation(entries: list[str], directory: Path) -> list[list[str]]:
    """What the REPL prints for each entry; errors are part of it."""
    marked = "".join(f'{entry}\n:expand "{MARK}"\n' for entry in entries)  # a command is no numbered entry
    pieces = run(["tur", "repl"], directory, marked).split(f'"{MARK}"\n')
    return [piece.splitlines() for piece in pieces[: len(entries)]]


def run(command: list[str], directory: Path, text: str = "") -> str:
    """What a command prints in a directory with `tur` and `python3` on the path."""
    environment = commands_beside(directory)
    done = subprocess.run(
        command, input=text, cwd=directory, env=environment, timeout=SECONDS, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    return done.stdout


def commands_beside(directory: Path) -> dict[str, str]:
    """An environment in which `tur` is this project, and `python3` the Python that runs the tests."""
    programs = directory.parent / f"{directory.name}-bin"
    if not programs.exists():
        programs.mkdir()
        (programs / "python3").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        (programs / "tur").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m turmeric "$@"\n')
        for file in programs.iterdir():
            file.chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TURMERIC_KEY")}
    own = {"PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1", "TURMERIC_CACHE": str(programs / "cache")}
    own["XDG_CONFIG_HOME"] = str(programs / "config")
    return {**kept, **own, "PATH": path}
