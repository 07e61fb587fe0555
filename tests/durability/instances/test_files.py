"""The store of files: what happens when a disk or a process fails at any moment, and between processes."""

from __future__ import annotations

import errno
import fcntl
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from tests.durability.instances.failing_disk import Disk, LosingDisk
from tests.durability.instances.stores_under_test import claimed, event, instance, point, running, save
from turmeric.durability.instances.records import CANCEL_ASKED, Blob, End, Held, Query, Wait
from turmeric.durability.instances.store import Damaged, Lost, Store, StoreError, Unavailable
from turmeric.durability.instances.stores import changes, directories, framing
from turmeric.durability.instances.stores.files import FileStore, kept_file, row_file
from turmeric.durability.instances.stores.memory import MemoryStore

IDS = ("a", "b", "c", "d", "w")
X, Y, Z = (bytes([letter]) * 20 for letter in b"xyz")


def at(number: int, *roots: bytes, **parts: object):
    return replace(save(number, **parts), checkpoint=replace(point(number), roots=roots))


STEPS: list[Callable[[Store], object]] = [
    lambda store: store.create([instance("a", keep=True), *(instance(id) for id in "bcw")]),
    lambda store: store.claim("ann", 10.0, 20.0, 9),
    lambda store: store.save(Held("a", 1), at(1, X, blobs=(Blob(Y, b"y"), Blob(X, b"x", (Y,))))),
    lambda store: store.save(
        Held("a", 1), at(2, Y, starts=(instance("d", parent="a"),), sends=(event("b", key="k"),), cancels=("c",))
    ),
    lambda store: store.save(Held("w", 1), save(1, Wait("instance", "a"))),
    lambda store: store.save(Held("b", 1), save(1, Wait("event", "approved"))),
    lambda store: store.send(event("b", "other")),
    lambda store: store.save(Held("b", 1), at(2, Z, blobs=(Blob(Z, b"z", (X,)),))),
    lambda store: store.renew([Held("a", 1), Held("b", 1)], 40.0),
    lambda store: store.finish(Held("a", 1), End("done", b"result", 99.0)),
    lambda store: store.finish(Held("b", 1), End("failed", b"error", 99.0)),
    lambda store: store.claim("ben", 25.0, 50.0, 9),
    lambda store: store.remove(["a", "b"]),
    lambda store: store.collect(),
]
"""Each changes what `content` shows, but for the last."""


def content(store: Store) -> list[object]:
    """All that can be seen of some instances."""
    found: list[object] = []
    for id in IDS:
        points = [store.checkpoint(id, each.number) for each in store.history(id)]
        blobs = [store.blobs(list(each.roots)) for each in points if each is not None]
        found.append((store.get(id), store.events(id), points, blobs))
    listed = store.find(Query())
    return [found, sorted(each.id for each in listed), store.count(), store.due()]


def contents() -> list[list[object]]:
    """What is to be seen before the first step, and after each."""
    store = MemoryStore()
    found = [content(store)]
    for step in STEPS:
        step(store)
        found.append(content(store))
    return found


EXPECTED = contents()


def test_each_step_changes_something() -> None:
    assert all(before != after for before, after in pairwise(EXPECTED[:-1]))


