"""Runs a program in one process, stores it at one of its calls, and goes on with it in another.

Both are forked from one that has made a session, and run the commands `tur run` and `tur resume`.
"""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

from turmeric.assembly.freezing import finish
from turmeric.assembly.session import Session
from turmeric.durability.sealed import keyfiles, sealing
from turmeric.fronts import execution, results, saved
from turmeric.fronts.arguments import Arguments
from turmeric.fronts.statuses import FROZEN, guarded
from turmeric.running.compiled import entering
from turmeric.vocabulary.lists import from_iterable

FILE = "frozen.bin"

LOADED = (finish, keyfiles, sealing, results, entering)
"""What the commands import when they need it: once for all children."""

_sessions: dict[str, Session] = {}


def in_child(command: Any, arguments: Arguments, engine: str, root: Path, directory: Path) -> tuple[int, str, str]:
    """The exit status, the output and the errors of a command, in a process of its own."""
    if engine not in _sessions:
        _sessions[engine] = Session(engine=engine)
        _sessions[engine].evaluate("(deserialize (serialize (reset (shift [k] k))))")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:  # whatever happens, the child must not go on as a second run of the tests
            os.close(reading)
            with os.fdopen(writing, "w", encoding="utf-8") as answer:
                json.dump(outcome(command, arguments, _sessions[engine], root, directory), answer)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        status, printed, reported = json.loads(pipe.read() or '[-1, "", "no answer"]')
    os.waitpid(child, 0)
    return status, printed, reported


def outcome(command: Any, arguments: Arguments, session: Session, root: Path, directory: Path) -> tuple[int, str, str]:
    os.chdir(directory)
    os.fsync = lambda descriptor: None
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), io.StringIO(), io.StringIO()
    session.loader.roots = [str(root)]
    session.activate()
    execution.open_session = lambda arguments, root, args: with_arguments(session, args)
    try:
        status = guarded(lambda: command(arguments), debug=False)
    except SystemExit as end:
        status = int(end.code or 0)
    except BaseException as error:
        status = -1
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
    return status, sys.stdout.getvalue(), sys.stderr.getvalue()


def with_arguments(session: Session, args: list[str]) -> Session:
    session.world.args = from_iterable(args)
    return session


def run(program: Path, engine: str, directory: Path, *args: str, **options: str) -> tuple[int, str, str]:
    """`tur run [OPTIONS] PROGRAM [ARGS]`"""
    given = {f"--{name.replace('_', '-')}": value for name, value in options.items()}
    arguments = Arguments("run", [str(program), *args], given)
    return in_child(execution.run, arguments, engine, program.parent, directory)


def resume(program: Path, engine: str, directory: Path, **options: str) -> tuple[int, str, str]:
    """`tur resume [OPTIONS] frozen.bin`"""
    given = {f"--{name.replace('_', '-')}": value for name, value in options.items()}
    return in_child(saved.resume, Arguments("resume", [FILE], given), engine, program.parent, directory)


def in_two_parts(program: Path, engine: str, calls: int, directory: Path, *args: str) -> tuple[int, str, str] | None:
    """The status, output and errors of a program that is stored at a call and resumed; None when it has fewer calls."""
    status, printed, reported = run(program, engine, directory, *args, freeze_after=f"{calls}-calls", to=FILE)
    if status != FROZEN:
        return None
    reported = "".join(line for line in reported.splitlines(keepends=True) if not line.startswith("stored in "))
    status, more, errors = resume(program, engine, directory)
    return status, printed + more, reported + errors
