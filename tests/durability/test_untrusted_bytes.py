"""Untrusted bytes: whatever they are, two errors, little memory, little time, and no code of the program's."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import cbor2
import pytest

from tests.durability.fuzzing import CORPUS, Fuzzer, unpacked
from tests.durability.hostile import SET, head, message, row
from turmeric.assembly.session import Session
from turmeric.durability.format import wire
from turmeric.durability.format.message import Message
from turmeric.durability.reports.contents import Contents
from turmeric.durability.reports.inspection import describe
from turmeric.durability.saving import deserialize, serialize
from turmeric.vocabulary import lists, vectors
from turmeric.vocabulary.equality import equal
from turmeric.vocabulary.errors import TurmericError


@pytest.fixture(scope="module")
def fuzzer() -> Fuzzer:
    return Fuzzer(seed=1)


@pytest.fixture(scope="module")
def session() -> Session:
    return Session([])


def error_of(session: Session, data: bytes, **options: Any) -> str:
    """The name of the error that decoding raises."""
    with pytest.raises(TurmericError) as caught:
        deserialize(session.world, data, **options)
    return str(caught.value.name)


# Damage, mutants ------------------------------------------------------------------------------


def test_every_flipped_bit_and_every_truncation_of_the_samples_is_noticed(fuzzer: Fuzzer) -> None:
    for data in fuzzer.samples.values():
        flips = [(at, bit) for at in range(len(data)) for bit in range(8)]
        broken = [data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :] for at, bit in flips]
        for each in [*broken, *[data[:length] for length in range(len(data))], data + b"\0"]:
            assert error_of(fuzzer.session, each) == "corrupt-data"


def test_a_hundred_thousand_mutants(fuzzer: Fuzzer) -> None:
    """`python -m tests.durability.fuzzing --cases 10000000` runs more."""
    fuzzer.run(100_000)
    assert fuzzer.finds == []
    assert fuzzer.outcomes["accepted"] > 1000 and fuzzer.outcomes["schema-mismatch"] > 100


def test_the_fuzzer_sees_what_it_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(decoder: object) -> list[object]:
        return []

    monkeypatch.setattr("turmeric.durability.fitting.check", broken)
    fuzzer = Fuzzer(seed=1)
    fuzzer.run(2000)
    assert fuzzer.finds


@pytest.mark.parametrize("name", sorted(each.name for each in CORPUS.glob("*.bin")))
def test_past_finds(fuzzer: Fuzzer, name: str) -> None:
    data = (CORPUS / name).read_bytes()
    try:
        describe(Contents(Message(data)))
    except TurmericError as error:
        assert error.name == "corrupt-data"
    assert fuzzer.case(data) != "find"


# Memory and time ------------------------------------------------------------------------------


def test_ten_megabytes_never_take_three_hundred() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.durability.hostile"], capture_output=True, text=True, timeout=600, check=True
    )
    outcomes = dict(line.split(": ") for line in done.stdout.splitlines())
    peaks = {name: int(outcome.split()[1]) for name, outcome in outcomes.items()}
    assert len(peaks) > 20 and max(peaks.values()) < 300, outcomes
    accepted = {name for name, outcome in outcomes.items() if outcome.startswith("accepted")}
    assert accepted == {
        "half floats",
        "numbers",
        "a nested list",
        "one number",
        "a map that is let through",
        "a set that is let through",
    }


def test_large_state_that_programs_have_is_let_through(session: Session) -> None:
    million = vectors.from_iterable(range(10**6, 2 * 10**6))
    negative = vectors.from_iterable([-10] * 10**6)
    words = vectors.from_iterable(["ab"] * 10**6)
    deep = lists.EMPTY
    for _ in range(10**6):
        deep = lists.from_iterable([deep])
    for value in (million, negative, words, deep, "x" * 50_000_000, bytes(50_000_000)):
        assert equal(deserialize(session.world, serialize(session.world, value)), value)


def test_keys_made_to_collide(session: Session) -> None:
    modulus = sys.hash_info.modulus
    keys = b"".join(cbor2.dumps(modulus * number + 5) for number in range(2, 50_002))
    assert error_of(session, message(session, row(SET, keys, 50_000))) == "corrupt-data"


def test_a_limit_on_the_size(session: Session) -> None:
    data = serialize(session.world, "x" * 100)
    assert deserialize(session.world, data, limit=len(data)) == "x" * 100
    assert error_of(session, data, limit=len(data) - 1) == "corrupt-data"


def test_names_that_are_repeated_by_number(session: Session) -> None:
    tables = ["w", "p", ["x" * 1_000_000, "m"], [["m"]], [], [[0, 0, [0] * 100, b"i"]], []]
    assert error_of(session, wire.frame([wire.MAGIC, 1, cbor2.dumps(tables), [], [], [], None])) == "corrupt-data"


# Rows that no program could have saved -----------------------------------------------------------

PROGRAM = """
  (struct point [x : int64, y])
  (def secret "a password")
  (def cell (ref 1))
  (defmacro twice [x] `(do ~x ~x))
  (defn- hidden [x] x)
  (defn shown [x] x)
  (defn typed [] (let [n : int64 1 m 0] (set! m n) [(fn [] (+ n 1)) (fn [] (set! m (+ m 1)) m)]))
  (defn waits [n : int64] (+ n (cloneable-shift [k] k)))
"""


def changed(session: Session, code: str, change: Callable[[list[Any]], None]) -> bytes:
    """The bytes of a value after a change of its items: tables, bases, code, heap, root."""
    items = unpacked(serialize(session.world, session.evaluate(code)))
    change(items)
    return wire.frame([wire.MAGIC, wire.VERSION, wire.pack(items[0]), *items[1:]])


def find(items: list[Any], tag: int) -> list[Any]:
    return next(row for row in items[3] if row[0] == tag)


def rename(new: str) -> Callable[[list[Any]], None]:
    def change(items: list[Any]) -> None:
        items[0][2][items[0][2].index("shown")] = new

    return change


def set_slot(tag: int, at: int, value: Any) -> Callable[[list[Any]], None]:
    def change(items: list[Any]) -> None:
        find(items, tag)[at] = value

    return change


def refer_to_new_row(tag: int, at: int, row: list[Any]) -> Callable[[list[Any]], None]:
    def change(items: list[Any]) -> None:
        items[3].append(row)
        find(items, tag)[at] = [len(items[3]) - 1]

    return change


REFUSED: dict[str, tuple[str, Callable[[list[Any]], None], str]] = {
    "a definition that holds a text": ("[shown]", rename("secret"), "schema-mismatch"),
    "a macro by name": ("[shown]", rename("twice"), "schema-mismatch"),
    "nothing by name": ("[shown]", rename("gone"), "schema-mismatch"),
    "a field of another type": ("[(point 1 2)]", set_slot(wire.STRUCT, 2, "text"), "schema-mismatch"),
    "a variable of another type": ("(nth (typed) 0)", set_slot(wire.CLOSURE, 2, "text"), "schema-mismatch"),
    "a frame's variable of another type": ("(reset (waits 1))", set_slot(wire.FRAMES, 3, 1.5), "schema-mismatch"),
    "no cell where one must be": ("(nth (typed) 1)", set_slot(wire.CLOSURE, 2, 5), "corrupt-data"),
    "a cell where none can be": (
        "(reset (waits 1))", refer_to_new_row(wire.FRAMES, 3, [wire.CELL, 1]), "corrupt-data"
    ),
    "a cell in a vector": ("[[1]]", refer_to_new_row(wire.VECTOR, 1, [wire.CELL, 1]), "corrupt-data"),
    "no value in a vector": ("[[1]]", refer_to_new_row(wire.VECTOR, 1, [wire.SENTINEL, 0]), "corrupt-data"),
    "no value in a frame": (
        "(reset (waits 1))", refer_to_new_row(wire.FRAMES, 3, [wire.SENTINEL, 1]), "corrupt-data"
    ),
    "frames in a vector": ("[[1] (reset (waits 1))]", set_slot(wire.VECTOR, 1, [3]), "corrupt-data"),
    "a chain of frames that does not end": ("(reset (waits 1))", set_slot(wire.FRAMES, 1, [1]), "corrupt-data"),
    "a list that does not end": ("'(1 2)", set_slot(wire.LIST, 1, [0]), "corrupt-data"),
    "a list whose tail is a vector": ("['(1 2)]", set_slot(wire.LIST, 1, [0]), "corrupt-data"),
    "a map with a key twice": ("{1 2 3 4}", set_slot(wire.MAP, 3, 1), "corrupt-data"),
    "a vector in itself": ("[1]", set_slot(wire.VECTOR, 1, [0]), "corrupt-data"),
    "flags that cannot be together": ("(reset (waits 1))", set_slot(wire.CONTINUATION, 1, 12), "corrupt-data"),
    "a handler that is a number": (
        "(reset (try (waits 1) (catch [e] 2)))", set_slot(wire.HANDLER, 4, 7), "corrupt-data"
    ),
    "a clean-up that is a text": ("(reset (do (defer 1) (waits 1)))", set_slot(wire.CLEANUP, 1, "x"), "corrupt-data"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_rows_that_no_program_could_have_saved(session: Session, name: str) -> None:
    code, change, error = REFUSED[name]
    session.evaluate(PROGRAM)
    assert error_of(session, changed(session, code, change)) == error


def test_private_functions_of_the_program_may_be_named(session: Session) -> None:
    session.evaluate(PROGRAM)
    data = serialize(session.world, session.evaluate("[hidden cell]"))
    assert deserialize(session.world, data)[1] is session.evaluate("cell")


@pytest.mark.parametrize("name", ["..", "/etc/passwd", "os", "a/b", ""])
def test_modules_from_elsewhere(session: Session, name: str) -> None:
    session.evaluate(PROGRAM)

    def change(items: list[Any]) -> None:
        items[0][3][0] = [name, "f.tur", "1"]

    assert error_of(session, changed(session, "[shown]", change)) in ("corrupt-data", "schema-mismatch")


def test_variables_that_disagree_with_the_code(session: Session) -> None:
    session.evaluate(PROGRAM)

    def change(items: list[Any]) -> None:
        items[0][2].append("other")
        items[0][6][0][5][0] = len(items[0][2]) - 1

    assert error_of(session, changed(session, "(reset (waits 1))", change)) == "corrupt-data"


CANARY = """
  (def ran (ref 0))
  (struct token [n])
  (instance Serializable token
    (serialize [t] [t.n])
    (deserialize [v] (swap! ran inc) (token (nth v 0))))
"""


@pytest.mark.parametrize("row", [[wire.VECTOR, [99]], [wire.STRUCT, 0, 1, 2], [wire.MAP, 1], [wire.CELL, 1], [99]])
def test_no_code_of_the_program_runs_before_everything_was_checked(session: Session, row: list[Any]) -> None:
    session.evaluate(CANARY)
    data = changed(session, "[(token 1) [1]]", lambda items: items[3].append(row))
    if row[0] == wire.CELL:  # which nothing refers to
        deserialize(session.world, data)
        assert session.evaluate("@ran") == 1
        return
    assert error_of(session, data) in ("corrupt-data", "schema-mismatch")
    assert session.evaluate("@ran") == 0


def test_what_contains_itself_can_be_looked_at(session: Session) -> None:
    code = "(defn own [r] (cloneable-shift [k] (do (set-ref! r k) k)) @r) (reset (own (ref nil)))"
    shown = describe(Contents(Message(serialize(session.world, session.evaluate(code), keep=True))))
    assert "continuation of 1 frame>" in str(shown["frames"])


def test_headers_are_counted_as_they_are() -> None:
    """Each header once, whatever stands in texts and numbers."""
    from turmeric.durability.format.limits import patterns

    data = cbor2.dumps(["ab", b"\x80\x80", 1.5, 2**40, -300, [], None, "\u00e9" * 10, 2**70, 25, [[True]]])
    run, headers = patterns()
    found = run.match(data)
    assert found is not None and found.end() == len(data)
    assert len(headers.findall(data)) == 15  # and the big number's tag
    assert head(1)[:1] == b"\x9a"
