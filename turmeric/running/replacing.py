"""Replacing a file as a whole: readers see the old bytes or the new ones, never a mixture.

The bytes go to a new file in the same directory, to the disk, and then in one step to
the name.  A symbolic link stays and what it points to is replaced; a device or a pipe
is written to directly, since it cannot be replaced.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress

FREE_MODE = 0o666
"""The mode of a file that is new, less the process's umask."""

PRIVATE_MODE = 0o600
"""The mode of a file for its owner alone, and of every file until it is complete and gets its own."""


def replace_file(path: str, data: bytes, private: bool = False) -> None:
    """Make `path` hold `data`.  Raises OSError, and then `path` is as it was.

    A `private` file is at no moment readable by others than its owner.
    """
    target = os.path.realpath(path)
    mode = mode_of(target)
    if mode is not None and not stat.S_ISREG(mode):
        with open(target, "wb") as handle:
            handle.write(data)
        return
    temporary = f"{os.path.dirname(target)}/.{os.path.basename(target)[:80]}.{os.urandom(6).hex()}"
    try:
        write_new(temporary, data, PRIVATE_MODE if private else mode)
        os.replace(temporary, target)
    except BaseException:
        remove_quietly(temporary)
        raise
    flush_directory(os.path.dirname(target))


def mode_of(path: str) -> int | None:
    """The mode of an existing file, None for one that is new."""
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        return None


def write_new(path: str, data: bytes, mode: int | None) -> None:
    """Create `path` with `data`, down to the disk, with the permissions of `mode`."""
    at_first = FREE_MODE if mode is None else PRIVATE_MODE
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), at_first)
    with open(descriptor, "wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    if mode is not None:
        os.chmod(path, stat.S_IMODE(mode))


def remove_quietly(path: str) -> None:
    with suppress(OSError):
        os.unlink(path)


def flush_directory(path: str) -> None:
    """Put the new name on the disk too, where the system lets us."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