@contextmanager
def using(disk: Disk) -> Iterator[Disk]:
    """All that a store does goes through this disk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(directories, "os", disk)
        patch.setattr(changes, "os", disk)
        yield disk


def run_on(store: Store, done: int) -> None:
    """The steps that are left; then everything is as it is without a fault, and no blob is left behind."""
    for step in STEPS[done:]:
        step(store)
    assert content(store) == EXPECTED[-1]
    assert store.directory.names("blobs") == store.directory.names("checkpoints") == []  # type: ignore[attr-defined]


# A disk that fails ----------------------------------------------------------------------------


def operations(path: Path) -> int:
    """How many operations there are."""
    with using(Disk()) as disk:
        run_on(FileStore(str(path)), 0)
    return disk.count


def run_with_error(path: Path, disk: Disk) -> None:
    """Run all steps; after an error look what is there, and do again what has not happened."""
    try:
        store = FileStore(str(path))
    except Unavailable:
        store = FileStore(str(path))
    number, failures = 0, 0
    while number < len(STEPS):
        try:
            STEPS[number](store)
        except Unavailable:
            failures += 1
            assert failures == 1
            seen = content(store)
            assert seen in (EXPECTED[number], EXPECTED[number + 1])
            assert content(FileStore(str(path))) == seen
            if seen == EXPECTED[number]:
                continue
        number += 1
    run_on(store, len(STEPS))


@pytest.mark.parametrize("how", ["error", "late", "torn"])
def test_an_error_at_every_operation(how: str, tmp_path: Path) -> None:
    number = operations(tmp_path / "none")
    assert number > 100
    fired = set()
    for at in range(number):
        with using(Disk(how, at)) as disk:
            run_with_error(tmp_path / str(at), disk)
        fired.add(disk.fired)
    assert {each.split()[-1] for each in fired} == {"open", "write", "fsync", "replace", "unlink", "mkdir"}


def test_a_disk_that_is_full_can_be_read(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path / "store"))
    held = running(store, "a")
    with using(Full()):
        for _ in range(2):
            with pytest.raises(Unavailable, match="No space left on device"):
                store.save(held, save(1))
            assert store.get("a") == store.get("a")
        assert FileStore(str(tmp_path / "store")).get("a") is not None
    store.save(held, save(1))


class Full(Disk):
    def done(self, name: str, real: Callable[..., object], *args: object) -> object:
        if name in ("write", "mkdir"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().done(name, real, *args)


class ReadOnly(Disk):
    def perform(self, name: str, real: Callable[..., object], *args: object) -> object:
        if name in ("write", "mkdir", "replace", "unlink") or (name == "open" and args[1] & (os.O_CREAT | os.O_RDWR)):  # type: ignore[operator]
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), args[0])
        return super().perform(name, real, *args)


def test_a_directory_that_is_read_only(tmp_path: Path) -> None:
    held = running(FileStore(str(tmp_path / "store")), "a")
    with using(ReadOnly()):
        store = FileStore(str(tmp_path / "store"))
        there = store.get("a")
        assert there is not None
        assert [each.id for each in store.find(Query())] == ["a"]
        with pytest.raises(Unavailable, match="Read-only file system"):
            store.save(held, save(1))
        assert store.get("a") == there
        with pytest.raises(Unavailable, match="Read-only file system"):
            FileStore(str(tmp_path / "other"))


def test_after_a_failed_fsync_the_file_is_written_anew_before_anybody_looks(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path / "store"))
    held = running(store, "a")
    file = tmp_path / "store" / row_file("a")
    with using(BadFlush()) as disk:
        with pytest.raises(Unavailable, match="Input/output error"):
            store.save(held, save(1))
        with pytest.raises(Unavailable, match="Input/output error"):
            store.get("a")
    assert disk.replaced == [str(file)] * 2
    with using(BadFlush(bad=False)) as disk:
        found = store.get("a")
        assert found is not None
        assert found.checkpoint == point(1)
        assert disk.replaced == [str(file)]
        store.get("a")
        assert disk.replaced == [str(file)]


class BadFlush(Disk):
    """No directory can be flushed."""

    def __init__(self, bad: bool = True) -> None:
        super().__init__()
        self.bad = bad
        self.replaced: list[object] = []

    def done(self, name: str, real: Callable[..., object], *args: object) -> object:
        if self.bad and name == "fsync" and os.path.isdir(f"/proc/self/fd/{args[0]}"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        found = super().done(name, real, *args)
        if name == "replace":
            self.replaced.append(args[1])
        return found


# A process that dies, a machine without power -------------------------------------------------


def in_child(run: Callable[[], None]) -> int:
    """Run something in a process of its own; its exit status."""
    pid = os.fork()
    if pid == 0:
        try:
            run()
        except BaseException:
            os._exit(1)
        os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_a_process_that_dies_at_every_operation(tmp_path: Path) -> None:
    for at in range(operations(tmp_path / "none")):
        path = tmp_path / str(at)

        def until_death(path: Path = path, at: int = at) -> None:
            with using(Disk("death", at)):
                store = FileStore(str(path))
                for number, step in enumerate(STEPS):
                    step(store)
                    (tmp_path / f"done{at}").write_text(str(number + 1))

        assert in_child(until_death) == 0, f"it does not die at operation {at}"
        done = int((tmp_path / f"done{at}").read_text()) if (tmp_path / f"done{at}").exists() else 0
        with using(Disk()):
            store = FileStore(str(path))
            seen = content(store)
            assert seen in EXPECTED[done : done + 2]
            run_on(store, done if seen == EXPECTED[done] else done + 1)


def test_a_journal_that_is_found_is_put_on_the_disk_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who wrote it may have died before it was flushed; half of what it says could be lost with the power."""
    store = FileStore(str(tmp_path / "store"))
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(store.directory, "complete", interrupted)
        store.create([instance("a"), instance("b")])
    with using(BadFlush(bad=False)) as disk:
        assert FileStore(str(tmp_path / "store")).count()["running"] == 2
    assert [os.path.basename(str(path)) for path in disk.replaced] == ["journal", "a", "b"]
    assert store.count()["running"] == 2


