"""Every program `programs/<case>.tur` runs as an instance, and prints what stands in the `.out` beside it; the last
line is how it ended.  Killed after every save, and gone on with from the store's bytes in a runtime in which nothing is
left, it prints the same (or what stands in `.restored`, where a program tells that it was restored).  Killed
before every save it prints some of these lines again.  Run on an asyncio loop it prints the same, or `.served`.

A program may say, each in a comment on a line of its own: `;; events {"approved": true}`, sent to who waits for
them; `;; rules {"calls": 1000}`; `;; store sqlite`, if it can use no other; `;; also [":rc 2"]`, the lines that it
prints only if it is killed at some places.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from turmeric.assembly import killing
from turmeric.assembly.killing import Run, Settings, run_with_kills
from turmeric.assembly.mortal import AFTER, BEFORE, Place
from turmeric.assembly.skipping import SkippingRuntime
from turmeric.durability.instances.service import Rules
from turmeric.durability.instances.serving import AsyncScheduler

HERE = Path(__file__).parent / "programs"
PROGRAMS = sorted(path.stem for path in HERE.glob("*.tur"))

ADDRESSES = {"memory": "memory:", "sqlite": "sqlite:{}/instances.db?synchronous=normal", "files": "files:{}/instances"}
WAYS = [
    ("straight", "memory", "compiled"),
    ("served", "memory", "auto"),
    ("after", "memory", "cek"),
    ("after", "sqlite", "compiled"),
    ("after", "files", "compiled"),
    ("before", "memory", "auto"),
]
"""When it is killed (`served`: never, it runs on an asyncio loop), the store, the engine."""


STORED = [way for way in WAYS if way[1] != "memory"]


def runs() -> Iterator[tuple[str, str, str, str]]:
    """Every program in every way; of the stores on disk one for each program, unless all are asked for."""
    for program in PROGRAMS:
        chosen = STORED[crc32(program.encode()) % len(STORED)]
        for way in WAYS:
            if way not in STORED or way == chosen or os.environ.get("STORES_ALL"):
                yield program, *way


class Served(SkippingRuntime):
    """A runtime that runs what is due on an asyncio loop."""

    def run_until_idle(self) -> int:
        asyncio.run(AsyncScheduler(self.service).serve(until_idle=True))
        return 0


def told(text: str, what: str) -> Any:
    """What a program says in a comment."""
    found = re.search(rf"^;; {what} (.+)$", text, re.MULTILINE)
    return None if found is None else found[1]


def expected(program: str, suffix: str) -> list[str]:
    file = HERE / f"{program}{suffix}"
    return (file if file.exists() else file.with_suffix(".out")).read_text(encoding="utf-8").splitlines()


class Kills:
    """Dies at every save: right before it, the first time, or after it."""

    def __init__(self, when: str) -> None:
        self.when = when
        self.seen: set[tuple[str, int, str]] = set()

    def __call__(self, place: Place, moment: str) -> bool:
        key = (place.instance, place.number, place.kind)
        if self.when != moment or key in self.seen or (moment, place.kind) == (AFTER, "end"):
            return False
        self.seen.add(key)
        return True


def run(program: str, when: str, store: str, engine: str, directory: Path) -> tuple[Run, list[str]]:
    text = (HERE / f"{program}.tur").read_text(encoding="utf-8")
    kind = told(text, "store") or store
    if kind == "files" and find_spec("turmeric.durability.instances.stores.files") is None:
        pytest.skip("there is no store of files yet")
    address = ADDRESSES[kind].format(directory)
    rules = Rules(**json.loads(told(text, "rules") or "{}"))
    events = json.loads(told(text, "events") or "{}")
    settings = Settings(
        lambda runtime: runtime.load(str(HERE / f"{program}.tur")).main,
        (), events, lambda: address, rules, [str(HERE)], engine, 0.0,
    )  # fmt: skip
    ran = run_with_kills(settings, Kills(when))
    lines = [*ran.printed.splitlines(), f"=> {ran.outcome}"]
    return ran, [line.replace(f"{HERE}/", "") for line in lines]


@pytest.mark.parametrize(("program", "when", "store", "engine"), list(runs()))
def test_program(
    program: str, when: str, store: str, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if when == "served":
        monkeypatch.setattr(killing, "SkippingRuntime", Served)
    ran, lines = run(program, when, store, engine, tmp_path)
    straight = expected(program, ".served" if when == "served" else ".out")
    restored = expected(program, ".restored")
    assert bool(ran.deaths) == (when in (BEFORE, AFTER))
    if when == BEFORE:
        also = json.loads(told((HERE / f"{program}.tur").read_text(encoding="utf-8"), "also") or "[]")
        assert lines[-1] in (straight[-1], restored[-1])
        assert set(straight) & set(restored) <= set(lines) <= {*straight, *restored, *also}
    else:
        assert lines == (restored if when == AFTER else straight)


def test_expectations_have_a_program() -> None:
    expectations = [path for suffix in ("out", "restored", "served") for path in HERE.glob(f"*.{suffix}")]
    assert [path for path in expectations if not path.with_suffix(".tur").exists()] == []
