"""The words of a command line: options and operands.

    --mode roundtrip job.tur 7   ->   options {"--mode": "roundtrip"}, operands ["job.tur", "7"]

Done by hand, for the sake of start-up time: the standard library's parser takes longer
to import than a small program takes to run.
"""

from __future__ import annotations

OPTIONS: dict[str, tuple[str, ...] | None] = {
    "-e": (),
    "--engine": ("auto", "cek", "compiled"),
    "--mode": ("plain", "roundtrip"),
    "--program": (),
    "--file": (),
    "--id": (),
    "--expires": (),
    "--retires": (),
    "--against": (),
    "--graph": (),
    "--profile": None,
    "--to": (),
    "--code": ("current", "strict", "saved", "bundle"),
    "--store": (),
    "--status": (),
    "--function": (),
    "--parent": (),
    "--limit": (),
    "--outdated": None,
    "--strings": None,
    "--key": (),
    "--count": (),
    "--wait": None,
    "--keep-checkpoints": None,
    "--lease": (),
    "--attempts": (),
    "--concurrency": (),
    "--until-idle": None,
    "--grace": (),
    "--counters": (),
    "--older-than": (),
    "--keep-failed": None,
    "--dry-run": None,
    "--json": None,
    "--freeze-after": (),
    "--keep-running": None,
    "--debug": None,
    "--version": None,
    "--help": None,
}
"""Every option: None for a switch, else the values it may have (none given: any)."""

VALUES = {
    "-e": "an expression",
    "--program": "a file or a directory",
    "--file": "a file",
    "--id": "a name",
    "--store": "the address of a store",
    "--status": "running, waiting, done, failed or cancelled",
    "--function": "the full name of a function",
    "--parent": "the id of an instance",
    "--limit": "a number",
    "--key": "a text",
    "--count": "a number",
    "--lease": "a time",
    "--attempts": "a number",
    "--concurrency": "a number",
    "--grace": "a time",
    "--counters": "a port or a file",
    "--older-than": "a time",
    "--expires": "a number of days",
    "--retires": "a number of days",
    "--against": "a file of the program",
    "--to": "a file",
    "--graph": "a file that ends in .svg or .dot",
    "--freeze-after": "a time or a number of calls",
}

SHORT = {"-h": "--help", "-V": "--version"}


class UsageError(Exception):
    """The command line makes no sense; the text says why."""


class Arguments:
    """A parsed command line: the command's name, its operands, its options by long name."""

    __slots__ = ("command", "operands", "options")

    def __init__(self, command: str, operands: list[str], options: dict[str, str]) -> None:
        self.command = command
        self.operands = operands
        self.options = options

    def require(self, least: int, most: int | None, needs: str = "a file") -> None:
        """Raise UsageError unless the number of operands is right."""
        count = len(self.operands)
        if count < least:
            raise UsageError(f"`{self.command}` needs {needs} (tur {self.command} --help shows examples)")
        if most is not None and count > most:
            raise UsageError(f"`{self.command}` does not know what to do with `{self.operands[most]}`")


def parse(
    command: str, words: list[str], allowed: tuple[str, ...], verbatim: bool, given: dict[str, str] | None = None
) -> Arguments:
    """Sort words into options and operands.

    With `verbatim`, everything from the first operand on is an operand; `--` ends the
    options everywhere.  `given` are options that stood before the command.
    """
    arguments = Arguments(command, [], {})
    for name, value in (given or {}).items():
        check_allowed(command, name, allowed)
        arguments.options[name] = value
    place = 0
    while place < len(words):
        word = words[place]
        place += 1
        if word == "--":
            break
        if is_operand(word):
            arguments.operands.append(word)
            if verbatim:
                break
            continue
        place = take_option(arguments, word, words, place, allowed)
        if verbatim and word == "-e":
            break
    arguments.operands += words[place:]
    return arguments


def take_option(arguments: Arguments, word: str, words: list[str], place: int, allowed: tuple[str, ...]) -> int:
    """Note the option `word`; gives the place after its value."""
    name, has_value, value = word.partition("=") if word.startswith("--") else (word, "", "")
    name = SHORT.get(name, name)
    check_allowed(arguments.command, name, allowed)
    values = OPTIONS[name]
    if values is None:
        if has_value:
            raise UsageError(f"{name} takes no value")
    elif not has_value:
        if place >= len(words):
            raise UsageError(f"{name} needs {VALUES.get(name) or 'a value: ' + ' or '.join(values)}")
        value, place = words[place], place + 1
    if values and value not in values:
        raise UsageError(f"{name} is {' or '.join(values)}, not `{value}`")
    arguments.options[name] = value
    return place


def check_allowed(command: str, name: str, allowed: tuple[str, ...]) -> None:
    if name in allowed and name in OPTIONS:
        return
    from turmeric.vocabulary.namespace import nearest

    near = nearest(name, allowed)
    hint = f"; did you mean {near}?" if near else ""
    who = "" if command == "tur" else f"`{command}` has "
    raise UsageError(f"{who}no option {name}{hint}" if who else f"there is no option {name}{hint}")


def is_operand(word: str) -> bool:
    """Whether a word is no option: `-` and negative numbers are none."""
    return not word.startswith("-") or not (word[1:2].isalpha() or word[1:2] == "-")
