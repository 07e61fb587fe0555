"""Open files as values, opening them again, and replacing a file as a whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from turmeric.running import replacing
from turmeric.running.files import FileHandle, open_file, reopen
from turmeric.running.replacing import replace_file
from turmeric.vocabulary.errors import TurmericError


def again(handle: FileHandle) -> FileHandle:
    """What a handle is in another process."""
    return reopen(handle.path, handle.mode, handle.position())


def test_a_read_file_is_reopened_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("one\ntwo\n")
    handle = open_file(str(path), "r")
    handle.file.readline()
    copy = again(handle)
    assert (copy.path, copy.mode, copy.position()) == (str(path), "r", 4)
    assert copy.file.read() == b"two\n"
    assert handle.file.read() == b"two\n"


@pytest.mark.parametrize("mode", ["w", "wb", "x", "w+", "a", "a+", "r+"])
def test_reopening_empties_nothing(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "f"
    if mode == "r+":
        path.write_text("")
    handle = open_file(str(path), mode)
    handle.file.write(b"one,")
    copy = again(handle)
    handle.close()
    assert copy.mode == mode
    copy.file.write(b"two")
    copy.close()
    assert path.read_text() == "one,two"


@pytest.mark.parametrize("mode", ["r", "w", "a", "x", "r+"])
def test_a_file_that_is_gone_is_not_made(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "f"
    with pytest.raises(TurmericError) as raised:
        reopen(str(path), mode, 0)
    assert raised.value.name == "io-error"
    assert raised.value.message == f"cannot open again {path}: No such file or directory"
    assert not path.exists()


def test_a_file_that_became_shorter_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("123")
    with pytest.raises(TurmericError) as raised:
        reopen(str(path), "r", 5)
    assert raised.value.message == f"cannot open {path} again at byte 5: it has only 3 bytes now"


def test_the_path_is_absolute_when_the_directory_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "f").write_text("x")
    monkeypatch.chdir(tmp_path)
    handle = open_file("f", "r")
    monkeypatch.chdir("/")
    assert again(handle).file.read() == b"x"


def test_a_closed_file_remembers_its_position(tmp_path: Path) -> None:
    handle = open_file(str(tmp_path / "f"), "w")
    handle.file.write(b"abc")
    handle.close()
    handle.close()
    assert (handle.closed, handle.position()) == (True, 3)


def test_a_closed_file_stays_closed(tmp_path: Path) -> None:
    copy = reopen(str(tmp_path / "gone"), "w", 3, closed=True)
    assert (copy.closed, copy.position(), copy.mode) == (True, 3, "w")


@pytest.mark.parametrize("step", ["write_new", "os.replace"])
def test_a_failing_replacement_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    path = tmp_path / "f"
    path.write_text("old")

    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"{replacing.__name__}.{step}", fail)
    with pytest.raises(OSError):
        replace_file(str(path), b"new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["f"]


def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        replace_file(str(tmp_path / "f"), b"")
    finally:
        os.umask(before)
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o640


def test_a_device_is_written_to() -> None:
    replace_file(os.devnull, b"gone")
    assert not os.path.isfile(os.devnull)
