"""Whatever the programs of the tests serialize is also saved incrementally, and comes back the same."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from turmeric.assembly.session import Session
from turmeric.durability import saving
from turmeric.durability.stores import incremental
from turmeric.durability.stores.blobs import MemoryBlobs
from turmeric.durability.stores.incremental import Saver
from turmeric.running.world import World
from turmeric.vocabulary.errors import TurmericError

PROGRAMS = Path(__file__).resolve().parents[1] / "programs"
ONCE = ("resources/sockets", "bundles/resumed-in-its-own-code")
"""Programs whose resources can be acquired once at a time, or that go on in code that only their bytes have."""
STORING = [
    path
    for path in sorted(PROGRAMS.glob("*/*.tur"))
    if "(serialize " in path.read_text() and not path.with_suffix(".err").exists()
    if f"{path.parent.name}/{path.stem}" not in ONCE
]


@pytest.mark.parametrize("program", STORING, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_programs_serialize(program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incremental, "RUN", 2)
    os.chdir(tmp_path)
    plain = saving.serialize
    savers: dict[World, Saver] = {}
    saved = [0]

    def twice(world: World, value: Any, keep: bool = False, bundle: bool = False) -> bytes:
        saver = savers.setdefault(world, Saver(world, MemoryBlobs(), "it"))
        expected = outcome(lambda: plain(world, value, True))
        for _ in range(2):
            assert outcome(lambda: (saver.save(value), again(world, saver))[1]) == expected
        saved[0] += 1
        return plain(world, value, keep, bundle)

    def again(world: World, saver: Saver) -> bytes:
        return plain(world, Saver(world, saver.blobs, "it").load(), True)

    monkeypatch.setattr(saving, "serialize", twice)
    session = Session([str(program.parent)])
    try:
        session.run_file(str(program))
    except TurmericError:
        pytest.fail("the program itself fails")
    assert saved[0]


def outcome(work: Any) -> object:
    """The bytes, or the name of the error."""
    try:
        return work()
    except TurmericError as error:
        return error.name
