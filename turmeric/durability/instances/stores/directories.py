"""A directory whose files change all at once or not at all, one process at a time.

One file changes by a new one that gets its name.  For several, the new bytes of all are written to one file first, the
journal: once it has its name, the change has happened; then each file is replaced, and the journal removed.  If
the process dies in between, whoever takes the lock next does that.

A file gets its name when it is on the disk, and what has a name is on the disk before a method ends.  When an fsync
has failed nobody knows what is there: then the error is raised, and before anything is read again the files in question
are written anew, under a new inode.  An fsync is never called again in the hope that it will do now.
"""

from __future__ import annotations

import os
from contextlib import suppress
from time import monotonic, sleep

from turmeric.durability.instances.store import StoreError, Unavailable
from turmeric.durability.instances.stores.forms import Malformed
from turmeric.durability.instances.stores.framing import LINE, check_line, framed, unframed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LOCK, NEW, JOURNAL, FORMAT = "lock", "new", "journal", "format"
PARTS = ("instances", "checkpoints", "blobs")
OURS = {LOCK, NEW, JOURNAL, FORMAT, "changes", *PARTS}


class Directory:
    """Files by their names in a directory."""

    def __init__(self, path: str, patience: float) -> None:
        self.path = os.path.abspath(path)
        self.patience = patience
        self.doubtful: set[str] = set()
        """Files of which it is not known whether they are on the disk as they can be read."""
        self.descriptor = -1
        self.create()

    def at(self, name: str) -> str:
        return os.path.join(self.path, name)

    # Opening ----------------------------------------------------------------------------------

    def create(self) -> None:
        """Make the directory a store if it is empty; refuse what is no store, or that of a newer release."""
        os.makedirs(self.path, exist_ok=True)
        if not os.path.exists(self.at(FORMAT)) and not set(os.listdir(self.path)) <= OURS:
            raise StoreError(f"{self.path} is no store of instances, and not empty")
        if not os.path.exists(self.at(FORMAT)):
            self.open_lock()
            try:
                self.lock()
                for part in PARTS:
                    self.make(part)
                self.add({FORMAT: LINE})
            finally:
                self.close()

    def check(self) -> None:
        """Refuse what a newer release has made."""
        try:
            check_line(self.read(FORMAT) or b"")
        except (Malformed, StoreError) as error:
            raise StoreError(f"{self.at(FORMAT)}: {error}") from error

    def open(self) -> None:
        self.check()
        self.open_lock()

    def open_lock(self) -> None:
        try:
            self.descriptor = os.open(self.at(LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:  # it may be read, still
            try:
                self.descriptor = os.open(self.at(LOCK), os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                raise error from None

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    # The lock ---------------------------------------------------------------------------------

    def lock(self) -> None:
        """Wait until no other process is at it, and complete what one that died has begun."""
        import fcntl

        end, pause = monotonic() + self.patience, 0.0001
        while True:
            try:
                fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if monotonic() > end:
                    text = f"{self.path} is locked by another process for {self.patience:g} seconds"
                    raise Unavailable(text) from None
            sleep(pause)
            pause = min(2 * pause, 0.005)
        try:
            self.recover()
        except BaseException:
            self.unlock()
            raise

    def unlock(self) -> None:
        import fcntl

        if self.descriptor >= 0:
            fcntl.flock(self.descriptor, fcntl.LOCK_UN)

    def recover(self) -> None:
        """Complete a change that was interrupted, and write anew what may not be on the disk."""
        if os.path.exists(self.at(JOURNAL)):
            data = self.read(JOURNAL) or b""
            try:
                files = dict(unframed(data, "journal", ""))
            except (Malformed, TypeError, ValueError) as error:
                raise StoreError(f"{self.at(JOURNAL)}: {error}; what it changes is not known") from error
            self.put(JOURNAL, data)
            self.flush([JOURNAL])
            self.complete(files)
        if self.doubtful:
            for name in sorted(self.doubtful):
                data_now = self.read(name)
                if data_now is not None:
                    self.put(name, data_now)
            self.flush(self.doubtful)

    # Changing ---------------------------------------------------------------------------------

    def change(self, files: Mapping[str, bytes | None]) -> None:
        """Give files new bytes, or remove them: all of them or none.  Call it with the lock."""
        if len(files) == 1:
            self.apply(files)
        else:
            self.put(JOURNAL, framed("journal", "", [[name, data] for name, data in files.items()]))
            self.flush([JOURNAL])
            self.complete(files)

    def add(self, files: Mapping[str, bytes]) -> None:
        """Write files that mean nothing yet: each is there as a whole or not at all."""
        self.apply(files)

    def complete(self, files: Mapping[str, bytes | None]) -> None:
        """Do what the journal says, and remove it."""
        self.apply(files)
        self.remove(JOURNAL)
        self.flush([JOURNAL])

    def apply(self, files: Mapping[str, bytes | None]) -> None:
        for name, data in files.items():
            if data is None:
                self.remove(name)
            else:
                self.put(name, data)
        self.flush(files)

    def put(self, name: str, data: bytes) -> None:
        """Make a file hold these bytes; they are on the disk then, its name is once it was flushed."""
        self.write_new(data)
        self.doubtful.add(name)
        try:
            os.replace(self.at(NEW), self.at(name))
        except FileNotFoundError:
            self.make(os.path.dirname(name))
            os.replace(self.at(NEW), self.at(name))

    def remove(self, name: str) -> None:
        self.doubtful.add(name)
        with suppress(FileNotFoundError):
            os.unlink(self.at(name))

    def write_new(self, data: bytes) -> None:
        """A file that has no name of its own yet."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        try:
            descriptor = os.open(self.at(NEW), flags, 0o666)
        except FileExistsError:  # what somebody who died has left
            os.unlink(self.at(NEW))
            descriptor = os.open(self.at(NEW), flags, 0o666)
        try:
            left = memoryview(data)
            while left:
                left = left[os.write(descriptor, left) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def make(self, name: str) -> None:
        """Make a directory, and those that it is in."""
        if not os.path.isdir(self.at(name)):
            self.make(os.path.dirname(name))
            os.mkdir(self.at(name))
            self.flush([name])

    def flush(self, names: Iterable[str]) -> None:
        """Put the names of files on the disk."""
        names = list(names)
        for directory in sorted({os.path.dirname(name) for name in names}):
            try:
                descriptor = os.open(self.at(directory), os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:  # nothing is in it, then
                continue
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        self.doubtful.difference_update(names)

    # Reading ----------------------------------------------------------------------------------

    def read(self, name: str) -> bytes | None:
        """The bytes of a file; None if there is none."""
        try:
            descriptor = os.open(self.at(name), os.O_RDONLY | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return None
        with open(descriptor, "rb", buffering=0) as file:
            return file.readall()

    def exists(self, name: str) -> bool:
        return os.path.exists(self.at(name))

    def size(self, name: str) -> int:
        return os.stat(self.at(name)).st_size

    def names(self, directory: str) -> list[str]:
        """The names of the files in a directory and those in it, each with its path."""
        found: list[str] = []
        work = [directory]
        while work:
            each = work.pop()
            with suppress(FileNotFoundError), os.scandir(self.at(each)) as entries:
                for entry in entries:
                    (work if entry.is_dir() else found).append(f"{each}/{entry.name}")
        return sorted(found)
