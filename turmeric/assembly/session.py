"""A session: a world with the standard library loaded, and a module to evaluate in.

Everything that runs Turmeric code goes through one: the command line, the REPL, tests,
an embedding program.
"""

from __future__ import annotations

import os

from turmeric.assembly.loader import PRELUDE, PROGRAM, Loader, read_text
from turmeric.assembly.pipeline import Pipeline
from turmeric.assembly.suggestions import suggestions
from turmeric.reading.datums import plain
from turmeric.reading.reader import Form
from turmeric.reading.scope import Scope
from turmeric.running import evaluators, operators
from turmeric.running.depth import allow_deep
from turmeric.running.steps import AUTO
from turmeric.running.world import ACTIVE, World
from turmeric.vocabulary.errors import TurmericError
from turmeric.vocabulary.lists import from_iterable
from turmeric.vocabulary.namespace import FUNCTION, UNBOUND, Module
from turmeric.vocabulary.spans import remember_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

assert operators.OPERATORS


class Session:
    """`roots` are the directories where the program's modules are; `args` is what `(args)` gives; `engine`
    is how functions run (`steps.ENGINES`)."""

    def __init__(self, roots: list[str] | None = None, args: list[str] | None = None, engine: str = AUTO) -> None:
        self.engine = engine
        allow_deep()
        self.world = self.make_world()
        self.loader = self.make_loader(roots if roots is not None else [os.getcwd()])
        self.loader.load_prelude()
        self.world.macroexpand = self.macroexpand
        evaluators.SUGGEST = suggestions
        self.world.args = from_iterable(args or [])
        self.user = self.new_module("user")
        self.entries = 0
        self.last: Any = None
        """The value of the last form of the main module."""
        self.program: Pipeline | None = None
        """What carries out the forms of the main module."""

    def make_world(self) -> World:
        """The world to run in; a session that runs programs in another way makes another."""
        return World(self.engine)

    def make_loader(self, roots: list[str]) -> Loader:
        """What finds and loads modules."""
        return Loader(self.world, roots)

    def activate(self) -> None:
        """Make this the session in which functions called from Python run."""
        ACTIVE.world = self.world

    def new_module(self, name: str) -> Module:
        """An empty module that sees the standard library."""
        return self.world.add_module(Module(name, self.world.prelude))

    def macroexpand(self, datum: object) -> object:
        """A datum with the macro at its head expanded, as the main module (or `user`) sees it."""
        module = self.world.modules.get(self.world.main or "")
        expander = self.pipeline(module).expander
        return plain(expander.expand_head(datum, Scope())[0])

    def pipeline(self, module: Module | None = None, start: bool = True) -> Pipeline:
        """A pipeline into a module (by default `user`)."""
        return self.loader.pipeline(module or self.user, start)

    def evaluate(self, text: str, file: str | None = None, module: Module | None = None) -> Any:
        """Evaluate all forms of a text in a module; the value of the last."""
        if file is None:
            self.entries += 1
            file = f"<{self.entries}>"
        remember_text(file, text)
        return self.pipeline(module).load(text, file)

    def evaluate_form(self, form: Form, module: Module | None = None) -> Any:
        """Evaluate one form that was read before."""
        return self.pipeline(module).load_forms([form])

    def run_file(self, path: str) -> Any:
        """Run every top-level form of a file in order, then `main` if it defines one.

        Gives `main`'s value (the last form's when there is no `main`).
        """
        return self.run_main(self.load_main(path, start=True))

    def run_main(self, module: Module) -> Any:
        """Call `main`, if the module defines it."""
        main = module.definitions.get("main")
        if main is not None and main.kind == FUNCTION and main.value is not UNBOUND:
            return self.call_main(main.value)
        return self.last

    def load_main(self, path: str, start: bool) -> Module:
        """Load a file as the main module, named by its path without `.tur`."""
        name = module_name(path, self.loader.roots)
        text = read_text(path)
        module = self.new_module(name)
        module.file = path
        module.code_hash = self.loader.hash_of(text)
        self.world.main = name
        self.loader.loading.append(name)
        try:
            self.program = self.pipeline(module, start)
            self.last = self.loader.carry_out(self.program, text, path)
        finally:
            self.loader.loading.remove(name)
        return module

    def close(self) -> list[TurmericError]:
        """End what the program has left under way; the errors that nobody has seen."""
        return [error for end in self.world.at_end for error in end()]

    def call_main(self, main: Any) -> Any:
        """Call `main` with the arguments it takes."""
        return self.world.call(main, self.main_args(main), prompt=True)

    def main_args(self, main: Any) -> list[Any]:
        """What `main` is called with: nothing, or the list of the program's arguments, or all of them."""
        arity = main.function.arity
        return [] if arity == 0 else [self.world.args] if arity == 1 else list(self.world.args)


def module_name(path: str, roots: list[str]) -> str:
    """A file's module name: its path below a root without `.tur`, with dots.

    `list.tur` is `program.list`, since `list` is a module that every program sees.
    """
    name = path_below(path, roots).replace(os.sep, ".")
    return PROGRAM + name if name in PRELUDE else name


def path_below(path: str, roots: list[str]) -> str:
    """A file's path without its ending, from the root that it is in, or else its name."""
    full = os.path.abspath(path)
    for root in roots:
        base = os.path.abspath(root)
        if full.startswith(base + os.sep):
            return os.path.splitext(full[len(base) + 1 :])[0]
    return os.path.splitext(os.path.basename(path))[0]
