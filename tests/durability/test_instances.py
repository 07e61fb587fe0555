"""`Serializable` and `Resource-Serializable` instances drive the encoder."""

from __future__ import annotations

from pathlib import Path

import pytest

from turmeric.assembly.session import Session
from turmeric.durability.saving import serialize
from turmeric.durability.stores.blobs import MemoryBlobs
from turmeric.durability.stores.incremental import Saver
from turmeric.vocabulary.errors import TurmericError
from turmeric.vocabulary.printer import write

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.tur"))
"""Programs whose instances can be seen at work: each runs once, since a round trip at every call would
show them more often."""


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_program(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Session([str(program.parent)]).run_file(str(program))
    assert capsys.readouterr().out == program.with_suffix(".out").read_text(encoding="utf-8")


@pytest.fixture
def session() -> Session:
    return Session([])


def test_an_instance_wins_over_the_built_in_encoding(session: Session) -> None:
    code = """
      (struct secret [word])
      (instance Serializable secret
        (serialize [s] (str "<" s.word ">"))
        (deserialize [b] (secret (str b "!"))))
      (deserialize (serialize [(secret "a") {:k (secret "b")}]))
    """
    assert write(session.evaluate(code)) == '[(secret "<a>!") {:k (secret "<b>!")}]'


def test_an_instance_for_integers(session: Session) -> None:
    code = """
      (instance Serializable int64 (serialize [n] (str n)) (deserialize [s] (+ 1000 (parse-int s))))
      (deserialize (serialize [1 2 "x"]))
    """
    assert write(session.evaluate(code)) == '[1001 1002 "x"]'


def test_an_instance_without_methods_keeps_the_built_in_encoding(session: Session) -> None:
    code = "(instance Serializable int64 ...) (deserialize (serialize [1 2]))"
    assert write(session.evaluate(code)) == "[1 2]"


def test_constraints_are_checked(session: Session) -> None:
    code = """
      (struct Box [inside])
      (defclass Packable [a] (pack [x : a]))
      (instance Packable string (pack [s] s))
      (instance Serializable (Box a) [Packable a]
        (serialize [b] [(pack b.inside)])
        (deserialize [v] (Box (first v))))
    """
    session.evaluate(code)
    assert write(session.evaluate('(deserialize (serialize (Box "s")))')) == '(Box "s")'
    with pytest.raises(TurmericError) as caught:
        session.evaluate("(serialize (Box 1))")
    assert caught.value.name == "not-serializable"
    assert "asks for Packable a, and there is no instance Packable int64: field inside -> 1" in caught.value.message


def test_an_open_file_is_opened_again_at_its_position(session: Session, tmp_path: Path) -> None:
    (tmp_path / "lines.txt").write_text("one\ntwo\nthree\n")
    code = f"""
      (defn lines [path]
        (let [f (open-file path)]
          (read-line f)
          (cloneable-shift [k] (serialize k))
          (read-line f)))
      (resume (deserialize (reset (lines "{tmp_path}/lines.txt"))))
    """
    assert session.evaluate(code) == "two"


def test_a_file_that_is_gone_fails_the_whole_continuation(session: Session, tmp_path: Path) -> None:
    (tmp_path / "lines.txt").write_text("one\n")
    session.evaluate(f"""
      (defn lines [path] (let [f (open-file path)] (cloneable-shift [k] (serialize k)) (read-line f)))
      (def saved (reset (lines "{tmp_path}/lines.txt")))
    """)
    (tmp_path / "lines.txt").unlink()
    with pytest.raises(TurmericError) as caught:
        session.evaluate("(deserialize saved)")
    assert caught.value.name == "io-error"
    assert write(session.evaluate("(try (Some (deserialize saved)) (catch [e] (None)))")) == "(None)"


def test_the_seeds_instance_for_files(session: Session, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello\n")
    code = f"""
      (instance Serializable FileHandle
        (serialize [fh] (file-handle-path fh))
        (deserialize [path] (open-file path)))
      (def f (open-file "{tmp_path}/a.txt"))
      (read-line f)
      (read-line (deserialize (serialize f)))
    """
    assert session.evaluate(code) == "hello"


def test_stand_ins_in_incremental_saves(session: Session, tmp_path: Path) -> None:
    """What a stand-in is in is written each time; what it leads to may be of an earlier save."""
    (tmp_path / "a.txt").write_text("one\ntwo\n")
    value = session.evaluate(f"""
      (import-python fractions)
      (struct box [inside])
      (instance Serializable box (serialize [b] [b.inside]) (deserialize [v] (box (first v))))
      (def long "a text that is longer than sixteen characters")
      [(fractions.Fraction 1 3) (box long) long (lazy-resource (open-file "{tmp_path}/a.txt"))]
    """)
    saver = Saver(session.world, blobs := MemoryBlobs(), "a")
    saver.save(value)
    saver.save(value)
    other = Saver(session.world, blobs, "a").load()
    assert write(other).startswith('[#<python fractions.Fraction Fraction(1, 3)> (box "a text')
    assert write(other).endswith(', not here yet>]')
    assert other[1].values[0] is other[2]
    assert serialize(session.world, other) == serialize(session.world, value)


def test_a_value_that_cannot_be_stored_incrementally_says_why(session: Session) -> None:
    value = session.evaluate("""
      (struct box [inside])
      (instance Serializable box (serialize [b] (throw (error "closed"))) (deserialize [v] v))
      {:a (box 1)}
    """)
    with pytest.raises(TurmericError, match=r"closed .the instance Serializable user.box, at key :a"):
        Saver(session.world, MemoryBlobs(), "a").save(value)


def test_many_values_with_an_instance(session: Session) -> None:
    code = """
      (struct box [inside])
      (instance Serializable box (serialize [b] b.inside) (deserialize [v] (box v)))
      (let [boxes (vec (map box (range 20000)))] (= boxes (deserialize (serialize boxes))))
    """
    assert session.evaluate(code) is True
