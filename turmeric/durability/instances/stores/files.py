"""A store in a directory of plain files, which any number of processes of one machine may use.

    format                     "turmeric store 1": what it is; a newer version is refused
    lock                       whoever reads or writes locks it (flock); a process that dies lets go of it
    instances/ab/ID            one instance: all that is said in its row, with the newest state
    checkpoints/ab/ID/NUMBER   an earlier checkpoint of an instance that keeps all of them
    blobs/ab/cdef...           a blob, by its hash
    journal                    a change of several files that is under way (`directories`)
    changes                    which instances have changed lately (`changes`)
    new, changes.new           a file that has no name of its own yet

`framing` says what is in a file, each of which has a checksum.  ID is as in a URL, with %XX for what is no letter or
digit; `ab` are the first two digits of its hash.

A save writes one file, and flushes it and its directory.  What is known of all instances is read once by each
process that asks for it, then only what others have changed.  A file that is damaged is `Damaged` for whoever asks for
the instance; to all others it is as if it were not there, and `damaged` lists it.
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from threading import Condition
from urllib.parse import quote, unquote
from weakref import WeakSet

from turmeric.durability.instances.records import RUNNING, Blob, Checkpoint
from turmeric.durability.instances.store import Damaged, StoreError, Unavailable
from turmeric.durability.instances.stores import framing
from turmeric.durability.instances.stores.changes import Changes
from turmeric.durability.instances.stores.directories import Directory
from turmeric.durability.instances.stores.forms import Malformed, plain, record
from turmeric.durability.instances.stores.indexes import Index
from turmeric.durability.instances.stores.row_store import RowStore
from turmeric.durability.instances.stores.rows import Row
from turmeric.vocabulary.digest import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

PATIENCE = 30.0
"""Seconds to wait for the lock, which some other process holds for as long as a method takes."""
POLL = 0.02
OF_ONE_FILE = (errno.EIO, errno.EACCES, errno.EPERM, errno.EISDIR, errno.ELOOP)
"""Errors of reading that say nothing of other files."""
END = b"."
"""The end of a line of `changes`; no name has it."""
LONGEST = 200
"""Characters of the name of a file."""


class FileStore(RowStore):
    """Rows in files; in memory are the rows of instances that run, and what is known of all."""

    def __init__(self, path: str, patience: float = PATIENCE) -> None:
        super().__init__()
        self.url = f"files:{path}"
        self.damage: dict[str, str] = {}
        self.closed = True
        try:
            self.directory = Directory(path, patience)
            self.open()
        except OSError as error:
            raise failed(error, path) from error
        OPEN.add(self)

    def forget(self) -> None:
        """Know nothing of what is in the files."""
        self.index: Index | None = None
        self.stale: set[str] = set()
        """Instances that have changed since the index was brought up to date."""
        self.running: dict[str, Row] = {}

    # Changing ---------------------------------------------------------------------------------

    @contextmanager
    def change(self) -> Iterator[None]:
        try:
            with super().change():
                yield
        except OSError as error:
            raise failed(error, self.directory.path) from error

    def begin(self) -> None:
        if self.closed:
            self.open()
        self.directory.lock()
        try:
            self.notice()
        except BaseException:
            self.directory.unlock()
            raise

    def end(self) -> None:
        self.directory.unlock()

    def notice(self) -> None:
        """Learn what others have changed."""
        words = self.changes.read()
        if words is None:
            self.forget()
            self.news += 1
        for word in words or ():
            if not word.endswith(END):
                continue  # nothing of it has happened: it could not even be written here
            id = id_of(word[1:-1].decode("ascii"))
            self.running.pop(id, None)
            self.stale.add(id)
            self.news += word[:1] == b"+"
        if words != []:
            self.condition.notify_all()

    def write(self) -> None:
        self.directory.add(dict(self.additions()))
        files = dict(self.alterations())
        if files:
            position = self.changes.append(map(self.word, self.changed))
            self.directory.change(files)
            self.changes.done(position)  # if it fails the rows are read again: some of it may have happened
        for id, row in self.changed.items():
            self.learn(id, row)

    def additions(self) -> Iterator[tuple[str, bytes]]:
        """Files that mean nothing without the rows: they are written first."""
        for name, blob in self.changed_blobs.items():
            if blob is not None:
                yield blob_file(name), framing.framed("blob", name.hex(), plain(blob))
        for id, point in self.kept_now:
            yield kept_file(id, point.number), framing.framed("checkpoint", f"{id} {point.number}", plain(point))

    def alterations(self) -> Iterator[tuple[str, bytes | None]]:
        """Files that change all at once."""
        for id, row in self.changed.items():
            if row is None:
                yield from ((file, None) for file in self.directory.names(kept_directory(id)))
                yield row_file(id), None
            else:
                yield row_file(id), framing.framed("instance", id, framing.of_row(row))
        yield from ((blob_file(name), None) for name, blob in self.changed_blobs.items() if blob is None)

    def word(self, id: str) -> bytes:
        """The line that tells others of a change, and whether something becomes due by it."""
        row = self.changed[id]
        due = row is not None and row.instance.due is not None and row.instance.owner is None
        return (b"+" if due else b"-") + place(id).partition("/")[2].encode() + END

    def learn(self, id: str, row: Row | None) -> None:
        """Know a row as it is now."""
        self.stale.discard(id)
        self.running.pop(id, None)
        if row is None:
            if self.index is not None:
                self.index.forget(id)
            return
        if row.instance.status == RUNNING and row.instance.owner is not None:
            self.running[id] = row
        if self.index is not None:
            self.index.note(row.instance)
        self.announce(row.instance)

    # Finding ----------------------------------------------------------------------------------

    def known(self) -> Index:
        if self.index is None:
            self.index, self.damage = Index(), {}
            names = self.directory.names("instances")
            self.stale = {id_of(name) for name in names}
        while self.stale:
            id = next(iter(self.stale))
            try:
                row = self.stored_row(id)
            except Damaged:
                row = None
            if row is None:
                self.index.forget(id)
            else:
                self.index.note(row.instance)
            self.stale.discard(id)
        return self.index

    def stored_row(self, id: str) -> Row | None:
        if id in self.running:
            return self.running[id]
        try:
            found = self.content(row_file(id), "instance", id)
            row = None if found is None else framing.to_row(found)
            if row is not None and row.instance.id != id:
                raise Malformed(f"it is not the instance {id}")
        except Malformed as error:
            raise self.damaged_row(id, f"{self.directory.at(row_file(id))}: {error}") from error
        except Damaged as error:
            raise self.damaged_row(id, str(error)) from error
        self.damage.pop(id, None)
        return row

    def damaged_row(self, id: str, why: str) -> Damaged:
        self.damage[id] = why
        if self.index is not None:
            self.index.forget(id)
        return Damaged(why)

    def damaged(self) -> dict[str, str]:
        """Instances that cannot be read, and why: nobody can claim them, and they are not listed."""
        with self.change():
            self.known()
            for id in list(self.damage):
                try:
                    self.stored_row(id)
                except Damaged:
                    continue
                self.stale.add(id)
            return dict(self.damage)

    def need_all(self) -> None:
        self.known()
        for why in self.damage.values():
            raise Damaged(f"what is garbage cannot be told while an instance cannot be read: {why}")

    def content(self, file: str, kind: str, key: str) -> Any:
        """What is in a file; None if there is none.  Raises Damaged."""
        try:
            data = self.directory.read(file)
            return None if data is None else framing.unframed(data, kind, key)
        except Malformed as error:
            raise Damaged(f"{self.directory.at(file)}: {error}") from error
        except Damaged as error:
            raise type(error)(f"{self.directory.at(file)}: {error}") from error
        except OSError as error:
            if error.errno in OF_ONE_FILE:
                raise Damaged(f"{self.directory.at(file)}: {error.strerror}") from error
            raise

    def stored(self, kind: type, file: str, name: str, key: str) -> Any:
        """The record in a file."""
        found = self.content(file, name, key)
        try:
            return None if found is None else record(kind, found)
        except Malformed as error:
            raise Damaged(f"{self.directory.at(file)}: {error}") from error

    def stored_blob(self, name: bytes) -> Blob | None:
        found: Blob | None = self.stored(Blob, blob_file(name), "blob", name.hex())
        return found

    def has_stored_blob(self, name: bytes) -> bool:
        return self.directory.exists(blob_file(name))

    def size_of_blob(self, name: bytes) -> int:
        try:
            blob = self.stored_blob(name)
            return 0 if blob is None else len(blob.data)
        except Damaged:
            return self.directory.size(blob_file(name))

    def blob_names(self) -> Iterable[bytes]:
        for file in self.directory.names("blobs"):
            try:
                yield bytes.fromhex("".join(file.split("/")[1:]))
            except ValueError:
                continue

    def kept(self, id: str) -> Iterable[Checkpoint]:
        for file in self.directory.names(kept_directory(id)):
            number = file.rpartition("/")[2]
            found = self.kept_one(id, int(number)) if number.isdecimal() else None
            if found is not None:
                yield found

    def kept_one(self, id: str, number: int) -> Checkpoint | None:
        key = f"{id} {number}"
        found: Checkpoint | None = self.stored(Checkpoint, kept_file(id, number), "checkpoint", key)
        return found

    # Waiting ----------------------------------------------------------------------------------

    def nothing_new(self, before: int) -> bool:
        try:
            if self.news == before and (self.closed or self.changes.moved()):
                self.begin()
                self.end()
        except OSError as error:
            raise failed(error, self.directory.path) from error
        return self.news == before

    def rest(self, seconds: float) -> None:
        self.condition.wait(min(seconds, POLL))

    # Opening and closing ----------------------------------------------------------------------

    def open(self) -> None:
        self.forget()
        self.directory.open()
        self.directory.lock()
        try:
            self.changes = Changes(self.directory.at("changes"))
        finally:
            self.directory.unlock()
        self.closed = False

    def close(self) -> None:
        with self.condition:
            self.let_go()

    def let_go(self) -> None:
        if not self.closed:
            self.closed = True
            self.directory.close()
            self.changes.close()

    def close_after_fork(self) -> None:
        """In a new process: what was opened is its parent's, and with it the parent's lock."""
        self.condition = Condition()
        self.reset()
        self.let_go()


def row_file(id: str) -> str:
    return f"instances/{place(id)}"


def kept_directory(id: str) -> str:
    return f"checkpoints/{place(id)}"


def kept_file(id: str, number: int) -> str:
    return f"{kept_directory(id)}/{number}"


def blob_file(name: bytes) -> str:
    text = name.hex()
    return f"blobs/{text[:2]}/{text[2:]}"


def place(id: str) -> str:
    """Where the files of an instance are: in one of 256 directories."""
    try:
        name = quote(id, safe="").replace(".", "%2E")
    except UnicodeEncodeError as error:
        raise StoreError(f"an id is text that can be written, not {id[:40]!r}") from error
    if not 0 < len(name) <= LONGEST:
        raise StoreError(f"an id has 1 to {LONGEST} characters as in a URL, this one {len(name)}: {id[:40]!r}")
    return f"{blake2b(name.encode(), digest_size=1).hexdigest()}/{name}"


def id_of(file: str) -> str:
    return unquote(file.rpartition("/")[2])


def failed(error: OSError, path: str) -> Unavailable:
    where = error.filename if isinstance(error.filename, str) else path
    return Unavailable(f"{where}: {error.strerror or error}")


# After a fork ---------------------------------------------------------------------------------

OPEN: WeakSet[FileStore] = WeakSet()


def close_all() -> None:
    for store in list(OPEN):
        store.close_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=close_all)
