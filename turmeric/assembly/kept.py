"""Programs' modules as they are after expansion, kept from one run to the next.

An entry holds a module's declarations in A-normal form, as the library's image does.  It is used only if all
that they were made from is what it was: the text of the file, its name, the texts of all modules it imports,
the modules that were loaded before, this release of Turmeric.  It is not made at all where more than that
may have mattered (`NotKept`).

    magic, digest of the rest, key, (imports, names, what the module says of itself, rows)

An entry is read whole, and its digest checked, before anything is made of it; one that does not fit is as good
as none.  It is written beside its place and moved there, so others see all of it or nothing.  A directory
that cannot be read or written is no error.
"""

from __future__ import annotations

import marshal
import os
import sys
from _thread import get_ident

from turmeric.assembly import image
from turmeric.assembly.image import MARSHAL
from turmeric.assembly.loader import library_directory
from turmeric.assembly.packing import NotKept, pack, unpack
from turmeric.assembly.scanning import defined_names
from turmeric.reading import declarations as kinds
from turmeric.reading.reader import read_all
from turmeric.running.depth import Room
from turmeric.vocabulary import namespace
from turmeric.vocabulary.digest import blake2b
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.assembly.loader import Loader
    from turmeric.assembly.pipeline import Pipeline
    from turmeric.reading.declarations import Declaration

MAGIC = b"turmeric module 1\n"
DIGEST = 32
RUNNING = ("running", os.path.join("running", "primitives"))
"""Packages whose change in a checkout may change what macros of the library give."""
LIBRARY = ""
"""In place of the hash of a module's text: it is one of the standard library."""

Imports = dict[str, str]
"""The modules that a module imports, and those that these import: the hash of each one's text."""


class Kept:
    """The entries of a directory, and which modules of a world were loaded so that they may be kept."""

    def __init__(self, loader: Loader) -> None:
        self.directory = directory()
        self.loader = loader
        self.modules: dict[str, tuple[str, Imports]] = {}
        stamp = image.stamp(library_directory(), more=RUNNING)
        self.release = marshal.dumps((stamp, sys.implementation.cache_tag), MARSHAL)

    def load(self, pipeline: Pipeline, text: str, path: str) -> Any:
        """Load a text into a pipeline's module, by an entry if one fits; the value of the last form."""
        if self.directory is None:
            return pipeline.load(text, path)
        key = self.key(pipeline.module.name, text, path)
        place = os.path.join(self.directory, hash_of(repr((pipeline.module.name, os.path.abspath(path), path))))
        entry = read(place, key)
        if entry is not None and self.fits(entry[0]):
            with Room():
                return self.carry_out(pipeline, entry, text, path)
        recorder = Recorder(self, pipeline, path)
        with Room():
            forms = read_all(text, path)
            value = pipeline.load_forms(forms)
        made = recorder.entry([(kind, name) for kind, name, _ in defined_names(forms)])
        if made is not None:
            self.modules[pipeline.module.name] = (hash_of(text), recorder.imports)
            write(place, key, made)
        return value

    def key(self, name: str, text: str, path: str) -> bytes:
        """What an entry depends on, but for the texts of what is imported."""
        before = sorted(self.loader.world.modules)
        return blake2b(self.release + marshal.dumps((name, path, before, text), MARSHAL), digest_size=DIGEST).digest()

    def fits(self, imports: Imports) -> bool:
        """Whether the modules that an entry imports are what they were."""
        return all(self.found(name) == wanted for name, wanted in imports.items())

    def found(self, name: str) -> str | None:
        """The hash of a module's text as it is, or would be, loaded; None where that is not certain."""
        path = self.loader.path_of(name)
        if path is not None and path.startswith(library_directory() + os.sep):
            return LIBRARY
        if name in self.loader.world.modules:
            return self.modules[name][0] if name in self.modules else None
        try:
            with open(path or "", encoding="utf-8") as file:
                return hash_of(file.read())
        except (OSError, UnicodeDecodeError):
            return None

    def carry_out(self, pipeline: Pipeline, entry: tuple[Any, ...], text: str, path: str) -> Any:
        """Do what expanding the text and carrying out its declarations would do."""
        imports, names, module_data, rows = entry
        module = pipeline.module
        module.declared_version, module.exports, module.python_imports = module_data
        for kind, name in names:
            if kind != namespace.MACRO and name not in module.definitions:
                module.define(name, kind)
        value: Any = None
        for row in rows:
            if row[0] == kinds.IMPORT:
                self.import_again(pipeline, row, imports)
                continue
            value = pipeline.declarer.carry_out(unpack(row, path))
        self.modules[module.name] = (hash_of(text), imports)
        return value

    def import_again(self, pipeline: Pipeline, row: tuple[Any, ...], imports: Imports) -> None:
        _, name, aliases, referred = row
        module = self.loader.import_module(name, None, pipeline.declarer.start)
        if self.found(name) != imports[name]:
            raise failure("io-error", f"the module {name} was changed while it was being loaded; start again", name)
        for alias in aliases:
            pipeline.module.aliases[alias] = module
        for local, (home, original) in referred.items():
            pipeline.module.referred[local] = self.loader.world.find(home, original)


class Recorder:
    """Collects the declarations of a module that is being loaded, as long as they may be kept."""

    def __init__(self, kept: Kept, pipeline: Pipeline, path: str) -> None:
        self.kept = kept
        self.module = pipeline.module
        self.path = path
        self.rows: list[tuple[Any, ...]] = []
        self.imports: Imports = {}
        self.aliases: dict[str, object] = {}
        self.referred: dict[str, object] = {}
        self.changed: set[str] = set()
        """The globals that some `set!` changes."""
        self.may_be_kept = True
        self.read_file = pipeline.expander.read_file
        pipeline.observe = self.observe
        pipeline.expander.read_file = self.other_file  # type: ignore[method-assign]

    def observe(self, declaration: Declaration) -> None:
        """Note a declaration in A-normal form, before it is carried out."""
        if not self.may_be_kept:
            return
        try:
            if declaration.kind == kinds.IMPORT:
                self.rows.append(self.imported(declaration.name))
            else:
                self.rows.append(pack(declaration, self.path, self.changed))
        except (NotKept, TypeError, KeyError):  # the latter two: what has no place in an image
            self.may_be_kept = False

    def imported(self, name: str) -> tuple[Any, ...]:
        """An import: the module, the names that it got here, what it gave."""
        found = self.kept.found(name)
        if found is None or (found != LIBRARY and name not in self.kept.modules):
            raise NotKept
        self.imports[name] = found
        if found != LIBRARY:
            self.imports.update(self.kept.modules[name][1])
        module = self.module
        aliases = [alias for alias, home in module.aliases.items() if self.aliases.get(alias) is not home]
        new = {local: found for local, found in module.referred.items() if self.referred.get(local) is not found}
        self.aliases, self.referred = dict(module.aliases), dict(module.referred)
        return kinds.IMPORT, name, aliases, {local: (each.module, each.name) for local, each in new.items()}

    def other_file(self, name: str) -> Any:
        """`(load "file.tur")`: the module is made of more than its text."""
        self.may_be_kept = False
        return self.read_file(name)

    def entry(self, names: list[tuple[str, str]]) -> bytes | None:
        """What is written; None if the module may not be kept: names that mean nothing may mean something
        at another time, and a function that some `set!` changes is none from there on."""
        module = self.module
        functions = {name for kind, name in names if kind == namespace.FUNCTION}
        functions.update(row[1] for row in self.rows if row[0] == kinds.FUNCTION)
        if not self.may_be_kept or module.nearby or functions & self.changed:
            return None
        data = (module.declared_version, module.exports, dict(module.python_imports))
        try:
            return marshal.dumps((self.imports, names, data, self.rows), MARSHAL)
        except ValueError:
            return None


def hash_of(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


# Files ----------------------------------------------------------------------------------------


def directory() -> str | None:
    """Where entries are kept; None where TURMERIC_CACHE is empty."""
    named = os.environ.get("TURMERIC_CACHE")
    if named is not None:
        return named or None
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "turmeric")


def read(place: str, key: bytes) -> tuple[Any, ...] | None:
    """The entry of a key; None if there is none, or not all of it."""
    try:
        with open(place, "rb") as file:
            data = file.read()
    except OSError:
        return None
    start = len(MAGIC) + DIGEST
    if not data.startswith(MAGIC) or blake2b(data[start:], digest_size=DIGEST).digest() != data[len(MAGIC) : start]:
        return None
    if data[start : start + DIGEST] != key:
        return None
    entry: tuple[Any, ...] = marshal.loads(data[start + DIGEST :])
    return entry


def write(place: str, key: bytes, made: bytes) -> None:
    """Write an entry, whole or not at all."""
    rest = key + made
    temporary = f"{place}.{os.getpid()}.{get_ident()}"
    try:
        os.makedirs(os.path.dirname(place), mode=0o700, exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(MAGIC + blake2b(rest, digest_size=DIGEST).digest() + rest)
        os.replace(temporary, place)
    except OSError:
        return
