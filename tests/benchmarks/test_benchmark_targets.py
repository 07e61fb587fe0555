"""The targets, of made-up results."""

from __future__ import annotations

import pytest
from benchmarks_made_up import results

from benchmarks.comparison.results import Results
from benchmarks.comparison.targets import Target, evaluated
from benchmarks.comparison.timing import Outcome


def target(title: str) -> Target:
    (found,) = [one for one in evaluated(results()) if one.title == title]
    return found


def test_verdicts() -> None:
    verdicts = [Target("t", 1.5, reached).verdict for reached in (1.5, 1.51, None)]
    assert verdicts == ["met", "missed", "not measured"]


@pytest.mark.parametrize(
    ("title", "reached", "verdict", "remark"),
    [
        ("geometric mean against Python, all", 9**0.25, "missed", "4 programs"),
        ("worst against Python, all", 9.0, "missed", "yields"),
        ("geometric mean against Python, without yields, performs, sudoku", 1.0, "met", "3 programs"),
        ("worst against Python, without yields, performs, sudoku", 2.0, "met", "fib"),
        ("word count against pyrsistent's pmap", 1.5, "met", ""),
        ("fib against Python", 2.0, "missed", ""),
        ("tak against Python", 1.0, "met", ""),
        ("recursion 1e6 deep", 1.25, "missed", ""),
        ("1e5 yields", 0.09, "met", ""),
        ("cost of being capturable", 1.0, "met", "mean of fib, tak, ack"),
        ("capture and continue at depth 100", 0.04 / 1000, "met", ""),
        ("tur -e 1", 0.05, "met", "on the clock"),
    ],
)
def test_reached(title: str, reached: float, verdict: str, remark: str) -> None:
    found = target(title)
    assert found.reached == pytest.approx(reached)
    assert (found.verdict, found.remark) == (verdict, remark)


@pytest.mark.parametrize("title", ["loop against Python", "ctak 18 12 6", "capture and continue at depth 1"])
def test_not_measured(title: str) -> None:
    assert target(title).verdict == "not measured"


def test_a_mean_of_some_of_its_programs_is_none() -> None:
    """Fib alone says nothing about the cost of being capturable."""
    alone = Results({}, [Outcome("fib", "turmeric", (1.0,)), Outcome("fib", "python", (1.0,))])
    (found,) = [one for one in evaluated(alone) if one.title == "cost of being capturable"]
    assert found.reached is None


def test_what_turmeric_fails_to_run_is_missed_and_in_no_mean_left_out() -> None:
    made = results()
    made.outcomes += [Outcome("sort", "turmeric", reason="over 10 s"), Outcome("sort", "python", (0.1,))]
    made.outcomes += [Outcome("ctak", "turmeric", reason="died: SIGSEGV")]
    found = {one.title: (one.reached, one.verdict, one.remark) for one in evaluated(made)}
    assert found["geometric mean against Python, all"] == (None, "missed", "sort: over 10 s")
    assert found["worst against Python, without yields, performs, sudoku"] == (None, "missed", "sort: over 10 s")
    assert found["ctak 18 12 6"] == (None, "missed", "ctak: died: SIGSEGV")
    assert found["recursion 1e6 deep"][0] == 1.25


def test_without_any_results_nothing_is_met() -> None:
    assert {one.verdict for one in evaluated(Results({}))} == {"not measured"}


def test_all_targets_are_there() -> None:
    assert len(evaluated(results())) == 4 + 1 + 4 + 4 + 3 + 2
