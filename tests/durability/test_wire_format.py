"""docs/wire-format.md: its grammar against real messages, its examples, the canonical encoding."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings

from tests.durability.cddl import Grammar, Tagged, plain
from tests.durability.strategies import VALUES
from turmeric.assembly.session import Session
from turmeric.durability.format import wire
from turmeric.durability.saving import serialize
from turmeric.durability.stores.blobs import MemoryBlobs
from turmeric.durability.stores.incremental import Saver
from turmeric.vocabulary import vectors
from turmeric.vocabulary.errors import TurmericError

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "wire-format.md").read_text(encoding="utf-8")
FILES = sorted((ROOT / "tests" / "formats" / "v1").glob("*.bin"))
PARTS = ["magic", "version", "tables", "bases", "code", "heap", "root", "checksum"]


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    (text,) = re.findall(r"```cddl\n(.*?)```", DOCUMENT, re.S)
    return Grammar(text)


@pytest.fixture(scope="module")
def session() -> Session:
    return Session([])


PROGRAM = """
(struct point [x : int64 y])
(defdata Shape (Round [r]) (Flat))
(defeffect Ask [n])
(defdynamic *depth* 0)
(defn work [a]
  (let [n a c (ref {:list (list 1 2 "a text that is long enough")}) shared (rc 1)]
    (set! n (+ n 1))
    (try
      (binding [*depth* 2]
        (handle (+ (perform (Ask 1)) (shift [k] k) n (count [c shared (point 1 2.5) (Round 1) (Flat)]))
          (Ask [x] k) (continue k x)))
      (catch [e : index-error] 0)
      (finally (println "left")))))
