"""The sweep: each sub-expression of a program, one at a time, is followed by a checkpoint, at which the program
is stored; another process goes on from there, and prints what the program would have printed.

    python -m tests.sweep [--every N] [--engine ENGINE] [PATTERN ...]    the programs of the suite, each Nth expression

The checkpoint is a call that waits, so what is stored has the value of the expression, and every frame.
"""

from __future__ import annotations

import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.fronts import freezing
from turmeric.assembly.freezing import program_at
from turmeric.assembly.pipeline import Pipeline
from turmeric.durability.saving import serialize
from turmeric.fronts import saved
from turmeric.fronts.statuses import FROZEN
from turmeric.reading import core
from turmeric.reading.core import Core
from turmeric.reading.parts import parts
from turmeric.running.interrupting import Frozen
from turmeric.running.values import Operator
from turmeric.vocabulary import namespace
from turmeric.vocabulary.namespace import Global, Module

PROGRAMS = Path(__file__).parent / "programs"
UNSUITABLE = (
    *("(import", "set!", "(ref", "(rc", "dynamic-wind", "serialize", "gensym", "async", "spawn", "read-file", "exit"),
    *("write-file", "import-python", "with-open", "random", "now", "load", "memo", "lazy", "make-parameter"),
    *("(instance Show", "continuation-frames", "yield", "generator", "gen-", "(def k", "stream", "(def order (order"),
)
"""Programs with these: the process's own definitions change, or the world does, and none of that is stored."""


class Arguments(Namespace):
    every: int
    engine: str
    patterns: list[str]


class Sweep:
    """Wraps the `number`th sub-expression of a program's forms; counts them."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.count = 0

    def form(self, form: Core) -> Core:
        """A form with its parts wrapped, and itself."""
        for name in getattr(form, "__slots__", ()):
            if name == "bindings":
                form.bindings = tuple((var, self.inside(value)) for var, value in form.bindings)  # type: ignore[attr-defined]
                continue
            value = getattr(form, name)
            if isinstance(value, Core):
                setattr(form, name, self.form(value))
            elif isinstance(value, tuple | list) and value and all(isinstance(each, Core) for each in value):
                setattr(form, name, type(value)([self.form(each) for each in value]))
        if isinstance(form, core.Lambda | core.Const | core.Recur | core.Leave) or not closed(form):
            return form
        self.count += 1
        return checkpointed(form) if self.count == self.number else form

    def inside(self, form: Core) -> Core:
        """A function that must stay one."""
        form.body = self.form(form.body)  # type: ignore[attr-defined]
        return form


def closed(form: Core) -> bool:
    """Whether no `recur` in it is for a loop around it: that has to stay the last thing."""
    inner: set[object] = set()
    work = [form]
    while work:
        each = work.pop()
        if isinstance(each, core.Loop):
            inner.add(each.target)
        if isinstance(each, core.Recur) and each.target not in inner:
            return False
        work.extend(parts(each))
    return True


def checkpointed(form: Core) -> Core:
    var = core.Variable("swept")
    var.used = True
    call = core.Call(core.Global("sweep", "checkpoint", form.span), (), form.span)
    return core.Let(var, form, core.Seq((call, core.Local(var, form.span)), form.span), form.span)


class Sweeping:
    """What a child process does otherwise: it wraps an expression, and is stored when it gets there."""

    sweep = Sweep(0)
    expand = Pipeline.expand

    @staticmethod
    def expanded(pipeline: Pipeline, form: Any) -> Iterator[Any]:
        for declaration in Sweeping.expand(pipeline, form):
            if not pipeline.module.library and declaration.kind != "macro":
                for name, code in declaration.code.items():
                    declaration.code[name] = Sweeping.sweep.form(code)
            yield declaration

    @staticmethod
    def begin(session: Any, number: int, stores: bool) -> None:
        Sweeping.sweep = Sweep(number)
        Pipeline.expand = Sweeping.expanded  # type: ignore[method-assign, assignment]

        def checkpoint(machine: Any, args: list[Any], frames: Any) -> Any:
            if not stores or machine.outer is not None:
                return machine.give(None, frames)
            data = serialize(session.world, program_at(session, machine, frames), keep=True)
            Path(freezing.FILE).write_bytes(data)
            raise Frozen

        module = Module("sweep", session.world.prelude)
        found = Global("sweep", "checkpoint", namespace.OPERATOR, Operator("sweep", "checkpoint", checkpoint, 0, 0))
        module.definitions["checkpoint"] = found
        session.world.modules["sweep"] = module


@contextmanager
def sweeping(number: int) -> Iterator[None]:
    """What runs inside is wrapped."""
    original = freezing.outcome

    def outcome(command: Any, arguments: Any, session: Any, root: Path, directory: Path) -> Any:
        Sweeping.begin(session, number, command is not saved.resume)
        made = original(command, arguments, session, root, directory)
        Path("count").write_text(str(Sweeping.sweep.count))
        return made

    freezing.outcome = outcome
    try:
        yield
    finally:
        freezing.outcome = original


def whole(program: Path, engine: str) -> tuple[int, tuple[int, str, str]]:
    """How many sub-expressions a program has, and what it prints."""
    with tempfile.TemporaryDirectory() as place, sweeping(0):
        made = freezing.run(program, engine, Path(place))
        return int((Path(place) / "count").read_text()), made


def swept(program: Path, engine: str, number: int) -> tuple[bool, tuple[int, str, str]]:
    """Whether the program was stored at a checkpoint, and what is printed in both parts."""
    with tempfile.TemporaryDirectory() as place, sweeping(number):
        first = freezing.run(program, engine, Path(place))
        if first[0] != FROZEN:
            return False, first
        status, printed, reported = freezing.resume(program, engine, Path(place))
        return True, (status, first[1] + printed, first[2] + reported)


def suitable() -> list[Path]:
    """The programs of the suite that can go on elsewhere, and end well."""
    found = sorted(PROGRAMS.glob("*/*.tur"))
    return [each for each in found if each.with_suffix(".out").exists() and not each.with_suffix(".err").exists()
            and not any(word in each.read_text() for word in UNSUITABLE)]


def sweep(programs: list[Path], engine: str, every: int, start: int = 1) -> tuple[int, list[str]]:
    """How often a program was restored, and what was wrong."""
    restored, wrong = 0, []
    place = start
    for program in programs:
        count, expected = whole(program, engine)
        while place <= count:
            stored, made = swept(program, engine, place)
            restored += stored
            if made != expected:
                wrong.append(f"{program.relative_to(PROGRAMS)} at {place}: {made!r}\n   instead of {expected!r}")
            place += every
        place -= count
    return restored, wrong


def main(arguments: Arguments) -> int:
    wanted = arguments.patterns or [""]
    programs = [each for each in suitable() if any(part in str(each) for part in wanted)]
    start, total, bad = time.perf_counter(), 0, 0
    for program in programs:
        restored, wrong = sweep([program], arguments.engine, arguments.every)
        total, bad = total + restored, bad + len(wrong)
        for each in wrong:
            print(each, flush=True)
    print(f"{len(programs)} programs, {total} restored, {bad} wrong, {time.perf_counter() - start:.0f} s")
    return bad


if __name__ == "__main__":
    parser = ArgumentParser()
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--engine", default="compiled")
    parser.add_argument("patterns", nargs="*")
    sys.exit(main(parser.parse_args(namespace=Arguments())) > 0)
