"""A file's declarations as core forms, all of them: a form that fails does not hide the next.

The file is read, expanded and *defined*, never started, and neither are the modules it
imports.  Only macros run, and what they call.
"""

from __future__ import annotations

import os

from turmeric.assembly.loader import Loader, library_directory, read_text
from turmeric.assembly.pipeline import Pipeline
from turmeric.assembly.scanning import defined_names
from turmeric.assembly.session import Session, module_name
from turmeric.fronts.checks.problems import Problem, problem_of
from turmeric.fronts.execution import root_of
from turmeric.reading.reader import Form, read_all
from turmeric.vocabulary.errors import TurmericError
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.namespace import Module
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.spans import Span
from turmeric.vocabulary.symbols import Symbol
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.reading.core import Core, Variable
    from turmeric.reading.declarations import Declaration
    from turmeric.running.world import World

TAKES_NAMES = ("import", "import-python", "load")
"""Forms that bring names in; when one fails, any name in it may be meant as one it brings."""


class Row:
    """A declaration with its core forms, which the normalizer replaces."""

    __slots__ = ("code", "declaration", "module")

    def __init__(self, declaration: Declaration, module: Module) -> None:
        self.declaration = declaration
        self.module = module
        self.code: dict[str, Core] = dict(declaration.code)  # type: ignore[arg-type]


class RecordingPipeline(Pipeline):
    """A pipeline that remembers each declaration before it is normalized."""

    rows: list[Row]

    def carry_out(self, declaration: Declaration) -> object:
        self.rows.append(Row(declaration, self.module))
        return super().carry_out(declaration)


class CheckingLoader(Loader):
    """Remembers the declarations of the modules that it loads."""

    pipeline_type = RecordingPipeline

    def __init__(self, world: World, roots: list[str]) -> None:
        super().__init__(world, roots)
        self.rows: list[Row] = []

    def pipeline(self, module: Module, start: bool) -> Pipeline:
        made = super().pipeline(module, start)
        assert isinstance(made, RecordingPipeline)
        made.rows = [] if module.library else self.rows
        return made


class CheckingSession(Session):
    """A session in which nothing is started."""

    loader: CheckingLoader

    def make_loader(self, roots: list[str]) -> Loader:
        return CheckingLoader(self.world, roots)


class Gathered:
    """What there is to examine in a file."""

    def __init__(self, session: CheckingSession, module: Module) -> None:
        self.module = module
        self.modules = session.world.modules
        self.rows: list[Row] = session.loader.rows
        """The declarations of the file, and of the modules it imports."""
        self.problems: list[Problem] = []
        self.variables: list[Variable] = []
        """The local variables of all forms that could be expanded."""
        self.defined: set[str] = set()
        self.assumed: set[str] = set()
        """Names that forms which failed would have defined or brought in."""
        self.complete = True
        """Whether those are all; not after a `load` that failed."""


def gather(path: str) -> Gathered:
    """Read and expand a whole file; what cannot be is among its problems."""
    session = CheckingSession([root_of(path)])
    module = session.new_module(name_of(path, session.loader))
    module.file = path
    found = Gathered(session, module)
    try:
        forms = read_all(read_text(path), path)
    except TurmericError as error:
        found.problems.append(problem_of(error, Span(path, 1, 1, 1, 1)))
        return found
    session.loader.loading.append(module.name)
    expand_all(found, session.loader.pipeline(module, start=False), forms)
    session.loader.loading.remove(module.name)
    return found


def expand_all(found: Gathered, pipeline: Pipeline, forms: list[Form]) -> None:
    """Expand and define the forms, one after the other."""
    expander = pipeline.expander
    pipeline.scan(forms)
    found.defined.update(name for _, name, _ in defined_names(forms))
    for form in forms:
        known = len(expander.variables)
        try:
            for declaration in pipeline.expand(form):
                pipeline.carry_out(declaration)
        except TurmericError as error:
            found.problems.append(problem_of(error, form.span))
            del expander.variables[known:]
            expander.nesting = 0
            note_failed(found, form)
        except RecursionError:
            found.problems.append(Problem("the form nests too deeply", form.span))
            note_failed(found, form)
    found.variables = expander.variables
    found.problems += [Problem(text, span, warning=True) for text, span in expander.warnings if span is not None]


def note_failed(found: Gathered, form: Form) -> None:
    """Assume what a form that failed would have defined or imported, so that this counts once."""
    datum = form.datum
    head = write(datum.head) if isinstance(datum, List) and datum else ""
    if head == "load":
        found.complete = False
    symbols = names_in(datum)
    found.assumed.update(symbols if head in TAKES_NAMES else symbols[1:2])


def names_in(datum: object) -> list[str]:
    """The names in a datum, in order; of `a.b` also `a`."""
    if type(datum) is Symbol:
        first = datum.name.partition(".")[0]
        return [datum.name] if first in ("", datum.name) else [datum.name, first]
    if isinstance(datum, List | Vector):
        return [name for part in datum for name in names_in(part)]
    return []


def name_of(path: str, loader: Loader) -> str:
    """The module's name; one of the library's files keeps the library's name."""
    full = os.path.abspath(path)
    if os.path.dirname(full) == os.path.abspath(library_directory()):
        return os.path.splitext(os.path.basename(path))[0]
    return module_name(path, loader.roots)
