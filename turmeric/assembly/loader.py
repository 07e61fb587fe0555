"""Finding and loading modules: the standard library's and the program's.

A module's name is its path below a root, with dots: `app/orders.tur` is `app.orders`.
"""

from __future__ import annotations

import hashlib
import os

from turmeric.assembly.pipeline import Pipeline, special_forms
from turmeric.reading.reader import Form, read_all
from turmeric.running.world import ACTIVE, World
from turmeric.vocabulary.errors import failure, source_failure
from turmeric.vocabulary.namespace import Module, nearest
from turmeric.vocabulary.spans import Span, remember_text

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

PRELUDE = (
    "core",
    "classes",
    "list",
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
    "serial",
    "checkpoint",
)
"""Modules whose exports every program sees without an import, in the order they load."""


def library_directory() -> str:
    """Where the standard library's sources are: in the package, or beside it in a checkout."""
    inside = os.path.join(PACKAGE, "stdlib")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(PACKAGE), "stdlib")


class Loader:
    """Loads modules into a world.  `roots` are the directories of the program's modules."""

    def __init__(self, world: World, roots: list[str]) -> None:
        self.world = world
        self.roots = roots
        self.loading: list[str] = []
        world.load_module = self.find_module
        ACTIVE.world = world

    # The standard library -------------------------------------------------------------------

    def load_prelude(self) -> None:
        """Load the modules every program sees."""
        self.world.prelude.update(special_forms())
        for name in PRELUDE:
            path = os.path.join(library_directory(), name + ".tur")
            if os.path.exists(path):
                module = self.load(name, path, start=False)
                for exported in module.exported():
                    self.world.prelude[exported] = module.definitions[exported]

    # Modules --------------------------------------------------------------------------------

    def import_module(self, name: str, span: Span | None = None) -> Module:
        """The module of that name, loaded if need be; errors point at `span`."""
        found = self.world.modules.get(name)
        if found is not None and name not in self.loading:
            return found
        if name in self.loading:
            circle = " -> ".join((*self.loading[self.loading.index(name) :], name))
            raise source_failure("circular-import", f"modules import each other in a circle: {circle}", span)
        path = self.path_of(name)
        if path is None:
            raise source_failure("unknown-module", self.unknown(name), span)
        return self.load(name, path, start=True)

    def find_module(self, name: str) -> Module | None:
        """A module that code refers to: loaded for its definitions only."""
        path = self.path_of(name)
        return self.load(name, path, start=False) if path is not None and name not in self.loading else None

    def path_of(self, name: str) -> str | None:
        """The file of a module: the program's first, then the standard library's."""
        relative = name.replace(".", os.sep) + ".tur"
        for root in (*self.roots, library_directory()):
            path = os.path.join(root, relative)
            if os.path.isfile(path):
                return path
        return None

    def unknown(self, name: str) -> str:
        known = [entry[:-4] for root in (*self.roots, library_directory()) for entry in list_modules(root)]
        near = nearest(name, known)
        hint = f"; did you mean `{near}`?" if near else f" (looked for {name.replace('.', '/')}.tur)"
        return f"there is no module `{name}`{hint}"

    def load(self, name: str, path: str, start: bool) -> Module:
        """Load a file as the module `name`."""
        text = read_text(path)
        module = Module(name, self.world.prelude, path)
        module.code_hash = self.hash_of(text)
        module.library = path.startswith(library_directory() + os.sep)
        before = self.world.modules.get(name)
        self.world.modules[name] = module
        self.loading.append(name)
        try:
            self.pipeline(module, start).load(text, path)
        except BaseException:
            if before is None:
                del self.world.modules[name]
            else:
                self.world.modules[name] = before
            raise
        finally:
            self.loading.remove(name)
        return module

    def hash_of(self, text: str) -> str:
        """What identifies the text of a module that declares no version."""
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    def pipeline(self, module: Module, start: bool) -> Pipeline:
        """A pipeline into `module`."""

        def read_file(name: str, span: Span | None) -> list[Form]:
            directory = os.path.dirname(module.file) if module.file else "."
            path = name if os.path.isabs(name) else os.path.join(directory, name)
            return read_all(read_text(path), path)

        return Pipeline(self.world, module, start, self.import_module, read_file)


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
