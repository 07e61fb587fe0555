"""Tables, chart and JSON of made-up results."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from benchmarks_made_up import SECONDS, results

from benchmarks.comparison.chart import chart
from benchmarks.comparison.results import Results
from benchmarks.comparison.table import comparison_table, duration, lined_up, start_table, target_table, times
from benchmarks.comparison.targets import Target, evaluated
from benchmarks.comparison.timing import Outcome
from benchmarks.comparison.writing import as_json, from_json


def line(lines: list[str], start: str) -> list[str]:
    """The words of the line that starts so."""
    (found,) = [line for line in lines if line.startswith(start)]
    return found.removeprefix(start).split()


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (1.0, "1.00 s"),
        (12.345, "12.3 s"),
        (0.99996, "1000 ms"),
        (0.0123, "12.3 ms"),
        (4.5e-6, "4.50 us"),
        (0.0, "0.00 us"),
    ],
)
def test_durations(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


def test_ratios() -> None:
    assert [times(ratio) for ratio in (1.0, 9.996, 123.4, None)] == ["1.00 x", "10.0 x", "123 x", ""]


def test_columns_line_up() -> None:
    assert lined_up([["a", "1", "x"], ["long", "100"]]) == ["a       1  x", "long  100"]


def test_a_line_has_least_times_and_ratios() -> None:
    lines = comparison_table(results())
    assert " ".join(line(lines, "fib 25")) == "20.0 ms 2.00 x 10.0 ms 11.0 ms 1.10 x over 10 s"


def test_what_a_system_cannot_run_is_said() -> None:
    lines = comparison_table(results())
    assert line(lines, "recursion 1e6 deep") == ["1.25", "s", "RecursionError", "[1]", "-"]
    assert lines[-1] == "[1] SomeError: with < a message > that is far too long for a cell"
    assert "over 10 s" in lines[1]


def test_a_system_with_one_program_is_below_the_table() -> None:
    lines = comparison_table(results())
    assert line(lines, "word count 1e5, maps, pyrsistent:") == ["200", "ms,", "20.0", "x"]
    assert "pyrsistent" not in lines[0]


def test_the_mean_is_geometric_and_without_word_count() -> None:
    """Of 2, 1, 0.5 and 9 that is the fourth root of 9; of 1.1, 1.2, 1 and 1 that of 1.32."""
    words = line(comparison_table(results()), "geometric mean, without word count")
    assert words == ["1.73", "x", "1.07", "x"]


def test_captures_are_no_lines() -> None:
    assert not [line for line in comparison_table(results()) if "captured" in line]


def test_start_up() -> None:
    lines = start_table(results())
    assert line(lines, "Turmeric") == ["50.0", "ms", "45.0", "ms", "40.0", "ms"]
    assert line(lines, "Python") == ["10.0", "ms", "9.00", "ms"]
    assert line(lines, "Hy") == ["not", "there"]
    assert start_table(Results({})) == []


def test_targets_as_lines() -> None:
    targets = [Target("one", 1.5, 1.25, remark="fib"), Target("two", 0.1, 0.2, "s"), Target("three", 1, None)]
    lines = target_table(targets)
    assert [line.split() for line in lines[1:]] == [
        ["one", "1.50", "x", "1.25", "x", "met", "fib"],
        ["two", "100", "ms", "200", "ms", "missed"],
        ["three", "1.00", "x", "-", "not", "measured"],
    ]


def test_the_chart_has_a_dot_for_each_time() -> None:
    svg = "{http://www.w3.org/2000/svg}"
    root = ElementTree.fromstring(chart(results()))
    titles = [title.text for title in root.iter(f"{svg}title")]
    legend = 5
    assert len(titles) == legend + 3 * len(SECONDS) + 1 + 1 + 2
    assert "Turmeric: 1.25 s" in titles
    words = [text.text for text in root.iter(f"{svg}text")]
    assert {"fib 25", "Python: RecursionError; Hy: SomeError: with < a m..."} <= set(words)


def test_systems_with_the_same_reason_are_told_together() -> None:
    made = results()
    made.outcomes += [Outcome("tak", "basilisp", reason="over 10 s"), Outcome("ack", "basilisp", reason="gone")]
    words = [text.text for text in ElementTree.fromstring(chart(made)).iter("{http://www.w3.org/2000/svg}text")]
    assert {"Calysto Scheme, Basilisp: over 10 s", "Calysto Scheme: over 10 s; Basilisp: gone"} <= set(words)


def test_a_dot_further_right_takes_longer() -> None:
    made = Results({"python": "", "date": ""}, [Outcome("fib", "turmeric", (0.1,)), Outcome("fib", "python", (0.01,))])
    dots = ElementTree.fromstring(chart(made)).findall("{http://www.w3.org/2000/svg}circle")
    python, turmeric = (float(dot.attrib["cx"]) for dot in dots[-2:])
    assert python < turmeric


def test_nothing_to_draw() -> None:
    with pytest.raises(ValueError, match="at least one program"):
        chart(Results({}))


def test_json_and_back() -> None:
    text = as_json(results(), evaluated(results()))
    again = from_json(text)
    assert again == results()
    rows = {row["title"]: row for row in json.loads(text)["targets"]}
    assert rows["fib against Python"]["verdict"] == "missed"
    assert '  {"program": "deep", "system": "python", "reason": "RecursionError"},\n' in text
