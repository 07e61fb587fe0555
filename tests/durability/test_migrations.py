"""`defmigration`: saved values of types that have changed since."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.durability.test_bundles import tur
from turmeric import Runtime
from turmeric.vocabulary.errors import TurmericError

OLD = """
(module shop :version "1.0")
(struct money [amount])
(struct order [id total])
(deferror late [message])
(defdata shape (circle r) (square side))
(defn ask [] (cloneable-shift [k] (write-file "saved.bin" (serialize k)) nil))
(defn main []
  (let [o (order 7 (money 5))
        by-order {(order 1 (money 2)) "key" :list [(order 2 nil) (order 3 nil)]}
        loose (ref nil)
        looped (order 9 loose)]
    (set-ref! loose looped)
    (let [answer (ask)]
      (println (show-all [o by-order answer (circle 2) (late "x")]))
      (println (show-loop looped))
      (println (same? loose looped)))))
(defn same? [loose looped] (= (get @loose :id) looped.id))
(defn show-loop [o] (str o.id))
(defn show-all [x] (str x))
"""
NEW = (
    OLD.replace('"1.0"', '"2.0"')
    .replace("(struct money [amount])", "(struct money [amount currency])")
    .replace("(struct order [id total])", "(struct order [total id lines])")
    .replace("(money 5)", '(money 5 "EUR")')
)
MIGRATIONS = """
(defmigration money "1.0" (fn [fields] {:amount (* 100 fields.amount) :currency "EUR"}))
(defmigration order "1.0" (fn [fields]
  (order (if (ref? fields.total) :ref fields.total) (str "id-" fields.id) [fields.total])))
