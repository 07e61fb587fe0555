"""The benchmarks of durable instances: that they run, what they make of their figures, what they say of failures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.durable import command, documentation
from benchmarks.durable.claims import CLAIMS, Claim, fits
from benchmarks.durable.figures import DBOS, FLOOR, OURS, Figures
from benchmarks.durable.measuring import TINY, Contestant, Row, Run, attempted, in_turn
from benchmarks.durable.processes import Failure
from benchmarks.durable.rows import edits, keeping, resuming, throughput
from benchmarks.durable.stores import DEFAULT, MEMORY, NORMAL, POSTGRES, Stores, file_of
from benchmarks.durable.table import claim_table, figure_table, quantity
from benchmarks.durable.workers.talking import Outside
from benchmarks.durable.writing import as_json, from_json


def made() -> Figures:
    figures = Figures({"date": "2026-01-01"})
    figures.add(throughput.STEPS, NORMAL, OURS, "/s", 1000.0, 4000.0, 3000.0)
    figures.add(throughput.STEPS, NORMAL, DBOS, "/s", 600.0)
    figures.add(throughput.STEPS, NORMAL, FLOOR, "/s", text="over 10 s")
    figures.add(resuming.WARM.format(1000), NORMAL, OURS, "s", 0.002, remark="a remark")
    figures.add(resuming.WARM.format(10_000), NORMAL, OURS, "s", 0.02)
    figures.add(edits.ROW.format("before"), NORMAL, OURS, "text", text="goes on")
    return figures


# Figures --------------------------------------------------------------------------------------


def test_the_median_counts() -> None:
    figures = made()
    assert figures.median(throughput.STEPS, NORMAL) == 3000.0
    assert figures.ratio(throughput.STEPS, NORMAL, DBOS) == 5.0
    assert figures.ratio(throughput.STEPS, NORMAL, FLOOR) is None


def test_a_claim_goes_by_the_worst_figure() -> None:
    figures = made()
    warm = Claim(resuming.WARM, NORMAL, 0.005)
    assert (warm.reached(figures), warm.verdict(figures)) == (0.02, "missed")
    assert Claim(throughput.STEPS, NORMAL, 3000, "/s", True).verdict(figures) == "met"
    assert Claim(throughput.STEPS, NORMAL, 3001, "/s", True).verdict(figures) == "missed"
    assert Claim(throughput.STEPS, POSTGRES, 1, "/s", True).verdict(figures) == "not measured"


@pytest.mark.parametrize(
    ("pattern", "row", "same"),
    [
        ("fork {} branches", "fork 12 branches", True),
        ("fork {} branches", "fork all branches", False),
        ("forks", "forks", True),
        ("forks", "forks of {}", False),
    ],
)
def test_rows_with_a_number(pattern: str, row: str, same: bool) -> None:
    assert fits(pattern, row) == same


def test_the_table_has_a_line_for_each_row_and_store() -> None:
    lines = figure_table(made())
    assert " ".join(lines[1].split()) == f"{throughput.STEPS} SQLite NORMAL 3000 /s 600 /s over 10 s 5.00 x"
    assert lines[-2:] == [
        f"{resuming.WARM.format(1000)}, {NORMAL}, Turmeric: a remark",
        f"{edits.ROW.format('before')}, Turmeric: goes on",
    ]
    assert len(claim_table(made())) == 1 + len(CLAIMS)


def test_quantities() -> None:
    shown = [quantity(*one) for one in [(0.0021, "s"), (1473, "B"), (15_300, "B"), (2.5e8, "B"), (0.25, "each")]]
    assert shown == ["2.10 ms", "1473 B", "15.3 kB", "250 MB", "0.25"]


def test_json_and_back() -> None:
    text = as_json(made())
    assert from_json(text) == made()
    data = json.loads(text)
    assert data["figures"][0]["to_dbos"] == 5.0
    assert {claim["row"]: claim["verdict"] for claim in data["claims"]}[resuming.WARM] in ("missed", "not measured")


def test_the_figures_stand_in_the_documentation(tmp_path: Path) -> None:
    """Those that were written last: `python -m benchmarks durable` writes both."""
    found = from_json(command.RESULTS.read_text())
    assert documentation.between(documentation.PAGE.read_text())[1] == documentation.block(found)
    page = tmp_path / "page.md"
    page.write_text(f"before {documentation.START} old {documentation.END} after")
    documentation.put(made(), page)
    assert page.read_text() == f"before {documentation.START}{documentation.block(made())}{documentation.END} after"
    with pytest.raises(ValueError, match="has no lines"):
        documentation.between("a page")


# Taking turns ---------------------------------------------------------------------------------


class Scripted:
    """A system whose worker gives what it is told to give, and writes down when."""

    def __init__(self, name: str, log: list[str], values: list[Any]) -> None:
        self.name, self.log, self.values = name, log, iter(values)

    def worker(self, address: str, **options: Any) -> Scripted:
        return self

    def __enter__(self) -> Scripted:
        return self

    def __exit__(self, *error: object) -> None:
        self.log.append(f"{self.name} ended")

    def do(self, what: str) -> float:
        self.log.append(self.name)
        value = next(self.values)
        if isinstance(value, Failure):
            raise value
        return float(value)


def run_of(systems: dict[str, Any], directory: Path, rounds: int = 3) -> Run:
    sizes = TINY.__class__(rounds=rounds)
    return Run(sizes, Stores(directory, None), [MEMORY], systems, Figures({}), lambda line: None)


def test_systems_take_turns_and_one_that_fails_is_left_out(tmp_path: Path) -> None:
    log: list[str] = []
    systems = {OURS: Scripted("a", log, [1, 2, 3, 4, 5, 6]), DBOS: Scripted("b", log, [5, Failure("over 1 s")])}
    run = run_of(systems, tmp_path)
    there: list[Contestant] = [Contestant(name, lambda worker: worker.do("it")) for name in (OURS, DBOS, FLOOR)]
    in_turn(run, MEMORY, [Row("row", "/s", there), Row("another", "/s", there[:2])])
    assert log == ["a", "b", "a", "b", "a", "a", "a", "a", "b ended", "a ended"]
    assert [(one.row, one.system, one.values, one.text) for one in run.figures.figures] == [
        ("row", OURS, (1.0, 2.0, 3.0), ""),
        ("row", DBOS, (5.0,), "over 1 s"),
        ("another", OURS, (4.0, 5.0, 6.0), ""),
        ("another", DBOS, (), "over 1 s"),
    ]


def test_a_failure_is_a_figure(tmp_path: Path) -> None:
    def failing() -> None:
        raise Failure("the worker has died")

    run = run_of({OURS: object()}, tmp_path)
    attempted(run, "row", MEMORY, OURS, "s", failing)
    attempted(run, "row", MEMORY, DBOS, "s", failing)
    assert [(one.system, one.text) for one in run.figures.figures] == [(OURS, "the worker has died")]


# Stores and workers ---------------------------------------------------------------------------


def test_each_store_is_a_fresh_one(tmp_path: Path) -> None:
    stores = Stores(tmp_path, None, "there is no server")
    ours, peers = stores.fresh(NORMAL, OURS), stores.fresh(NORMAL, DBOS)
    assert ours == f"sqlite:{tmp_path}/store0.db?synchronous=normal"
    assert (file_of(ours), file_of(peers)) == (f"{tmp_path}/store0.db", f"{tmp_path}/store1.db")
    assert Path(file_of(peers)).exists(), "DBOS finds a file with a write-ahead log"
    assert not Path(file_of(stores.fresh(DEFAULT, DBOS))).exists()
    with pytest.raises(Failure, match="there is no server"):
        stores.fresh(POSTGRES, OURS)


def test_what_a_worker_cannot_do(tmp_path: Path) -> None:
    found = command.installed(OURS, tmp_path, 1.0)
    assert not isinstance(found, str)
    with found.worker("memory:") as worker:
        with pytest.raises(Failure, match="KeyError: 'fly'"):
            worker.do("fly")
        worker.ask("start", function="effects", args=[1])
        with pytest.raises(Failure, match=r"over 0\.5 s"):
            worker.effect(0.5)
    with pytest.raises(Failure, match="is not the address of a store"), found.worker("nowhere:"):
        pass


def test_effects_are_written_down(tmp_path: Path) -> None:
    outside = Outside()
    outside.prepare(log=str(tmp_path / "log"))
    assert [outside.effect(number) for number in (1, 2)] == [1, 2]
    assert (tmp_path / "log").read_text() == "1\n2\n"


# The command ----------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["--stores oracle", "--rows speed", "--quick --full", "--limit 0"])
def test_options_that_are_none(words: str) -> None:
    with pytest.raises(SystemExit):
        command.options(words.split())


def test_everything_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The smallest sizes, on SQLite, without a peer: each row has a figure of ours, and the promises hold."""
    words = ["--tiny", "--stores", "memory,sqlite", "--systems", "turmeric,floor", "--to", str(tmp_path / "found.json")]
    assert command.main([*words, "--limit", "12"]) == 0
    figures = from_json((tmp_path / "found.json").read_text())
    assert [one for one in figures.figures if one.text and one.unit != "text"] == []
    rows = {one.row for one in figures.figures if one.system == OURS}
    assert {throughput.STEPS, throughput.ONES, resuming.COLD.format(5), resuming.INSIDE, keeping.UNIQUE} <= rows
    assert figures.median(resuming.LOST, NORMAL) == 0
    assert figures.median(resuming.INSIDE, NORMAL) == 0
    assert figures.median(keeping.FORKS_AGAIN, NORMAL) == 0
    (after,) = [one.text for one in figures.figures if one.row == edits.ROW.format("after")]
    assert "schema-mismatch" in after
    assert "steps of one instance" in capsys.readouterr().out
