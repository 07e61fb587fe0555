"""Finding saved types, functions and points again in the code that is there now.

A point is found by its schema id within its function: points with the same id are the
same code, so any will do.  Whatever cannot be found becomes a `Mismatch`; all of them
are collected before anything is built.
"""

from __future__ import annotations

from itertools import islice
from weakref import WeakKeyDictionary

from turmeric.durability.message import Claims, FunctionRow, PointRow, TypeRow, full
from turmeric.durability.mismatches import Mismatches, is_defined
from turmeric.durability.naming import may_be_named
from turmeric.durability.remaining import names_gone
from turmeric.durability.tables import type_schema
from turmeric.intermediate import schema
from turmeric.intermediate.walking import functions_of
from turmeric.reading.type_annotations import type_text
from turmeric.running.functions import Point
from turmeric.running.world import World
from turmeric.vocabulary.errors import CORE, ERROR_TYPES
from turmeric.vocabulary.namespace import TYPE, UNBOUND, Global, Module
from turmeric.vocabulary.structs import Struct, StructType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.durability.message import Message
    from turmeric.intermediate import anf
    from turmeric.intermediate.anf import Code

Key = tuple[tuple[str, ...], bytes]
"""The path of a function in its definition, and a schema id."""


class Definition:
    """The points and functions of one definition by schema id.  Code that is added to the
    definition (a module's next top-level form) is looked at when it is asked for."""

    def __init__(self, codes: dict[Code, None]) -> None:
        self.codes = codes
        self.known = 0
        self.points: dict[Key, list[tuple[Code, anf.Let]]] = {}
        self.functions: dict[Key, Code] = {}
        self.labels: set[tuple[tuple[str, ...], str]] = set()

    def look(self) -> None:
        """Index the code that is new since the last look."""
        for top in islice(self.codes, self.known, None):
            for code in functions_of(top):
                self.functions[code.path, schema.code_id(code)] = code
                for node, id_ in schema.point_ids(code).items():
                    self.points.setdefault((code.path, id_), []).append((code, node))
                    self.labels.add((code.path, unnumbered(node.point.label)))
        self.known = len(self.codes)

    def point(self, path: tuple[str, ...], id_: bytes, label: str, line: int) -> tuple[Code, anf.Let] | None:
        """The point of that id.  Of several, which are the same code, the one that looks most
        like the one that was saved: so the bytes stay the same when it is saved again.

        A call of a variable has an id that does not tell which variable.  If that variable is
        still called in the function, but not at a point of this id, another one is waited for there."""
        found = self.points.get((path, id_), [])
        what = unnumbered(label)
        same = [each for each in found if unnumbered(each[1].point.label) == what]
        if not same and (path, what) in self.labels:
            return None
        return min(reversed(same or found), key=lambda each: unlike(each[1], label, line), default=None)


def unnumbered(label: str) -> str:
    """What a label says is pending, without the number among those that say so."""
    what, _, number = label.rpartition(".")
    return what if what and number.isdigit() else label


def unlike(node: anf.Let, label: str, line: int) -> tuple[bool, bool]:
    """How far a point is from the label and line of a saved one."""
    span = node.point.span
    return node.point.label != label, span is not None and span.line != line


class Resolved:
    """What the tables of a message refer to; nothing for what nobody asked for, or nothing was found for."""

    def __init__(
        self, types: list[StructType | None], functions: list[Code | None], points: list[Point | None]
    ) -> None:
        self.types = types
        self.functions = functions
        self.points = points


Used = tuple[set[int], set[int], set[int]]
"""The types, functions and points of a message that matter, by number."""
KEPT = 64


class Definitions:
    """The definitions of a world, indexed as they are asked for, and what tables were found there."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.found: dict[str, Definition] = {}
        self.edits = world.edits
        self.resolved: dict[bytes, Resolved] = {}

    def look(self) -> None:
        """Forget what was found before the code changed."""
        if self.edits != self.world.edits or len(self.resolved) >= KEPT:
            self.edits = self.world.edits
            self.resolved.clear()

    def find(self, module: str, name: str) -> Definition | None:
        """The index of a definition, None if there is none; a precompiled one is unpacked."""
        full_name = full(module, name)
        if full_name not in self.world.codes:
            home = self.world.modules.get(module)
            found = home.definitions.get(name) if home is not None else None
            if found is not None and home is not None and home.library:
                found.force()
        codes = self.world.codes.get(full_name)
        if codes is None:
            return None
        index = self.found.get(full_name)
        if index is None or index.codes is not codes:
            index = self.found[full_name] = Definition(codes)
        index.look()
        return index


DEFINITIONS: WeakKeyDictionary[World, Definitions] = WeakKeyDictionary()


def definitions_of(world: World) -> Definitions:
    """The index of a world's definitions, which goes on from message to message."""
    found = DEFINITIONS.get(world)
    if found is None:
        found = DEFINITIONS[world] = Definitions(world)
    found.look()
    return found


