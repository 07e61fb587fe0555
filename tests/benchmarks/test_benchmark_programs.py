"""The programs of the comparison give the right answers, at a small size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.comparison.programs import CAPTURING, PROGRAMS, SOURCES, Program
from benchmarks.comparison.systems import SYSTEMS
from benchmarks.workers import in_python, in_turmeric
from benchmarks.workers.serving import Program as Loaded
from benchmarks.workers.serving import plain

ALL = [*PROGRAMS, *CAPTURING]
GENERAL = [system for system in SYSTEMS if system.general]


def name_of(program: Program) -> str:
    return program.name


def answer(loaded: Loaded, program: Program) -> Any:
    prepare, benchmark = loaded
    return plain(benchmark(*(program.small if prepare is None else [prepare(*program.small)])))


def check(load: Callable[[str], Loaded], program: Program, suffix: str) -> None:
    found = answer(load(str(program.source(suffix))), program)
    assert found == program.small_answer
    assert type(found) is type(program.small_answer)


@pytest.mark.parametrize("program", ALL, ids=name_of)
def test_in_turmeric(program: Program) -> None:
    check(in_turmeric.load, program, ".tur")


@pytest.mark.parametrize("program", [one for one in PROGRAMS if "python" not in one.absent], ids=name_of)
def test_in_python(program: Program) -> None:
    check(in_python.load, program, ".py")


@pytest.mark.parametrize("program", PROGRAMS, ids=name_of)
def test_every_system_has_the_program_or_a_reason(program: Program) -> None:
    there = {system.name for system in GENERAL if program.source(system.suffix).exists()}
    assert there.isdisjoint(program.absent)
    assert there | set(program.absent) == {system.name for system in GENERAL}


def test_the_sources_are_those_of_the_programs() -> None:
    known = {program.source(system.suffix) for program in ALL for system in SYSTEMS}
    assert set(SOURCES.glob("*/*.*")) <= known


def test_an_engine_is_asked_for_only_if_one_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    class Choosing:
        def __init__(self, roots: list[str], engine: str = "auto") -> None:
            asked.append((roots, engine))

    monkeypatch.setattr(in_turmeric, "Session", Choosing)
    in_turmeric.session(["here"], None)
    in_turmeric.session(["here"], "cek")
    assert asked == [(["here"], "auto"), (["here"], "cek")]


def test_an_engine_that_cannot_be_chosen() -> None:
    with pytest.raises(ValueError, match="no engine `warp`; there are cek, compiled, auto"):
        in_turmeric.session(["here"], "warp")
