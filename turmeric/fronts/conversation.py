"""What the REPL says to an entry: values, reports, answers to commands.

An entry is one or more forms, or a command such as `:time (f 1)`.  Errors end the entry,
never the session.  `*1 *2 *3` are the last values, `*e` the last error, `*k` what was interrupted
last; they, `doc` and `source` are names of a module `repl`, so a definition of the user's own wins.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from turmeric.fronts.documentation import doc, source
from turmeric.fronts.highlighting import tokens
from turmeric.fronts.results import readable
from turmeric.fronts.statuses import FAILED, OK, failed, internal
from turmeric.reading import declarations as kinds
from turmeric.reading.reader import Form, is_complete, read_all
from turmeric.running.values import Builtin
from turmeric.vocabulary.errors import TurmericError
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.namespace import VALUE, Global
from turmeric.vocabulary.printer import Limit
from turmeric.vocabulary.symbols import Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from turmeric.assembly.session import Session

SHOWN = Limit(100, 4000)
"""How much of a value is shown: elements of each collection, characters in all."""

MACROS = """
;;; Print what a definition is for: `(doc map)`.
(defmacro doc [name] `(show-doc* (quote ~name)))
;;; Print how a definition is written: `(source map)`.
(defmacro source [name] `(show-source* (quote ~name)))
"""


class Conversation:
    """A session and the memory of what was said in it."""

    def __init__(self, session: Session, debug: bool = False, piped: bool = False) -> None:
        self.session = session
        self.debug = debug
        self.piped = piped
        self.errors = 0
        self.entries = 0
        self.loaded: list[str] = []
        """The files that `:load` loaded, in order."""
        self.module = session.new_module("repl")
        for name in ("*1", "*2", "*3", "*e", "*k"):
            self.name(name, None)
        for name, text_of in (("show-doc*", doc), ("show-source*", source)):
            self.name(name, Builtin("repl", name, printer(session, text_of), 1, 1))
        session.evaluate(MACROS, "<repl>", self.module)
        session.user.referred.update(self.module.definitions)

    def name(self, name: str, value: object) -> None:
        """Give one of the REPL's own names a value."""
        found: Global = self.module.define(name, VALUE)
        found.value = value

    @property
    def status(self) -> int:
        """The exit status: without a terminal, whether there was an error."""
        return FAILED if self.piped and self.errors else OK

    # Entries --------------------------------------------------------------------------------

    def say(self, text: str) -> bool:
        """Answer an entry; gives whether it went well.  Ctrl-C and `(exit)` pass through."""
        try:
            command = self.command(text)
            if command is not None:
                command()
            else:
                for value in self.values(text):
                    self.show(value)
        except TurmericError as error:
            if isinstance(error.__cause__, BrokenPipeError):
                raise error.__cause__ from None
            self.name("*e", error.value)
            self.errors += 1
            failed(error, self.debug)
            return False
        except BrokenPipeError:
            raise
        except Exception as error:
            self.errors += 1
            internal(error, self.debug)
            return False
        return True

    def command(self, text: str) -> Any:
        """What a line such as `:help` asks for, or None when it is no command."""
        if not text.lstrip().startswith(":"):
            return None
        from turmeric.fronts.remarks import COMMANDS

        name, _, rest = text.strip().partition(" ")
        found = COMMANDS.get(name)
        return None if found is None else lambda: found(self, rest.strip())

    def values(self, text: str) -> Iterator[object]:
        """Evaluate the forms of an entry one by one; the values of those that are expressions."""
        self.entries += 1
        forms = read_all(text, f"<{self.entries}>")
        pipeline = self.session.pipeline()
        pipeline.scan(forms)
        for form in forms:
            kind, value = "", None
            for declaration in pipeline.expand(form):
                kind, value = declaration.kind, pipeline.carry_out(declaration)
            if kind == kinds.EXPRESSION and not (value is None and asks(form)):
                self.remember(value)
                yield value

    def value(self, text: str) -> Any:
        """The value of the last expression of a text."""
        found = list(self.values(text))
        return found[-1] if found else None

    def remember(self, value: object) -> None:
        """Make a value `*1`, the one before `*2`, and that one's `*3`."""
        definitions = self.module.definitions
        for name, before in (("*3", "*2"), ("*2", "*1")):
            definitions[name].value = definitions[before].value
        self.name("*1", value)

    def show(self, value: object) -> None:
        print(readable(self.session, value, SHOWN))
        sys.stdout.flush()


def finished(text: str) -> bool:
    """Whether an entry can be answered: its brackets are closed, and it is not just the
    comments above a definition that is still to come."""
    if not is_complete(text):
        return False
    return not text.strip() or next(tokens(text), None) is not None


def printer(session: Session, text_of: Callable[[Session, Symbol], str]) -> Callable[[Symbol], None]:
    """A primitive that prints what `text_of` says about a name."""
    return lambda name: print(text_of(session, name))


def asks(form: Form) -> bool:
    """Whether a form only prints: `(doc name)` or `(source name)`."""
    datum = form.datum
    head = datum.head if isinstance(datum, List) and datum else None
    return type(head) is Symbol and head.name in ("doc", "source")
