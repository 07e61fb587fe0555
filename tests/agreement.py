"""One program, run in several ways: what it prints, and what is reported, must be the same."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Sequence
from random import Random

from tests.disturbing import Disturbance, disturbed, shallow
from turmeric.assembly.roundtrip import RoundTripSession
from turmeric.assembly.session import Session
from turmeric.fronts.execution import completed
from turmeric.running import counting
from turmeric.vocabulary.errors import TurmericError
from turmeric.vocabulary.report import report
from turmeric.vocabulary.spans import remember_text

WAYS = ("cek", "compiled", "auto-1", "auto-2", "auto-3", "moved", "interrupted", "shallow", "roundtrip")
"""`auto-N`: what was called N times is compiled."""

FILE = "program.tur"


def without_frames(printed: str) -> str:
    """What is printed, without the functions that waited.  (Of the tail calls into the library, which leave
    no frame, the machine knows only the last one; compiled code knows one that still runs.)"""
    return "\n".join(line for line in printed.splitlines() if not line.startswith("  in "))


def untraced(printed: str) -> str:
    """What is printed, without the place and the trace of the error at its end: they do not travel."""
    return printed.partition("\n  at ")[0].strip()


class Runner:
    """Runs programs in this process, each in a module of its own."""

    def __init__(self) -> None:
        self.sessions: dict[str, Session] = {}
        self.count = 0

    def session(self, engine: str) -> Session:
        if engine not in self.sessions:
            made = RoundTripSession() if engine == "roundtrip" else Session(engine=engine)
            self.sessions[engine] = made
        return self.sessions[engine]

    def run(self, text: str, way: str, seed: object = 1) -> str:
        """What a program prints, then the report of its error."""
        if way in ("moved", "interrupted"):
            with disturbed(Disturbance(way, seed)):
                return self.outcome("compiled", text)
        if way == "roundtrip":
            return untraced(self.outcome(way, text))
        if way == "shallow":
            with shallow(15 + Random(str(seed)).randrange(45)):
                return self.outcome("compiled", text)
        if way.startswith("auto-"):
            counting.CALLS = counting.RESUMPTIONS = counting.TURNS = int(way[5:])
            return self.outcome("auto", text)
        return self.outcome(way, text)

    def struck(self, text: str, way: str, only: int) -> tuple[str, int]:
        """The same, disturbed in one place; and whether there was such a place."""
        hook = Disturbance(way, 0, only=only)
        with disturbed(hook):
            made = self.outcome("compiled", text)
        return made, hook.count

    def differing(self, text: str, ways: Sequence[str], seed: object = 1) -> dict[str, str]:
        """What the machine prints, and each way in which something else is printed; empty if there is none."""
        wanted = self.run(text, "cek")
        found = {way: self.run(text, way, seed) for way in ways}
        same = {way: untraced if way == "roundtrip" else without_frames for way in ways}
        wrong = {way: got for way, got in found.items() if same[way](got) != same[way](wanted)}
        return {"cek": wanted, **wrong} if wrong else {}

    def outcome(self, engine: str, text: str) -> str:
        session = self.session(engine)
        self.count += 1
        session.activate()
        module = session.new_module("program")
        session.world.main = module.name
        remember_text(FILE, text)
        printed, random = io.StringIO(), os.urandom
        os.urandom = Random(1).randbytes  # identities, which get into bytes
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            try:
                completed(session, lambda: session.pipeline(module).load(text, FILE))
            except TurmericError as error:
                print(report(error))
            except Exception as error:
                print(f"{type(error).__name__}: {error}")
        sys.setprofile(None)
        os.urandom = random
        return printed.getvalue()
