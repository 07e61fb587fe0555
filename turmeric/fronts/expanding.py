"""`tur expand`: a file with every macro expanded, as Turmeric to read.

Nothing of the file runs but its macros (and what they call).
"""

from __future__ import annotations

from collections.abc import Iterator

from turmeric.fronts.declared import declaration_datum
from turmeric.fronts.execution import open_session, root_of
from turmeric.fronts.layout import laid_out
from turmeric.fronts.statuses import OK
from turmeric.reading import declarations as kinds
from turmeric.reading.datums import plain
from turmeric.reading.reader import Form, read_all
from turmeric.reading.scope import Scope
from turmeric.reading.toplevel import expand_top
from turmeric.vocabulary.lists import List

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.assembly.pipeline import Pipeline
    from turmeric.assembly.session import Session
    from turmeric.fronts.arguments import Arguments

VERBATIM = ("module", "import", "import-python")
"""Forms that are shown as they are: they hold no code."""


def expand(arguments: Arguments) -> int:
    """Print the expansion of a file, one form after the other, each after an empty line."""
    from turmeric.assembly.loader import read_text
    from turmeric.assembly.session import module_name

    path = arguments.operands[0]
    session = open_session(arguments, root_of(path), [])
    module = session.new_module(module_name(path, session.loader.roots))
    module.file = path
    pipeline = session.loader.pipeline(module, start=False)
    blank = ""
    for datum in expanded(pipeline, read_all(read_text(path), path)):
        print(blank + laid_out(datum))
        blank = "\n"
    return OK


def expanded(pipeline: Pipeline, forms: list[Form]) -> Iterator[object]:
    """The data of all forms without macros.  Each is defined before the next is expanded."""
    pipeline.scan(forms)
    for form in forms:
        yield from expanded_form(pipeline, form, id(form) in pipeline.done)


def expanded_form(pipeline: Pipeline, form: Form, done: bool) -> Iterator[object]:
    expander = pipeline.expander
    expander.span = form.span
    datum, found = expander.expand_head(form.datum, Scope())
    if found is not None and found.name == "do" and isinstance(datum, List):
        for part in datum.tail:
            yield from expanded_form(pipeline, Form(part, form.span, None), done)
        return
    verbatim = found is not None and found.name in VERBATIM
    if verbatim:
        yield plain(datum)
    for declaration in expand_top(expander, datum, form.span, form.doc):
        if not verbatim:
            yield declaration_datum(declaration, pipeline.module)
        if not done and declaration.kind != kinds.EXPRESSION:
            pipeline.carry_out(declaration)


def expansion_of(session: Session, text: str, file: str) -> str:
    """The expansion of forms as if they stood in the session's own module; defines nothing."""
    pipeline = session.loader.pipeline(session.user, start=False)
    shown: list[str] = []
    for form in read_all(text, file):
        for declaration in expand_top(pipeline.expander, form.datum, form.span, form.doc):
            shown.append(laid_out(declaration_datum(declaration, session.user)))
    return "\n".join(shown)
