"""`tur check`: mistakes that can be seen without running the program.

    shop.tur:3:5: `totl` is not defined; did you mean `total`?
      3 |   (+ totl 1)
        |      ^~~~

Names that mean nothing, calls with the wrong number of arguments, fields and types that
do not exist, arguments of the wrong type.  Warnings, such as for a variable that nothing
uses, do not make a check fail.
"""

from __future__ import annotations

from turmeric.fronts.checks.examining import Examiner
from turmeric.fronts.checks.gathering import gather
from turmeric.fronts.checks.problems import Problem, distinct
from turmeric.fronts.checks.warnings import redefinitions, unused_locals
from turmeric.fronts.statuses import FAILED, OK


def check_files(paths: list[str]) -> int:
    """Print the problems of all files and a summary; the exit status."""
    found = [problem for path in paths for problem in problems_of(path)]
    for problem in found:
        print("\n".join(problem.lines()))
    print(summary(found, len(paths)))
    return FAILED if any(not problem.warning for problem in found) else OK


def problems_of(path: str) -> list[Problem]:
    """All problems of one file, sorted by place."""
    gathered = gather(path)
    rows = [row for row in gathered.rows if row.module is gathered.module]
    examiner = Examiner(gathered)
    for row in rows:
        examiner.examine(row)
    found = [*gathered.problems, *unused_locals(gathered, rows), *redefinitions(rows)]
    return distinct(found)


def summary(problems: list[Problem], files: int) -> str:
    """`2 errors, 1 warning in 3 files`."""
    warnings = sum(problem.warning for problem in problems)
    parts = [counted(len(problems) - warnings, "error"), counted(warnings, "warning")]
    said = ", ".join(part for part in parts if not part.startswith("0 ")) or "no problems"
    return f"{said} in {counted(files, 'file')}"


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
