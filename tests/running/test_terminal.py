"""Standard input, standard error, arguments and the end of the process."""

from __future__ import annotations

import io
import sys

import pytest

from turmeric.assembly.session import Session


def test_lines_of_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("one\n\nlast"))
    session = Session()
    lines = session.evaluate("(vector (read-input-line) (read-input-line) (read-input-line) (read-input-line))")
    assert list(lines) == ["one", "", "last", None]


def test_read_line_without_a_file_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("one\ntwo"))
    assert list(Session().evaluate("(vector (read-line) (read-line) (read-line))")) == ["one", "two", None]


def test_print_error_prints_like_println(capsys: pytest.CaptureFixture[str]) -> None:
    Session().evaluate('(print-error "a" 1 ["b"]) (print-error) (write-error "x")')
    assert capsys.readouterr() == ("", 'a 1 ["b"]\n\nx')


def test_arguments() -> None:
    assert list(Session(args=["a", "-b"]).evaluate("(args)")) == ["a", "-b"]


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPICE", "turmeric")
    session = Session()
    assert session.evaluate('(env "SPICE")') == "turmeric"
    assert session.evaluate('(get (env) "SPICE")') == "turmeric"


@pytest.mark.parametrize(("form", "status"), [("(exit)", 0), ("(exit 3)", 3), ("(try (exit 4) (catch [e] 5))", 4)])
def test_exit(form: str, status: int) -> None:
    with pytest.raises(SystemExit) as raised:
        Session().evaluate(form)
    assert raised.value.code == status


def test_exit_checks_the_status() -> None:
    assert Session().evaluate("(try (exit 256) (catch [e : value-error] e.message))") == (
        "exit expects a status from 0 to 255, got 256"
    )
