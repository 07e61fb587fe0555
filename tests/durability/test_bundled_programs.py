"""The programs of `tests/programs` do the same when their code travels with them: now and then the whole
state is stored with its code, and goes on in that."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.durability.bundled import BundledSession

PROGRAMS = Path(__file__).parents[1] / "programs"
sys.path.insert(0, str(PROGRAMS))
forked = __import__("forked")

OTHERWISE = {
    "assignment/global-function.tur": "assigns to a function: those of a bundle are its own",
    "generator/type-and-printing.tur": "mentions a definition that is made only later",
    "generator/error-ends-it.tur": "shows a name that could have been meant: those of the program are not looked at",
}
"""Programs that may do something else, and why."""

SAMPLE = [
    path
    for place, path in enumerate(sorted(path.relative_to(PROGRAMS) for path in PROGRAMS.glob("*/*.tur")))
    if (place % 5 == 0 or path.parts[0] in ("effects", "structs", "type-classes", "generator", "seeds"))
    and str(path) not in OTHERWISE
]
"""Every fifth program, and all those about types, effects and generators."""


def places_removed(report: str) -> str:
    """A report without places and source lines: those of travelled code say that it was saved."""
    lines = [line for line in report.splitlines() if not re.match(r"\s+(\d+ )?(\||at |in )", line)]
    return "\n".join(re.sub(r"; did you mean.*", "", line) for line in lines)


@pytest.mark.parametrize("program", SAMPLE, ids=str)
def test_a_program_goes_on_in_the_code_that_travels_with_it(program: Path, tmp_path: Path) -> None:
    if "bundled" not in forked._sessions:
        forked._sessions["bundled"] = BundledSession()
    printed, reported = forked.run(PROGRAMS / program, "bundled", tmp_path)
    out, err = (PROGRAMS / program).with_suffix(".out"), (PROGRAMS / program).with_suffix(".err")
    assert printed == (out.read_text("utf-8") if out.exists() else "")
    expected = err.read_text("utf-8") if err.exists() else ""
    reported = reported.replace(f"{PROGRAMS}/", "").replace(str(tmp_path), "<directory>")
    assert places_removed(reported) == places_removed(expected)
