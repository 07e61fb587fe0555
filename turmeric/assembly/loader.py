"""Finding and loading modules: the standard library's and the program's.

A module's name is its path below a root, with dots: `app/orders.tur` is `app.orders`.
"""

from __future__ import annotations

import os

from turmeric.assembly import image
from turmeric.assembly.declare import Declarer
from turmeric.assembly.pipeline import Pipeline, special_forms
from turmeric.reading.reader import Form, read_all
from turmeric.running.world import ACTIVE, World
from turmeric.vocabulary.errors import failure, source_failure
from turmeric.vocabulary.namespace import Module, nearest
from turmeric.vocabulary.spans import Span, remember_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from turmeric.assembly.kept import Kept
    from turmeric.reading.declarations import Declaration
    from turmeric.running.bundles import Bundle

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

PRELUDE = (
    "core",
    "classes",
    "function",
    "list",
    "reducing",
    "sorting",
    "vector",
    "map",
    "set",
    "string",
    "math",
    "option",
    "result",
    "pair",
    "io",
    "control",
    "effects",
    "generator",
    "search",
    "serial",
    "checkpoint",
    "freezing",
    "async",
)
"""Modules whose exports every program sees without an import, in the order they load."""

PROGRAM = "program."
"""Before the name of a program that is called like one of them: `list.tur` is `program.list`."""


def build_image(released: bool) -> None:
    """Make the image: of a release, to be packaged with the sources, or of this checkout."""
    loader = Loader(World(), [])
    loader.released = released
    loader.load_prelude()


def library_directory() -> str:
    """Where the standard library's sources are: in the package, or beside it in a checkout."""
    inside = os.path.join(PACKAGE, "stdlib")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(PACKAGE), "stdlib")