def interrupted(files: object) -> None:
    raise KeyboardInterrupt


def test_a_loss_of_power_at_every_operation(tmp_path: Path) -> None:
    source = tmp_path / "store"
    source.mkdir()
    losses = 0

    def lose() -> None:
        nonlocal losses
        for chance in (None, random.Random(losses), random.Random(-losses - 1)):
            target = tmp_path / f"lost{losses}"
            losses += 1
            target.mkdir()
            disk.lose_power(target, chance)
            with using(Disk()):
                assert content(FileStore(str(target))) in EXPECTED[done : done + 2], f"{chance} at {disk.count}"

    with using(disk := LosingDisk(str(source))):
        done = 0
        disk.observer = lose
        store = FileStore(str(source))
        for number, step in enumerate(STEPS):
            step(store)
            done = number + 1
            lose()
    assert losses > 300


# Damage ---------------------------------------------------------------------------------------


def bytes_of_row(store: FileStore, id: str) -> Path:
    return Path(store.directory.at(row_file(id)))


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "a bit": lambda data: data[:-3] + bytes([data[-3] ^ 1]) + data[-2:],
    "its end is missing": lambda data: data[: len(data) // 2],
    "it is empty": lambda data: b"",
    "zeros": lambda data: bytes(len(data)),
    "something else": lambda data: b"hello\n" * 10,
    "the checksum": lambda data: data[:17] + b"?" + data[18:],
}


@pytest.mark.parametrize("how", DAMAGE)
@pytest.mark.parametrize("again", [False, True], ids=["opened before", "opened after"])
def test_a_damaged_instance_leaves_the_others_usable(how: str, again: bool, tmp_path: Path) -> None:
    store = FileStore(str(tmp_path / "store"))
    store.create([instance(id, due=float(number)) for number, id in enumerate("abc")])
    assert store.due() == 0.0
    file = bytes_of_row(store, "a")
    before = file.read_bytes()
    file.write_bytes(DAMAGE[how](before))
    if again:
        store = FileStore(str(tmp_path / "store"))
    assert [each.id for each in store.claim("ann", 10.0, 20.0, 9)] == ["b", "c"]
    assert store.claim("ann", 10.0, 20.0, 9, ["a"]) == []
    with pytest.raises(Damaged, match=str(file)):
        store.get("a")
    with pytest.raises(Damaged, match=str(file)):
        store.send(event("a"))
    with pytest.raises(Damaged, match=str(file)):
        store.collect()
    assert [each.id for each in store.find(Query())] == ["c", "b"]
    assert list(store.damaged()) == ["a"]
    assert str(file) in store.damaged()["a"]
    assert store.create([instance("d")]) == ["d"]
    file.write_bytes(before)
    assert store.damaged() == {}
    assert [each.id for each in store.claim("ann", 10.0, 20.0, 1)] == ["a"]


def test_a_damaged_instance_is_not_created_again(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path / "store"))
    store.create([instance("a")])
    bytes_of_row(store, "a").write_bytes(b"")
    with pytest.raises(Damaged):
        store.create([instance("a")])


def test_waiting_for_one_that_is_damaged(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path / "store"))
    held = running(store, "a")
    store.save(running(store, "w"), save(1, Wait("instance", "a")))
    store.finish(held, End("done", b"result", 99.0))
    file = bytes_of_row(store, "a")
    before = file.read_bytes()
    file.write_bytes(b"")
    assert store.claim("ann", 100.0, 130.0, 9) == []
    assert store.due() == 130.0
    file.write_bytes(before)
    (found,) = store.claim("ann", 130.0, 160.0, 9)
    assert found.outcome is not None
    assert found.outcome.payload == b"result"


