"""The command: its options, the order of the runs, wrong answers, peers that are not there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from shells import PROJECT

from benchmarks.__main__ import main
from benchmarks.comparison import command
from benchmarks.comparison.installing import Missing, installed, last_line
from benchmarks.comparison.programs import CAPTURING, PROGRAMS, Program
from benchmarks.comparison.results import conditions, processor
from benchmarks.comparison.starting import starts
from benchmarks.comparison.systems import SYSTEMS, without_installing
from benchmarks.comparison.timing import WrongAnswer, in_turn, timed
from benchmarks.comparison.workers import Failure

FIB = PROGRAMS[0]
TEN = Program("fib", "fib 10", [10], 55, [10], 55)


class Scripted:
    """A worker that says what it is told to say, and writes down when it was asked."""

    def __init__(self, name: str, log: list[str], answers: list[Any]) -> None:
        self.name, self.log, self.answers = name, log, iter(answers)

    def loaded(self) -> None:
        self.log.append(f"{self.name} loaded")

    def run(self, arguments: list[Any] | None, limit: float) -> dict[str, Any]:
        self.limit = limit
        self.log.append(self.name if arguments is None else f"{self.name} {arguments}")
        answer = next(self.answers)
        if isinstance(answer, Failure):
            raise answer
        return {"answer": answer[0], "seconds": answer[1]}


def test_runs_alternate_and_the_first_does_not_count() -> None:
    log: list[str] = []
    workers: Any = {
        "turmeric": Scripted("turmeric", log, [(55, 9.0), (55, 2.0), (55, 1.0)]),
        "python": Scripted("python", log, [(55, 9.0), (55, 4.0), (55, 5.0)]),
    }
    outcomes = in_turn(TEN, workers, 2, 1.0)
    assert log == [
        *("turmeric loaded", "turmeric [10]", "python loaded", "python [10]"),
        *("turmeric", "python", "turmeric", "python"),
    ]
    assert {name: (one.seconds, one.least) for name, one in outcomes.items()} == {
        "turmeric": ((2.0, 1.0), 1.0),
        "python": ((4.0, 5.0), 4.0),
    }


def test_one_that_fails_is_not_asked_again() -> None:
    log: list[str] = []
    workers: Any = {
        "hy": Scripted("hy", log, [(55, 1.0), Failure("over 1 s"), (55, 1.0)]),
        "python": Scripted("python", log, [(55, 1.0)] * 3),
    }
    outcomes = in_turn(TEN, workers, 2, 1.0)
    assert log.count("hy") == 1
    assert (outcomes["hy"].reason, outcomes["hy"].least) == ("over 1 s", None)
    assert outcomes["python"].seconds == (1.0, 1.0)


def test_the_limit_is_for_peers() -> None:
    """Turmeric's own time is wanted, however bad; something has to end it all the same."""
    workers: Any = {name: Scripted(name, [], [(55, 1.0)] * 2) for name in ("turmeric", "python", "hy", "pyrsistent")}
    in_turn(TEN, workers, 1, 10.0)
    assert [worker.limit for worker in workers.values()] == [120.0, 120.0, 10.0, 10.0]


@pytest.mark.parametrize("answer", [54, 55.0, "55"])
def test_a_wrong_answer_is_an_error(answer: Any) -> None:
    workers: Any = {"hy": Scripted("hy", [], [(answer, 1.0)])}
    with pytest.raises(WrongAnswer, match=r"fib in hy: expected 55, got '?5[45]"):
        in_turn(TEN, workers, 1, 1.0)


def test_a_peer_that_is_not_there_is_said_so_for_each_program_it_has(tmp_path: Path) -> None:
    hy, pyrsistent = (Missing(SYSTEMS[place], "cannot be installed") for place in (2, 5))
    (ctak,) = [program for program in PROGRAMS if program.name == "ctak"]
    assert [(one.system, one.reason) for one in timed(FIB, [hy, pyrsistent], 1, 1.0)] == [("hy", "cannot be installed")]
    assert [(one.system, one.reason) for one in timed(ctak, [hy], 1, 1.0)] == [("hy", "no continuations")]
    assert [one.reason for one in starts([hy, pyrsistent], 1)] == ["cannot be installed"]


def test_a_peer_that_cannot_be_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(words: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(words, 1, "", "a warning\nERROR: No matching distribution found\n\n")

    (tmp_path / "environment" / "bin").mkdir(parents=True)
    (tmp_path / "environment" / "bin" / "python").touch()
    monkeypatch.setattr(subprocess, "run", failing)
    said: list[str] = []
    peer = installed("hy", tmp_path, said.append)
    assert isinstance(peer, Missing)
    assert peer.reason == "cannot be installed: ERROR: No matching distribution found"
    assert said == ["installing Hy"]
    assert last_line(" \n") == "it does not say why"


def test_start_up_is_measured(tmp_path: Path) -> None:
    (python,) = starts([without_installing("python", tmp_path)], 1)
    assert python.clock is not None and python.cpu is not None
    assert python.clock > 0


def test_options() -> None:
    chosen = command.options([])
    assert (chosen.rounds, chosen.engine, chosen.programs) == (5, None, command.CHOICES)
    assert command.options(["--peers"]).peers == []
    assert [program.name for program in command.programs(["tak", "fib"])] == ["fib", "tak"]
    assert command.programs(["captures"]) == CAPTURING


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--programs", "fob"], "invalid choice: 'fob'"),
        (["--peers", "python"], "invalid choice: 'python'"),
        (["--rounds", "0"], "expected at least 1, got 0"),
        (["--rounds", "many"], "invalid number value: 'many'"),
        (["--engine", "jit"], "invalid choice: 'jit'"),
    ],
)
def test_bad_options(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.options(words)
    assert message in capsys.readouterr().err


def test_an_unknown_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fib"]) == 2
    assert capsys.readouterr().err == "expected one of compare, control, durable, saving or an option, got fib\n"


def test_conditions_name_no_directory() -> None:
    found = conditions({"hy": "1.0"}, rounds=5)
    assert found["peers"] == {"hy": "1.0"}
    assert found["rounds"] == 5
    assert str(Path.home()) not in json.dumps(found)
    assert str(PROJECT) not in json.dumps(found)


def test_the_processor(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text("vendor_id : x\nmodel name\t: A Processor: fast\n")
    assert processor(tmp_path / "cpuinfo") == "A Processor: fast"
    assert processor(tmp_path / "none") != ""


def test_the_whole_command(tmp_path: Path) -> None:
    """Without peers, so that nothing is installed; then the written results are shown again."""
    words = [sys.executable, "-m", "benchmarks", "--programs", "ack", "startup", "--peers", "--rounds", "1"]
    done = subprocess.run([*words, "--to", str(tmp_path)], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert "ackermann 2 9, 100 times" in done.stdout
    assert "results written" in done.stderr
    rows = json.loads((tmp_path / "comparison.json").read_text())["programs"]
    assert [(row["program"], row["system"], len(row["seconds"])) for row in rows] == [
        ("ack", "turmeric", 1),
        ("ack", "python", 1),
    ]
    assert (tmp_path / "comparison.svg").read_text().startswith("<svg")
    show = [sys.executable, "-m", "benchmarks", "--show", str(tmp_path / "comparison.json")]
    assert subprocess.run(show, cwd=PROJECT, capture_output=True, text=True, check=True).stdout == done.stdout
