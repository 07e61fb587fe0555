"""Open files as values of the language.

A `FileHandle` knows what it takes to open it again elsewhere: the absolute path, the
mode and the position.  It reads and writes bytes and translates text itself, so that a
position is always a number of bytes from the start.
"""

from __future__ import annotations

import os
from io import BytesIO

from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.printer import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Any

    from turmeric.vocabulary.errors import TurmericError

MODES = frozenset({"r", "w", "a", "x", "r+", "w+", "a+", "x+"})
"""What may be asked for; with a `b` as well, reading gives bytes and not text."""

MAKING = os.O_CREAT | os.O_EXCL | os.O_TRUNC


class FileHandle:
    """An open file.  `path` is absolute; `mode` as it was asked for."""

    __slots__ = ("__weakref__", "file", "last", "mode", "path")
    type_name = "io.FileHandle"

    def __init__(self, path: str, mode: str, file: IO[Any]) -> None:
        self.path = path
        self.mode = mode
        self.file = file
        self.last = 0
        """Where the file was when it was closed."""

    def describe(self) -> str:
        return f"#<file {write(self.path)} {self.mode}{', closed' if self.closed else ''}>"

    @property
    def binary(self) -> bool:
        return "b" in self.mode

    @property
    def closed(self) -> bool:
        return self.file.closed

    def position(self) -> int:
        """Bytes from the start.  What was written so far is in the file afterwards."""
        if self.closed:
            return self.last
        if self.file.writable():
            self.file.flush()
        return self.file.tell()

    def close(self) -> None:
        """Close the file; closing it again does nothing."""
        if not self.closed:
            if self.file.seekable():
                self.last = self.file.tell()
            self.file.close()


def open_file(path: str, mode: str) -> FileHandle:
    """Open a file; `io-error` when it cannot be, `value-error` for an unknown mode."""
    if plain_mode(mode) not in MODES:
        message = f'there is no file mode {write(mode)}; use "r", "w", "a" or "x", with "+" or "b"'
        raise failure("value-error", message, mode)
    full = os.path.abspath(path)
    try:
        return FileHandle(full, mode, open_binary(full, mode, None))
    except (OSError, ValueError) as error:
        raise io_failure("open", path, error) from error


def reopen(path: str, mode: str, position: int, closed: object = False) -> FileHandle:
    """Open a file as it was open before: nothing is created or emptied.

    `io-error` when the file is gone, or ends before the position.  A file that was closed
    stays closed, so nobody looks for it.
    """
    if closed is True:
        return closed_handle(path, mode, position)
    try:
        file = open_binary(path, mode, lambda name, flags: os.open(name, flags & ~MAKING))
    except (OSError, ValueError) as error:
        raise io_failure("open again", path, error) from error
    handle = FileHandle(path, mode, file)
    if file.seekable():
        size = file.seek(0, os.SEEK_END)
        if size < position:
            file.close()
            message = f"cannot open {path} again at byte {position}: it has only {size} bytes now"
            raise failure("io-error", message, path)
        file.seek(position)
    return handle


def closed_handle(path: str, mode: str, position: int) -> FileHandle:
    nothing = BytesIO()
    nothing.close()
    handle = FileHandle(path, mode, nothing)
    handle.last = position
    return handle


def plain_mode(mode: str) -> str:
    """A mode without its `b`, the `+` last."""
    letters = mode.replace("b", "", 1)
    return letters.replace("+", "") + "+" if letters.count("+") == 1 else letters


def open_binary(path: str, mode: str, opener: Any) -> IO[Any]:
    letters = plain_mode(mode)
    return open(path, letters[0] + "b" + letters[1:], opener=opener)


def io_failure(action: str, path: str, error: Exception) -> TurmericError:
    """The `io-error` for what the system refused."""
    reason = getattr(error, "strerror", None) or str(error)
    return failure("io-error", f"cannot {action} {path}: {reason}", path)
