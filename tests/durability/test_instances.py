"""`Serializable` and `Resource-Serializable` instances drive the encoder."""

from __future__ import annotations

from pathlib import Path

import pytest

from turmeric.assembly.session import Session
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