"""


def with_migrations(program: str, migrations: str) -> str:
    """The migrations stand right below the types."""
    return program.replace("(deferror late", migrations + "(deferror late", 1)


def save(directory: Path, program: str = OLD) -> None:
    (directory / "shop.tur").write_text(program)
    done = tur(directory, "run", "shop.tur")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


def resume(directory: Path, program: str, *words: str) -> tuple[str, str]:
    (directory / "shop.tur").write_text(program)
    done = tur(directory, "resume", *words, "saved.bin", ":yes")
    return done.stdout, done.stderr


RENEWED = with_migrations(NEW, MIGRATIONS).replace('(order 7 (money 5 "EUR"))', '(order (money 5 "EUR") 7 [])')
SEVEN = '(order (money 500 "EUR") "id-7" [(money 500 "EUR")])'
ONE = '(order (money 200 "EUR") "id-1" [(money 200 "EUR")])'


def test_values_are_upgraded_wherever_they_are(tmp_path: Path) -> None:
    """Inside each other, in keys of maps, in a circle through a ref."""
    save(tmp_path)
    out, err = resume(tmp_path, RENEWED)
    assert err == ""
    first, second, third = out.splitlines()
    assert first.startswith(f"[{SEVEN} {{{ONE} \"key\"")
    assert '(order nil "id-2" [nil]) (order nil "id-3" [nil])' in first
    assert (second, third) == ("id-9", "true")


def test_without_a_migration_it_is_a_mismatch(tmp_path: Path) -> None:
    save(tmp_path)
    out, err = resume(tmp_path, NEW)
    assert (out, err[:17]) == ("", "schema-mismatch: ")
    out, err = resume(tmp_path, RENEWED, "--code", "strict")
    assert (out, err[:17]) == ("", "schema-mismatch: ")


TYPE = '(module {0} :version "{1}")\n(struct box [{2}])\n{3}\n(defn make [] (box {4}))\n'


def moved(tmp_path: Path, first: str, second: str) -> object:
    """A value of `make` of one version of a module, as another reads it."""
    (tmp_path / "app.tur").write_text(first)
    runtime = Runtime(roots=[str(tmp_path)])
    data = runtime.serialize(runtime.import_module("app").make())
    (tmp_path / "app.tur").write_text(second)
    other = Runtime(roots=[str(tmp_path)])
    return other.deserialize(data)


CHAIN = """
(defmigration box "1.0" (fn [f] {:a f.a :b 10}))
(defmigration box ["1.1" "1.1.1"] (fn [f] {:a f.a :b f.b :c (+ f.a f.b)}))
"""


@pytest.mark.parametrize(
    ("version", "fields", "values", "expected"),
    [
        ("1.0", "a", "1", (1, 10, 11)),
        ("1.1", "a b", "1 2", (1, 2, 3)),
        ("1.1.1", "a b", "1 2", (1, 2, 3)),
        ("1.2", "a b c", "1 2 9", (1, 2, 9)),
    ],
)
def test_chains_apply_in_order(
    tmp_path: Path, version: str, fields: str, values: str, expected: tuple[int, ...]
) -> None:
    new = TYPE.format("app", "1.2", "a b c", CHAIN, "0 0 0")
    made = moved(tmp_path, TYPE.format("app", version, fields, "", values), new)
    assert made.values == expected  # type: ignore[attr-defined]


def test_a_gap_in_the_chain_is_an_error(tmp_path: Path) -> None:
    new = TYPE.format("app", "1.2", "a b c", CHAIN, "0 0 0")
    with pytest.raises(TurmericError, match=r"saved by version 0.9, .* migrations from 1.0, 1.1, 1.1.1 only"):
        moved(tmp_path, TYPE.format("app", "0.9", "a b", "", "1 2"), new)


def test_versions_may_be_content_hashes(tmp_path: Path) -> None:
    old = "(struct box [a])\n(defn make [] (box 3))\n"
    (tmp_path / "app.tur").write_text(old)
    version = Runtime(roots=[str(tmp_path)]).session.loader.import_module("app").version
    new = f'(struct box [b])\n(defmigration box "{version}" (fn [f] {{:b (inc f.a)}}))\n(defn make [] (box 3))\n'
    assert moved(tmp_path, old, new).values == (4,)  # type: ignore[attr-defined]


def test_a_migration_from_a_version_runs_though_the_fields_are_the_same(tmp_path: Path) -> None:
    """What they mean may have changed: cents instead of euros."""
    new = TYPE.format("app", "2", "a", '(defmigration box "1" (fn [f] {:a (* 100 f.a)}))', "0")
    assert moved(tmp_path, TYPE.format("app", "1", "a", "", "5"), new).values == (500,)  # type: ignore[attr-defined]


def test_constructors_errors_and_effects(tmp_path: Path) -> None:
    first = (
        '(module app :version "1")\n(defdata shape (circle r) (square side))\n(deferror late [message])\n'
        "(defeffect Ask [p])\n(defn make [] [(circle 2) (square 3) (late \"x\") (Ask 1)])\n"
    )
    second = (
        '(module app :version "2")\n(defdata shape (circle r x) (square side))\n(deferror late [message by])\n'
        '(defeffect Ask [p q])\n(defmigration circle "1" (fn [f] (if (= f.r 2) (square 5) (circle f.r 0))))\n'
        '(defmigration late "1" (fn [f] {:message f.message :by 3}))\n'
        '(defmigration Ask "1" (fn [f] {:p f.p :q 4}))\n(defn make [] nil)\n'
    )
    shapes = list(moved(tmp_path, first, second))  # type: ignore[call-overload]
    assert [(each.type.name, each.values) for each in shapes] == [
        ("square", (5,)), ("square", (3,)), ("late", ("x", 3)), ("Ask", (1, 4)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("migration", "message"),
    [
        ("(fn [f] {})", r"has to give \(box a b\), and gave no a, b"),
        ("(fn [f] {:a 1 :b 2 :c 3})", "gave c, too"),
        ("(fn [f] 5)", "has to give a map of fields or a struct, and gave 5"),
        ('(fn [f] (throw (error "stop")))', r"stop \(the migration of box from 1.0, at element 1\)"),
        ("(fn [f] f.nothing)", "has no key :nothing"),
        ("(fn [f] (shift [k] 1))", "foreign-frame|no-prompt"),
    ],
)
def test_what_a_migration_does_wrong_fails_the_whole(tmp_path: Path, migration: str, message: str) -> None:
    old = '(module app :version "1.0")\n(struct box [a])\n(defn make [] [0 (box 1)])\n'
    new = f'(module app :version "1.1")\n(struct box [a b])\n(defmigration box "1.0" {migration})\n(defn make [] 0)\n'
    with pytest.raises(TurmericError, match=message):
        moved(tmp_path, old, new)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ('(defmigration nothing "1" (fn [f] f))', "there is no type `nothing` to migrate"),
        ('(defmigration shape "1" (fn [f] f))', "one constructor of shape: `circle`, `square`"),
        ('(defmigration box "1" (fn [] 1))', "a function of one parameter"),
        ('(defmigration box "1" (fn [a b] 1))', "a function of one parameter"),
        ('(defmigration box "1")', "expected .defmigration"),
        ("(defmigration box 1 (fn [f] f))", "the version that wrote the bytes, a string"),
        ('(defmigration box "2" (fn [f] f))', "`2` is the version of this module now"),
        ('(defmigration box "1" (fn [f] f)) (defmigration box ["1"] (fn [f] f))', "a migration of box from 1 already"),
        ('(defn f [] (defmigration box "1" (fn [f] f)))', "top level"),
    ],
)
def test_misuse(tmp_path: Path, form: str, message: str) -> None:
    text = f'(module app :version "2")\n(struct box [a])\n(defdata shape (circle r) (square s))\n{form}\n'
    (tmp_path / "app.tur").write_text(text)
    with pytest.raises(TurmericError, match=message):
        Runtime(roots=[str(tmp_path)]).import_module("app")
    done = tur(tmp_path, "check", "app.tur")
    assert done.returncode == 1


def test_check_and_doc_know_the_forms(tmp_path: Path) -> None:
    text = '(module app :version "2")\n(struct box [a])\n(defmigration box "1" (fn [f] {:a (inc f.a)}))\n'
    (tmp_path / "app.tur").write_text(text)
    done = tur(tmp_path, "check", "app.tur")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert "(defmigration box \"1\"" in tur(tmp_path, "expand", "app.tur").stdout
