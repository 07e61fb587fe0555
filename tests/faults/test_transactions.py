"""Transactions whose end nobody hears of, or that somebody else has overtaken."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from turmeric import Runtime
from turmeric.durability.instances.records import Held, Save
from turmeric.durability.instances.service import Rules
from turmeric.durability.instances.store import open_store
from turmeric.durability.instances.stores import sqlite

KEY = b"k" * 32
PROGRAM = """
(import workflow :refer :all)
(import outer)
(defn pay [tx] (execute tx "INSERT INTO payments (part) VALUES (1)") "paid")
(defn main []
  (let [how (try (transaction pay) (catch [e : io-error] (outer.note "failed") "failed"))]
    (outer.note how)
    how))
(defn large []
  (let [kept (loop [i 0 kept []]
               (if (= i 40) kept (do (checkpoint) (recur (+ i 1) (conj kept (outer.text i))))))]
    (outer.note "grown")
    (let [how (transaction pay)] [how (count kept)])))
"""


class Tampered:
    """A store in whose transactions something happens around the save."""

    def __init__(self, store: Any, around: Callable[[Any, Held, Save], Any]) -> None:
        self.store = store
        self.around = around

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    @contextmanager
    def transaction(self) -> Any:
        with self.store.transaction() as tx:
            yield TamperedTransaction(tx, self.around)


class TamperedTransaction:
    def __init__(self, tx: Any, around: Callable[[Any, Held, Save], Any]) -> None:
        self.execute = tx.execute
        self.save = lambda held, save: around(tx, held, save)


def run(tmp_path: Path, function: str, around: Callable[[Any, Held, Save], Any]) -> tuple[Any, list[str], int]:
    """The value of a function, what it has noted, and how many payments there are."""
    path = tmp_path / "orders.db"
    store = Tampered(open_store(f"sqlite:{path}"), around)
    runtime = Runtime(roots=[], store=store, key=KEY, rules=Rules(lease=5))  # type: ignore[arg-type]
    notes: list[str] = []
    runtime.register("outer", {"note": notes.append, "text": lambda n: Random(n).randbytes(800).hex()})
    runtime.eval(PROGRAM)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE payments (part INTEGER)")
    connection.close()
    handle = runtime.start(runtime.eval(function))
    runtime.run_until_idle()
    found = handle.result() if handle.status == "done" else handle.status
    with sqlite3.connect(path) as connection:
        (count,) = connection.execute("SELECT count(*) FROM payments").fetchone()
    connection.close()
    runtime.close()
    return found, notes, count


def test_a_commit_that_nobody_has_heard_of_is_looked_up(tmp_path: Path) -> None:
    """The driver's own error comes after the commit: what was committed is not told as a failure."""

    def commit_and_fail(tx: Any, held: Held, save: Save) -> Any:
        tx.save(held, save)
        raise sqlite3.OperationalError("the connection is gone")

    assert run(tmp_path, "main", commit_and_fail) == ("paid", ["paid"], 1)


def test_a_commit_that_has_not_happened_is_an_error(tmp_path: Path) -> None:
    def fail(tx: Any, held: Held, save: Save) -> Any:
        raise sqlite3.OperationalError("the connection is gone")

    assert run(tmp_path, "main", fail) == ("failed", ["failed", "failed"], 0)


def test_a_late_owner_does_not_go_on_after_its_transaction(tmp_path: Path) -> None:
    """It is no error that the program could catch: somebody else runs it."""

    def overtaken(tx: Any, held: Held, save: Save) -> Any:
        return tx.save(Held(held.id, held.epoch - 1), save)

    assert run(tmp_path, "main", overtaken) == ("running", [], 0)


def test_a_transaction_whose_state_misses_blobs_is_saved_whole(tmp_path: Path) -> None:
    """The transaction is neither undone nor done again."""
    tries: list[tuple[bytes, ...]] = []

    def gone(tx: Any, held: Held, save: Save) -> Any:
        tries.append(save.checkpoint.roots)
        if len(tries) == 1:
            save = replace(save, checkpoint=replace(save.checkpoint, roots=(*save.checkpoint.roots, b"collected")))
        return tx.save(held, save)

    found, notes, count = run(tmp_path, "large", gone)
    assert (list(found), notes, count) == (["paid", 40], ["grown"], 1)
    assert len(tries) == 2


def test_a_database_that_fails_at_a_statement_is_an_io_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not the program's fault, and can be told from one."""

    def broken(connection: Any, text: str, parameters: Any) -> Any:
        connection.execute("PRAGMA max_page_count=1")
        return statement(connection, "INSERT INTO payments (part) VALUES (zeroblob(100000))", ())

    statement = sqlite.statement
    monkeypatch.setattr(sqlite, "statement", broken)
    assert run(tmp_path, "main", lambda tx, held, save: tx.save(held, save)) == ("failed", ["failed", "failed"], 0)


@pytest.mark.parametrize("function", ["main", "large"])
def test_a_transaction_of_sqlite(function: str, tmp_path: Path) -> None:
    _, _, count = run(tmp_path, function, lambda tx, held, save: tx.save(held, save))
    assert count == 1
