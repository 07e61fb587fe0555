"""`tur start FILE:FUNCTION ARGS`: a new instance, which runs when a worker runs it."""

from __future__ import annotations

import os
import sys

from turmeric.fronts.arguments import UsageError
from turmeric.fronts.execution import open_session, root_of
from turmeric.fronts.instances.opening import ask, check_kept, serving
from turmeric.fronts.statuses import OK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.assembly.session import Session
    from turmeric.fronts.arguments import Arguments


def start(arguments: Arguments) -> int:
    """Start a function as an instance; print its id."""
    from turmeric.durability.instances import making

    target, *words = arguments.operands
    path, _, name = target.rpartition(":")
    if not path or not name:
        raise UsageError(f"`start` needs a file and a function, as in orders.tur:process-order, not `{target}`")
    args = values_of(arguments, words)
    root = root_of(path)
    session = open_session(arguments, root, [])
    function = function_of(session, path, name)
    function.function.arrange(args)
    check_kept(arguments)
    service = serving(arguments, session, makes=True)
    made = making.instance(service, function, args, arguments.options.get("--id"))
    if not ask(service.store, "create", [made]):
        print(f"tur: there is an instance {made.id} already; nothing was started", file=sys.stderr)
    print(made.id)
    if root != os.getcwd():
        print(f"tur: its modules are below {root}: a worker needs --program {root}", file=sys.stderr)
    return OK


def function_of(session: Session, path: str, name: str) -> Any:
    """A function of a file, which is loaded for its definitions.  Raises UsageError if there is none."""
    from turmeric.assembly.session import module_name
    from turmeric.running.values import Closure
    from turmeric.vocabulary.namespace import FUNCTION, nearest

    module_id = module_name(path, session.loader.roots)
    module = session.loader.load(module_id, path, start=False)
    session.world.main = module_id
    functions = [each for each, found in module.definitions.items() if found.kind == FUNCTION]
    if name not in functions:
        near = nearest(name, functions)
        raise UsageError(f"{path} has no function `{name}`{f'; did you mean `{near}`?' if near else ''}")
    function = module.definitions[name].force()
    if type(function) is not Closure:
        raise UsageError(f"`{name}` of {path} is no function of Turmeric that could be started")
    return function


# Values from the command line -----------------------------------------------------------------


def values_of(arguments: Arguments, words: list[str]) -> list[Any]:
    """What words of the command line stand for: data of Turmeric, or with `--strings` themselves."""
    return list(words) if "--strings" in arguments.options else [value_of(word) for word in words]


def value_of(word: str) -> Any:
    """The one datum that a word is.  A name is none: nothing is evaluated here."""
    from turmeric.reading.datums import parts_of, plain
    from turmeric.reading.reader import read_all
    from turmeric.vocabulary.errors import TurmericError
    from turmeric.vocabulary.folding import folded
    from turmeric.vocabulary.symbols import Symbol

    try:
        forms = read_all(word, "<argument>")
    except TurmericError as error:
        raise UsageError(f"`{word}` cannot be read: {error.message}; {string_hint(word)}") from error
    if len(forms) != 1:
        raise UsageError(f"`{word}` is not one value of Turmeric but {len(forms)}; {string_hint(word)}")
    value = plain(forms[0].datum)
    names: list[str] = []
    folded(value, parts_of, lambda atom: names.append(atom.name) if type(atom) is Symbol else None, lambda *_: None)
    if names:
        what = "a name" if type(value) is Symbol else f"code (`{names[0]}` is a name)"
        raise UsageError(f"`{word}` is {what}, and values are not evaluated here; {string_hint(word)}")
    return value


def string_hint(word: str) -> str:
    quoted = "'\"" + word.replace("\\", "\\\\").replace('"', '\\"').replace("'", "'\\''") + "\"'"
    return f"for a string write {quoted}, or give --strings"
