"""Code that came with saved state: it runs beside the program's own, each with its own names.

The code of a bundle is as it was stored, names and all; what its names mean is settled when it is
linked: modules of the bundle are those of the bundle, the standard library is this release's.
"""

from __future__ import annotations

from turmeric.intermediate import anf
from turmeric.intermediate.naming_places import names_type
from turmeric.running.functions import Function
from turmeric.running.steps import Linker
from turmeric.vocabulary.beside import beside
from turmeric.vocabulary.namespace import Global, Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from turmeric.running.world import World


class Bundle:
    """A bundle in a world.  `data` are its bytes, `key` is their hash."""

    def __init__(self, world: World, key: str, data: bytes) -> None:
        self.key = key
        self.data = data
        self.modules: dict[str, Module] = {}
        """Its modules by their names in the program."""
        self.codes: dict[str, dict[anf.Code, None]] = {}
        """The code of each definition, as in the world."""
        self.types: dict[str, str] = {}
        """The full names of its types, and what they are called in this process."""
        self.instances: dict[tuple[str, str], Callable[[], object]] = {}
        """What adds an instance to its class, by class and type: the instances that are not in use yet."""
        self.brought: dict[tuple[str, str], str] = {}
        """The module of each instance that it has, whether it is in use or the program's is."""
        self.missing: list[tuple[str, str]] = []
        """What it needs of the standard library, and this release does not have."""
        self.linker = BundleLinker(world, self)

    def module(self, name: str) -> Module:
        """Its module of that name; one that it has nothing of is made, empty."""
        found = self.modules.get(name)
        if found is None:
            world = self.linker.world
            found = self.modules[name] = Module(beside(name, self.key), world.prelude)
            world.modules[found.name] = found
        return found

    def type_name(self, symbol: str) -> str:
        """What the type of that full name is called in this process."""
        return self.types.get(symbol, symbol)

    def remember(self, code: anf.Code) -> None:
        """Keep the code of a definition, so that its points are found."""
        self.codes.setdefault(code.definition, {})[code] = None

    def install(self) -> None:
        """Add its instances to their classes, where there is none for the type."""
        for add in self.instances.values():
            add()
        self.instances.clear()


def bundle_of(code: anf.Code) -> Bundle | None:
    """The bundle that code came with, None for the program's own."""
    return code.linked.linker.bundle if isinstance(code.linked, Function) else None


def home_of(code: anf.Code) -> str:
    """The module that linked code is in, as it is called in this process."""
    bundle = bundle_of(code)
    return code.module if bundle is None else bundle.module(code.module).name


class BundleLinker(Linker):
    """Links the functions of a bundle."""

    def __init__(self, world: World, bundle: Bundle) -> None:
        super().__init__(world, world.linker.observed, world.linker.engine)
        self.bundle: Bundle | None = bundle
        self.find = self.found

    def found(self, module: str, name: str) -> Global:
        """A definition of the bundle, or of the standard library."""
        bundle = self.bundle
        assert bundle is not None
        if module not in bundle.modules:
            return self.world.find(module, name)
        home = bundle.module(module)
        made = home.definitions.get(name)
        if made is None:
            made = home.definitions[name] = Global(home.name, name)
        return made

    def named(self, symbol: str, args: tuple[anf.Simple, ...]) -> tuple[anf.Simple, ...]:
        """The operands of a primitive; types and dynamic variables by what they are called here."""
        place = names_type(symbol)
        if place is None or place >= len(args):
            return args
        translate = self.dynamic if symbol == "core.dynamic-value" else self.type_name
        return (*args[:place], constant(args[place], translate), *args[place + 1 :])

    def clauses(self, operands: tuple[anf.Simple, ...]) -> tuple[anf.Simple, ...]:
        """The operands of a handler: its keys may be names of types."""
        first, *rest = operands
        keys = [constant(each, self.type_name) if place % 3 == 0 else each for place, each in enumerate(rest)]
        return (first, *keys)

    def type_name(self, symbol: str) -> str:
        assert self.bundle is not None
        return self.bundle.type_name(symbol)

    def dynamic(self, symbol: str) -> str:
        """A dynamic variable's full name in this process."""
        module, _, name = symbol.rpartition(".")
        return self.found(module, name).symbol


def constant(node: anf.Simple, translate: Callable[[str], str]) -> anf.Simple:
    """A constant with a name, translated; other expressions as they are."""
    value: Any = node.value if isinstance(node, anf.Constant) else None
    return anf.Constant(translate(value)) if type(value) is str else node
