"""`tur repl`: with a terminal an editor for entries, without one a reader of lines."""

from __future__ import annotations

import os
import sys

from turmeric.fronts.conversation import Conversation, finished
from turmeric.fronts.execution import end, open_session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.fronts.arguments import Arguments


def repl(arguments: Arguments) -> int:
    """Talk until the input ends."""
    session = open_session(arguments, os.getcwd(), [])
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    talk = Conversation(session, "--debug" in arguments.options, piped=not terminal)
    if terminal:
        from turmeric.fronts.terminal import converse

        status = converse(talk)
    else:
        status = answer_lines(talk)
    end(session)
    return status


def answer_lines(talk: Conversation) -> int:
    """Answer what is piped in, entry by entry: each value on a line, errors on stderr.

    An error does not end the session; in the end the status says whether there was one.
    """
    entry = ""
    for line in iter(sys.stdin.readline, ""):
        entry += line
        if finished(entry):
            talk.say(entry)
            entry = ""
    if entry:
        talk.say(entry)
    return talk.status
