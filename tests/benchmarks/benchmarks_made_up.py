"""Results that nobody measured."""

from __future__ import annotations

from benchmarks.comparison.results import Results
from benchmarks.comparison.starting import Start
from benchmarks.comparison.timing import Outcome

SECONDS = {
    "fib": (0.020, 0.010, 0.011),
    "tak": (0.010, 0.010, 0.012),
    "words": (0.300, 0.010, 0.010),
    "ack": (0.010, 0.020, 0.020),
    "yields": (0.090, 0.010, 0.010),
}
"""Of Turmeric, Python and Hy."""


def results() -> Results:
    made = Results({"python": "CPython 3.x", "date": "2000-01-01"})
    for program, seconds in SECONDS.items():
        for system, least in zip(("turmeric", "python", "hy"), seconds, strict=True):
            made.outcomes.append(Outcome(program, system, (round(2 * least, 3), least, round(3 * least, 3))))
        made.outcomes.append(Outcome(program, "scheme", reason="over 10 s"))
    made.outcomes.append(Outcome("words", "pyrsistent", (0.2,)))
    made.outcomes += [
        Outcome("deep", "turmeric", (1.25,)),
        Outcome("deep", "python", reason="RecursionError"),
        Outcome("deep", "hy", reason="SomeError: with < a message > that is far too long for a cell"),
        Outcome("capture-100", "turmeric", (0.050,)),
        Outcome("no-capture-100", "turmeric", (0.010,)),
    ]
    made.starts = [Start("turmeric", 0.050, 0.045), Start("python", 0.010, 0.009), Start("hy", reason="not there")]
    return made
