"""The peers: a virtual environment of their own, and in it what can be installed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.comparison.systems import NAMES, SYSTEMS, Installed, System

QUIET = ("-q", "--disable-pip-version-check", "--no-input")


@dataclass(frozen=True)
class Missing:
    """A peer that is not there, and why."""

    system: System
    reason: str


def python_in(directory: Path) -> Path:
    """The interpreter of the environment in a directory, which is made if it is not there."""
    python = directory / "environment" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(directory / "environment")], check=True)
    return python


def version(python: Path, package: str) -> str | None:
    """The version of a package in an environment; nothing if it is not installed there."""
    code = f"from importlib.metadata import version; print(version({package!r}))"
    done = subprocess.run([str(python), "-c", code], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def installed(name: str, directory: Path, say: Callable[[str], None]) -> Installed | Missing:
    """A peer in the environment of a directory: it is installed unless it is there, and started once."""
    system = SYSTEMS[NAMES.index(name)]
    python = python_in(directory)
    assert system.package, f"{name} is no peer"
    if version(python, system.package) is None:
        say(f"installing {system.title}")
        done = subprocess.run(
            [str(python), "-m", "pip", "install", *QUIET, system.package], capture_output=True, text=True
        )
        if done.returncode != 0:
            return Missing(system, f"cannot be installed: {last_line(done.stderr)}")
    peer = Installed(system, python, directory / "caches")
    return compiled_once(peer, say)


def compiled_once(peer: Installed, say: Callable[[str], None]) -> Installed | Missing:
    """The peer after its first start, at which some compile their libraries, or why it does not start."""
    if not peer.system.start:
        return peer
    say(f"starting {peer.system.title}")
    done = subprocess.run(peer.starting(), env=peer.environment(dict(os.environ)), capture_output=True, text=True)
    if done.returncode != 0:
        return Missing(peer.system, f"does not start: {last_line(done.stderr)}")
    return peer


def last_line(text: str) -> str:
    """The last line that says something: the summary of what pip and Python report."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it does not say why"