def test_a_file_in_the_place_of_another(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path / "store"))
    held = running(store, "a", keep=True)
    store.save(held, save(1))
    store.save(held, save(2))
    store.create([instance("b")])
    bytes_of_row(store, "b").write_bytes(bytes_of_row(store, "a").read_bytes())
    with pytest.raises(Damaged, match="it is not the instance b"):
        store.get("b")
    kept = [Path(store.directory.at(kept_file("a", number))) for number in (0, 1)]
    kept[1].write_bytes(kept[0].read_bytes())
    with pytest.raises(Damaged, match="it is not the checkpoint a 1"):
        store.checkpoint("a", 1)


def test_a_damaged_blob(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path / "store"))
    held = running(store, "a")
    store.save(held, at(1, X, blobs=(Blob(X, b"x"),)))
    (name,) = store.directory.names("blobs")
    Path(store.directory.at(name)).write_bytes(b"?")
    with pytest.raises(Damaged, match=name):
        store.blobs([X])
    store.save(held, at(2, X, blobs=(Blob(X, b"x"),)))
    assert store.blobs([X]) == {X: Blob(X, b"x")}


def test_a_damaged_journal_is_not_guessed_at(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path / "store"))
    store.create([instance("a")])
    journal = tmp_path / "store" / "journal"
    journal.write_bytes(b"?")
    for use in (lambda: store.get("a"), lambda: FileStore(str(tmp_path / "store")).get("a")):
        with pytest.raises(StoreError, match=str(journal)):
            use()
    journal.unlink()
    assert store.get("a") is not None


def test_strange_files_do_no_harm(tmp_path: Path) -> None:
    FileStore(str(tmp_path / "store")).create([instance("a")])
    for name in ("blobs/zz/not-a-hash", "checkpoints/x/y/z", row_file("README")):
        (tmp_path / "store" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "store" / name).write_text("hello")
    store = FileStore(str(tmp_path / "store"))
    assert [each.id for each in store.claim("ann", 10.0, 20.0, 9)] == ["a"]
    assert list(store.damaged()) == ["README"]


# Formats --------------------------------------------------------------------------------------


def test_a_newer_store_is_refused_by_name(tmp_path: Path) -> None:
    FileStore(str(tmp_path / "store"))
    (tmp_path / "store" / "format").write_bytes(b"turmeric store 2\n")
    with pytest.raises(StoreError, match="format: format version 2 is unknown to this release, which reads version 1"):
        FileStore(str(tmp_path / "store"))


def test_a_newer_file_is_refused_by_name(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path / "store"))
    store.create([instance("a"), instance("b")])
    file = bytes_of_row(store, "a")
    file.write_bytes(file.read_bytes().replace(b"store 1", b"store 12"))
    with pytest.raises(Damaged, match="format version 12 is unknown"):
        store.get("a")
    assert [each.id for each in store.claim("ann", 10.0, 20.0, 9)] == ["b"]


def test_a_field_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path / "store"))
    store.create([instance("a")])
    file = bytes_of_row(store, "a")
    data = framing.unframed(file.read_bytes(), "instance", "a")
    data["instance"]["colour"] = "red"
    file.write_bytes(framing.framed("instance", "a", data))
    with pytest.raises(Damaged, match="the field colour is unknown to this release"):
        store.get("a")


def test_what_is_no_store_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(StoreError, match="no store of instances, and not empty"):
        FileStore(str(tmp_path))
    with pytest.raises(StoreError, match=r"notes\.txt"):
        FileStore(str(tmp_path / "notes.txt"))
    assert os.listdir(tmp_path) == ["notes.txt"]


@pytest.mark.parametrize("id", ["", ".", "..", "../x", "a/b", "ü%", "A", "x" * 200, "a b\n", "\udc80"])
def test_ids_are_names_of_files(id: str, tmp_path: Path) -> None:
    store = FileStore(str(tmp_path / "store"))
    if id in ("", "\udc80"):
        with pytest.raises(StoreError, match="an id "):
            store.create([instance(id)])
        return
    store.create([instance(id)])
    assert [each.id for each in FileStore(str(tmp_path / "store")).find(Query())] == [id]
    assert os.listdir(tmp_path) == ["store"]


# Several processes ----------------------------------------------------------------------------


