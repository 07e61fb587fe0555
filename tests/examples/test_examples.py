"""The examples, each in a directory of its own, with interruptions at other moments than their
READMEs show.  (That a README shows what its example prints is checked by test_documentation.)"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from shells import PROJECT, commands_beside

EXAMPLES = PROJECT / "examples"


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of the example that the test names."""
    copy = tmp_path / request.param
    shutil.copytree(EXAMPLES / request.param, copy, ignore=shutil.ignore_patterns("work", "*.bin", "text.txt"))
    return copy


def start(place: Path, *command: str, seed: str = "0") -> subprocess.Popen[str]:
    environment = {**commands_beside(place), "PYTHONHASHSEED": seed}
    return subprocess.Popen(
        command, cwd=place, env=environment, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def output(place: Path, *command: str, seed: str = "0") -> str:
    process = start(place, *command, seed=seed)
    printed, reported = process.communicate(timeout=300)
    assert process.returncode == 0, reported
    assert reported == ""
    return printed


@pytest.mark.parametrize("place", ["order-workflow"], indirect=True)
@pytest.mark.parametrize("seed", ["2", "3"])
def test_orders_survive_kills(place: Path, seed: str) -> None:
    """Every effect once and in order, whenever the processes are killed."""
    size, kills = 150, 8
    command = ("python3", "run-with-kills.py", "--orders", str(size), "--kills", str(kills), "--seed", seed)
    printed = output(place, *command)
    assert printed.count("killed at request") == kills
    assert printed.endswith("every effect once and in order\n")
    effects = (place / "work" / "effects.log").read_text().splitlines()
    kinds = [line.split("-")[0] for line in effects]
    assert kinds.count("charge") == kinds.count("fulfill") == size - kinds.count("reject")
    assert len({line.split(" ")[0] for line in effects}) == len(effects)
    assert all("Invalid order" in line for line in effects if line.startswith("reject-"))


@pytest.mark.parametrize("place", ["order-workflow"], indirect=True)
def test_orders_are_what_the_generator_makes(place: Path) -> None:
    before = (place / "orders.json").read_text()
    output(place, "tur", "run", "generate.tur", "400", "7")
    assert (place / "orders.json").read_text() == before


@pytest.mark.parametrize("place", ["checkpointed-analysis"], indirect=True)
def test_interrupted_analysis_gives_the_same_result(place: Path) -> None:
    """Killed from outside after its second checkpoint, wherever it is then."""
    output(place, "python3", "generate.py", "1.4")
    whole = output(place, "tur", "run", "analysis.tur")
    for file in place.glob("*.bin"):
        file.unlink()
    process = start(place, "tur", "run", "analysis.tur")
    while not (place / "checkpoint-199.bin").exists() and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    newest = max(place.glob("checkpoint-*.bin"), key=lambda file: int(file.stem.split("-")[1]))
    assert output(place, "tur", "resume", newest.name, seed="4711") == whole


@pytest.mark.parametrize("place", ["task-migration"], indirect=True)
def test_a_job_moves_between_directories(place: Path, tmp_path: Path) -> None:
    """Node b has a copy of the code elsewhere, and another hash seed."""
    output(place, "tur", "run", "node-a.tur", seed="1")
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(place, elsewhere)
    shutil.rmtree(place)
    assert output(elsewhere, "tur", "run", "node-b.tur", seed="2").endswith("the result is 338350\n")


@pytest.mark.parametrize("place", ["ownership-resources-errors"], indirect=True)
def test_a_saved_price_fits_only_its_code(place: Path) -> None:
    output(place, "tur", "run", "price.tur", "save")
    program = place / "price.tur"
    text = program.read_text()
    program.write_text(text.replace("(println", "(print").replace("1.0", "1.1"))  # nothing that is yet to be done
    assert output(place, "tur", "resume", "checkpoint.bin", "2") == "40\n"
    program.write_text(text.replace("(- total discount)", "(- discount total)"))
    assert output(place, "tur", "run", "price.tur", "load").startswith("Cannot resume: ")


@pytest.mark.parametrize("place", ["generator-pipeline"], indirect=True)
def test_a_pipeline_goes_on_wherever_it_was_saved(place: Path) -> None:
    whole = output(place, "tur", "run", "begin.tur", "9")
    assert output(place, "tur", "run", "finish.tur") == ""
    for count in range(4):
        begun = output(place, "tur", "run", "begin.tur", str(count), seed="1")
        assert begun + output(place, "tur", "run", "finish.tur", seed="2") == whole


@pytest.mark.parametrize("place", ["first-steps"], indirect=True)
def test_tour(place: Path) -> None:
    assert output(place, "tur", "run", "tour.tur") == (place / "tour.out").read_text()


@pytest.mark.parametrize("place", ["sudoku"], indirect=True)
@pytest.mark.parametrize("stop", ["1", "6"])
def test_a_stopped_search_finds_the_other_solutions(place: Path, stop: str) -> None:
    whole = output(place, "tur", "run", "solve.tur", "several.txt")
    grids = whole[whole.index("\n\n") :]
    assert len({grid.strip()[-161:] for grid in grids.split("\n\n")[1:]}) == 6
    output(place, "tur", "run", "solve.tur", "several.txt", stop)
    assert output(place, "tur", "resume", "checkpoint-sudoku.bin", seed="4711").endswith(grids)


@pytest.mark.parametrize("place", ["effect-interpreter"], indirect=True)
@pytest.mark.parametrize("step", [1, 9, 33, 64])
def test_an_interpreter_stored_at_any_step(place: Path, step: int) -> None:
    """Both halves together print what the whole does."""
    whole = output(place, "tur", "run", "run.tur", "terminal").splitlines()
    program = place / "run.tur"
    program.write_text(program.read_text().replace("(stored 50 ", f"(stored {step} "))
    *first, stored, _ = output(place, "tur", "run", "run.tur", "stored").splitlines()
    assert stored == '(:stored "half.bin")'
    second = output(place, "tur", "resume", "half.bin", seed="7").splitlines()
    assert [*first, *second, whole[-1]] == whole


def test_the_driver_needs_only_python(tmp_path: Path) -> None:
    """`python3 run-with-kills.py` imports nothing of this project."""
    text = (EXAMPLES / "order-workflow" / "run-with-kills.py").read_text()
    imported = {line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= set(sys.stdlib_module_names)
    assert os.access(EXAMPLES / "order-workflow" / "orders.json", os.R_OK)
