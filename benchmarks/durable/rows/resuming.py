"""From `kill -9` to running on, warm and cold; many kills; from an event that is sent to its receiver running on."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from statistics import quantiles

from benchmarks.durable.figures import DBOS, OURS
from benchmarks.durable.measuring import Run, attempted
from benchmarks.durable.processes import Failure, Installed, Worker
from benchmarks.durable.stores import DEFAULT, NORMAL, POSTGRES

COLD = "resume after kill -9, cold, {} steps done"
WARM = "resume after kill -9, warm, {} steps done"
SEND_MEDIAN, SEND_WORST = "send to resume, p50", "send to resume, p99"
LOST, REPEATED, KILLS = "kills: lost effects", "kills: repeated effects", "kills"
A_KILL = "kills: repeated effects a kill"
INSIDE = "kills: lost or repeated inside transaction"
LEASE = 0.1
"""Seconds that an instance belongs to a process that is gone: the time to wait for is no part of a figure."""
PAUSE = 2 * LEASE


def kinds_of(run: Run) -> list[str]:
    return [kind for kind in run.kinds if kind in (NORMAL, POSTGRES)]


def options_of(system: str) -> dict[str, float]:
    return {"lease": LEASE} if system == OURS else {}


# Resume ---------------------------------------------------------------------------------------


def resume(run: Run) -> None:
    for kind in kinds_of(run):
        for completed in run.sizes.completed:
            for system in (OURS, DBOS):
                row = COLD.format(completed)
                attempted(run, row, kind, system, "s", partial(killed, run, kind, completed, system))


def killed(run: Run, kind: str, completed: int, system: str) -> None:
    """Let an instance come so far, kill its process, go on in others, each of which is killed as well."""
    address = run.stores.fresh(kind, system)
    installed = run.systems[system]
    until_there(installed, address, system, completed)
    cold = [resumed_cold(installed, address, system, completed) for _ in range(run.sizes.resumes)]
    warm = [resumed_warm(installed, address, system, completed) for _ in range(run.sizes.resumes)]
    run.figures.add(COLD.format(completed), kind, system, "s", *cold)
    run.figures.add(WARM.format(completed), kind, system, "s", *warm)


def until_there(installed: Installed, address: str, system: str, completed: int) -> None:
    with installed.worker(address, **options_of(system)) as worker:
        worker.do("prepare", stop=completed)
        worker.do("start", function="effects", args=[completed + 1])
        if system == OURS:
            worker.ask("run")
        worker.effect(max(worker.limit, 60.0))


def resumed_cold(installed: Installed, address: str, system: str, completed: int) -> float:
    """Seconds from starting a process to the next effect."""
    time.sleep(PAUSE)
    first = [{"do": "prepare", "stop": completed}] + ([{"do": "run"}] if system == OURS else [])
    worker = installed.start(address, first=first, **options_of(system))
    try:
        return float(worker.effect()["at"] - worker.begun)
    finally:
        worker.kill()


def resumed_warm(installed: Installed, address: str, system: str, completed: int) -> float:
    """Seconds from claiming to the next effect, in a process that has run others before."""
    more = options_of(system) if system == OURS else {"executor_id": "another"}
    with installed.worker(address, **more) as worker:
        worker.do("prepare", stop=completed)
        worker.do("warm_up")
        time.sleep(PAUSE)
        worker.ask("run" if system == OURS else "recover")
        found = worker.effect()
        return float(found["at"] - found["begun"])


# Kills ----------------------------------------------------------------------------------------


def kills(run: Run) -> None:
    """Kill a process that does an effect in each step, at random moments, until all steps are done."""
    for kind in [kind for kind in run.kinds if kind in (NORMAL, POSTGRES, DEFAULT)]:
        if kind != DEFAULT:
            attempted(run, KILLS, kind, OURS, "", partial(counted, run, kind, OURS))
        if kind != NORMAL:
            attempted(run, KILLS, kind, DBOS, "", partial(counted, run, kind, DBOS))


def counted(run: Run, kind: str, system: str) -> None:
    """The figures of one system: what is lost, what is done twice, how often it was really killed."""
    many = run.sizes.kills if system == OURS else run.sizes.peer_kills
    steps = run.sizes.kill_steps if system == OURS else 30 * run.sizes.peer_kills
    done = Killed(kind, system, steps, run.stores.directory / f"{next(run.stores.numbers)}.log")
    until_done(run, done, many)
    remark = f"{done.kills} kills in {steps} steps"
    lost, repeated = wrong(done.effects, steps)
    run.figures.add(LOST, kind, system, "", lost, remark=remark)
    run.figures.add(REPEATED, kind, system, "", repeated, remark=remark)
    run.figures.add(A_KILL, kind, system, "each", repeated / max(1, done.kills))
    if system == OURS:
        run.figures.add(INSIDE, kind, system, "", sum(wrong(done.rows, steps)), remark=remark)


def wrong(found: list[int], steps: int) -> tuple[int, int]:
    """How many of the numbers are missing, and how many are there again."""
    return len(set(range(steps)) - set(found)), len(found) - len(set(found))


@dataclass
class Killed:
    """An instance whose processes are killed, and what it has done."""

    kind: str
    system: str
    steps: int
    log: Path
    kills: int = 0
    effects: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    """What was written inside transactions."""


def until_done(run: Run, done: Killed, many: int) -> None:
    """Start it, kill it so often, let it end."""
    chance, system = Random(f"{done.kind} {done.system}"), done.system
    address, installed = run.stores.fresh(done.kind, system), run.systems[system]
    done.log.touch()
    with installed.worker(address, **options_of(system)) as worker:
        worker.do("prepare", log=str(done.log))
        id = started(worker, done)
    for place in range(1, many + 1):
        effects = round(place * done.steps / (many + 1))
        done.kills += killed_at(installed, address, system, done.log, effects, chance.random() * 0.003)
    with installed.worker(address, **options_of(system)) as worker:
        worker.do("prepare", log=str(done.log))
        time.sleep(PAUSE)
        if system == OURS:
            worker.do("run")
        assert worker.do("result", id=id) == done.steps
        done.effects = [int(line) for line in done.log.read_text().split()]
        if system == OURS:
            done.rows = [row[0] for row in worker.do("execute", statement="SELECT number FROM effects")]


def started(worker: Worker, done: Killed) -> str:
    """The id of the instance; DBOS runs it at once."""
    if done.system == DBOS:
        return str(worker.do("start", function="effects", args=[done.steps]))
    worker.do("execute", statement="CREATE TABLE effects (number INTEGER)")
    statement = f"INSERT INTO effects VALUES ({'%s' if done.kind == POSTGRES else '?'})"
    return str(worker.do("start", function="inserts", args=[done.steps, statement]))


def killed_at(installed: Installed, address: str, system: str, log: Path, effects: int, later: float) -> bool:
    """Start a process that goes on, and kill it a moment after so many effects; whether it was still at work."""
    time.sleep(PAUSE if system == OURS else 0)
    first = [{"do": "prepare", "log": str(log)}] + ([{"do": "run"}] if system == OURS else [])
    worker = installed.start(address, first=first, **options_of(system))
    try:
        end = time.monotonic() + worker.limit
        while log.read_bytes().count(b"\n") < effects:
            if time.monotonic() > end:
                raise Failure(f"over {worker.limit:g} s")
            time.sleep(0.0005)
        time.sleep(later)
        return worker.process.poll() is None
    finally:
        worker.kill()


# Events ---------------------------------------------------------------------------------------


def send(run: Run) -> None:
    """Events from a process to an instance that waits in another one."""
    for kind in [kind for kind in run.kinds if kind in (NORMAL, POSTGRES, DEFAULT)]:
        for system in (OURS, DBOS):
            if (system == OURS and kind != DEFAULT) or (system == DBOS and kind != NORMAL):
                attempted(run, SEND_MEDIAN, kind, system, "s", partial(sent, run, kind, system))


def sent(run: Run, kind: str, system: str) -> None:
    many = run.sizes.events if system == OURS else run.sizes.peer_events
    chance, address, installed = Random(kind), run.stores.fresh(kind, system), run.systems[system]
    more = {} if system == OURS else {"executor_id": "sender"}
    with installed.worker(address) as receiver, installed.worker(address, **more) as sender:
        receiver.do("prepare", says=True)
        id = receiver.do("start", function="listening", args=[many + 1])
        if system == OURS:
            receiver.ask("serve")
        times = []
        for number in range(many + 1):
            time.sleep(0.02 + 0.05 * chance.random())
            before = sender.do("send", id=id, event="ping", value=number)
            times.append(receiver.effect()["at"] - before)
    times = sorted(times[1:])
    run.figures.add(SEND_MEDIAN, kind, system, "s", *times)
    worst = quantiles(times, n=100, method="inclusive")[98] if len(times) > 1 else times[0]
    run.figures.add(SEND_WORST, kind, system, "s", worst, remark=f"{many} events")