class Resolver:
    """Resolves the tables of one message against a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.definitions = definitions_of(world)
        self.mismatches = Mismatches(world)
        self.found: dict[bytes, Resolved] = {}
        """What the tables of each message were resolved to, for reports."""

    def resolve(self, claims: Claims, used: Used | None = None) -> Resolved:
        """What the tables refer to, or those entries that are `used`; a mismatch for each that is not found."""
        if used is not None:
            types, functions, points = used
            found = Resolved(
                [self.type(row) if number in types else None for number, row in enumerate(claims.types)],
                [self.function(row) if number in functions else None for number, row in enumerate(claims.functions)],
                [self.point(row) if number in points else None for number, row in enumerate(claims.points)],
            )
            self.check_names(claims, found)
            self.found[claims.data] = found
            return found
        known = self.definitions.resolved.get(claims.data)
        if known is not None:
            self.found[claims.data] = known
            return known
        before = len(self.mismatches.found)
        found = Resolved(
            [self.type(row) for row in claims.types],
            [self.function(row) for row in claims.functions],
            [self.point(row) for row in claims.points],
        )
        self.found[claims.data] = found
        self.check_names(claims, found)
        if len(self.mismatches.found) == before:
            self.definitions.resolved[claims.data] = found
        return found

    def check_names(self, claims: Claims, found: Resolved) -> None:
        """Note the definitions that are gone though what was found refers to them."""
        for module, name in names_gone(self.world, claims.modules, found.functions, found.points):
            self.mismatches.missing("definition", module, name, b"")

    def refuse(self, *messages: Message) -> None:
        """Raise `schema-mismatch` if anything did not fit: of a message, and those it refers to."""
        if self.mismatches.found:
            from turmeric.durability.refusing import mismatch_error

            raise mismatch_error(self, messages)

    def module(self, name: str) -> Module | None:
        """The module of that name, loaded for its definitions if need be."""
        found = self.world.modules.get(name)
        if found is not None:
            return found
        if not all(part.strip("/\\") == part != "" and "/" not in part for part in name.split(".")):
            return None
        return self.world.load_module(name)

    def type(self, row: TypeRow) -> StructType | None:
        own = ERROR_TYPES.get(row.name) if row.module == CORE else None
        value = own or self.value(row.module, row.name)
        made = value.type if isinstance(value, Struct) else value
        if not isinstance(made, StructType):
            self.mismatches.missing("type", row.module, row.name, row.schema, row)
            return None
        new = type_schema(made)
        if new != row.schema:
            detail = f"the fields of {row.symbol} have changed; they are now {fields_text(made)}"
            self.mismatches.note("type", row.symbol, row.schema, new, detail, f"{made.span or row.module}", row)
            return None
        return made

    def value(self, module: str, name: str) -> object:
        """The value of a type's name."""
        home = self.module(module)
        found = home.definitions.get(name) if home is not None else None
        return found.force() if found is not None and found.kind == TYPE else UNBOUND

    def definition(self, module: str, name: str) -> Definition | None:
        return self.definitions.find(module, name) if self.module(module) is not None else None

    def function(self, row: FunctionRow) -> Code | None:
        definition = self.definition(row.module, row.name)
        if definition is None:
            self.mismatches.missing("function", row.module, row.name, row.schema, row)
            return None
        found = definition.functions.get((row.path, row.schema))
        if found is None:
            detail = f"the code of {row.symbol} has changed since it was saved"
            self.mismatches.note("function", row.symbol, row.schema, None, detail, row.module, row)
        return found

    def point(self, row: PointRow) -> Point | None:
        definition = self.definition(row.module, row.name)
        if definition is None:
            self.mismatches.missing("point", row.module, row.name, row.schema, row)
            return None
        found = definition.point(row.path, row.schema, row.label, row.line)
        if found is not None:
            return self.linked(*found)
        source = f"{row.module}:{row.line}"
        new, change = change_at(definition, row)
        detail = f"{row.symbol} waits at `{row.label}` ({source}), and {change}"
        self.mismatches.note("point", row.symbol, row.schema, new, detail, source, row)
        return None

    def linked(self, code: Code, node: anf.Let) -> Point:
        """The linked point of a node."""
        function = self.world.linker.function(code)
        function.ready()
        return function.points[node]

    def global_named(self, module: str, name: str) -> Global | None:
        """The definition that a message refers to by name.  Its value may still have to be made."""
        home = self.module(module)
        found = home.definitions.get(name) if home is not None else None
        if found is None or home is None or not is_defined(found):
            self.mismatches.missing("definition", module, name, b"")
            return None
        if not may_be_named(found, home):
            detail = f"{found.symbol} is no function, type or cell that bytes may refer to"
            self.mismatches.note("definition", found.symbol, b"", None, detail, module)
        return found


def fields_text(type_: StructType) -> str:
    """The fields of a type with their declared types."""
    pairs = zip(type_.fields, type_.types, strict=True)
    return f"[{', '.join(name if each is None else f'{name} : {type_text(each)}' for name, each in pairs)}]"


def change_at(definition: Definition, row: PointRow) -> tuple[bytes | None, str]:
    """What changed at a point, as far as its label finds it again: the new id, and in words."""
    for (there, id_), candidates in definition.points.items():
        node = candidates[0][1]
        if there == row.path and node.point.label == row.label:
            now = [var.name for var in node.point.live if not var.temporary]
            was = [name for name in row.variables if name]
            if sorted(now) != sorted(was):
                return id_, f"its variables were [{' '.join(was)}] and are now [{' '.join(now)}]"
            return id_, "the code after that has changed since it was saved"
    return None, "that place no longer exists"
