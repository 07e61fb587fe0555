"""The world: the modules a program can see, and the linker that knows them.

Everything below asks the world for a global by module and name; the loader fills it.
There is one for each session.  `WORLD` is that of the running thread's session.
"""

from __future__ import annotations

from collections.abc import Callable

from turmeric.running.classes import Classes, TypeClass
from turmeric.running.machine import CURRENT, Machine, Uncaught
from turmeric.running.steps import Linker
from turmeric.running.values import Closure
from turmeric.vocabulary.errors import TurmericError, exception_for
from turmeric.vocabulary.lists import EMPTY, List
from turmeric.vocabulary.namespace import Global, Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.intermediate.anf import Code


class World:
    """Modules by name, and what it takes to run their code."""

    def __init__(self) -> None:
        self.modules: dict[str, Module] = {}
        self.prelude: dict[str, Global] = {}
        self.main: str | None = None
        """The name of the main file's module."""
        self.args: List = EMPTY
        """What `(args)` gives."""
        self.classes: dict[str, TypeClass] = {}
        self.codes: dict[str, list[Code]] = {}
        self.linker = Linker(self.find)
        self.macroexpand: Callable[[object], object] = lambda datum: datum
        self.load_module: Callable[[str], Module | None] = lambda name: None
        self.make_machine: Callable[[Machine | None], Machine] = lambda outer: Machine(self.library, outer)

    def module(self, name: str) -> Module | None:
        """A module that is loaded, or None."""
        return self.modules.get(name)

    def remember(self, code: Code, replace: bool) -> None:
        """Keep a definition's code, to find its points again; a definition replaces an older one."""
        codes = self.codes.setdefault(code.definition, [])
        if replace:
            codes.clear()
        if code not in codes:
            codes.append(code)

    def class_named(self, symbol: str) -> TypeClass:
        """A type class by its full name."""
        if symbol not in self.classes:
            self.find(*symbol.rsplit(".", 1)).force()
        return self.classes[symbol]

    def find(self, module: str, name: str) -> Global:
        """The global of a module; an unknown one is made, unbound, for when it is defined."""
        home = self.modules.get(module) or self.load_module(module)
        if home is None:
            home = self.modules[module] = Module(module, self.prelude)
        found = home.definitions.get(name)
        if found is None:
            found = home.definitions[name] = Global(module, name)
        return found

    def library(self, name: str) -> object:
        """A function of the module `core`."""
        return self.find("core", name).force()

    def run(self, code: Code, prompt: bool = True) -> Any:
        """Run the thunk of a definition or a top-level form, inside the implicit delimiter."""
        closure = Closure(self.linker.function(code), ())
        return self.call(closure, [], prompt)

    def call(self, function: Any, args: list[Any], prompt: bool = False) -> Any:
        """Call a function of the language on a machine of its own."""
        outer = CURRENT.machine
        try:
            return self.make_machine(outer).call(function, args, prompt)
        except Uncaught as uncaught:
            raise uncaught.error from uncaught.error.__cause__


def call_from_python(function: Closure, args: tuple[Any, ...]) -> Any:
    """What calling a Turmeric function from Python does."""
    return require_world().call(function, list(args))


class Active:
    """The world in which functions called from Python run."""

    world: World | None = None


ACTIVE = Active()


def require_world() -> World:
    """The active world."""
    if ACTIVE.world is None:
        raise RuntimeError("no Turmeric session is active; make a turmeric.Runtime first")
    return ACTIVE.world


Classes.find = staticmethod(lambda symbol: require_world().class_named(symbol))


Closure.invoke = staticmethod(call_from_python)

__all__ = ["ACTIVE", "TurmericError", "World", "exception_for", "require_world"]
