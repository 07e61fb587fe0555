"""Dataclasses and enumerations of Python code: found again by the program's own imports only."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cbor2
import pytest

import turmeric
from turmeric.assembly.session import Session
from turmeric.durability.format import wire
from turmeric.vocabulary.errors import TurmericError

SHOP = """
from dataclasses import dataclass, field
from enum import Enum, Flag, IntEnum

class Color(Enum):
    RED = 1
    GREEN = 2
    CRIMSON = 1

class Level(IntEnum):
    LOW = 1

class Rights(Flag):
    READ = 1
    WRITE = 2

@dataclass
class Item:
    name: str
    color: Color = Color.RED
    made: int = field(default=0, init=False)
    def __post_init__(self):
        self.made = 7

@dataclass(frozen=True, slots=True)
class Order:
    id: int
    item: Item

@dataclass
class Extra:
    x: int

class Derived(Item):
    pass

def local():
    @dataclass
    class Hidden:
        x: int
    return Hidden(1)
"""
PROGRAM = """
(import-python shopmodule :as shop)
(defn save [value] (write-file "value.bin" (serialize value)))
(defn load [] (deserialize (read-file "value.bin" :as :bytes)))
"""


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "shopmodule.py").write_text(SHOP)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(directory: Path, code: str, program: str = PROGRAM) -> str:
    """What a process of its own prints."""
    (directory / "main.tur").write_text(program + code)
    command = [sys.executable, "-m", "turmeric", "main.tur"]
    path = f"{Path(turmeric.__file__).parents[1]}:{directory}"
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, env={"PYTHONPATH": path})
    return done.stdout + done.stderr


def test_another_process_gets_the_same_values(directory: Path) -> None:
    saving = """
      (def i (shop.Item "lamp" shop.Color.GREEN))
      (save [(shop.Order 1 i) i shop.Color.CRIMSON shop.Level.LOW (shop.Rights 3)])
    """
    assert run(directory, saving) == ""
    loading = """
      (let [[order item red low rights] (load)]
        (println order.id order.item.name order.item.made (identical? order.item item))
        (println (identical? red shop.Color.RED) (identical? low shop.Level.LOW))
        (println (identical? item.color shop.Color.GREEN))
        (println (= rights (shop.Rights 3)) (= order (shop.Order 1 item))))
      (println (= (serialize (load)) (read-file "value.bin" :as :bytes)))
    """
    assert run(directory, loading) == "1 lamp 7 true\ntrue true\ntrue\ntrue true\ntrue\n"


def test_a_module_is_not_imported_because_bytes_say_so(directory: Path) -> None:
    assert run(directory, '(save [(shop.Item "lamp")])') == ""
    (directory / "shopmodule.py").write_text(SHOP + "\nprint('imported')\n")
    printed = run(directory, "(load)", PROGRAM.replace("shopmodule :as shop", "decimal"))
    assert "imported" not in printed
    assert "schema-mismatch: the Python class shopmodule:Item cannot be found: the program must import" in printed


@pytest.mark.parametrize(
    ("old", "new", "detail"),
    [
        ("    name: str", "    title: str", "they were (name, color, made) and are now (title, color, made)"),
        ("    GREEN = 2\n", "", "the Python class shopmodule:Color has no member GREEN any more"),
        ("class Order:", "class Thing:", "the Python class shopmodule:Order cannot be found"),
        ("@dataclass\nclass Item", "class Item", "the Python class shopmodule:Item is no dataclass any more"),
    ],
)
def test_a_class_that_changed(directory: Path, old: str, new: str, detail: str) -> None:
    assert run(directory, '(save [(shop.Order 1 (shop.Item "lamp" shop.Color.GREEN))])') == ""
    (directory / "shopmodule.py").write_text(SHOP.replace(old, new).replace("class Derived(Item)", "class Derived"))
    assert detail in run(directory, '(println (try (load) (catch [e : schema-mismatch] e.message)))')


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("(shop.local)", "the Python class shopmodule:local.<locals>.Hidden cannot be found"),
        ('(shop.Derived "x")', "a value of type python.Derived cannot be stored"),
        ('(let [x (shop.Extra 1)] (builtins.setattr x "y" 2) x)', "it has the attribute `y`, which is no field"),
        ("(shop.Extra (threading.Lock))", "-> what stands in for python.Extra -> element 0"),
        ("(let [x (shop.Extra 1)] (builtins.setattr x \"x\" x) x)", "leads back to the value"),
    ],
)
def test_what_cannot_be_stored(directory: Path, value: str, reason: str) -> None:
    imports = "(import-python threading) (import-python builtins)"
    code = f"(println (try (serialize [{value}]) (catch [e : not-serializable] e.message)))"
    assert reason in run(directory, imports + code)


def test_a_class_handed_over_by_python_code() -> None:
    from dataclasses import dataclass

    @turmeric.storable
    @dataclass
    class Point:
        x: int

    runtime = turmeric.Runtime()
    assert runtime.deserialize(runtime.serialize(Point(3))) == Point(3)


def changed(data: bytes, old: object, new: object) -> bytes:
    """The same message with one part of its heap or of its names replaced."""
    items = cbor2.loads(data[3:])

    def replaced(part: object) -> object:
        if type(part) is type(old) and part == old:
            return new
        return [replaced(each) for each in part] if isinstance(part, list) else part

    items[5] = replaced(items[5])
    items[2] = wire.pack(replaced(cbor2.loads(items[2])))
    return wire.frame(items[:-1])


@pytest.mark.parametrize(
    ("value", "old", "new"),
    [
        ('(decimal.Decimal "1.5")', "1.5", "x"),
        ('(decimal.Decimal "1.5")', "1.5", "15E-1"),
        ('(decimal.Decimal "1.5")', "1.5", 5),
        ("(dt.date 2024 1 1)", "2024-01-01", "20240101"),
        ("(dt.date 2024 1 1)", "2024-01-01", "2024-13-01"),
        ("(dt.timedelta :seconds 77)", 77, 10**30),
        ("(dt.timedelta :seconds 77)", 77, -1),
        ("(builtins.range 0 9 77)", 77, 0),
        ("(builtins.complex 1 2)", 2.0, "2"),
        ('(re.compile "abc")', "abc", "("),
        ('(re.compile "abc" re.I)', 34, 34 | 128),
        ('(zoneinfo.ZoneInfo "Europe/Rome")', "Europe/Rome", "../../etc"),
        ('(zoneinfo.ZoneInfo "Europe/Rome")', "zoneinfo.ZoneInfo", "os.system"),
        ('(zoneinfo.ZoneInfo "Europe/Rome")', "zoneinfo.ZoneInfo", "dataclass os:system()"),
        ('(zoneinfo.ZoneInfo "Europe/Rome")', "zoneinfo.ZoneInfo", "enum os:path[x"),
        ('(zoneinfo.ZoneInfo "Europe/Rome")', "zoneinfo.ZoneInfo", "dataclass :(x)"),
        ('(zoneinfo.ZoneInfo "Europe/Rome")', "zoneinfo.ZoneInfo", "socket.socket"),
        ("(fractions.Fraction 7 3)", 7, [1]),
    ],
)
def test_bytes_that_no_encoder_wrote(value: str, old: object, new: object) -> None:
    imports = "(import-python decimal) (import-python datetime :as dt) (import-python builtins) (import-python re)"
    session = Session([])
    session.evaluate(imports + "(import-python zoneinfo) (import-python fractions)")
    data = session.evaluate(f"(serialize [{value}])")
    mutant = changed(data, old, new)
    assert mutant != data
    with pytest.raises(TurmericError) as caught:
        saved_into(session, mutant)
    assert caught.value.name in ("corrupt-data", "schema-mismatch")


def saved_into(session: Session, data: bytes) -> object:
    from turmeric.durability.saving import deserialize

    return deserialize(session.world, data)


def test_a_time_zone_that_is_not_here() -> None:
    session = Session([])
    data = session.evaluate('(import-python zoneinfo) (serialize [(zoneinfo.ZoneInfo "Europe/Rome")])')
    with pytest.raises(TurmericError) as caught:
        saved_into(session, changed(data, "Europe/Rome", "Europe/Nowhere"))
    assert caught.value.name == "value-error"
    assert "this machine does not know the time zone Europe/Nowhere" in caught.value.message


VALUES = """
(import-python decimal) (import-python fractions) (import-python uuid) (import-python datetime :as dt)
(import-python zoneinfo) (import-python pathlib) (import-python re) (import-python builtins)
(import-python random :as r)
(import random)
(def values
  [(decimal.Decimal "-0.10") (fractions.Fraction 1 3) (uuid.UUID "12345678-1234-5678-1234-567812345678")
   (dt.datetime 2024 10 27 2 30 :fold 1 :tzinfo (zoneinfo.ZoneInfo "Europe/Paris")) (dt.date 2024 1 1)
   (dt.time 1 2 :tzinfo dt.timezone.utc) (dt.timedelta :hours -1) (pathlib.Path "a/b") (re.compile "x" re.I)
   (builtins.complex 1 2) (builtins.range 1 9 2)])
(defn save [value] (write-file "value.bin" (serialize value)))
(defn load [] (deserialize (read-file "value.bin" :as :bytes)))
"""


def test_what_is_shipped_moves_to_another_process(directory: Path) -> None:
    """Values, generators with the same numbers, files, directories; and the bytes are the same there."""
    saving = """
      (write-file "lines.txt" "one\\ntwo\\n")
      (def file (open-file "lines.txt"))
      (read-line file)
      (save [values (r.Random 5) (random.generator 7) file (directory ".") (lazy-resource file)])
    """
    assert run(directory, saving, VALUES) == ""
    loading = """
      (println (= (serialize (load)) (read-file "value.bin" :as :bytes)))
      (let [[loaded twister numbers file here later] (load) other (r.Random 5)]
        (println (every? (fn [i] (= (nth loaded i) (nth values i))) (range (count values))) (count loaded))
        (println (= (twister.random) (other.random)))
        (println (= (random.int 0 1000000 :from numbers) (random.int 0 1000000 :from (random.generator 7))))
        (println (read-line file) (= here (directory ".")) (realized? later) (read-line @later)))
    """
    assert run(directory, loading, VALUES) == "true\ntrue 11\ntrue\ntrue\ntwo true false two\n"
