"""Where the REPL keeps its history: `$XDG_STATE_HOME/turmeric/history`.

When that cannot be written, the history lives as long as the session.
"""

from __future__ import annotations

import os

from prompt_toolkit.history import FileHistory, History, InMemoryHistory


class KeptHistory(FileHistory):
    """A history in a file that may become unwritable at any time."""

    def store_string(self, string: str) -> None:
        try:
            super().store_string(string)
        except OSError:
            return


def history_file() -> str:
    """The file, whether it exists or not (XDG Base Directory Specification)."""
    state = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    return os.path.join(state, "turmeric", "history")


def open_history() -> History:
    """The history of earlier sessions, if the file can be written."""
    path = history_file()
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(path, "ab"):
            return KeptHistory(path)
    except OSError:
        return InMemoryHistory()
