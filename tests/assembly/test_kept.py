"""Modules kept from one run to the next: the same behaviour as without, never a stale or damaged entry."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from turmeric.assembly import kept
from turmeric.assembly.pipeline import Pipeline
from turmeric.assembly.session import Session

CHECKOUT = Path(__file__).parents[2]

MAIN = """\
(module shop :version "2.1")
(import prices :as p :refer [price])
(import json)
(import-python math)
(defdata Shape (Circle r) (Square side))
(defclass Area [a] (area [self]))
(instance Area Shape (area [s] (match s (Circle r) -> (* 3 r r) (Square a) -> (* a a))))
(def start 10)
(defn later? [n] (if (= n 0) true (sooner? (- n 1))))
(defn sooner? [n] (if (= n 0) false (later? (- n 1))))
(defn greet [name &key (mark "!")] (str "hi " name mark))
(defn main []
  (println (price 4) (p.price 5) (json.write [1 2]) (math.floor 2.5))
  (println (map area [(Circle 1) (Square 2)]) (later? 7) (greet "Ann" :mark "?"))
  (println (cond (> start 5) 'big :else 'small) (case start 10 "ten" "other"))
  (try (greet 1 :wrong 2) (catch [e] (println e.message))))
"""
PRICES = "(def factor 3)\n(defn price [n] (* n factor))\n"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TURMERIC_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    write(MAIN, PRICES)
    return tmp_path


def write(main: str, prices: str = PRICES) -> None:
    Path("shop.tur").write_text(main, encoding="utf-8")
    Path("prices.tur").write_text(prices, encoding="utf-8")


def entries() -> list[str]:
    return sorted(os.listdir("cache")) if os.path.isdir("cache") else []


def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> tuple[str, list[str]]:
    """What the program prints, and which of its modules were expanded for that."""
    expanded: list[str] = []
    with monkeypatch.context() as patch:
        load_forms = Pipeline.load_forms

        def noted(self: Pipeline, forms: list[object]) -> object:
            expanded.append(self.module.name)
            return load_forms(self, forms)  # type: ignore[arg-type]

        patch.setattr(Pipeline, "load_forms", noted)
        session = Session([os.getcwd()])
        session.loader.keeps = True
        session.run_file("shop.tur")
    return capsys.readouterr().out, [name for name in expanded if name in ("shop", "prices", "macros")]


OUT = """\
12 15 [1,2] 2
(3 4) false hi Ann?
big ten
greet has no keyword :wrong; it knows :mark
"""


def test_the_second_run_expands_nothing(
    program: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, expanded = run(capsys, monkeypatch)
    assert expanded == ["shop", "prices"] and len(entries()) == 2
    second, expanded = run(capsys, monkeypatch)
    assert expanded == []
    assert first == second == OUT


@pytest.mark.usefixtures("program")
def test_what_is_defined_is_the_same() -> None:
    """All that a module holds: kinds, values' places and documentation, exports, version, names."""

    def held() -> dict[str, object]:
        session = Session([os.getcwd()])
        session.loader.keeps = True
        module = session.load_main("shop.tur", start=True)
        rows = {
            name: (each.kind, each.doc, each.parameters, each.private, each.span and each.span.key(), type(each.value))
            for name, each in module.definitions.items()
        }
        return {
            "rows": rows,
            "names": sorted(module.definitions),
            "exports": module.exports,
            "version": (module.declared_version, module.code_hash),
            "referred": {name: each.symbol for name, each in module.referred.items()},
            "aliases": {name: getattr(home, "name", home) for name, home in module.aliases.items()},
            "python": module.python_imports,
            "declared": list(module.declared),
            "codes": {name: [each.symbol for each in codes] for name, codes in program(session)},
        }

    def program(session: Session) -> list[tuple[str, dict[Any, None]]]:
        """The code that belongs to no module of the library: of that, expanding takes some."""
        own = ("shop", "prices")
        return [(name, codes) for name, codes in session.world.codes.items() if name.split(".")[0] in own]

    assert held() == held()
    assert len(entries()) == 2


@pytest.mark.parametrize(
    ("main", "prices", "expanded"),
    [
        (MAIN + "\n", PRICES, ["shop"]),
        (MAIN, PRICES.replace("3", "4"), ["shop", "prices"]),
        (MAIN, "(defmacro price [n] `(* ~n 3))\n", ["shop", "prices"]),
    ],
)
def test_what_has_changed_is_expanded(
    program: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    main: str,
    prices: str,
    expanded: list[str],
) -> None:
    run(capsys, monkeypatch)
    write(main, prices)
    out, found = run(capsys, monkeypatch)
    assert found == expanded
    assert out == (OUT.replace("12 15", "16 20") if "4" in prices else OUT)


