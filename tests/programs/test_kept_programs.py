"""Every program behaves the same when its modules come as an earlier run has kept them."""

from __future__ import annotations

import os
from pathlib import Path

import forked
import pytest
from forked import run
from test_programs import HERE, PROGRAMS, expected

from turmeric.assembly.session import Session

LONG = Path("macros/growing-expansion.tur")
"""It takes long; and it defines a macro, so it is never kept."""
FEATURES = sorted({program.parent.name for program in PROGRAMS})


def keeping() -> Session:
    session = Session(engine="auto")
    session.loader.keeps = True
    return session


@pytest.mark.parametrize("feature", FEATURES)
def test_programs_of(feature: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TURMERIC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(forked.MODES, "keeping", keeping)
    monkeypatch.setitem(forked._sessions, "keeping", keeping())
    wrong = []
    for program in PROGRAMS:
        for number in range(2) if program.parent.name == feature and program != LONG else ():
            directory = tmp_path / f"{program.stem}-{number}"
            directory.mkdir()
            printed, reported = run(HERE / program, "keeping", directory)
            reported = reported.replace(f"{HERE}/", "").replace(str(directory), "<directory>")
            if (printed, reported) != (expected(program, ".out"), expected(program, ".err")):
                wrong.append((str(program), number, printed, reported))
    assert wrong == []


def test_most_programs_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the tests above would say nothing."""
    monkeypatch.setenv("TURMERIC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(forked._sessions, "keeping", keeping())
    some = PROGRAMS[::20]
    for program in some:
        run(HERE / program, "keeping", tmp_path)
    assert len(os.listdir(tmp_path / "cache")) > len(some) / 2
