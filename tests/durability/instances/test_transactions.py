"""Transactions of the program's own: its data and a save together, or neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.durability.instances.stores_under_test import DATABASES, event, instance, new_store, running, save
from turmeric.durability.instances.records import CANCEL_ASKED, Held, Wait
from turmeric.durability.instances.store import Lost, NoTransactions, Refused, Store

MARKS = {"sqlite": "?", "postgres": "%s"}


@pytest.fixture(params=DATABASES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def store(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Store:
    made = new_store(kind, tmp_path)
    request.addfinalizer(made.close)
    held = running(made, "setup")
    with made.transaction() as transaction:
        transaction.execute("DROP TABLE IF EXISTS accounts")
        transaction.execute("CREATE TABLE accounts (name TEXT PRIMARY KEY, amount INTEGER)")
        transaction.save(held, save(1))
    return made


def rows(store: Store) -> list[tuple[str, int]]:
    with store.transaction() as transaction:
        return transaction.execute("SELECT name, amount FROM accounts ORDER BY name")


def insert(kind: str) -> str:
    return f"INSERT INTO accounts VALUES ({MARKS[kind]}, {MARKS[kind]})"


def test_statements_and_a_save(store: Store, kind: str) -> None:
    held = running(store, "a")
    with store.transaction() as transaction:
        assert transaction.execute(insert(kind), "ann", 5) == []
        assert transaction.execute("SELECT amount FROM accounts") == [(5,)]
        assert transaction.save(held, save(1)).cancel == 0
    assert rows(store) == [("ann", 5)]
    assert store.get("a").checkpoint.number == 1


def test_without_a_save_nothing_happens(store: Store, kind: str) -> None:
    with store.transaction() as transaction:
        transaction.execute(insert(kind), "ann", 5)
    with pytest.raises(ZeroDivisionError), store.transaction() as transaction:
        transaction.execute(insert(kind), "ben", 5 // 0)
    assert rows(store) == []


def test_a_late_owner_commits_nothing(store: Store, kind: str) -> None:
    late = running(store, "a")
    store.claim("ben", 20.0, 40.0, 1, ["a"])
    with pytest.raises(Lost), store.transaction() as transaction:
        transaction.execute(insert(kind), "ann", 5)
        transaction.save(late, save(1))
    with store.transaction() as transaction:
        transaction.execute(insert(kind), "ann", 5)
        with pytest.raises(Lost):
            transaction.save(late, save(1))
        with pytest.raises(Refused):
            transaction.execute("SELECT 1")
    assert rows(store) == []


@pytest.mark.parametrize(
    "bad", ["SELEC 1", "SELECT * FROM nowhere", "INSERT INTO accounts VALUES ('ann', 1)", "SELECT 1; SELECT 2", ""]
)
def test_a_statement_that_is_refused_undoes_all(store: Store, kind: str, bad: str) -> None:
    held = running(store, "a")
    with store.transaction() as transaction:
        transaction.execute(insert(kind), "ann", 5)
        if bad:
            with pytest.raises(Refused):
                transaction.execute(bad)
        else:
            with pytest.raises(Refused):
                transaction.execute(insert(kind), "ben")
        with pytest.raises(Refused):
            transaction.execute("SELECT 1")
        with pytest.raises(Refused):
            transaction.save(held, save(1))
    assert rows(store) == []
    store.save(held, save(1))


@pytest.mark.parametrize(
    "end", ["COMMIT", " commit ;", "ROLLBACK", "BEGIN", "End", "SAVEPOINT a", "/* now */ -- and\n COMMIT"]
)
def test_only_the_save_ends_it(store: Store, kind: str, end: str) -> None:
    with pytest.raises(Refused), store.transaction() as transaction:
        transaction.execute(insert(kind), "ann", 5)
        transaction.execute(end)
    with pytest.raises(Refused), store.transaction() as transaction:
        transaction.save(Held("setup", 1), save(2))
        transaction.execute("SELECT 1")
    assert rows(store) == []


def test_what_happens_together_with_the_save(store: Store, kind: str) -> None:
    store.create([instance("b")])
    held = running(store, "a")
    store.cancel("a", 11.0)
    with store.transaction() as transaction:
        transaction.execute(insert(kind), "ann", 5)
        saved = transaction.save(held, save(1, Wait("timer", None, 99.0), sends=(event("b"),), starts=(instance("c"),)))
    assert saved.cancel == CANCEL_ASKED
    assert store.events("b") == [event("b")]
    assert {each.id for each in store.claim("ben", 15.0, 90.0, 9)} == {"a", "b", "c"}


@pytest.mark.parametrize("kind", ["memory", "files"])
def test_stores_without_a_database(kind: str, tmp_path: Path) -> None:
    store = new_store(kind, tmp_path)
    with pytest.raises(NoTransactions), store.transaction():
        pass
