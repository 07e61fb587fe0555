"""`tur run`, `tur -e`, `tur check`."""

from __future__ import annotations

import os

from turmeric.fronts.statuses import OK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.assembly.session import Session
    from turmeric.fronts.arguments import Arguments

EXPRESSION_FILE = "<expression>"
"""What reports call the text of `-e`."""


def run(arguments: Arguments) -> int:
    """Run a file's top-level forms, then its `main`."""
    path, *args = arguments.operands
    open_session(arguments, root_of(path), args).run_file(path)
    return OK


def evaluate(arguments: Arguments) -> int:
    """Evaluate the forms of an expression and print the last value, unless it is nil."""
    from turmeric.fronts.results import readable

    session = open_session(arguments, os.getcwd(), arguments.operands)
    value = session.evaluate(arguments.options["-e"], EXPRESSION_FILE)
    if value is not None:
        print(readable(session, value))
    return OK


def check(arguments: Arguments) -> int:
    """Look for mistakes without running anything."""
    from turmeric.fronts.checking import check_files

    return check_files(arguments.operands)


def open_session(arguments: Arguments, root: str, args: list[str]) -> Session:
    """A session for a program whose modules are below `root`, in the mode the options ask for."""
    if arguments.options.get("--mode") == "roundtrip":
        from turmeric.assembly.roundtrip import RoundTripSession

        return RoundTripSession([root], args)
    from turmeric.assembly.session import Session

    return Session([root], args)


def root_of(path: str) -> str:
    """The directory that a program's modules are named from: the current one when the file
    is below it, else the file's own."""
    here = os.getcwd()
    full = os.path.abspath(path)
    return here if full.startswith(here.rstrip(os.sep) + os.sep) else os.path.dirname(full)
