"""The commands of the REPL: lines that begin with a colon, such as `:time (f 1)`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from turmeric.assembly.loader import library_directory, read_text
from turmeric.fronts.conversation import Conversation
from turmeric.fronts.results import readable
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.printer import BRIEF, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HELP = """\
  (doc map)          what a definition is for
  (source map)       how it is written
  *1 *2 *3 *e        the last values, the last error
  *k                 what Ctrl-C interrupted: (continue *k) goes on
  :load FILE         evaluate a file here
  :reload            load those files, and all imported modules, again
  :time EXPR         evaluate, and say how long it took
  :expand FORM       show a form with its macros expanded
  :frames K          what a continuation still has to do
  :help              this
  :quit              leave; so does Ctrl-D
Ctrl-C stops an evaluation, or clears the line.  Alt-Enter starts a new line."""


def show_help(talk: Conversation, rest: str) -> None:
    print(HELP)


def load(talk: Conversation, rest: str) -> None:
    """Evaluate a file's forms in the session's own module."""
    path = rest.strip('"')
    needed(path, ":load FILE")
    if path not in talk.loaded:
        talk.loaded.append(path)
    talk.session.evaluate(read_text(path), path)
    print(f"loaded {path}")


def reload(talk: Conversation, rest: str) -> None:
    """Load the program's modules and the `:load`ed files again, into the same definitions:
    functions that are already in use take the new code at their next call."""
    session, library = talk.session, library_directory()
    paths = []
    for module in reversed(session.world.modules.values()):  # a module stands before what it imports
        if module.file is not None and not module.file.startswith(library + os.sep):
            session.evaluate(read_text(module.file), module.file, module)
            paths.append(module.file)
    for path in talk.loaded:
        session.evaluate(read_text(path), path)
    print("reloaded " + ", ".join([*paths, *talk.loaded]) if paths or talk.loaded else "nothing was loaded yet")


def time(talk: Conversation, rest: str) -> None:
    from time import perf_counter

    needed(rest, ":time EXPR")
    start = perf_counter()
    value = talk.value(rest)
    spent = perf_counter() - start
    talk.show(value)
    print(f"{spent:.2f} s" if spent >= 1 else f"{spent * 1000:.2f} ms")


def expand(talk: Conversation, rest: str) -> None:
    from turmeric.fronts.expanding import expansion_of

    needed(rest, ":expand FORM")
    print(expansion_of(talk.session, rest, "<form>"))


def frames(talk: Conversation, rest: str) -> None:
    """List the pending calls of a continuation, the innermost first."""
    needed(rest, ":frames K")
    frames_of: Any = talk.session.world.find("control", "continuation-frames").force()
    found = list(frames_of(talk.value(rest)))
    for number, frame in enumerate(found):
        place = frame.get("source")
        print(f"{number}  {frame.get('fn-symbol')}{f'  at {place}' if place else ''}")
        if len(frame.get("args")):
            print(f"     args {' '.join(write(value, limit=BRIEF) for value in frame.get('args'))}")
        for name, value in frame.get("captures").items():
            print(f"     {name.name} = {readable(talk.session, value, BRIEF)}")
    if not found:
        print("no frames: it gives its value to the delimiter")


def leave(talk: Conversation, rest: str) -> None:
    sys.exit(talk.status)


def needed(text: str, shape: str) -> None:
    if not text:
        raise failure("syntax-error", f"expected {shape}")


COMMANDS: dict[str, Callable[[Conversation, str], None]] = {
    ":help": show_help,
    ":load": load,
    ":reload": reload,
    ":time": time,
    ":expand": expand,
    ":frames": frames,
    ":quit": leave,
}
