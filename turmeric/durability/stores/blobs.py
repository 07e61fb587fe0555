"""Blobs: bytes that are found by their hash, and the names under which some of them are kept.

A blob may refer to others, by hash.  What cannot be reached from a name is garbage;
`collect` removes it, and never while somebody is saving.  A blob is never changed, and the same
bytes with the same references are the same blob.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, contextmanager
from threading import RLock
from urllib.parse import quote, unquote

from turmeric.running.replacing import flush_directory, remove_quietly, replace_file, write_new
from turmeric.vocabulary.digest import blake2b
from turmeric.vocabulary.errors import TurmericError, failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

HASH = 20
"""Bytes of a hash: nobody finds other bytes for one that is there (2**160 attempts)."""


def hash_of(blob: bytes) -> bytes:
    """The name of a blob."""
    return blake2b(blob, digest_size=HASH).digest()


def packed(data: bytes, references: Sequence[bytes]) -> bytes:
    """A blob: the number of references, the references, the data."""
    return len(references).to_bytes(4, "big") + b"".join(references) + data


def references_in(blob: bytes) -> list[bytes]:
    """The hashes of the blobs that one refers to."""
    count = int.from_bytes(blob[:4], "big")
    return [blob[at : at + HASH] for at in range(4, 4 + count * HASH, HASH)]


def data_in(blob: bytes) -> bytes:
    return blob[4 + int.from_bytes(blob[:4], "big") * HASH :]


class Blobs:
    """What is the same for all stores of blobs.  A store has `read`, `write`, `remove` and `hashes`
    for blobs, `heads` and `set_head` for names, and the locks `saving` and `alone`."""

    def put(self, data: bytes, references: Sequence[bytes] = ()) -> bytes:
        """Keep bytes, which refer to blobs that are there; gives their hash.  Call it while `saving`,
        and give what it gives a name before that ends."""
        blob = packed(data, references)
        name = hash_of(blob)
        if not self.has(name):
            self.write(name, blob)
        return name

    def get(self, name: bytes) -> bytes:
        """The bytes with that hash.  Raises corrupt-data when they are missing or damaged."""
        return data_in(self.blob(name))

    def blob(self, name: bytes) -> bytes:
        found = self.read(name)
        if found is None:
            raise missing(f"a part of what was saved is not there: blob {name.hex()}")
        if hash_of(found) != name:
            raise missing(f"a part of what was saved is damaged: blob {name.hex()}")
        return found

    def head(self, name: str) -> bytes | None:
        """The hash that was saved last under a name."""
        return self.heads().get(name)

    def collect(self) -> int:
        """Remove the blobs that no name leads to; gives their number.

        What refers goes before what it refers to: if this is interrupted, every blob that is
        left still has all its parts.
        """
        with self.alone():
            reached = self.reachable(self.heads().values())
            garbage = [name for name in self.hashes() if name not in reached]
            for name in self.referrers_first(garbage):
                self.remove(name)
            return len(garbage)

    def reachable(self, names: Iterable[bytes]) -> set[bytes]:
        """All blobs that can be reached from these."""
        found: set[bytes] = set()
        work = list(names)
        while work:
            name = work.pop()
            if name not in found:
                found.add(name)
                work.extend(references_in(self.blob(name)))
        return found

    def weight(self, names: Iterable[bytes]) -> int:
        """How many bytes these blobs keep, with all that can be reached from them."""
        return sum(len(self.blob(name)) for name in self.reachable(names))

    def referrers_first(self, names: list[bytes]) -> list[bytes]:
        """The blobs in an order in which each comes before those it refers to."""
        among = set(names)
        order: dict[bytes, None] = {}
        work = [(name, False) for name in names]
        while work:
            name, after = work.pop()
            if after:
                order[name] = None
            elif name in among:
                among.discard(name)
                work.append((name, True))
                work.extend((each, False) for each in references_in(self.read(name) or bytes(4)))
        return list(order)[::-1]

    # What a store must have -----------------------------------------------------------------

    def has(self, name: bytes) -> bool:
        raise NotImplementedError

    def read(self, name: bytes) -> bytes | None:
        raise NotImplementedError

    def write(self, name: bytes, blob: bytes) -> None:
        raise NotImplementedError

    def remove(self, name: bytes) -> None:
        raise NotImplementedError

    def hashes(self) -> list[bytes]:
        raise NotImplementedError

    def heads(self) -> dict[str, bytes]:
        raise NotImplementedError

    def set_head(self, name: str, blob: bytes | None) -> None:
        """Give a blob a name, which some other may have had; None removes the name."""
        raise NotImplementedError

    def saving(self) -> AbstractContextManager[None]:
        """While this is held nothing is removed.  Many may hold it at a time."""
        raise NotImplementedError

    def alone(self) -> AbstractContextManager[None]:
        """While this is held nobody is saving."""
        raise NotImplementedError


class MemoryBlobs(Blobs):
    """Blobs in this process's memory."""

    def __init__(self) -> None:
        self.table: dict[bytes, bytes] = {}
        self.names: dict[str, bytes] = {}
        self.lock = RLock()

    def has(self, name: bytes) -> bool:
        return name in self.table

    def read(self, name: bytes) -> bytes | None:
        return self.table.get(name)

    def write(self, name: bytes, blob: bytes) -> None:
        self.table[name] = blob

    def remove(self, name: bytes) -> None:
        self.table.pop(name, None)

    def hashes(self) -> list[bytes]:
        return list(self.table)

    def heads(self) -> dict[str, bytes]:
        return dict(self.names)

    def set_head(self, name: str, blob: bytes | None) -> None:
        if blob is None:
            self.names.pop(name, None)
        else:
            self.names[name] = blob

    @contextmanager
    def saving(self) -> Iterator[None]:
        with self.lock:
            yield

    alone = saving


