"""The pipeline: text to datums to core forms to A-normal form to a running module.

    text --read_all--> forms --expand_top--> declarations --normalize--> declarations --carry_out-->
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from turmeric.assembly.declare import Declarer
from turmeric.intermediate.liveness import annotate
from turmeric.intermediate.normalize import Normalizer
from turmeric.reading import all_forms
from turmeric.reading import declarations as kinds
from turmeric.reading.core import Core
from turmeric.reading.declarations import Declaration
from turmeric.reading.expander import Expander
from turmeric.reading.reader import read_all
from turmeric.reading.toplevel import expand_top
from turmeric.running.depth import Room
from turmeric.running.world import World
from turmeric.vocabulary import namespace
from turmeric.vocabulary.errors import source_failure
from turmeric.vocabulary.namespace import Global, Module
from turmeric.vocabulary.spans import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.intermediate.anf import Code
    from turmeric.reading.reader import Form



THUNKS = (kinds.VALUE, kinds.DYNAMIC, kinds.EXPRESSION)
"""Declarations whose code is run for its value."""


def special_forms() -> dict[str, Global]:
    """The names that the expander itself knows, for the prelude."""
    return {name: Global("core", name, namespace.SPECIAL) for name in all_forms.SPECIAL_FORMS}


class Pipeline:
    """Everything between the text of one module and its definitions."""

    def __init__(
        self,
        world: World,
        module: Module,
        start: bool,
        import_module: Callable[[str, Span | None], Module],
        read_file: Callable[[str, Span | None], list[Form]],
    ) -> None:
        self.world = world
        self.module = module
        self.expander = Expander(module, world.module, import_module, read_file)
        self.declarer = Declarer(world, module, start)
        self.observe: Callable[[Declaration], None] | None = None

    def load(self, text: str, file: str) -> Any:
        """Read, expand and carry out a whole text; gives the value of its last form."""
        with Room():
            return self.load_forms(read_all(text, file))

    def load_forms(self, forms: list[Form]) -> Any:
        """Expand and carry out forms, one after the other."""
        with Room():
            self.scan(forms)
            result: Any = None
            for form in forms:
                try:
                    for declaration in self.expand(form):
                        result = self.carry_out(declaration)
                except RecursionError:
                    raise source_failure("syntax-error", "the form nests too deeply", form.span) from None
            return result

    def load_rest(self, text: str, file: str, place: int, value: object) -> Any:
        """Run what stands below the code of which the value is known: it is the `place`-th that a module runs.  The
        module has all definitions already."""
        declarer, result = self.declarer, None
        declarer.known = [value]
        with Room():
            forms = read_all(text, file)
            self.scan(forms)
            number = 0
            for form in forms:
                for declaration in self.expand(form):
                    number += declaration.kind in THUNKS
                    if number >= place and declaration.kind in THUNKS:
                        declarer.runs = number - 1
                        result = self.carry_out(declaration)
        return result

    def expand(self, form: Form) -> Iterator[Declaration]:
        """The declarations of one form, in core forms."""
        if id(form) in self.done:
            return iter(())
        return expand_top(self.expander, form.datum, form.span, form.doc)

    def carry_out(self, declaration: Declaration) -> Any:
        """Normalize a declaration and do what it says."""
        self.normalize(declaration)
        if self.observe is not None:
            self.observe(declaration)
        return self.declarer.carry_out(declaration)

    def normalize(self, declaration: Declaration) -> None:
        """Put a declaration's code into A-normal form."""
        for name, form in declaration.code.items():
            definition = f"{self.module.name}.{declaration.name}" + (f".{name}" if name else "")
            owner = (self.module.name, definition)
            thunk = declaration.kind in THUNKS
            declaration.code[name] = normalized(form, owner, declaration.name, self.kind_of, thunk)

    def kind_of(self, module: str, name: str) -> str:
        found = self.world.find(module, name)
        return found.kind

    # Names used before they are defined -----------------------------------------------------

    done: set[int]

    def scan(self, forms: list[Form]) -> None:
        """Note what the forms will define: a name of the standard library's that this module
        defines is its own throughout, and a macro may be used above its definition."""
        from turmeric.assembly.scanning import defined_names, renamed_names

        self.done = set()
        self.expander.renamed.update(renamed_names(forms))
        for kind, name, form in defined_names(forms):
            if name in self.module.definitions and self.module.definitions[name].value is not namespace.UNBOUND:
                continue
            if kind == namespace.TYPE:
                self.expander.forward_types.add(name)
            if kind == namespace.MACRO:
                self.expander.pending_macros[name] = self.define_early(form)
            elif name not in self.module.definitions:
                self.module.define(name, kind)

    def define_early(self, form: Form) -> Callable[[], None]:
        """Define a macro that is used above its definition."""

        def define() -> None:
            if id(form) in self.done:
                return
            for declaration in self.expand(form):
                self.carry_out(declaration)
            self.done.add(id(form))

        return define


def normalized(
    form: object, owner: tuple[str, str], name: str, kind_of: Callable[[str, str], str], thunk: bool = False
) -> Code:
    """The A-normal form of a definition's core form, with what is live at each point."""
    assert isinstance(form, Core)
    return annotate(Normalizer(*owner, kind_of).top(form, name, thunk))
