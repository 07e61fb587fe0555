"""The world: the modules a program can see, and the linker that knows them.

Everything below asks the world for a global by module and name; the loader fills it.
There is one for each session, and functions run in the one they were linked in, also when
Python code calls them.
"""

from __future__ import annotations

from _thread import _local as ThreadLocal
from collections.abc import Callable
from time import time

from turmeric.running.classes import Classes, Method, TypeClass
from turmeric.running.continuation import Base, Continuation, Segment, frames_of
from turmeric.running.machine import CURRENT, Machine, Uncaught
from turmeric.running.steps import CEK, ENGINES, Linker
from turmeric.running.values import Closure
from turmeric.vocabulary.errors import TurmericError, exception_for
from turmeric.vocabulary.lists import EMPTY, List
from turmeric.vocabulary.namespace import Global, Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.intermediate.anf import Code
    from turmeric.vocabulary.spans import Span


class World:
    """Modules by name, and what it takes to run their code."""

    def __init__(self, engine: str = CEK) -> None:
        if engine not in ENGINES:
            raise ValueError(f"there is no engine `{engine}`; there are {', '.join(ENGINES)}")
        self.modules: dict[str, Module] = {}
        self.prelude: dict[str, Global] = {}
        self.main: str | None = None
        """The name of the main file's module."""
        self.args: List = EMPTY
        """What `(args)` gives."""
        self.classes: dict[str, TypeClass] = {}
        self.codes: dict[str, dict[Code, None]] = {}
        """The code of each definition, in order; a top-level form adds to its module's."""
        self.library_place = ""
        """How the names of the standard library's files begin."""
        self.kept: dict[str, Any] = {}
        """What the layers above keep for this world, each under a name of its own."""
        self.edits = 0
        """How often a definition, its code or an instance came or went."""
        self.linker = Linker(self, engine=engine)
        self.instance: Any = None
        """The durable instance that runs at the moment."""
        self.clock: Callable[[], float] = time
        """Seconds since 1970."""
        self.outside: Any = None
        """What tasks wait for outside of the program, once there are tasks."""
        self.at_end: list[Callable[[], list[TurmericError]]] = []
        """Called when the program has ended; each gives the errors that nobody has seen."""
        self.keys: Any = None
        """The key ring that seals and opens for this world; None: the one that is configured."""
        self.macroexpand: Callable[[object], object] = lambda datum: datum
        self.load_module: Callable[[str], Module | None] = lambda name: None
        self.bundles: dict[str, Any] = {}
        """The bundles (`running.bundles`) whose code came with saved state, by their hashes."""
        self.load_bundle: Callable[[bytes], Any] = lambda data: None
        compiles = engine != CEK
        self.make_machine: Callable[[Machine | None], Machine] = lambda outer: Machine(self.library, outer, compiles)

    def module(self, name: str) -> Module | None:
        """A module that is loaded, or None."""
        return self.modules.get(name)

    def is_library(self, name: str) -> bool:
        """Whether a module belongs to the standard library."""
        module = self.modules.get(name)
        return module is not None and module.library

    def remember(self, code: Code, replace: bool) -> None:
        """Keep a definition's code, to find its points again; a definition replaces an older one."""
        if replace or code.definition not in self.codes:
            self.codes[code.definition] = {}
        self.codes[code.definition][code] = None
        self.edits += 1

    def add_module(self, module: Module) -> Module:
        """Make a module known; one of that name that was there before goes with its code."""
        self.modules[module.name] = module
        self.edits += 1
        for definition, codes in list(self.codes.items()):
            if next(iter(codes)).module == module.name:
                del self.codes[definition]
        return module

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

    def symbol_of_type(self, module: str, name: str) -> str:
        """The full name of a struct type, the string that the type itself has: comparing it takes no time."""
        found: Any = self.modules[module].definitions[name].value
        symbol: str = getattr(found, "type", found).symbol
        return symbol

    def library(self, name: str) -> object:
        """A function of the module `core`."""
        return self.find("core", name).force()

    def run(self, code: Code, prompt: bool = True) -> Any:
        """Run the thunk of a definition or a top-level form, inside the implicit delimiter."""
        closure = Closure(self.linker.function(code), ())
        return self.call(closure, [], prompt)

    def call(self, function: Any, args: list[Any], prompt: bool = False, bare: bool = False) -> Any:
        """Call a function of the language on a machine of its own.

        A `bare` one sees no dynamic bindings, and knows of no Python function around it.
        """
        around, ACTIVE.running = ACTIVE.running, self
        machine = self.make_machine(CURRENT.machine)
        if bare:
            machine.segment = Segment(Base(None), None, None)
        elif around is not self:
            machine.segment.bindings = None
        try:
            return machine.call(function, args, prompt)
        except Uncaught as uncaught:
            raise self.placed(uncaught.error, function) from uncaught.error.__cause__
        finally:
            ACTIVE.running = around


    def placed(self, error: TurmericError, function: Any) -> TurmericError:
        """An error from inside the standard library, with the place in the program that led there.

        Tail calls leave no frame; when no place of the program is left, it is the function called.
        """
        trace = error.trace
        while trace and trace[-1][1] is not None and self.in_library(trace[-1][1]):
            trace = trace[:-1]  # what runs tasks
        error.trace = trace
        if error.span is None or not self.in_library(error.span):
            return error
        while trace and (trace[0][1] is None or self.in_library(trace[0][1])):
            trace = trace[1:]
        if not trace and type(function) is Closure:
            code = function.function.code
            trace = ((code.symbol, code.span),) if code.span is not None and not self.in_library(code.span) else ()
        if trace:
            error.span, error.trace = trace[0][1], trace
        return error

    def in_library(self, span: Span) -> bool:
        return bool(self.library_place) and span.file.startswith(self.library_place)


def call_from_python(function: Any, args: tuple[Any, ...]) -> Any:
    """What calling a Turmeric function from Python does: it runs in its own world."""
    return world_of(function).call(function, list(args))


def world_of(function: Any) -> World:
    """The world a function belongs to; operators, and what holds no code, run in the active one."""
    if type(function) is Closure:
        return function.function.linker.world
    if type(function) is Continuation:
        for point, _ in frames_of(function):
            return point.function.linker.world
    if type(function) is Method:
        for instance in function.type_class.instances.values():
            for method in instance.methods.values():
                return world_of(method)
    return require_world()


class Active(ThreadLocal):
    """Which world runs in this thread, and which was activated last, for what belongs to none."""

    running: World | None = None
    chosen: World | None = None

    @property
    def world(self) -> World | None:
        """The world that runs in this thread, or else the one that was activated last."""
        return self.running or Active.chosen

    @world.setter
    def world(self, world: World | None) -> None:
        Active.chosen = world


ACTIVE = Active()


def require_world() -> World:
    """The active world."""
    if ACTIVE.world is None:
        raise RuntimeError("no Turmeric session is active; make a turmeric.Runtime first")
    return ACTIVE.world


Classes.find = staticmethod(lambda symbol: require_world().class_named(symbol))


Closure.invoke = staticmethod(call_from_python)

__all__ = ["ACTIVE", "TurmericError", "World", "exception_for", "require_world"]
