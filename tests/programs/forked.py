"""Runs each program in a process of its own that begins with a session already made.

Loading the standard library takes longer than most programs run; forking takes a
millisecond or two, and nothing a program does reaches the next one.
"""

from __future__ import annotations

import io
import json
import os
import select
import signal
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from tests.disturbing import DISTURBED, Disturbance, disturbed
from turmeric.assembly.roundtrip import RoundTripSession
from turmeric.assembly.session import Session
from turmeric.fronts.execution import completed
from turmeric.vocabulary.errors import TurmericError
from turmeric.vocabulary.report import report

SEED = os.environ.get("DISTURB_SEED", "1")
"""What the places depend on at which compiled code is disturbed; any text."""

MODES: dict[str, Callable[[], Session]] = {
    "cek": lambda: Session(engine="cek"),
    "auto": Session,
    "compiled": lambda: Session(engine="compiled"),
    "moved": lambda: Session(engine="compiled"),
    "interrupted": lambda: Session(engine="compiled"),
    "roundtrip": RoundTripSession,
}
"""How every program runs; `tests/disturbing.py` has the ways of disturbing compiled code."""

SECONDS = 60
"""After which a program counts as hanging."""

_sessions: dict[str, Session] = {}


def run(program: Path, mode: str, directory: Path) -> tuple[str, str]:
    """What a program prints, and what it writes to stderr or reports, started in `directory`."""
    if mode not in _sessions:
        _sessions[mode] = MODES[mode]()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:  # whatever happens, the child must not go on as a second run of the tests
            os.close(reading)
            with os.fdopen(writing, "w", encoding="utf-8") as answer:
                with disturbed(Disturbance(mode, (SEED, program.name))) if mode in DISTURBED else nullcontext():
                    ended = outcome(_sessions[mode], program, directory)
                json.dump(ended, answer)
        finally:
            os._exit(0)
    os.close(writing)
    answer = received(reading, child)
    os.waitpid(child, 0)
    assert answer, f"{program} ended without an answer, or took more than {SECONDS} seconds"
    printed, reported = json.loads(answer)
    return printed, reported


def received(reading: int, child: int) -> bytes:
    """What the child wrote until its end; a child that hangs is killed."""
    pieces: list[bytes] = []
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        while select.select([pipe], [], [], SECONDS)[0]:
            piece = pipe.read(1 << 16)
            if not piece:
                return b"".join(pieces)
            pieces.append(piece)
    os.kill(child, signal.SIGKILL)
    return b""


def outcome(session: Session, program: Path, directory: Path) -> tuple[str, str]:
    """Run a program in this process, which ends with it."""
    os.chdir(directory)
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), io.StringIO(), io.StringIO()
    session.loader.roots = [str(program.parent)]
    session.activate()
    try:
        completed(session, lambda: session.run_file(str(program)))
    except TurmericError as error:
        print(report(error), file=sys.stderr)
    except SystemExit as end:
        if end.code:
            print(f"exit status {end.code}", file=sys.stderr)
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
    return sys.stdout.getvalue(), sys.stderr.getvalue()
