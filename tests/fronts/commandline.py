"""Running the command `tur` in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


def environment(**more: str) -> dict[str, str]:
    """The environment for `tur`: this checkout, and nothing of the user's."""
    dropped = ("NO_COLOR", "TURMERIC_PATH", "TURMERIC_KEYS", "TURMERIC_KEY_FILE")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    own = {"XDG_CONFIG_HOME": os.devnull, "TURMERIC_CACHE": "", "PYTHONPATH": str(CHECKOUT)}
    return {**kept, **own, "PYTHONIOENCODING": "utf-8", **more}


def tur(*words: str, stdin: str = "", cwd: Path | None = None, **env: str) -> tuple[int, str, str]:
    """Run `tur WORDS`; the exit status, stdout and stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "turmeric", *words],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        env=environment(**env),
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr
