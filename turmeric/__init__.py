"""Turmeric: a Lisp whose running programs can be stored and continued in another process.

Importing this package costs next to nothing: what it offers is imported when it is first
used.  It also lets Python import modules of the language, `import app.orders` for a file
`app/orders.tur` (see `install_import_hook`).
"""

from __future__ import annotations

import sys
from os.path import dirname, isdir, isfile, join

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec

    from turmeric.assembly.runtime import Runtime as Runtime
    from turmeric.durability.instances.service import Rules as Rules
    from turmeric.durability.stand_ins.python_classes import storable as storable
    from turmeric.running.conversion import from_python as from_python
    from turmeric.running.conversion import to_python as to_python
    from turmeric.version import __version__ as __version__
    from turmeric.vocabulary.errors import DataError as DataError
    from turmeric.vocabulary.errors import ProgramError as ProgramError
    from turmeric.vocabulary.errors import SourceError as SourceError
    from turmeric.vocabulary.errors import TurmericError as TurmericError

OFFERED = {
    "Runtime": "turmeric.assembly.runtime",
    "Rules": "turmeric.durability.instances.service",
    "to_python": "turmeric.running.conversion",
    "from_python": "turmeric.running.conversion",
    "storable": "turmeric.durability.stand_ins.python_classes",
    "TurmericError": "turmeric.vocabulary.errors",
    "ProgramError": "turmeric.vocabulary.errors",
    "SourceError": "turmeric.vocabulary.errors",
    "DataError": "turmeric.vocabulary.errors",
    "__version__": "turmeric.version",
}
"""What the package offers, and the module that has it."""

__all__ = [*OFFERED, "install_import_hook"]


def __getattr__(name: str) -> object:
    if name not in OFFERED:
        raise AttributeError(f"module 'turmeric' has no attribute {name!r}")
    __import__(OFFERED[name])
    value: object = getattr(sys.modules[OFFERED[name]], name)
    globals()[name] = value
    return value


class TurmericFinder:
    """Finds the `.tur` files of modules that Python itself does not find.

    It looks in `roots` and then where Python looks; `_` in a name may be `-` in the file's.
    """

    def __init__(self) -> None:
        self.roots: list[str] = []

    def find_spec(self, fullname: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        last = fullname.rpartition(".")[2]
        below = [dirname(directory) for directory in self.directories(fullname)]
        for directory in (*below, *(sys.path if path is None else path)):
            for name in {last: None, last.replace("_", "-"): None}:
                file = join(directory, name + ".tur")
                if isfile(file):
                    from turmeric.assembly.importing import spec_for

                    return spec_for(fullname, file)
        return next((package_spec(fullname, each) for each in self.directories(fullname) if isdir(each)), None)

    def directories(self, fullname: str) -> list[str]:
        """Where a package of that name would be, below the roots."""
        return [join(root, *fullname.split(".")) for root in self.roots]


def package_spec(fullname: str, directory: str) -> ModuleSpec:
    """A directory of modules as a package without code."""
    from importlib.machinery import ModuleSpec

    spec = ModuleSpec(fullname, None, is_package=True)
    spec.submodule_search_locations = [directory]
    return spec


_FINDER = TurmericFinder()


def install_import_hook(roots: Sequence[str] = ()) -> None:
    """Let Python's `import` find `.tur` files, in the directories `roots` too.

    `import turmeric` does it already, without directories of its own.  What Python finds by
    itself comes first: a module `orders.py`, or a directory `orders`, hides `orders.tur`.
    """
    _FINDER.roots += [root for root in roots if root not in _FINDER.roots]
    if _FINDER not in sys.meta_path:
        sys.meta_path.append(_FINDER)


install_import_hook()
