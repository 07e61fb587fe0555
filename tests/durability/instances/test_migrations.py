"""Stores of older releases open, those of newer ones are refused, and many may open a new one at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from tests.durability.instances.stores_under_test import ADDRESSES, DATABASES, event, instance, new_store, point, save
from tests.durability.instances.test_store_processes import at_once
from turmeric.durability.instances.records import Held, Outcome, Wait
from turmeric.durability.instances.store import Store, StoreError, open_store
from turmeric.durability.instances.stores import migrations

SCHEMAS = Path(__file__).parent / "schemas"
"""Stores as text, by the version of their schema: what an older release has left."""


def run_text(kind: str, address: str, text: str) -> None:
    if kind == "sqlite":
        with sqlite3.connect(address.removeprefix("sqlite:").partition("?")[0]) as connection:
            connection.executescript(text)
        connection.close()
    else:
        server, _, schema = address.partition("?schema=")
        with psycopg.connect(server, autocommit=True) as server_connection:
            server_connection.execute(text.replace("turmeric_schema_1", schema).encode())


@pytest.mark.parametrize("version", [1])
@pytest.mark.parametrize("kind", DATABASES)
def test_a_store_of_an_older_release_opens(kind: str, version: int, tmp_path: Path) -> None:
    address = ADDRESSES[kind](tmp_path)
    run_text(kind, address, (SCHEMAS / f"{kind}-{version}.sql").read_text("utf-8"))
    store = open_store(address)
    assert store.count() == {"running": 1, "waiting": 1, "done": 1, "failed": 0, "cancelled": 0}
    assert [each.number for each in store.history("kept")] == [0, 1]
    assert store.checkpoint("kept", 0) == point(0)
    assert store.events("waiting") == [event("waiting", "paid", key="k")]
    assert store.blobs([b"2" * 20]).keys() == {b"1" * 20, b"2" * 20}
    assert store.get("done").result == b"result"
    assert store.send(event("waiting", key="l"))
    assert not store.send(event("waiting", key="k"))
    (found,) = store.claim("ben", 15.0, 90.0, 9)
    assert (found.id, found.outcome) == ("waiting", Outcome("event", b"yes"))
    store.save(Held("waiting", found.epoch), save(2, Wait("instance", "done")))
    store.close()


def changed_by_a_later_release(monkeypatch: pytest.MonkeyPatch) -> None:
    later = ("ALTER TABLE $instances ADD COLUMN colour TEXT DEFAULT 'red'",)
    monkeypatch.setattr(migrations, "MIGRATIONS", [*migrations.MIGRATIONS, later])


@pytest.mark.parametrize("kind", DATABASES)
def test_a_later_release_brings_a_store_up_to_date(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = new_store(kind, tmp_path)
    old.create([instance("a")])
    with monkeypatch.context() as patched:
        changed_by_a_later_release(patched)
        new = open_store(old.url)
        new.create([instance("b")])
        with new.transaction() as transaction:
            table = "turmeric_instances" if kind == "sqlite" else new.schema.words.words["instances"]  # type: ignore[attr-defined]
            assert transaction.execute(f"SELECT id, colour FROM {table} ORDER BY id") == [("a", "red"), ("b", "red")]
        new.close()
    with pytest.raises(StoreError, match=r"newer release.*version 2.*up to 1"):
        open_store(old.url)
    assert old.get("b") is not None
    old.close()


@pytest.mark.parametrize("kind", DATABASES)
def test_many_open_a_new_store_at_once(kind: str, tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"{number}").mkdir()
        address = ADDRESSES[kind](tmp_path / f"{number}")
        at_once_unopened(address, 6)
        store = open_store(address)
        assert store.count()["running"] == 12
        store.close()


def at_once_unopened(address: str, processes: int) -> None:
    """Processes of two threads each, of which each opens the store for itself."""

    def opens(name: str) -> Callable[[], None]:
        def task() -> None:
            store = open_store(address)
            store.create([instance(name)])
            store.close()

        return task

    def task_of(number: int) -> Callable[[Store, object], None]:
        def task(_: Store, barrier: object) -> None:
            barrier.wait()  # type: ignore[attr-defined]
            threads = [Thread(target=opens(f"{number} {each}")) for each in "ab"]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        return task

    at_once("memory:", *[task_of(number) for number in range(processes)])


@pytest.mark.parametrize("kind", DATABASES)
def test_a_migration_that_fails_leaves_the_store_as_it_was(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = new_store(kind, tmp_path)
    old.create([instance("a")])
    with monkeypatch.context() as patched:
        later = ("ALTER TABLE $instances ADD COLUMN colour TEXT", "ALTER TABLE nowhere ADD COLUMN colour TEXT")
        patched.setattr(migrations, "MIGRATIONS", [*migrations.MIGRATIONS, later])
        with pytest.raises(StoreError, match="nowhere"):
            open_store(old.url)
    again = open_store(old.url)
    assert again.get("a") == old.get("a")
    again.close()
    old.close()
