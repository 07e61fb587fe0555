"""`tur run`, `tur -e`, `tur check`."""

from __future__ import annotations

import os
import sys

from turmeric.fronts.arguments import UsageError
from turmeric.fronts.statuses import OK, failed
from turmeric.vocabulary.errors import TurmericError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from turmeric.assembly.session import Session
    from turmeric.fronts.arguments import Arguments

EXPRESSION_FILE = "<expression>"
"""What reports call the text of `-e`."""


def run(arguments: Arguments) -> int:
    """Run a file's top-level forms, then its `main`."""
    path, *args = arguments.operands
    if "--profile" in arguments.options and "--freeze-after" in arguments.options:
        raise UsageError("--profile and --freeze-after do not go together: --to would be the file of both")
    session = open_session(arguments, root_of(path), args)
    statuses: list[int] = []

    def whole() -> None:
        statuses.append(completed(session, lambda: run_program(session, path, arguments)))

    if "--profile" in arguments.options:
        from turmeric.fronts.profiling import profiled

        profiled(arguments, whole)
        return statuses[0]
    from turmeric.fronts.freezing import freezable

    return freezable(session, arguments, whole) or statuses[0]


def run_program(session: Session, path: str, arguments: Arguments) -> int:
    """Run a file's top-level forms, then its `main`: as a durable instance, if the program is one of those."""
    module = session.load_main(path, start=True)
    if "--store" in arguments.options or "workflow" in session.world.modules:
        from turmeric.fronts.instances.running import is_durable, run_main

        if is_durable(session, module, arguments):
            return run_main(session, module, arguments)
    session.run_main(module)
    return OK


def evaluate(arguments: Arguments) -> int:
    """Evaluate the forms of an expression and print the last value, unless it is nil."""
    from turmeric.fronts.results import readable

    session = open_session(arguments, os.getcwd(), arguments.operands)
    value = completed(session, lambda: session.evaluate(arguments.options["-e"], EXPRESSION_FILE))
    if value is not None:
        print(readable(session, value))
    return OK


def completed(session: Session, action: Callable[[], Any]) -> Any:
    """What an action of a program gives; then, or after its error, its tasks are ended."""
    try:
        value = action()
    except TurmericError:
        end(session)
        raise
    end(session)
    return value


def end(session: Session) -> None:
    """End the tasks of a program, so that their clean-ups run; report errors nobody has seen."""
    for error in session.close():
        print("a task that nothing awaited has failed:", file=sys.stderr)
        failed(error)


def check(arguments: Arguments) -> int:
    """Look for mistakes without running anything."""
    from turmeric.fronts.checking import check_files

    return check_files(arguments.operands)


def open_session(arguments: Arguments, root: str, args: list[str]) -> Session:
    """A session for a program whose modules are below `root`, in the mode the options ask for."""
    from turmeric.fronts.collector import settle

    settle()
    if arguments.options.get("--mode") == "roundtrip":
        from turmeric.assembly.roundtrip import RoundTripSession

        return RoundTripSession([root], args)
    from turmeric.assembly.session import Session
    from turmeric.running.steps import AUTO

    session = Session([root], args, arguments.options.get("--engine") or AUTO)
    session.loader.keeps = True
    return session


def root_of(path: str) -> str:
    """The directory that a program's modules are named from: the current one when the file
    is below it, else the file's own."""
    here = os.getcwd()
    full = os.path.abspath(path)
    return here if full.startswith(here.rstrip(os.sep) + os.sep) else os.path.dirname(full)
