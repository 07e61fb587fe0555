"""The command line: a table of subcommands, and the choice among them.

    tur [options] [COMMAND] ...      tur [options] FILE [ARGS]      tur -e EXPR [ARGS]

What a subcommand does is in a module of its own, imported when it is asked for: a
plain `tur -e 1` loads nothing it does not use.
"""

from __future__ import annotations

import sys

from turmeric.fronts.arguments import Arguments, UsageError, parse
from turmeric.fronts.statuses import OK, guarded, misused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Command:
    """A subcommand: where its function is, its options, and how many operands it takes.

    With `verbatim` everything after the first operand is the program's, options too.
    """

    __slots__ = ("entry", "least", "most", "needs", "options", "verbatim")

    def __init__(
        self,
        entry: str,
        options: tuple[str, ...] = (),
        least: int = 0,
        most: int | None = None,
        verbatim: bool = False,
        needs: str = "a file",
    ) -> None:
        self.entry = "turmeric.fronts." + entry
        self.options = (*options, "--debug", "--help")
        self.least = least
        self.most = most
        self.verbatim = verbatim
        self.needs = needs

    def function(self) -> Callable[[Arguments], int]:
        """What carries the command out; gives the exit status."""
        module, _, name = self.entry.partition(":")
        __import__(module)
        found: Callable[[Arguments], int] = getattr(sys.modules[module], name)
        return found


MACHINE = ("--engine", "--mode")
FREEZING = ("--freeze-after", "--to", "--keep-running")
STORE = ("--store",)
INSTANCES = ("--code", "--keep-checkpoints")
"""How the instances are kept that a command starts."""
SELECTING = ("--status", "--function", "--parent", "--limit")
WORKING = ("--program", "--concurrency", "--until-idle", "--grace", "--lease", "--attempts", "--counters")
ID = "the id of an instance"

COMMANDS: dict[str, Command] = {
    "run": Command("execution:run", (*MACHINE, *FREEZING, *STORE, *INSTANCES, "--profile"), 1, None, verbatim=True),
    "repl": Command("repl:repl", MACHINE, 0, 0),
    "check": Command("execution:check", (), 1),
    "expand": Command("expanding:expand", (), 1, 1),
    "test": Command("testing:test", MACHINE, 0),
    "resume": Command("saved:resume", (*MACHINE, *FREEZING, *STORE, *INSTANCES, "--program", "--wait"), 1, 2),
    "start": Command(
        "instances.starting:start", (*STORE, *INSTANCES, "--id", "--strings"), 1, None, True, "a file and a function"
    ),
    "ps": Command("instances.listing:ps", (*STORE, *SELECTING, "--json", "--outdated", "--program"), 0, 0),
    "show": Command("instances.showing:show", (*STORE, "--json", "--program"), 1, 1, needs=ID),
    "send": Command("instances.sending:send", (*STORE, "--key", "--strings"), 2, 3, needs=f"{ID} and an event"),
    "cancel": Command("instances.sending:cancel", STORE, 1, 1, needs=ID),
    "fork": Command("instances.sending:fork", (*STORE, "--count"), 1, 2, needs=ID),
    "worker": Command("instances.working:worker", (*MACHINE, *STORE, *INSTANCES, *WORKING), 0, 0),
    "gc": Command("instances.cleaning:gc", (*STORE, "--older-than", "--keep-failed", "--dry-run"), 0, 0),
    "export": Command("instances.moving:export", (*STORE, "--to"), 1, 1, needs=ID),
    "import": Command("instances.moving:bring", STORE, 1, 1),
    "inspect": Command("inspecting:inspect", ("--json", "--program", "--against", "--graph"), 1, 1),
    "diff": Command("differing:diff", ("--json",), 2, 2),
    "key": Command("keyring:key", ("--file", "--id", "--expires", "--retires"), 0, 2),
    "explain": Command("explaining:explain", (), 0, 1),
    "help": Command("helping:show_help", (), 0, 1),
}

EVALUATE = Command("execution:evaluate", MACHINE, 0, None, verbatim=True)
TOP_OPTIONS = (*MACHINE, "-e", "--debug", "--version", "--help")
"""What may stand before the command, or before a file."""


def main(argv: list[str] | None = None) -> int:
    """Run a command line (by default the process's) and give the exit status."""
    try:
        function, arguments = chosen(sys.argv[1:] if argv is None else argv)
    except UsageError as error:
        return misused(error)
    return guarded(lambda: function(arguments), "--debug" in arguments.options)


def chosen(words: list[str]) -> tuple[Callable[[Arguments], int], Arguments]:
    """The function that carries out a command line, and what it is given."""
    top = parse("tur", words, TOP_OPTIONS, verbatim=True)
    if "--help" in top.options:
        return COMMANDS["help"].function(), Arguments("help", [], {})
    if "--version" in top.options:
        return show_version, top
    if "-e" in top.options:
        return EVALUATE.function(), top
    if not top.operands:
        return COMMANDS["repl"].function(), top
    name, rest = top.operands[0], top.operands[1:]
    if name not in COMMANDS:
        name, rest = "run", program(top.operands)
    command = COMMANDS[name]
    arguments = parse(name, rest, command.options, command.verbatim, top.options)
    if "--help" in arguments.options:
        return COMMANDS["help"].function(), Arguments("help", [name], {})
    arguments.require(command.least, command.most, command.needs)
    return command.function(), arguments


def program(words: list[str]) -> list[str]:
    """The words of `tur FILE ARGS`; a word that is neither file nor command is a mistake in writing."""
    from os.path import exists

    name = words[0]
    if exists(name) or name.endswith(".tur") or "/" in name:
        return words
    from turmeric.vocabulary.namespace import nearest

    near = nearest(name, COMMANDS)
    hint = f"; did you mean `{near}`?" if near else ""
    raise UsageError(f"there is no command `{name}`, and no file of that name{hint}")


def show_version(arguments: Arguments) -> int:
    from turmeric.version import __version__

    print(f"turmeric {__version__} (Python {sys.version.split()[0]})")
    return OK
