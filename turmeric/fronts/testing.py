"""`tur test`: run the `deftest`s of files, each file in a session of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from turmeric.fronts.execution import completed, open_session, root_of
from turmeric.fronts.statuses import FAILED, OK, failed
from turmeric.vocabulary.errors import TurmericError
from turmeric.vocabulary.symbols import keyword

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.assembly.session import Session
    from turmeric.fronts.arguments import Arguments

TEST = "test"
"""The module of the standard library that defines `deftest`."""


def test(arguments: Arguments) -> int:
    """Run the test files of the operands (by default the current directory's)."""
    good, files = True, 0
    for path in arguments.operands or ["."]:
        for file in test_files(path):
            files += 1
            good = test_file(arguments, file) and good
    if not files:
        print("tur: no test files (test_*.tur or *_test.tur) there", file=sys.stderr)
    return OK if good and files else FAILED


def test_files(path: str) -> Iterator[str]:
    """The file itself, or the test files in a directory and below it, in order of their names."""
    if not os.path.isdir(path):
        yield path
        return
    for directory, inner, names in os.walk(path):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in sorted(names):
            if name.endswith("_test.tur") or (name.startswith("test_") and name.endswith(".tur")):
                yield os.path.normpath(os.path.join(directory, name))


def test_file(arguments: Arguments, path: str) -> bool:
    """Load a file, run the tests that it defined, and say whether all went well."""
    print(path)
    session = open_session(arguments, root_of(path), [])
    session.activate()
    try:
        good: bool = completed(session, lambda: tested(session, path))
        return good
    except TurmericError as error:
        failed(error, "--debug" in arguments.options)
        return False


def tested(session: Session, path: str) -> bool:
    session.load_main(path, start=True)
    return run_tests(session)


def run_tests(session: Session) -> bool:
    """Run the tests of the module `test`; whether there was neither failure nor error."""
    if TEST not in session.world.modules:
        print("it does not import `test`: no tests", file=sys.stderr)
        return False
    counts: Any = session.world.call(session.world.find(TEST, "run-tests").force(), [], prompt=True)
    return not counts.get(keyword("failed")) and not counts.get(keyword("errors"))
