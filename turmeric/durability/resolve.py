"""Finding saved types, functions and points again in the code that is there now.

A point is found by its schema id within its function: points with the same id are the
same code, so any will do.  Whatever cannot be found becomes a `Mismatch`; all of them
are collected before anything is built.
"""

from __future__ import annotations

from turmeric.durability.tables import type_schema
from turmeric.intermediate import schema
from turmeric.reading.type_annotations import type_text
from turmeric.running.functions import Point
from turmeric.running.values import Closure
from turmeric.running.world import World
from turmeric.vocabulary.errors import CORE, ERROR_TYPES, failure
from turmeric.vocabulary.namespace import UNBOUND, Global, Module, nearest
from turmeric.vocabulary.structs import Struct, StructType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.intermediate import anf
    from turmeric.intermediate.anf import Code

PATCHED = "edit the code back, or resume with the version that saved it"


class Mismatch:
    """One thing that no longer fits: what it is, what was saved, what is there now."""

    __slots__ = ("detail", "kind", "new", "old", "source", "symbol")

    def __init__(self, kind: str, symbol: str, old: str, new: str | None, detail: str, source: str) -> None:
        self.kind = kind
        self.symbol = symbol
        self.old = old
        self.new = new
        self.detail = detail
        self.source = source


class Definitions:
    """The points and functions of a world, by schema id; computed as they are asked for."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.points: dict[str, dict[tuple[tuple[str, ...], bytes], tuple[Code, anf.Let]]] = {}
        self.functions: dict[str, dict[tuple[tuple[str, ...], bytes], Code]] = {}
        self.seen: dict[str, list[int]] = {}

    def forget_changed(self) -> None:
        """Forget definitions that were made again since they were looked at."""
        for definition, seen in list(self.seen.items()):
            if seen != self.identity(definition):
                del self.seen[definition]
                self.points.pop(definition, None)
                self.functions.pop(definition, None)

    def identity(self, definition: str) -> list[int]:
        return [id(code) for code in self.world.codes.get(definition, ())]

    def known(self, module: str, definition: str) -> bool:
        """Whether there is such a definition; a precompiled one is unpacked."""
        if definition not in self.world.codes:
            home = self.world.modules.get(module)
            found = home.definitions.get(definition[len(module) + 1 :]) if home is not None else None
            if found is not None and home is not None and home.library:
                found.force()
        return definition in self.world.codes

    def codes(self, definition: str) -> list[Code]:
        """All functions of a definition."""
        self.seen[definition] = self.identity(definition)
        return [each for code in self.world.codes.get(definition, ()) for each in schema.functions_of(code)]

    def point(self, definition: str, path: tuple[str, ...], id_: bytes) -> tuple[Code, anf.Let] | None:
        return self.points_in(definition).get((path, id_))

    def points_in(self, definition: str) -> dict[tuple[tuple[str, ...], bytes], tuple[Code, anf.Let]]:
        """All points of a definition, by the path of their function and their id."""
        if definition not in self.points:
            self.points[definition] = {
                (code.path, schema.point_id(code, node)): (code, node)
                for code in self.codes(definition)
                for node in schema.points_of(code)
            }
        return self.points[definition]

    def function(self, definition: str, path: tuple[str, ...], id_: bytes) -> Code | None:
        if definition not in self.functions:
            self.functions[definition] = {(code.path, schema.code_id(code)): code for code in self.codes(definition)}
        return self.functions[definition].get((path, id_))


class Resolver:
    """Resolves the tables of one message against a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.definitions = Definitions(world)
        self.mismatches: list[Mismatch] = []

    def module(self, name: str) -> Module | None:
        """The module of that name, loaded for its definitions if need be."""
        if not all(part.strip("/\\") == part != "" and "/" not in part for part in name.split(".")):
            return None
        return self.world.modules.get(name) or self.world.load_module(name)

    def type(self, row: list[Any]) -> StructType | None:
        module, name, _, old = row
        own = ERROR_TYPES.get(name) if module == CORE else None
        value = own or self.value(module, name)
        made = value.type if isinstance(value, Struct) else value
        if not isinstance(made, StructType):
            self.missing("type", module, name, old)
            return None
        new = type_schema(made)
        if new != old:
            detail = f"the fields of {module}.{name} have changed; they are now {fields_text(made)}"
            self.mismatch("type", f"{module}.{name}", old, new, detail, f"{made.span or module}")
            return None
        return made

    def value(self, module: str, name: str) -> object:
        home = self.module(module)
        found = home.definitions.get(name) if home is not None else None
        return found.force() if found is not None else UNBOUND

    def missing(self, kind: str, module: str, name: str, old: bytes) -> None:
        """Note that a definition is gone, with the nearest name there is."""
        home = self.module(module)
        symbol = f"{module}.{name}"
        if home is None:
            detail = f"the module {module} of {symbol} cannot be found"
        else:
            near = nearest(name, [each for each, found in home.definitions.items() if is_defined(found)])
            hint = f"; the nearest name is `{near}`" if near else ""
            detail = f"{symbol} no longer exists{hint}"
        self.mismatch(kind, symbol, old, None, detail, module)

    def mismatch(self, kind: str, symbol: str, old: bytes, new: bytes | None, detail: str, source: str) -> None:
        self.mismatches.append(Mismatch(kind, symbol, old.hex(), new.hex() if new else None, detail, source))

    def function(self, row: list[Any]) -> Code | None:
        module, definition, path, old = row
        if self.module(module) is not None and self.definitions.known(module, definition):
            found = self.definitions.function(definition, tuple(path), old)
            if found is not None:
                return found
        if not self.definitions.known(module, definition):
            self.missing("function", module, definition[len(module) + 1 :], old)
        else:
            shown = ".".join([definition, *path])
            self.mismatch("function", shown, old, None, f"the code of {shown} has changed since it was saved", module)
        return None

    def point(self, row: list[Any]) -> Point | None:
        module, definition, path, label, old, names, file, line = row
        if self.module(module) is not None and self.definitions.known(module, definition):
            found = self.definitions.point(definition, tuple(path), old)
            if found is not None:
                return self.linked(*found)
        source = f"{file}:{line}"
        if not self.definitions.known(module, definition):
            self.missing("point", module, definition[len(module) + 1 :], old)
        else:
            shown = ".".join([definition, *path])
            detail = f"{shown} waits at `{label}` ({source}), and {self.change(definition, tuple(path), label, names)}"
            self.mismatch("point", shown, old, self.at_label(definition, tuple(path), label), detail, source)
        return None

    def at_label(self, definition: str, path: tuple[str, ...], label: str) -> bytes | None:
        for (there, id_), (_, node) in self.definitions.points_in(definition).items():
            if there == path and node.point.label == label:
                return id_
        return None

    def change(self, definition: str, path: tuple[str, ...], label: str, names: list[str]) -> str:
        """What changed at a point, as far as its label finds it again."""
        for (there, _), (_, node) in self.definitions.points_in(definition).items():
            if there == path and node.point.label == label:
                now = [var.name for var in node.point.live if not var.temporary]
                was = [name for name in names if name]
                if sorted(now) != sorted(was):
                    return f"its variables were [{' '.join(was)}] and are now [{' '.join(now)}]"
                return "the code after that has changed since it was saved"
        return "that place no longer exists"

    def linked(self, code: Code, node: anf.Let) -> Point:
        """The linked point of a node."""
        function = self.world.linker.function(code)
        function.ready()
        return function.points[node]

    def global_value(self, module: str, name: str) -> object:
        """The value of a definition that a message refers to by name."""
        value = self.value(module, name)
        if value is UNBOUND:
            self.missing("definition", module, name, b"")
        return value

    def refuse(self, modules: list[Any]) -> None:
        """Raise `schema-mismatch` if anything did not fit."""
        if not self.mismatches:
            return
        first = self.mismatches[0]
        more = len(self.mismatches) - 1
        detail = first.detail + (f" (and {more} more)" if more else "") + f"; {PATCHED}"
        what_type = self.world.find("serial", "mismatch").force()
        assert isinstance(what_type, StructType)
        what = Struct(what_type, (first.kind, first.symbol, first.old, first.new, detail, first.source))
        error = failure("schema-mismatch", "")
        version = next((row[2] for row in modules if first.symbol.startswith(row[0] + ".")), None)
        assert isinstance(error.value, Struct)
        error.value.values = (what, version)
        raise error


def is_defined(found: Global) -> bool:
    """Whether a global has a definition, not just a use."""
    return found.pending is not None or found.value is not UNBOUND


def fields_text(type_: StructType) -> str:
    """The fields of a type with their declared types."""
    pairs = zip(type_.fields, type_.types, strict=True)
    return f"[{', '.join(name if each is None else f'{name} : {type_text(each)}' for name, each in pairs)}]"


__all__ = ["Closure", "Mismatch", "Resolver"]
