"""A disk that fails, dies or loses power at any of its operations: it takes the place of the module `os`.

`fsync` is remembered and not done, so that many runs take little time.
"""

from __future__ import annotations

import errno
import os
import random
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

OPERATIONS = ("open", "write", "fsync", "replace", "unlink", "mkdir")


class Disk:
    """Counts what changes something; at number `at` there is a fault.

        error    the operation fails, and has not happened
        late     it fails, and has happened
        torn     half of a write happens, then it fails
        death    the process ends
    """

    def __init__(self, how: str = "", at: int = -1) -> None:
        self.how = how
        self.at = at
        self.count = 0
        self.fired = ""

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        return (lambda *args: self.perform(name, real, *args)) if name in OPERATIONS else real

    def perform(self, name: str, real: Callable[..., Any], *args: Any) -> Any:
        if name == "open" and not args[1] & os.O_CREAT:
            return self.done(name, real, *args)
        number, self.count = self.count, self.count + 1
        if number != self.at:
            return self.done(name, real, *args)
        self.fired = f"{self.how} at {name}"
        if self.how == "death":
            os._exit(0)
        if self.how == "torn" and name == "write":
            self.done(name, real, args[0], bytes(args[1])[: len(args[1]) // 2])
        if self.how == "late":
            found = self.done(name, real, *args)
            if name == "open":
                os.close(found)
        code = errno.ENOSPC if self.how == "torn" else errno.EIO
        raise OSError(code, os.strerror(code), args[0] if isinstance(args[0], str) else None)

    def done(self, name: str, real: Callable[..., Any], *args: Any) -> Any:
        return None if name == "fsync" else real(*args)


class LosingDisk(Disk):
    """Remembers what is on the disk for certain, below a directory: the bytes of files and the names in directories
    that were flushed.  Of all else a part, by chance, outlives the loss of power."""

    def __init__(self, root: str) -> None:
        super().__init__()
        self.root = root
        self.flushed: dict[int, bytes] = {}
        self.names: dict[str, dict[str, int]] = {}
        self.pending: dict[str, list[tuple[str, int | None]]] = {}
        self.contents: dict[int, bytes] = {}
        self.current: dict[str, int] = {}
        self.opened: dict[int, str | int] = {}
        self.next = 0
        self.observer: Callable[[], None] = lambda: None

    def done(self, name: str, real: Callable[..., Any], *args: Any) -> Any:
        found = super().done(name, real, *args)
        getattr(self, "after_" + name)(found, *args)
        if name != "open":
            self.observer()
        return found

    def after_open(self, descriptor: int, path: str, flags: int, *_: Any) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            self.opened[descriptor] = path.rstrip("/")
            return
        if path not in self.current:
            self.next += 1
            self.contents[self.next] = b""
            self.name(path, self.next)
        self.opened[descriptor] = self.current[path]

    def name(self, path: str, file: int | None) -> None:
        """A name in a directory changes."""
        if file is None:
            del self.current[path]
        else:
            self.current[path] = file
        self.pending.setdefault(os.path.dirname(path), []).append((path, file))

    def after_write(self, written: int, descriptor: int, data: bytes) -> None:
        self.contents[self.opened[descriptor]] += bytes(data)[:written]  # type: ignore[index]

    def after_fsync(self, _: None, descriptor: int) -> None:
        what = self.opened[descriptor]
        if isinstance(what, int):
            self.flushed[what] = self.contents[what]
        else:
            self.flush(what, self.names, len(self.pending.get(what, [])))
            self.pending.pop(what, None)

    def flush(self, directory: str, names: dict[str, dict[str, int]], number: int) -> None:
        there = names.setdefault(directory, {})
        for path, file in self.pending.get(directory, [])[:number]:
            if file is None:
                there.pop(path, None)
            else:
                there[path] = file

    def after_replace(self, _: None, old: str, new: str) -> None:
        file = self.current[old]
        self.name(old, None)
        self.name(new, file)

    def after_unlink(self, _: None, path: str) -> None:
        self.name(path, None)

    def after_mkdir(self, _: None, path: str) -> None:
        self.name(path, 0)

    def lose_power(self, target: Path, chance: random.Random | None) -> None:
        """Write to `target` what is there after the power was lost; without a chance, only what was flushed."""
        names = {directory: dict(there) for directory, there in self.names.items()}
        if chance is not None:
            for directory, pending in self.pending.items():
                self.flush(directory, names, chance.randint(0, len(pending)))
        for path, file in sorted(item for there in names.values() for item in there.items()):
            place = target / os.path.relpath(path, self.root)
            if os.path.dirname(path) not in names and os.path.dirname(path) != self.root:
                continue
            if not place.parent.is_dir():
                continue
            if file == 0:
                place.mkdir()
            else:
                certain = self.flushed.get(file, b"")
                place.write_bytes(self.contents[file] if chance is not None and chance.random() < 0.5 else certain)