class Loader:
    """Loads modules into a world.  `roots` are the directories of the program's modules."""

    pipeline_type = Pipeline
    """What expands and carries out the forms of a module."""

    def __init__(self, world: World, roots: list[str]) -> None:
        self.world = world
        self.roots = roots
        self.loading: list[str] = []
        self.image: dict[str, Any] = {}
        self.keeps = False
        """Whether the program's modules are kept as they are after expansion, from one run to the next."""
        self.kept: Kept | None = None
        self.released = False
        """Whether an image that has to be made is that of a release: fixed, not checked."""
        world.load_module = self.find_module
        world.load_bundle = self.load_bundle
        world.library_place = library_directory() + os.sep
        ACTIVE.world = world

    # The standard library -------------------------------------------------------------------

    def load_prelude(self) -> None:
        """Load the modules every program sees, from the image if it fits its sources."""
        self.world.prelude.update(special_forms())
        library = library_directory()
        self.image = {} if self.released else image.read(library) or {}
        compiled: dict[str, Any] = {}
        for name in PRELUDE:
            path = os.path.join(library, name + ".tur")
            module = self.load_library(name, path, compiled)
            for exported in module.exported():
                self.world.prelude[exported] = module.definitions[exported]
        if not self.image:
            self.compile_rest(library, compiled)

    def load_library(self, name: str, path: str, compiled: dict[str, Any] | None = None) -> Module:
        """Load a module of the library; `compiled` collects what the image is made of."""
        packed = self.image.get(name)
        if packed is not None:
            return self.load_packed(name, path, packed)
        rows: list[Any] = []
        module = self.load(name, path, start=False, observe=lambda declaration: rows.append(image.pack(declaration)))
        if compiled is not None:
            compiled[name] = (module.exports, names_taken(module), rows)
        return module

    def load_packed(self, name: str, path: str, packed: Any) -> Module:
        """A module from the image."""
        exports, taken, rows = packed
        module = self.world.modules[name] = Module(name, self.world.prelude, path)
        module.library, module.exports = True, exports
        for local, (home, original) in taken[0].items():
            module.referred[local] = self.world.find(home, original)
        for alias, home in taken[1].items():
            module.aliases[alias] = self.import_module(home)
        declarer = Declarer(self.world, module, start=False)
        for row in rows:
            declarer.carry_out(image.unpack(row, path))
        return module

    def compile_rest(self, library: str, compiled: dict[str, Any]) -> None:
        """Compile the modules that are loaded on import, and store the image."""
        for entry in sorted(list_modules(library)):
            name = entry[:-4]
            if name not in self.world.modules:
                self.load_library(name, os.path.join(library, entry), compiled)
            if name not in PRELUDE:
                self.world.modules.pop(name, None)
        image.write(image.stamp(library, self.released), compiled)

    # Modules --------------------------------------------------------------------------------

    def import_module(self, name: str, span: Span | None = None, start: bool = True) -> Module:
        """The module of that name, loaded if need be; errors point at `span`.  What a module
        imports that is loaded for its definitions only is loaded that way too."""
        found = self.world.modules.get(name)
        if found is not None and name not in self.loading:
            return found
        if name in self.loading:
            circle = " -> ".join((*self.loading[self.loading.index(name) :], name))
            raise source_failure("circular-import", f"modules import each other in a circle: {circle}", span)
        path = self.path_of(name)
        if path is None:
            raise source_failure("unknown-module", self.unknown(name), span)
        if path.startswith(library_directory() + os.sep):
            return self.load_library(name, path)
        return self.load(name, path, start=start)

    def find_module(self, name: str) -> Module | None:
        """A module that code refers to: loaded for its definitions only."""
        path = self.path_of(name)
        if path is None or name in self.loading:
            return None
        if path.startswith(library_directory() + os.sep):
            return self.load_library(name, path)
        return self.load(name, path, start=False)

    def load_bundle(self, data: bytes) -> Bundle:
        """The code of a bundle, beside the program's."""
        from turmeric.assembly.beside import load_bundle

        return load_bundle(self.world, data)

    def path_of(self, name: str) -> str | None:
        """The file of a module: the program's first, then the standard library's."""
        own = name.removeprefix(PROGRAM) in PRELUDE and name.startswith(PROGRAM)
        relative = (name.removeprefix(PROGRAM) if own else name).replace(".", os.sep) + ".tur"
        for root in self.roots if own else (*self.roots, library_directory()):
            path = os.path.join(root, relative)
            if os.path.isfile(path):
                return path
        return None

    def unknown(self, name: str) -> str:
        directory = name.rpartition(".")[0]
        below = directory.replace(".", os.sep)
        places = [os.path.join(root, below) for root in (*self.roots, library_directory())]
        names = [entry[:-4] for place in places for entry in list_modules(place)]
        near = nearest(name, [f"{directory}.{each}" if directory else each for each in names])
        hint = f"; did you mean `{near}`?" if near else f" (looked for {name.replace('.', '/')}.tur)"
        return f"there is no module `{name}`{hint}"

    def load(
        self, name: str, path: str, start: bool, observe: Callable[[Declaration], None] | None = None
    ) -> Module:
        """Load a file as the module `name`; `observe` sees each declaration in A-normal form."""
        text = read_text(path)
        module = Module(name, self.world.prelude, path)
        module.library = path.startswith(library_directory() + os.sep)
        module.code_hash = None if module.library else self.hash_of(text)
        before = self.world.modules.get(name)
        self.world.add_module(module)
        self.loading.append(name)
        try:
            pipeline = self.pipeline(module, start)
            pipeline.observe = observe
            self.carry_out(pipeline, text, path)
        except BaseException:
            if before is None:
                del self.world.modules[name]
            else:
                self.world.modules[name] = before
            raise
        finally:
            self.loading.remove(name)
        module.complete = True
        return module

    def carry_out(self, pipeline: Pipeline, text: str, path: str) -> Any:
        """Load a text into a module, as it was kept from another run if it was; the value of its last form."""
        if not self.keeps or pipeline.module.library:
            return pipeline.load(text, path)
        if self.kept is None:
            from turmeric.assembly.kept import Kept

            self.kept = Kept(self)
        return self.kept.load(pipeline, text, path)

    def hash_of(self, text: str) -> str:
        """What identifies the text of a module that declares no version."""
        from turmeric.vocabulary.digest import blake2b

        return blake2b(text.encode(), digest_size=8).hexdigest()

    def pipeline(self, module: Module, start: bool) -> Pipeline:
        """A pipeline into `module`."""

        def read_file(name: str, span: Span | None) -> list[Form]:
            directory = os.path.dirname(module.file) if module.file else "."
            path = name if os.path.isabs(name) else os.path.join(directory, name)
            return read_all(read_text(path), path)

        def import_module(name: str, span: Span | None) -> Module:
            return self.import_module(name, span, start)

        return self.pipeline_type(self.world, module, start, import_module, read_file)


def names_taken(module: Module) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """The names and aliases a module imported, as plain data."""
    referred = {local: (found.module, found.name) for local, found in module.referred.items()}
    aliases = {alias: home.name for alias, home in module.aliases.items() if isinstance(home, Module)}
    return referred, aliases


def list_modules(root: str) -> list[str]:
    try:
        return [entry for entry in os.listdir(root) if entry.endswith(".tur")]
    except OSError:
        return []


def read_text(path: str) -> str:
    """The text of a source file, remembered for messages."""
    try:
        with open(path, encoding="utf-8") as handle:
            text = handle.read()
    except UnicodeDecodeError as error:
        raise failure("io-error", f"{path} is not valid UTF-8: {error.reason} at byte {error.start}", path) from error
    except OSError as error:
        raise failure("io-error", f"cannot read {path}: {error.strerror}", path) from error
    remember_text(path, text)
    return text
