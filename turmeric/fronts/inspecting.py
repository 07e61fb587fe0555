"""`tur inspect`: what a saved file holds, and whether it fits the code that is there now.

Nothing of the program runs.  The exit status is 1 when something does not fit.
"""

from __future__ import annotations

import os
from contextlib import suppress

from turmeric.fronts.statuses import FAILED, OK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.assembly.session import Session
    from turmeric.durability.format.message import Message
    from turmeric.fronts.arguments import Arguments


def inspect(arguments: Arguments) -> int:
    """Show a file as a table, as JSON, as a picture, or only what does not fit."""
    from turmeric.durability.format.message import Message
    from turmeric.fronts.saved import opened, read_bytes

    path = arguments.operands[0]
    data, seal = opened(read_bytes(path))
    message = Message(data)
    if "--graph" in arguments.options:
        return draw(arguments, message)
    described = {"sealed": seal, **examined(message, session_for(arguments, message), len(data))}
    show(path, described, arguments)
    return FAILED if described["mismatches"] or described["problem"] else OK


def examined(message: Message, session: Session, size: int) -> dict[str, Any]:
    """Everything about a message: what it holds, and what does not fit.

    `problem` is a text when a module cannot be loaded, so that nobody knows what fits.
    """
    from turmeric.durability.reports.against import fit_of
    from turmeric.durability.reports.contents import Contents
    from turmeric.durability.reports.inspection import describe
    from turmeric.durability.reports.origins import Origins
    from turmeric.vocabulary.errors import TurmericError
    from turmeric.vocabulary.report import report

    contents = Contents(message)
    try:
        fit = fit_of(message, session.world)
    except TurmericError as error:
        if error.name == "corrupt-data":
            raise
        return {**describe(contents, None, size), "mismatches": [], "problem": report(error)}
    contents.learn(fit.resolver.found.get(message.claims.data))
    described = describe(contents, Origins(session.world, message.claims, fit.resolver), size)
    return {**described, "mismatches": [each.data() for each in fit.mismatches], "problem": None}


def session_for(arguments: Arguments, message: Message) -> Session:
    """A session that finds the program's modules: below `--program`, or as `--against` says."""
    from turmeric.assembly.session import Session
    from turmeric.fronts.saved import program_root

    against = arguments.options.get("--against")
    if against is None:
        return Session([program_root(arguments)])
    name, root = module_of(os.path.abspath(against), [row.name for row in message.claims.modules if row.file])
    session = Session([root])
    session.loader.load(name or message.claims.program, os.path.abspath(against), start=False)
    return session


def module_of(path: str, names: list[str]) -> tuple[str | None, str]:
    """Which of the message's modules a file is by its name, and the directory that modules are named
    from; any other file takes the place of the program's main module."""
    for name in names:
        ending = os.sep + name.replace(".", os.sep) + ".tur"
        if path.endswith(ending):
            return name, path[: -len(ending)] or os.sep
    return None, os.path.dirname(path)


def show(path: str, described: dict[str, Any], arguments: Arguments) -> None:
    import sys

    from turmeric.fronts.inspection_table import table
    from turmeric.fronts.misfits import verdict
    from turmeric.fronts.tabular import Paper

    if "--json" in arguments.options:
        import json

        print(json.dumps(described, indent=2))
        return
    paper = Paper(sys.stdout)
    lines = verdict(described, paper) if "--against" in arguments.options else table(path, described, paper)
    for line in lines:
        print(line)


def draw(arguments: Arguments, message: Message) -> int:
    """Write the picture of a message to a file: SVG or DOT, by the end of its name.  Names that
    the code has are taken from there if they can be."""
    from turmeric.durability.reports.against import fit_of
    from turmeric.durability.reports.contents import Contents
    from turmeric.fronts.arguments import UsageError
    from turmeric.fronts.dot import dot_text
    from turmeric.fronts.picture import picture_of
    from turmeric.fronts.svg import svg_text
    from turmeric.running.replacing import replace_file
    from turmeric.vocabulary.errors import TurmericError, failure

    writers = {".svg": svg_text, ".dot": dot_text}
    target = arguments.options["--graph"]
    write = writers.get(os.path.splitext(target)[1].lower())
    if write is None:
        raise UsageError(f"--graph needs the name of a file that ends in .svg or .dot, not `{target}`")
    contents = Contents(message)
    with suppress(TurmericError):
        fit = fit_of(message, session_for(arguments, message).world)
        contents.learn(fit.resolver.found.get(message.claims.data))
    text = write(picture_of(contents))
    try:
        replace_file(target, text.encode())
    except OSError as error:
        raise failure("io-error", f"cannot write {target}: {error.strerror}", target) from error
    print(f"{target} written")
    return OK
