"""When the storage of a database fails: what is said, and that the store works again when the storage does."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.durability.instances.postgres_server import Absent, Server, running
from tests.durability.instances.stores_under_test import event, instance, new_store, point, save
from tests.durability.instances.stores_under_test import running as running_instance
from tests.durability.instances.test_store_processes import PROCESSES
from turmeric.durability.instances.records import Held, Query, Save
from turmeric.durability.instances.store import StoreError, Unavailable, open_store


def in_child(task: Any) -> str:
    """What a task says in a process of its own."""

    def do(writing: Any) -> None:
        try:
            said = task()
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        writing.send(said)

    reading, writing = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=do, args=(writing,))
    process.start()
    writing.close()
    said: str = reading.recv()
    process.join()
    return said


# SQLite ---------------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with an instance `a`, run by somebody with epoch 1."""
    store = open_store(str(tmp_path / "a.db"))
    running_instance(store, "a")
    store.close()
    return tmp_path / "a.db"


def test_locked_by_another_for_too_long(path: Path) -> None:
    store = open_store(f"sqlite:{path}?timeout=0.1")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for write in (lambda: store.save(Held("a", 1), save(1)), lambda: store.send(event("a"))):
        with pytest.raises(Unavailable, match=r"a\.db: somebody else has been writing for more than 0\.1 seconds"):
            write()
    assert store.count()["running"] == 1
    other.execute("ROLLBACK")
    store.save(Held("a", 1), save(1))
    store.close()
    other.close()


def test_locked_by_a_transaction_of_another_thread(path: Path) -> None:
    store = open_store(f"sqlite:{path}?timeout=0.1")
    with store.transaction(), pytest.raises(Unavailable, match="another thread's transaction"):
        store.send(event("a"))
    assert store.send(event("a"))
    store.close()


def test_a_full_disk(path: Path) -> None:
    """A limit for the sizes of files stands for the disk's."""

    def task() -> str:
        store = open_store(str(path))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        store.save(Held("a", 1), save(1))
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
        for state in (bytes(1_000_000), bytes(1_000_000)):
            with pytest.raises(Unavailable, match=r"a\.db: (database or disk is full|disk I/O error)"):
                store.save(Held("a", 1), Save(point(2, state=state), 30.0))
        with pytest.raises(Unavailable):
            store.create([instance("b", checkpoint=point(0, state=bytes(1_000_000)))])
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert store.get("a").checkpoint == point(1)
        assert store.get("b") is None
        store.save(Held("a", 1), Save(point(2, state=bytes(1_000_000)), 30.0))
        return "well"

    assert in_child(task) == "well"
    store = open_store(str(path))
    assert store.get("a").checkpoint.number == 2
    store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of Unix")
def test_a_file_that_cannot_be_written(path: Path) -> None:
    for each in (path, *path.parent.parents):
        if os.stat(each).st_uid == os.getuid() and os.getuid() == 0 and each != path and str(each).startswith("/tmp/"):
            each.chmod(0o755)
    path.chmod(0o444)
    path.parent.chmod(0o555)

    def task() -> str:
        if os.getuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        store = open_store(str(path))
        assert store.get("a").checkpoint == point(0)
        assert store.count()["running"] == 1
        for write in (lambda: store.save(Held("a", 1), save(1)), lambda: store.send(event("a"))):
            with pytest.raises(Unavailable, match=r"a\.db: attempt to write a readonly database"):
                write()
        return "well"

    reader = sqlite3.connect(path)
    reader.execute("SELECT count(*) FROM turmeric_instances").fetchone()
    assert in_child(task) == "well"
    reader.close()
    path.parent.chmod(0o755)


def test_a_damaged_file(path: Path) -> None:
    store = open_store(str(path))
    store.close()
    with path.open("r+b") as file:
        for page in range(1, path.stat().st_size // 4096):
            file.seek(4096 * page)
            file.write(b"\x00\xff" * 2048)
    for use in (lambda: store.get("a"), lambda: store.save(Held("a", 1), save(1)), lambda: store.find(Query())):
        with pytest.raises(Unavailable, match=r"a\.db: .*malformed: the file is damaged"):
            use()
    store.close()


def test_a_file_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"nothing of the kind" * 1000)
    with pytest.raises(Unavailable, match=r"a\.db: file is not a database"):
        open_store(str(tmp_path / "a.db"))
    with pytest.raises(Unavailable, match="is there such a directory"):
        open_store(str(tmp_path / "nowhere" / "a.db"))


