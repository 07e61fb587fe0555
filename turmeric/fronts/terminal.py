"""The REPL at a terminal: editing, colours, completion and history, by prompt_toolkit.

Imported only when there is a terminal to talk to.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.layout.utils import explode_text_fragments
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.styles import Style

from turmeric.fronts.completion import completions, word_before
from turmeric.fronts.conversation import Conversation, finished
from turmeric.fronts.highlighting import STYLES, indentation, matching_bracket, pieces
from turmeric.fronts.history import open_history
from turmeric.fronts.interrupting import say_interruptibly
from turmeric.fronts.remarks import COMMANDS
from turmeric.fronts.statuses import OK
from turmeric.version import __version__
from turmeric.vocabulary.namespace import MACRO, SPECIAL

PROMPT = "tur> "
CONTINUED = "...  "


def converse(talk: Conversation) -> int:
    """Prompt, answer, again, until Ctrl-D."""
    print(f"Turmeric {__version__}.  :help shows what there is; Ctrl-D leaves.")
    prompt = prompt_session(talk)
    while True:
        try:
            entry = prompt.prompt(PROMPT)
        except KeyboardInterrupt:
            continue
        except EOFError:
            return OK
        try:
            say_interruptibly(talk, entry)
        except KeyboardInterrupt:
            print("interrupted", file=sys.stderr)


def prompt_session(talk: Conversation) -> PromptSession[str]:
    style = {f"turmeric.{kind}": look for kind, look in STYLES.items()}
    return PromptSession(
        lexer=Highlighter(talk),
        completer=Names(talk),
        complete_while_typing=False,
        history=open_history(),
        key_bindings=keys(),
        multiline=True,
        prompt_continuation=lambda width, line, wrapped: CONTINUED,
        input_processors=[Brackets()],
        style=Style.from_dict({**style, "turmeric.matching": "bold reverse"}),
    )


def keys() -> KeyBindings:
    """Enter ends an entry whose brackets are closed, and goes on with one that is not."""
    bindings = KeyBindings()

    @bindings.add("enter")
    def enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        at_end = not buffer.document.text_after_cursor.strip()
        if finished(buffer.text) and (at_end or "\n" not in buffer.text):
            buffer.validate_and_handle()
        else:
            new_line(event)

    @bindings.add("escape", "enter")
    def new_line(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        buffer.insert_text("\n" + " " * indentation(buffer.document.text_before_cursor))

    return bindings


class Highlighter(Lexer):
    """Colours an entry by what its tokens are."""

    def __init__(self, talk: Conversation) -> None:
        self.talk = talk

    def is_form(self, name: str) -> bool:
        found = self.talk.session.user.resolve(name)
        return found is not None and found.kind in (SPECIAL, MACRO)

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        text = document.text
        styles = [""] * len(text)
        for start, end, kind in pieces(text, self.is_form):
            styles[start:end] = [f"class:turmeric.{kind}"] * (end - start)
        lines: list[StyleAndTextTuples] = [[]]
        for style, char in zip(styles, text, strict=True):
            if char == "\n":
                lines.append([])
            else:
                lines[-1].append((style, char))
        return lambda number: lines[number] if number < len(lines) else []


class Brackets(Processor):
    """Marks the bracket at the cursor and its partner."""

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        document = transformation_input.document
        fragments = explode_text_fragments(transformation_input.fragments)
        for offset in matching_bracket(document.text, document.cursor_position) or ():
            row, column = document.translate_index_to_position(offset)
            if row == transformation_input.lineno:
                place = transformation_input.source_to_display(column)
                if place < len(fragments):
                    look, text, *_ = fragments[place]
                    fragments[place] = (look + " class:turmeric.matching", text)
        return Transformation(fragments)


class Names(Completer):
    """Completes names, with signatures beside them, and commands."""

    def __init__(self, talk: Conversation) -> None:
        self.talk = talk

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        before = document.text_before_cursor
        start = -len(word_before(before))
        for name, about in completions(self.talk.session, before, COMMANDS):
            yield Completion(name, start_position=start, display_meta=about)
