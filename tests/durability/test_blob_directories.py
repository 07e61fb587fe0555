"""Blobs in a directory: several processes at once, killed at any time."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from turmeric.assembly.session import Session
from turmeric.durability.stores.blobs import DirectoryBlobs
from turmeric.durability.stores.incremental import Saver
from turmeric.vocabulary import vectors
from turmeric.vocabulary.errors import TurmericError

ROOT = Path(__file__).resolve().parents[2]

SAVING = """
import sys
from turmeric.assembly.session import Session
from turmeric.durability.stores.blobs import DirectoryBlobs
from turmeric.durability.stores.incremental import Saver
from turmeric.vocabulary import vectors

blobs = DirectoryBlobs(sys.argv[1])
saver = Saver(Session([]).world, blobs, sys.argv[2])
vector = saver.load() if blobs.head(sys.argv[2]) else vectors.EMPTY
while True:
    vector = vector.concat(range(len(vector), len(vector) + 40))
    if len(vector) % 400 == 0:
        vector = vector.slice(0, 40)
    saver.save(vector)
    print(len(vector), flush=True)
"""

COLLECTING = """
import sys
import time
from turmeric.durability.stores.blobs import DirectoryBlobs

while True:
    print(DirectoryBlobs(sys.argv[1]).collect(), flush=True)
    time.sleep(0.01)
"""


def start(program: str, *words: str) -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program, *words]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for_line(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


def killed(process: subprocess.Popen[str]) -> list[int]:
    """What the process printed before it was killed; it must not have ended by itself."""
    process.send_signal(signal.SIGKILL)
    out, err = process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL, err
    return [int(line) for line in out.split("\n")[:-1]]


def test_savers_and_collectors_that_are_killed_lose_nothing(tmp_path: Path) -> None:
    chooser = random.Random(7)
    directory = str(tmp_path / "state")
    blobs = DirectoryBlobs(directory)
    world = Session([]).world
    saves = collected = 0
    for _ in range(6):
        processes = [start(SAVING, directory, "a"), start(SAVING, directory, "b"), start(COLLECTING, directory)]
        firsts = [wait_for_line(each) for each in processes]
        time.sleep(chooser.random() / 4)
        *printed, removed = [[first, *killed(each)] for first, each in zip(firsts, processes, strict=True)]
        collected += sum(removed)
        for name, lengths in zip("ab", printed, strict=True):
            saves += len(lengths)
            if blobs.head(name) is not None:
                value = Saver(world, blobs, name).load()
                assert list(value) == list(range(len(value)))
                following = 40 if not lengths else 40 if lengths[-1] + 40 == 400 else lengths[-1] + 40
                assert not lengths or len(value) in (lengths[-1], following)
    assert saves > 20 and collected > 5
    blobs.collect()
    assert set(blobs.hashes()) == blobs.reachable(blobs.heads().values())
    assert not [file for file in (tmp_path / "state" / "blobs").rglob("*") if "." in file.name]


@pytest.mark.parametrize("name", ["a", "..", "a/b", "", "ä %", ".hidden"])
def test_names_are_any_text(tmp_path: Path, name: str) -> None:
    blobs = DirectoryBlobs(str(tmp_path / "state"))
    saver = Saver(Session([]).world, blobs, name)
    saver.save(vectors.from_iterable(range(100)))
    assert list(blobs.heads()) == [name]
    assert list(saver.load()) == list(range(100))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["state"]
    blobs.set_head(name, None)
    blobs.set_head(name, None)
    assert blobs.collect() == 1


def test_a_directory_that_cannot_be_used_is_an_io_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TurmericError) as caught:
        DirectoryBlobs(str(tmp_path / "file"))
    assert caught.value.name == "io-error"


def test_a_damaged_head_is_corrupt_data(tmp_path: Path) -> None:
    blobs = DirectoryBlobs(str(tmp_path))
    Saver(Session([]).world, blobs, "a").save(1)
    (tmp_path / "heads" / "=a").write_text("zz")
    for use in (lambda: blobs.head("a"), blobs.heads, blobs.collect):
        with pytest.raises(TurmericError) as caught:
            use()  # type: ignore[operator]
        assert caught.value.name == "corrupt-data"
