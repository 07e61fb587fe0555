"""Importing modules of the language from Python: what `import app.orders` does for a `.tur` file.

All such modules live in one runtime, made when the first of them is imported.  A module's
name in the language is its Python name, with the file's own spelling of the last part.
"""

from __future__ import annotations

import os
from importlib.machinery import ModuleSpec

from turmeric.assembly.namespaces import attribute, public_names
from turmeric.assembly.runtime import Runtime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from turmeric.vocabulary.namespace import Module

_shared: list[Runtime] = []


def shared_runtime() -> Runtime:
    """The runtime of all imported modules."""
    if not _shared:
        _shared.append(Runtime(roots=[]))
    return _shared[0]


class TurmericLoader:
    """Loads the module `name` of the language, whose root is the directory `root`."""

    def __init__(self, name: str, root: str) -> None:
        self.name = name
        self.root = root

    def create_module(self, spec: ModuleSpec) -> None:
        """Python makes the module object."""

    def exec_module(self, module: ModuleType) -> None:
        """Load the module of the language; its definitions are looked up when they are read."""
        session = shared_runtime().session
        if self.root not in session.loader.roots:
            session.loader.roots.append(self.root)
        loaded = session.loader.import_module(self.name)
        fill(module, loaded)

    def get_source(self, fullname: str) -> str | None:
        return None


def fill(module: ModuleType, loaded: Module) -> None:
    """Make a Python module show a module of the language."""
    module.__dict__["__getattr__"] = lambda name: attribute(loaded, name)
    module.__dict__["__dir__"] = lambda: public_names(loaded)
    module.__dict__["__all__"] = public_names(loaded)


def spec_for(fullname: str, path: str) -> ModuleSpec:
    """The import specification of a `.tur` file that was found for a Python module's name."""
    parts = fullname.split(".")
    parts[-1] = os.path.splitext(os.path.basename(path))[0]
    root = os.path.abspath(path)
    for _ in parts:
        root = os.path.dirname(root)
    return ModuleSpec(fullname, TurmericLoader(".".join(parts), root), origin=path)  # type: ignore[arg-type]