def test_a_file_that_has_vanished_is_not_made_anew(path: Path) -> None:
    store = open_store(str(path))
    store.close()
    for each in path.parent.glob("a.db*"):
        each.unlink()
    with pytest.raises(Unavailable):
        store.get("a")
    assert not path.exists()


def test_a_store_works_on_after_errors(path: Path) -> None:
    store = open_store(f"sqlite:{path}?timeout=0.05")
    other = sqlite3.connect(path, isolation_level=None)
    for number in range(1, 20):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            store.save(Held("a", 1), save(number))
        other.execute("COMMIT")
        store.save(Held("a", 1), save(number))
    assert store.get("a").checkpoint.number == 19
    store.close()
    other.close()


@pytest.mark.parametrize(("setting", "number"), [("full", 2), ("normal", 1)])
def test_what_is_synchronous(tmp_path: Path, setting: str, number: int) -> None:
    store = open_store(f"sqlite:{tmp_path / 'a.db'}?synchronous={setting}")
    with store.connection() as connection:  # type: ignore[attr-defined]
        assert connection.execute("PRAGMA synchronous").fetchone() == (number,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    store.close()


# PostgreSQL -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server that may be stopped."""
    try:
        context = running()
        made = context.__enter__()
    except Absent as absent:
        pytest.skip(str(absent))
    yield made
    context.__exit__(None, None, None)


def test_a_server_that_is_restarted(server: Server) -> None:
    store = open_store(server.url("restarted"))
    running_instance(store, "a")
    store.watch(0)
    server.restart("immediate")
    store.save(Held("a", 1), save(1))
    with pytest.raises(Unavailable, match=r"postgresql://turmeric@127\.0\.0\.1"):
        store.watch(5)
    store.watch(0)
    server.stop("immediate")
    with pytest.raises(Unavailable, match="refused"):
        store.save(Held("a", 1), save(2))
    server.start()
    store.save(Held("a", 1), save(2))
    assert store.get("a").checkpoint.number == 2
    store.close()


def test_a_connection_that_ends_in_the_middle(server: Server) -> None:
    store = open_store(server.url("ended"))
    running_instance(store, "a")
    with pytest.raises(Unavailable, match="terminat"), store.transaction() as transaction:
        (pid,) = transaction.execute("SELECT pg_backend_pid()")[0]
        with psycopg.connect(server.url()) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (pid,))
        transaction.save(Held("a", 1), save(1))
    assert store.get("a").checkpoint == point(0)
    store.save(Held("a", 1), save(1))
    store.close()


def test_a_row_locked_by_another_for_too_long(server: Server) -> None:
    store = open_store(server.url("locked") + "&timeout=0.1")
    running_instance(store, "a")
    with psycopg.connect(server.url()) as other:
        other.execute("SELECT 1 FROM locked.instances FOR UPDATE")
        for write in (
            lambda: store.save(Held("a", 1), save(1)),
            lambda: store.get("a"),
            lambda: store.send(event("a")),
        ):
            with pytest.raises(Unavailable, match=r"held what is needed for more than 0\.1 seconds"):
                write()
        assert store.claim("ben", 99.0, 199.0, 9) == []
    store.save(Held("a", 1), save(1))
    store.close()


def test_a_server_that_only_reads(server: Server) -> None:
    store = open_store(server.url("reads"))
    running_instance(store, "a")
    with psycopg.connect(server.url(), autocommit=True) as other:
        other.execute("ALTER DATABASE postgres SET default_transaction_read_only = on")
        try:
            store.close()
            with pytest.raises(Unavailable, match="read-only"):
                store.save(Held("a", 1), save(1))
            assert store.count()["running"] == 1
        finally:
            other.execute("SET default_transaction_read_only = off")
            other.execute("ALTER DATABASE postgres RESET default_transaction_read_only")
    store.close()
    store.save(Held("a", 1), save(1))
    store.close()


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1"):
        open_store("postgresql://ann@127.0.0.1:1/orders")


def test_text_that_a_database_cannot_keep(tmp_path: Path) -> None:
    for kind in ("sqlite", "postgres"):
        store = new_store(kind, tmp_path)
        running_instance(store, "a")
        with pytest.raises((StoreError, ValueError)):
            store.send(event("a", name="\udcff"))
        store.send(event("a"))
        assert len(store.events("a")) == 1
        store.close()
