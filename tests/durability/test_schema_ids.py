"""What schema ids tell apart, and what makes no difference to them; malformed rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from turmeric.assembly.session import Session
from turmeric.durability.format import wire
from turmeric.durability.saving import deserialize
from turmeric.vocabulary.errors import TurmericError

KEEP = "(def kept nil) (defn g [] 1) (struct e1 []) (struct e2 [])\n"


def save(program: str) -> bytes:
    """The bytes of the continuation that `SAVE` keeps when `(f)` runs."""
    session = Session()
    session.evaluate(KEEP + program.replace("SAVE", "(cloneable-shift [k] (set! kept k))") + "(reset (f))")
    data = session.evaluate("(serialize kept)")
    assert isinstance(data, bytes)
    return data


def resave(data: bytes, program: str) -> bytes:
    """The bytes as another process, with that program, stores them again."""
    session = Session()
    session.evaluate(KEEP + program.replace("SAVE", "(cloneable-shift [k] (set! kept k))"))
    session.world.modules["user"].define("found", "value").value = deserialize(session.world, data)
    again = session.evaluate("(serialize found)")
    assert isinstance(again, bytes)
    return again


DIFFERENT = {
    "a variable in the next turn of a loop": (
        "(defn f [] (loop [i 0] (let [a (g)] (println i) SAVE (if (> i 3) i (recur (+ i 1))))))",
        "(defn f [] (loop [i 0] (let [a (g)] (println a) SAVE (if (> i 3) i (recur (+ i 1))))))",
    ),
    "the type that a clause catches": (
        "(defn f [] (try SAVE (catch [e : e1] 1)))",
        "(defn f [] (try SAVE (catch [e : e2] 1)))",
    ),
}


@pytest.mark.parametrize("edit", DIFFERENT)
def test_other_code_is_refused(edit: str) -> None:
    before, after = DIFFERENT[edit]
    data = save(before)
    resave(data, before)
    with pytest.raises(TurmericError) as caught:
        resave(data, after)
    assert caught.value.name == "schema-mismatch"


FRESH = {
    "name#": "(defmacro twice [e] `(let [g# ~e h# (fn [] g#)] SAVE (+ (h#) g#)))",
    "gensym": "(defmacro twice [e] (let [g (gensym)] `(let [~g ~e] SAVE (+ ~g ~g))))",
    "for": "(defn twice [e] (for [x [1 2]] (do SAVE (+ x e))))",
}


@pytest.mark.parametrize("kind", FRESH)
def test_fresh_names_of_macros_do_not_depend_on_what_was_expanded_before(kind: str) -> None:
    data = save(FRESH[kind] + "(defn f [] (twice (g)))")
    more = "(defn other [] (twice (g)) (for [x [1]] x))"
    assert resave(data, FRESH[kind] + more + "(defn f [] (twice (g)))") == data


def test_a_part_of_what_has_no_parts_is_no_mark() -> None:
    session = Session()
    items = wire.unframe(session.evaluate("(serialize (reset (try (+ 1 (cloneable-shift [k] k)) (catch [e] e))))"))
    row = next(row for row in items[-3] if row[0] == wire.CONTINUATION)
    row[4] = [*row[4], 0]
    with pytest.raises(TurmericError) as caught:
        deserialize(session.world, wire.frame(items[:-1]))
    assert caught.value.name == "corrupt-data"


UNREAD = [wire.GLOBAL, 1, 2]
"""`settings.connection`, which nobody has read so far."""
GONE = ([[0, 0, 1, b"id"]], [[wire.VECTOR, [1]], UNREAD])
INSIDE_ITSELF = ([], [[wire.VECTOR, [1], [2]], UNREAD, [wire.VECTOR, [2]]])
REFUSED = {
    "a type that is gone": ("schema-mismatch", *GONE),
    "a vector inside itself": ("corrupt-data", *INSIDE_ITSELF),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_no_definition_is_evaluated_for_bytes_that_are_refused(
    reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "settings.tur").write_text('(def connection (do (println "connecting") 1))')
    error, types, heap = REFUSED[reason]
    session = Session([str(tmp_path)])
    names, modules = ["gone", "struct", "connection"], [["user"], ["settings", "settings.tur", "1"]]
    tables = wire.pack(["test", "user", names, modules, types, [], []])
    data = wire.frame([wire.MAGIC, wire.VERSION, tables, [], [], heap, [0]])
    with pytest.raises(TurmericError) as caught:
        deserialize(session.world, data)
    assert caught.value.name == error
    assert capsys.readouterr().out == ""
