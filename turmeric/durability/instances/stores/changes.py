"""What changes in a directory, for other processes that use it: a file to which the name of everything that is about to
change is appended.

Each of them reads on where it has stopped.  The file means nothing for what is stored, is not flushed, and may
be lost: who does not know how it goes on from what they have read takes all for changed.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

LIMIT = 1 << 20
"""Bytes after which a new file is begun."""
FIRST = b"turmeric changes"


class Changes:
    """The lines that were added since they were last read.  But for `moved`, it is called with the lock."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.descriptor = -1
        self.position = 0
        self.previous = self.token = b""
        self.unwritable: int | None = None
        if not self.open():
            self.begin()
        self.position = os.fstat(self.descriptor).st_size

    def open(self) -> bool:
        """Open the file at its beginning; whether there is one."""
        self.close()
        try:
            self.descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        except OSError as error:
            self.unwritable = error.errno
            self.descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        line = os.pread(self.descriptor, 256, 0).partition(b"\n")[0]
        self.position = len(line) + 1
        words = line.split()
        self.previous, self.token = words[2:] if len(words) == 4 and line.startswith(FIRST) else (b"", b"")
        return True

    def begin(self) -> None:
        """Begin a new file, which says which one it follows."""
        new = self.path + ".new"
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        try:
            os.write(descriptor, b"%s %s %s\n" % (FIRST, self.token or b"-", os.urandom(8).hex().encode()))
        finally:
            os.close(descriptor)
        os.replace(new, self.path)
        self.open()

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def moved(self) -> bool:
        """Whether there is something to read."""
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            return True
        return found.st_size != self.position or found.st_ino != os.fstat(self.descriptor).st_ino

    def read(self) -> list[bytes] | None:
        """The lines that were added; None if anything may have changed."""
        if not self.moved():
            return []
        lines, before = self.rest(), self.token
        if self.is_current():
            return lines
        if not self.open():
            self.begin()
        if not before or self.previous != before:
            self.rest()
            return None
        return lines + self.rest()

    def is_current(self) -> bool:
        """Whether the open file is the one that has the name, and no shorter than what was read of it."""
        with suppress(FileNotFoundError):
            found = os.stat(self.path)
            return found.st_ino == os.fstat(self.descriptor).st_ino and found.st_size == self.position
        return False

    def rest(self) -> list[bytes]:
        """What is left to read of the open file."""
        found = b""
        while data := os.pread(self.descriptor, 1 << 16, self.position):
            self.position += len(data)
            found += data
        return found.split()

    def append(self, words: Iterable[bytes]) -> int:
        """Add lines; gives the position after them.  They are read again unless it is set."""
        if self.unwritable is not None:
            raise OSError(self.unwritable, os.strerror(self.unwritable), self.path)
        data = b"\n" + b"\n".join(words) + b"\n"
        written = os.write(self.descriptor, data)
        if written != len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self.path)
        return self.position + written

    def done(self, position: int) -> None:
        """What was appended needs no reading."""
        self.position = position
        if position > LIMIT:
            with suppress(OSError):
                self.begin()