class DirectoryBlobs(Blobs):
    """Blobs as files of a directory: `blobs/ab/cdef...` by hash, `heads/=NAME` with a hash in it.

    A file is there as a whole or not at all.  Several processes may use the directory at once: a lock
    on `lock`, which the system takes back from a process that dies, is shared by all that
    save, and held alone by one that collects.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            os.makedirs(os.path.join(path, "blobs"), exist_ok=True)
            os.makedirs(os.path.join(path, "heads"), exist_ok=True)
        except OSError as error:
            raise unusable(path, error) from error

    def file(self, name: bytes) -> str:
        text = name.hex()
        return os.path.join(self.path, "blobs", text[:2], text[2:])

    def has(self, name: bytes) -> bool:
        return os.path.exists(self.file(name))

    def read(self, name: bytes) -> bytes | None:
        try:
            with open(self.file(name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise unusable(self.file(name), error) from error

    def write(self, name: bytes, blob: bytes) -> None:
        target = self.file(name)
        temporary = f"{target}.{os.urandom(6).hex()}"
        try:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            write_new(temporary, blob, None)
            os.replace(temporary, target)
            flush_directory(os.path.dirname(target))
        except OSError as error:
            remove_quietly(temporary)
            raise unusable(target, error) from error

    def remove(self, name: bytes) -> None:
        remove_quietly(self.file(name))

    def hashes(self) -> list[bytes]:
        """The blobs that are there; what an interrupted save left half written goes.  Call it while `alone`."""
        found = []
        for start in sorted(os.listdir(os.path.join(self.path, "blobs"))):
            for rest in os.listdir(os.path.join(self.path, "blobs", start)):
                if "." in rest:
                    remove_quietly(os.path.join(self.path, "blobs", start, rest))
                else:
                    found.append(bytes.fromhex(start + rest))
        return found

    def heads(self) -> dict[str, bytes]:
        found = {}
        for file in os.listdir(os.path.join(self.path, "heads")):
            if file.startswith("="):
                found[unquote(file[1:])] = read_hash(os.path.join(self.path, "heads", file))
        return found

    def head(self, name: str) -> bytes | None:
        try:
            return read_hash(self.head_file(name))
        except FileNotFoundError:
            return None

    def head_file(self, name: str) -> str:
        return os.path.join(self.path, "heads", "=" + quote(name, safe="").replace(".", "%2E"))

    def set_head(self, name: str, blob: bytes | None) -> None:
        try:
            if blob is None:
                os.unlink(self.head_file(name))
            else:
                replace_file(self.head_file(name), blob.hex().encode() + b"\n")
        except FileNotFoundError:
            pass
        except OSError as error:
            raise unusable(self.head_file(name), error) from error

    @contextmanager
    def saving(self) -> Iterator[None]:
        with self.locked(shared=True):
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self.locked(shared=False):
            yield

    @contextmanager
    def locked(self, shared: bool) -> Iterator[None]:
        import fcntl

        with open(os.path.join(self.path, "lock"), "a+b") as file:
            fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
            yield


def read_hash(path: str) -> bytes:
    """The hash in a file."""
    with open(path, "rb") as file:
        text = file.read(2 * HASH + 2)
    try:
        found = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        found = b""
    if len(found) != HASH:
        raise missing(f"{path} does not hold the hash of a blob")
    return found


def missing(message: str) -> TurmericError:
    return failure("corrupt-data", message)


def unusable(path: str, error: OSError) -> TurmericError:
    return failure("io-error", f"cannot use {path}: {error.strerror}", path)
