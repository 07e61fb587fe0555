"""`tur explain`: a page for every error, whose example raises that very error."""

from __future__ import annotations

from pathlib import Path

import pytest
from commandline import tur

from turmeric.assembly.session import Session
from turmeric.fronts.explanations import EXPLANATIONS
from turmeric.vocabulary.errors import ERROR_TYPES, TurmericError


def test_every_error_has_a_page() -> None:
    assert set(EXPLANATIONS) == set(ERROR_TYPES)


@pytest.mark.parametrize("name", EXPLANATIONS)
def test_example_raises_its_error(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name_of_keys in ("TURMERIC_KEYS", "TURMERIC_KEY_FILE"):
        monkeypatch.delenv(name_of_keys, raising=False)
    (tmp_path / "a.tur").write_text(EXPLANATIONS[name].example)
    session = Session([str(tmp_path)])
    session.activate()
    with pytest.raises(TurmericError) as raised:
        session.run_file("a.tur")
    assert raised.value.name == name


def test_page() -> None:
    status, printed, error = tur("explain", "type-error")
    assert (status, error) == (0, "")
    assert printed.startswith("type-error: a value is not of the type that is needed\n\n")
    assert '\n\nExample\n\n  (+ 1 "2")\n\nWhat to do\n\n' in printed
    assert all(len(line) <= 90 for line in printed.splitlines())


def test_list_of_all() -> None:
    status, printed, _ = tur("explain")
    assert status == 0
    assert [line.split()[0] for line in printed.splitlines()] == list(EXPLANATIONS)


def test_unknown_name() -> None:
    expected = "there is no error named `typ-error`; did you mean `type-error`?\n"
    assert tur("explain", "typ-error") == (1, "", expected)
    assert tur("explain", "zzz") == (1, "", "there is no error named `zzz`; tur explain lists them all\n")
