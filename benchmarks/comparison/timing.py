"""Timing one program in all systems: a run to warm up, then runs in turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from benchmarks.comparison.installing import Missing
from benchmarks.comparison.programs import Program
from benchmarks.comparison.systems import PEERS, Installed
from benchmarks.comparison.workers import Failure, Worker

PATIENCE = 12
"""A run that is no peer's may take so many times as long: its time is wanted, however bad."""


class WrongAnswer(Exception):
    """A program gave an answer that is not the right one."""


@dataclass(frozen=True)
class Outcome:
    """What came of a program in a system: CPU seconds of its runs, or why there are none."""

    program: str
    system: str
    seconds: tuple[float, ...] = ()
    reason: str = ""

    @property
    def least(self) -> float | None:
        """The time that counts: noise of the machine only ever adds to it."""
        return min(self.seconds) if self.seconds else None


def timed(program: Program, systems: list[Installed | Missing], rounds: int, limit: float) -> list[Outcome]:
    """The outcome of a program in each system that has it."""
    outcomes = {}
    workers: dict[str, Worker] = {}
    try:
        for system in systems:
            name = system.system.name
            reason = why_not(program, system)
            if reason is not None:
                outcomes[name] = Outcome(program.name, name, reason=reason)
            elif isinstance(system, Installed) and program.source(system.system.suffix).exists():
                workers[name] = Worker(system, program.source(system.system.suffix))
        outcomes |= in_turn(program, workers, rounds, limit)
    finally:
        for worker in workers.values():
            worker.end()
    return [outcomes[system.system.name] for system in systems if system.system.name in outcomes]


def why_not(program: Program, system: Installed | Missing) -> str | None:
    """Why a system does not run a program, if that is known beforehand."""
    if system.system.name in program.absent:
        return program.absent[system.system.name]
    exists = program.source(system.system.suffix).exists()
    return system.reason if isinstance(system, Missing) and exists else None


def in_turn(program: Program, workers: dict[str, Worker], rounds: int, limit: float) -> dict[str, Outcome]:
    """Warm every worker up, then run one after the other, `rounds` times."""
    seconds: dict[str, list[float]] = {name: [] for name in workers}
    reasons: dict[str, str] = {}
    for turn in range(rounds + 1):
        for name, worker in workers.items():
            if name in reasons:
                continue
            try:
                if turn == 0:
                    worker.loaded()
                patience = limit if name in PEERS else PATIENCE * limit
                reply = worker.run(program.arguments if turn == 0 else None, patience)
            except Failure as failure:
                reasons[name] = str(failure)
                continue
            check(program, name, reply["answer"])
            if turn > 0:
                seconds[name].append(reply["seconds"])
    return {
        name: Outcome(program.name, name, reason=reasons[name])
        if name in reasons
        else Outcome(program.name, name, tuple(seconds[name]))
        for name in workers
    }


def check(program: Program, system: str, answer: Any) -> None:
    """An answer must be the right one, and of the right type: 1 is not true."""
    if answer != program.answer or type(answer) is not type(program.answer):
        raise WrongAnswer(f"{program.name} in {system}: expected {program.answer!r}, got {answer!r}")
