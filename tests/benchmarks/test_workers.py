"""Processes that run a program: their answers, and all the ways in which they give none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.comparison.systems import without_installing
from benchmarks.comparison.workers import Failure, Worker

PROGRAM = """
import os, time

def prepare(n):
    return list(range(n))

def benchmark(numbers):
    print("this is no reply", flush=True)
    if len(numbers) == 1:
        return benchmark_deep(1_000_000)
    if len(numbers) == 2:
        os._exit(3)
    if len(numbers) == 3:
        return object()
    if len(numbers) == 4:
        time.sleep(600)
    numbers.append(0)
    return (len(numbers), True, "text")

def benchmark_deep(n):
    return 0 if n == 0 else 1 + benchmark_deep(n - 1)
"""


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    source = tmp_path / "program.py"
    source.write_text(PROGRAM)
    worker = Worker(without_installing("python", tmp_path), source)
    worker.loaded()
    yield worker
    worker.end()


def test_answers(worker: Worker) -> None:
    """What is prepared is prepared once: the second run sees what the first did to it."""
    reply = worker.run([10], 60)
    assert reply["answer"] == [11, True, "text"]
    assert reply["seconds"] >= 0
    assert worker.run(None, 60)["answer"][0] == 12
    assert worker.run([10], 60)["answer"][0] == 11


@pytest.mark.parametrize(
    ("size", "reason"),
    [
        (1, "^RecursionError$"),
        (2, "^died: exit status 3$"),
        (3, "^TypeError: a object is no answer that can be compared$"),
    ],
)
def test_failures(worker: Worker, size: int, reason: str) -> None:
    with pytest.raises(Failure, match=reason):
        worker.run([size], 60)


def test_one_that_takes_too_long_is_ended(worker: Worker) -> None:
    with pytest.raises(Failure, match=r"^over 0\.1 s$"):
        worker.run([4], 0.1)
    assert worker.process.poll() is not None


def test_cpu_time_counts_as_well(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "reply", lambda limit, overdue: {"answer": 1, "seconds": 1.5})
    with pytest.raises(Failure, match=r"^over 1 s$"):
        worker.run([10], 1)
    assert worker.run([10], 2)["answer"] == 1


def test_a_program_that_cannot_be_loaded(tmp_path: Path) -> None:
    source = tmp_path / "program.py"
    source.write_text("import no_such_module")
    worker = Worker(without_installing("python", tmp_path), source)
    with pytest.raises(Failure, match=r"^ModuleNotFoundError: No module named 'no_such_module'$"):
        worker.loaded()
    worker.end()


def test_a_process_that_is_gone(worker: Worker) -> None:
    worker.end()
    with pytest.raises(Failure, match=r"^died: SIGKILL$"):
        worker.run([10], 60)


def test_the_environment_is_the_same_for_all(tmp_path: Path) -> None:
    """Python's own variables of outside, such as one that turns off bytecode, reach no system."""
    outside = {"PATH": "/bin", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "7"}
    environments = [without_installing(name, tmp_path).environment(outside) for name in ("turmeric", "python")]
    assert environments[0] == environments[1]
    assert "PYTHONDONTWRITEBYTECODE" not in environments[0]
    assert (environments[0]["PATH"], environments[0]["PYTHONHASHSEED"]) == ("/bin", "0")


def test_only_turmeric_has_an_engine(tmp_path: Path) -> None:
    source = Path("program")
    assert without_installing("turmeric", tmp_path, "cek").words(source)[-1] == "cek"
    assert without_installing("turmeric", tmp_path).words(source)[-1] == "program"
    assert without_installing("python", tmp_path, "cek").words(source)[-1] == "program"