@pytest.mark.parametrize(
    "text",
    [
        "(defmacro twice [x] `(do ~x ~x))\n(defn main [] (twice (println 1)))",
        '(load "prices.tur")\n(defn main [] (println (price 1)))',
        "(import macros)\n(defn main [] (println (macros.now)))",
        "(defn f [] 1)\n(set! f 2)\n(defn main [] (println f))",
        "(defn main [] (try (println unknown-name) (catch [_] 1)))",
    ],
    ids=["macro", "load", "imported-macro", "set-function", "unbound-name"],
)
def test_what_may_depend_on_more_is_not_kept(
    program: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    Path("macros.tur").write_text("(defmacro now [] (count (read-file \"shop.tur\")))", encoding="utf-8")
    write(text)
    first, _ = run(capsys, monkeypatch)
    second, expanded = run(capsys, monkeypatch)
    assert "shop" in expanded and first == second and entries() == []


def test_a_damaged_entry_is_not_used(
    program: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of many damages: a byte changed, the end missing, something else altogether."""
    run(capsys, monkeypatch)
    whole = {name: Path("cache", name).read_bytes() for name in entries()}
    damages = [lambda data, at=at: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] for at in (0, 20, 60, 90, 300)]
    damages += [lambda data: data[:-1] + bytes([data[-1] ^ 1])]
    damages += [lambda data: data[:-1], lambda data: data[:40], lambda data: b"", lambda data: data + b"x"]
    for damage in damages:
        for name, data in whole.items():
            Path("cache", name).write_bytes(damage(data))
        out, expanded = run(capsys, monkeypatch)
        assert (out, expanded) == (OUT, ["shop", "prices"])
        assert {name: Path("cache", name).read_bytes() for name in entries()} == whole


def test_an_entry_of_another_module_or_release_is_not_used(
    program: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(capsys, monkeypatch)
    one, two = (Path("cache", name) for name in entries())
    texts = one.read_bytes(), two.read_bytes()
    one.write_bytes(texts[1])
    two.write_bytes(texts[0])
    assert run(capsys, monkeypatch) == (OUT, ["shop", "prices"])
    monkeypatch.setattr("turmeric.assembly.image.__version__", "99.9")
    assert run(capsys, monkeypatch)[1] == ["shop", "prices"]


@pytest.mark.parametrize("place", ["file", "missing", "empty"])
def test_a_place_that_cannot_be_written_is_no_error(
    program: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    Path("file").write_text("x", encoding="utf-8")
    found = {"file": "file", "missing": "file/below", "empty": ""}[place]
    monkeypatch.setenv("TURMERIC_CACHE", found)
    for _ in range(2):
        assert run(capsys, monkeypatch) == (OUT, ["shop", "prices"])


def test_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TURMERIC_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert kept.directory() == "/somewhere/turmeric"
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", "/home/ann")
    assert kept.directory() == "/home/ann/.cache/turmeric"
    monkeypatch.setenv("TURMERIC_CACHE", "")
    assert kept.directory() is None


def test_processes_at_the_same_time(program: Path) -> None:
    """Many runs that write the same entries, while the text changes between two versions."""
    command = [sys.executable, "-m", "turmeric", "shop.tur"]
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT)}

    def one(number: int) -> str:
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60).stdout

    with ThreadPoolExecutor(3) as pool:
        assert set(pool.map(one, range(9))) == {OUT}
    assert len(entries()) == 2


def test_what_waits_goes_on_in_a_run_with_the_entry(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bytes that a run without an entry saved are continued by one with it, and the other way round."""
    text = "(defn pause [n] (let [m (* n 2)] (cond (> n 0) (+ m (cloneable-shift [k] k)) :else n)))\n"
    Path("waits.tur").write_text(text, encoding="utf-8")

    def opened() -> Session:
        session = Session([os.getcwd()])
        session.loader.keeps = True
        session.load_main("waits.tur", start=True)
        return session

    from turmeric.durability.saving import deserialize, serialize

    data = []
    for _ in range(2):
        session = opened()
        k = session.world.call(session.world.find("waits", "pause").force(), [20], prompt=True)
        data.append(serialize(session.world, k))
    assert data[0] == data[1] and entries()
    session = opened()
    saved = deserialize(session.world, data[0])
    assert session.world.call(session.world.library("resume"), [saved, 2], prompt=True) == 42