def test_each_instance_is_claimed_once(tmp_path: Path) -> None:
    FileStore(str(tmp_path / "store")).create([instance(f"i{number}") for number in range(60)])
    children = []
    for worker in range(3):
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                work(str(tmp_path / "store"), f"w{worker}")
                status = 0
            finally:
                os._exit(status)
        children.append(pid)
    assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children] == [0, 0, 0]
    store = FileStore(str(tmp_path / "store"))
    assert store.count()["done"] == 60
    assert sorted(each.key or "" for each in store.events("i0")) == []
    assert all(each.epoch == 1 for each in store.find(Query()))


def work(path: str, name: str) -> None:
    """Claim, save, finish, until there is nothing more."""
    store = FileStore(path)
    while found := store.claim(name, 10.0, 1e9, 2):
        for each in found:
            held = Held(each.id, each.epoch)
            for number in (1, 2):
                store.save(held, save(number, until=1e9))
            store.finish(held, End("done", name.encode(), 20.0))


def test_what_others_write_is_seen(tmp_path: Path) -> None:
    one, other = FileStore(str(tmp_path / "store")), FileStore(str(tmp_path / "store"))
    held = running(one, "a")
    assert one.count()["running"] == other.count()["running"] == 1
    other.cancel("a", 11.0)
    assert one.save(held, save(1)).cancel == CANCEL_ASKED
    other.save(held, save(2, Wait("event", "approved")))
    assert one.count()["waiting"] == 1
    assert one.send(event("a"))
    again = claimed(other, "a")
    with pytest.raises(Lost):
        one.save(held, save(3))
    other.finish(again, End("done", b"", 99.0))
    one.remove(["a"])
    assert other.find(Query()) == []
    assert other.get("a") is None


def test_those_who_read_seldom_miss_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "LIMIT", 100)
    one, often, seldom = (FileStore(str(tmp_path / "store")) for _ in range(3))
    assert seldom.count() == often.count()
    reads = 0
    for number in range(60):
        one.create([instance(f"i{number}", due=float(-number))])
        before = often.index
        assert often.due() == float(-number)
        reads += often.index is not before
    assert reads == 0, "a new file of changes follows the one before"
    assert seldom.count()["running"] == 60
    (tmp_path / "store" / "changes").unlink()
    one.create([instance("last")])
    assert seldom.count()["running"] == often.count()["running"] == 61


def test_few_files_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = FileStore(str(tmp_path / "store")), FileStore(str(tmp_path / "store"))
    with using(Disk()):
        one.create([instance(f"i{number}", status="waiting", due=100.0 + number) for number in range(300)])
    assert other.due() == 100.0
    names: list[str] = []
    read = other.directory.read
    monkeypatch.setattr(other.directory, "read", lambda name: names.append(name) or read(name))
    assert other.due() == 100.0
    assert len(other.claim("ann", 100.0, 120.0, 10)) == 1
    one.create([instance("new")])
    assert len(other.claim("ann", 10.0, 120.0, 10)) == 1
    assert other.count() == {"running": 2, "waiting": 299, "done": 0, "failed": 0, "cancelled": 0}
    assert len(names) <= 4


def test_a_store_that_somebody_else_has_locked(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path / "store"), patience=0.05)
    with open(tmp_path / "store" / "lock") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(Unavailable, match="locked by another process"):
            store.create([instance("a")])
    assert store.create([instance("a")]) == ["a"]


def test_a_fork_does_not_hold_the_lock_of_its_parent(tmp_path: Path) -> None:
    """A parent is killed in the midst of a method; its child lives on, and must not have its lock."""
    path, deadline = str(tmp_path / "store"), time.monotonic() + 30
    FileStore(path)

    def parent() -> None:
        store = FileStore(path)
        with store.change():
            if os.fork() == 0:
                (tmp_path / "child").write_text(str(os.getpid()))
                while not (tmp_path / "end").exists() and time.monotonic() < deadline:
                    time.sleep(0.01)
                os._exit(0 if store.create([instance("from the child")]) else 1)
            while not (tmp_path / "child").exists():
                time.sleep(0.01)
            os._exit(0)

    assert in_child(parent) == 0
    store = FileStore(path, patience=5)
    assert store.create([instance("a")]) == ["a"]
    (tmp_path / "end").write_text("")
    while store.get("from the child") is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
