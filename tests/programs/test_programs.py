"""Every program below this directory prints what stands in the `.out` beside it; one that
ends with an error reports what stands in its `.err`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from turmeric.assembly.session import Session
from turmeric.vocabulary.errors import TurmericError
from turmeric.vocabulary.report import report

HERE = Path(__file__).parent
PROGRAMS = sorted(
    path.relative_to(HERE)
    for path in HERE.rglob("*.tur")
    if path.with_suffix(".out").exists() or path.with_suffix(".err").exists()
)


def expected(path: Path, suffix: str) -> str:
    file = path.with_suffix(suffix)
    return file.read_text(encoding="utf-8") if file.exists() else ""


@pytest.mark.parametrize("program", PROGRAMS, ids=str)
def test_program(program: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)
    session = Session([str(program.parent)])
    session.activate()
    error = ""
    try:
        session.run_file(os.fspath(program))
    except TurmericError as raised:
        error = report(raised) + "\n"
    printed = capsys.readouterr().out
    assert (printed, error) == (expected(program, ".out"), expected(program, ".err"))
