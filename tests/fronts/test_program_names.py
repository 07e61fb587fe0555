"""A program's file may be called like a module that every program sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from turmeric.fronts.command import main

PROGRAM = """
(defn later [n] (map (fn [x] (* n x)) (cloneable-shift [k] (write-file "saved.bin" (serialize k)) "saved")))
(println (upper (later 3)))
"""


@pytest.mark.parametrize("name", ["string", "list", "core", "checkpoint"])
def test_runs_and_resumes(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / f"{name}.tur").write_text(PROGRAM.replace("(upper ", "(do "))
    assert main(["run", f"{name}.tur"]) == 0
    assert main(["resume", "saved.bin", "[1 2]"]) == 0
    assert capfd.readouterr() == ("(3 6)\n", "")
