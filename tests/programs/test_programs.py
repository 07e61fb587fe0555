"""Every program `<feature>/<case>.tur` prints what stands in the `.out` beside it, and reports
what stands in its `.err`, when it runs plainly and when it is stored and restored at every call.

A report names a program by its path from here.  A program starts in an empty directory, its
modules are looked for beside it; one deeper down, `<feature>/lib/<module>.tur`, is there to be
imported.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import pytest
from forked import MODES, run

from tests.disturbing import DISTURBED

HERE = Path(__file__).parent
PROGRAMS = sorted(path.relative_to(HERE) for path in HERE.glob("*/*.tur"))


def expected(program: Path, suffix: str) -> str:
    file = (HERE / program).with_suffix(suffix)
    return file.read_text(encoding="utf-8") if file.exists() else ""


SAMPLE = 1 if os.environ.get("DISTURB_ALL") else 3
"""Of the programs one in so many runs disturbed."""


def runs() -> Iterator[tuple[Path, str]]:
    """Every program in every mode, but for the sampling of those that disturb it."""
    for program in PROGRAMS:
        for mode in MODES:
            if mode not in DISTURBED or crc32(f"{program}{mode}".encode()) % SAMPLE == 0:
                yield program, mode


@pytest.mark.parametrize(("program", "mode"), list(runs()), ids=str)
def test_program(program: Path, mode: str, tmp_path: Path) -> None:
    printed, reported = run(HERE / program, mode, tmp_path)
    reported = reported.replace(f"{HERE}/", "").replace(str(tmp_path), "<directory>")
    assert (printed, reported) == (expected(program, ".out"), expected(program, ".err"))


@pytest.mark.parametrize("program", PROGRAMS, ids=str)
def test_has_an_expectation(program: Path) -> None:
    assert any((HERE / program).with_suffix(suffix).exists() for suffix in (".out", ".err"))


def test_expectations_have_a_program() -> None:
    expectations = [path for suffix in ("out", "err") for path in HERE.glob(f"*/*.{suffix}")]
    assert [path for path in expectations if not path.with_suffix(".tur").exists()] == []
