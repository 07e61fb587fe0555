"""Addresses of stores."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.durability.instances.postgres_server import Absent, shared
from tests.durability.instances.stores_under_test import instance
from turmeric.durability.instances.store import open_store


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("sqlite:orders.db", "orders.db"),
        ("sqlite:///orders.db", "orders.db"),
        ("sqlite:///sub/orders.db", "sub/orders.db"),
        ("sqlite:{}/orders.db", "orders.db"),
        ("sqlite:///{}/orders.db", "orders.db"),
        ("SQLite:orders.db?synchronous=normal&timeout=2", "orders.db"),
        ("orders.db", "orders.db"),
        ("{}/orders", "orders"),
        ("sqlite:a b%20#é.db", "a b%20#é.db"),
    ],
)
def test_files_of_sqlite(address: str, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    store = open_store(address.format(tmp_path))
    store.create([instance("a")])
    store.close()
    assert (tmp_path / file).is_file()
    monkeypatch.chdir("/")
    again = open_store(store.url)
    assert again.url == store.url
    assert again.get("a") == instance("a")
    again.close()


def test_in_memory() -> None:
    assert type(open_store("memory:")).__name__ == "MemoryStore"
    with pytest.raises(ValueError, match="has no name"):
        open_store("memory:orders")


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("mysql://host/db", "there is no mysql:, only memory:, files:DIRECTORY, sqlite:FILE, postgresql:"),
        ("", "is empty"),
        ("sqlite:", "the path of a file is missing"),
        ("sqlite://", "three slashes are for a relative path"),
        ("sqlite://host/orders.db", "has no host"),
        ("files:", "the path of a directory is missing"),
        ("a.db?synchronous=normal", "a path has no parameters; write sqlite:a.db"),
        ("sqlite:a.db?sync=full", "there is no parameter sync; there are synchronous, timeout"),
        ("sqlite:a.db?synchronous=off", "synchronous is full or normal, not off"),
        ("sqlite:a.db?timeout=soon", "timeout is a number of seconds, not soon"),
        ("postgresql://host/db?timeout=-1", "timeout is a number of seconds"),
        ("postgresql://host/db?schema=Orders", "'Orders' is no name of a schema"),
        ("postgresql://host/db?schema=", "'' is no name of a schema"),
        ("postgresql://host/db?colour=red", "colour"),
    ],
)
def test_addresses_that_are_none(address: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=message):
        open_store(address)
    assert list(tmp_path.iterdir()) == []


def test_postgresql_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    for name in [name for name in sys.modules if name.startswith("turmeric.durability.instances.stores.postgres")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(ValueError, match=r"pip install 'turmeric\[postgres\]'"):
        open_store("postgresql://host/db")


def test_the_address_of_a_store_has_no_password() -> None:
    try:
        server = shared()
    except Absent as absent:
        pytest.skip(str(absent))
    address = (
        server.url("opening").replace("turmeric@", "turmeric:secret@") + "&application_name=orders&password=secret"
    )
    store = open_store(address)
    assert store.url == server.url() + "?application_name=orders&schema=opening"
    store.close()
    again = open_store(store.url)
    again.close()
    by_socket = open_store(server.socket_url("opening"))
    assert by_socket.count() == store.count()
    by_socket.close()


def test_nothing_is_loaded_that_is_not_asked_for() -> None:
    code = (
        "import sys; from turmeric.durability.instances.store import open_store; open_store('memory:');"
        " print([name for name in ('sqlite3', 'psycopg') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
