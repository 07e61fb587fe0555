"""`defrename`: what was saved under other names; the code and the types must still be the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.durability.test_bundles import tur
from turmeric import Runtime
from turmeric.vocabulary.errors import TurmericError

OLD = """
(struct item [name price : int64])
(struct order [first : item])
(deferror late [message])
(defdata shape (circle r) (square side))
(defdynamic *who* "nobody")
(def table {:a 1})
(defn helper [x : int64] (* x 2))
(defn pick [f] f)
(defn total [items tax]
  (try
    (let [answer (ask "go on?")]
      (println (helper answer) (reduce (fn [sum i : item] (+ sum i.price)) 0 items) *who* (table :a))
      (match (circle 2) (circle r) (println r) _ (println "none"))
      (when (= answer 9) (throw (late "no more")))
      (helper (+ tax (helper answer))))
    (catch [e : late] (str "caught " e.message))))
(defn ask [question]
  (cloneable-shift [k] (write-file "saved.bin" (serialize k)) question))
(defn start [extra]
  (let [got (total [(item "a" 10) (item "b" 20)] 3)]
    (println (nth extra 0) got (order (item "z" 1)))))
(defn main []
  (binding [*who* "me"]
    (start [(pick helper) (order (item "x" 1))])))
"""
EXPECTED = "8 30 me 1\n2\n#<fn {0}> 22 (order (item \"z\" 1))\n"
TABLE = "(def table {:a 1})"


def save(directory: Path, program: str = OLD, name: str = "shop.tur") -> None:
    (directory / name).write_text(program)
    done = tur(directory, "run", name)
    assert done.returncode == 0, done.stderr


def resumed(directory: Path, program: str, name: str = "shop.tur", *words: str) -> tuple[str, str]:
    for file in directory.glob("**/*.tur"):
        file.unlink()
    (directory / name).parent.mkdir(exist_ok=True)
    (directory / name).write_text(program)
    done = tur(directory, "resume", *words, "saved.bin", "4")
    return done.stdout, done.stderr


NAMES = {
    "total": "sum-up",
    "helper": "double",
    "item": "article",
    "order": "purchase",
    "table": "settings",
    "*who*": "*person*",
    "late": "delayed",
    "circle": "disc",
    "start": "begin",
}


def replaced(text: str, old: str, new: str) -> str:
    """The program with a definition renamed, not parts of other words."""
    import re

    return re.sub(rf"(?<![\w*-]){re.escape(old)}(?![\w*-])", new, text)


@pytest.mark.parametrize("old", NAMES)
def test_a_definition_renamed(tmp_path: Path, old: str) -> None:
    save(tmp_path)
    new = NAMES[old]
    program = replaced(OLD, old, new)
    out, err = resumed(tmp_path, program)
    assert (out, err[:17]) == ("", "schema-mismatch: "), "without the rename"
    out, err = resumed(tmp_path, program + f"(defrename shop.{old} shop.{new})\n")
    expected = EXPECTED.format("shop.double" if old == "helper" else "shop.helper")
    expected = expected.replace("(order", "(purchase") if old == "order" else expected
    assert (out, err) == (expected.replace("(item", "(article") if old == "item" else expected, "")


def test_all_of_them_renamed_at_once_and_in_a_chain(tmp_path: Path) -> None:
    save(tmp_path)
    program = OLD
    for old, new in NAMES.items():
        program = replaced(program, old, new + "2")
    once = "".join(f"(defrename shop.{old} shop.{new})\n" for old, new in NAMES.items())
    twice = "".join(f"(defrename shop.{new} shop.{new}2)\n" for new in NAMES.values())
    expected = '8 30 me 1\n2\n#<fn shop.double2> 22 (purchase2 (article2 "z" 1))\n'
    assert resumed(tmp_path, program + once + twice) == (expected, "")


def test_a_module_moved(tmp_path: Path) -> None:
    save(tmp_path)
    out, err = resumed(tmp_path, OLD, "store/orders.tur", "--program", ".")
    assert (out, err[:17]) == ("", "schema-mismatch: ")
    program = OLD + "(defrename shop store.orders)\n"
    (tmp_path / "main.tur").unlink(missing_ok=True)
    (tmp_path / "store" / "orders.tur").write_text(program)
    (tmp_path / "main.tur").write_text("(import store.orders)\n")
    done = tur(tmp_path, "resume", "--program", "main.tur", "saved.bin", "4")
    assert (done.stdout, done.stderr) == (EXPECTED.format("store.orders.helper"), "")
    bytes_again = tur(
        tmp_path, "-e",
        '(do (import main) (def k (deserialize (read-file "saved.bin" :as :bytes)))'
        ' (println (map (fn [f] f.fn-symbol) (continuation-frames k))))',
    )  # fmt: skip
    assert "store.orders.total" in bytes_again.stdout, bytes_again.stderr


def test_a_module_moved_and_a_function_renamed_in_it(tmp_path: Path) -> None:
    save(tmp_path)
    program = replaced(OLD, "total", "sum-up")
    program += "(defrename shop store)\n(defrename store.total store.sum-up)\n"
    out, err = resumed(tmp_path, program, "store.tur", "--program", "store.tur")
    assert (out, err) == (EXPECTED.format("store.helper"), "")


def test_renames_that_had_happened_by_then_do_not_matter(tmp_path: Path) -> None:
    """Saved between two renames."""
    between = replaced(OLD, "helper", "double")
    save(tmp_path, between)
    now = replaced(between, "total", "sum-up")
    out, err = resumed(tmp_path, now + "(defrename shop.helper shop.double)\n(defrename shop.total shop.sum-up)\n")
    assert (out, err) == (EXPECTED.format("shop.double"), "")
    out, err = resumed(tmp_path, now + "(defrename shop.total shop.sum-up)\n(defrename shop.helper shop.double)\n")
    assert (out, err) == (EXPECTED.format("shop.double"), "")


def test_a_rename_never_makes_other_code_match(tmp_path: Path) -> None:
    save(tmp_path)
    for change in (("(+ tax (helper answer))", "(- tax (helper answer))"), ("(throw (late", "(throw (error"),
                   ("price : int64", "price : number")):  # fmt: skip
        assert change[0] in OLD
        program = replaced(OLD.replace(*change), "total", "sum-up") + "(defrename shop.total shop.sum-up)\n"
        out, err = resumed(tmp_path, program)
        assert (out, err[:17]) == ("", "schema-mismatch: "), change


def test_strict_knows_no_renames(tmp_path: Path) -> None:
    text = '(module shop :version "1")\n' + OLD
    save(tmp_path, text)
    program = replaced(text, "total", "sum-up") + "(defrename shop.total shop.sum-up)\n"
    assert resumed(tmp_path, program)[1] == ""
    out, err = resumed(tmp_path, program, "shop.tur", "--code", "strict")
    assert (out, err[:17]) == ("", "schema-mismatch: ")


def test_a_renamed_type_may_be_migrated_too(tmp_path: Path) -> None:
    (tmp_path / "app.tur").write_text('(module app :version "1")\n(struct box [a])\n(defn make [] (box 3))\n')
    first = Runtime(roots=[str(tmp_path)])
    data = first.serialize(first.import_module("app").make())
    (tmp_path / "app.tur").write_text(
        '(module app :version "2")\n(struct crate [a b])\n(defrename app.box app.crate)\n'
        '(defmigration crate "1" (fn [f] {:a f.a :b (* 2 f.a)}))\n'
    )
    made = Runtime(roots=[str(tmp_path)]).deserialize(data)
    assert (made.type.name, made.values) == ("crate", (3, 6))


@pytest.mark.parametrize(
    ("forms", "message"),
    [
        ("(defrename app.g app.h)", "the module app has no `h`"),
        ("(defrename app.g nowhere.h)", "there is no module or definition `nowhere.h`"),
        ("(defrename app.f app.f)", "renamed to itself"),
        ("(defrename app.x app.y) (defrename app.y app.x)", "in a circle: app.y -> app.x -> app.y"),
        ("(defrename app.k app.f)", "`app.k` still exists"),
        ("(defrename app.g app.f) (defrename app.g app.k)", "renamed to `app.f` already"),
        ("(defrename app.g)", "expected .defrename old.name new.name."),
        ('(defrename "app.g" app.f)', "expected .defrename"),
        ("(defn x [] (defrename app.g app.f))", "top level"),
    ],
)
def test_misuse(tmp_path: Path, forms: str, message: str) -> None:
    (tmp_path / "app.tur").write_text(f"(defn f [] 1)\n(defn k [] 2)\n{forms}\n")
    with pytest.raises(TurmericError, match=message):
        Runtime(roots=[str(tmp_path)]).import_module("app")
    assert tur(tmp_path, "check", "app.tur").returncode == 1