(defn saved [] (reset (dynamic-wind (fn [] nil) (fn [] (work 1)) (fn [] nil))))
"""


def check(grammar: Grammar, data: bytes) -> None:
    """The message fits the grammar, and is in deterministic encoding, the tables too."""
    item = plain(data)
    for row in item.value[5]:
        assert grammar.accepts("row", row), row
    assert grammar.accepts("message", item)
    assert cbor2.dumps(cbor2.CBORTag(55799, cbor2.loads(data[3:])), canonical=True) == data
    tables = item.value[2]  # or the number of the message that has them
    assert type(tables) is int or cbor2.dumps(cbor2.loads(tables), canonical=True) == tables
    assert wire.checksum(data[:-8]) == data[-8:] == item.value[7]


def test_a_saved_program_fits_the_grammar(grammar: Grammar, session: Session) -> None:
    session.evaluate(PROGRAM)
    data = serialize(session.world, session.evaluate("(saved)"))
    check(grammar, data)
    kinds = {row[0] for row in plain(data).value[5]}
    assert kinds >= {wire.CONTINUATION, wire.FRAMES, wire.PROMPT, wire.HANDLER, wire.BINDING, wire.WIND, wire.CELL}


@settings(max_examples=100, deadline=None)
@given(value=VALUES)
def test_values_fit_the_grammar(grammar: Grammar, session: Session, value: object) -> None:
    check(grammar, serialize(session.world, value))


def test_incremental_messages_fit_the_grammar(grammar: Grammar, session: Session) -> None:
    blobs = MemoryBlobs()
    saver = Saver(session.world, blobs, "it")
    kinds = set()
    for count in (2000, 2100):
        code = f"(let [v (into [] (range {count}))] [v (into #{{}} v) (into {{}} (map (fn [x] [x x]) v))])"
        data = blobs.get(saver.save(session.evaluate(code)))
        check(grammar, data)
        kinds |= {row[0] for row in plain(data).value[5]}
    vector = vectors.from_iterable(range(2000))
    saver.save(vector)
    data = blobs.get(saver.save(vector.append(1)))
    check(grammar, data)
    kinds |= {row[0] for row in plain(data).value[5]}
    assert kinds >= {wire.PARTS, wire.LARGE, wire.EARLIER}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_sample_fits_the_grammar(grammar: Grammar, file: Path) -> None:
    check(grammar, file.read_bytes())


ROWS: list[list[Any]] = [
    [],
    [0],
    [0, 1],
    [0, "a", "b"],
    [2, "short"],
    [3, b"short"],
    [4],
    [4, 1],
    [4, [0, 0], 1],
    [5, {}],
    [5, "a string of more than sixteen"],
    [5, b"bytes of more than sixteen"],
    [5, [0, 1, 2]],
    [5, [-1]],
    [5, [[0]]],
    [5, Tagged(0, "2020-01-01T00:00:00Z")],
    [6, 1],
    [8],
    [8, -1],
    [8, "name"],
    [9, None],
    [10, 1],
    [11],
    [12, 1, 2],
    [14, 16, None],
    [14, 0, None, None],
    [14, 0, None, None, [1, 1]],
    [15, None],
    [15, None, "no point"],
    [16, 0, 0],
    [18, 2],
    [19, 1],
    [20],
    [20, None, 5, 0, [1]],
    [20, None, 2, None, [1]],
    [20, None, 0, 0],
    [21, 1],
    [25, [1, 1]],
    [25, None],
    [26, None],
    [28, 0, 0, 12],
    [28, 0, 0],
    [29],
    [29, 1],
    [30, 3, [1]],
    [30, 0],
    [31],
    [31, 0, 0],
    [32],
    [32, None],
    [32, b"no message"],
    [33],
    [23],
    [24, 0],
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_grammar_refuses_malformed_rows(grammar: Grammar, row: list[Any]) -> None:
    assert not grammar.accepts("row", row)


MESSAGES: dict[str, Any] = {
    "another name": ("magic", "cumin"),
    "another version": ("version", 2),
    "tables in line": ("tables", ["writer", "program", [], [], [], [], []]),
    "tables that are no CBOR array": ("tables", cbor2.dumps("tables")),
    "a table too few": ("tables", cbor2.dumps(["writer", "program", [], [], [], []])),
    "a hash that is short": ("bases", [b"short"]),
    "a module without a version": ("tables", cbor2.dumps(["w", "p", [], [["m", "f"]], [], [], []])),
    "a schema id that is short": ("tables", cbor2.dumps(["w", "p", [], [], [[0, 0, 0, b"id"]], [], []])),
    "a heap that is no array": ("heap", None),
    "a row that is no array": ("heap", [1]),
    "no value": ("root", {}),
    "a short checksum": ("checksum", b"1234567"),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_the_grammar_refuses_malformed_messages(grammar: Grammar, session: Session, name: str) -> None:
    right = plain(serialize(session.world, 1))
    wrong = Tagged(right.tag, copy.copy(right.value))
    part, value = MESSAGES[name]
    wrong.value[PARTS.index(part)] = value
    assert grammar.accepts("message", right)
    assert not grammar.accepts("message", wrong)
    assert not grammar.accepts("message", Tagged(1, right.value))
    assert not grammar.accepts("message", Tagged(right.tag, right.value[:-1]))


@pytest.mark.parametrize("rest", [b"", b"\xf7", b"\xd8\x25\x40", b"\xbf\xff", b"\xa1\x01\x02"], ids=bytes.hex)
@pytest.mark.parametrize("version", [0, 2, 23])
def test_a_newer_version_is_refused_by_name_whatever_it_looks_like(version: int, rest: bytes) -> None:
    body = bytes.fromhex("d9d9f784") + b"\x68turmeric" + bytes([version]) + rest + b"\x48"
    with pytest.raises(TurmericError) as caught:
        wire.unframe(body + wire.checksum(body))
    assert caught.value.name == "corrupt-data"
    assert f"format version {version} is unknown to this release, which reads version 1" in caught.value.message


@pytest.mark.parametrize("length", range(14))
def test_bytes_that_end_before_the_version(length: int) -> None:
    body = (bytes.fromhex("d9d9f788") + b"\x68turmeric")[:length]
    with pytest.raises(TurmericError) as caught:
        wire.unframe(body + wire.checksum(body))
    assert caught.value.name == "corrupt-data"


def test_a_damaged_version_is_damage(session: Session) -> None:
    data = bytearray(serialize(session.world, None))
    data[13] = 2
    with pytest.raises(TurmericError, match="the checksum does not match"):
        wire.unframe(bytes(data))


EXAMPLES = re.findall(r"^\| `(.*)` \| `(\[.*\])` \| `(.*)` \|$", DOCUMENT, re.M)


@pytest.mark.parametrize("code, heap, root", EXAMPLES)
def test_the_examples_of_the_document(session: Session, code: str, heap: str, root: str) -> None:
    items = wire.unframe(serialize(session.world, session.evaluate(code)))
    assert repr((items[5], items[6])) == repr((json.loads(heap), json.loads(root)))


def test_the_examples_are_there() -> None:
    assert len(EXAMPLES) >= 7


def test_each_kind_of_row_is_in_the_document() -> None:
    """In the table, and in the grammar if files have it."""
    rows = {int(number) for number in re.findall(r"^\| (\d+) \| ", DOCUMENT, re.M)}
    assert rows == set(wire.NAMES)
    grammar_rows = {int(number) for number in re.findall(r"^[a-z-]+ = \[(\d+)[,\]]", DOCUMENT, re.M)}
    assert grammar_rows == set(wire.NAMES) - {wire.BASE, wire.EXTERNAL}
