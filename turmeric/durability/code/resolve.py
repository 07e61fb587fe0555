"""Finding saved types, functions and points again in the code that is there now.

A point is found by its schema id within its function: points with the same id are the
same code, so any will do.  Whatever cannot be found becomes a `Mismatch`; all of them
are collected before anything is built.
"""

from __future__ import annotations

from itertools import islice

from turmeric.durability.code.accepting import Carried, accepting
from turmeric.durability.code.migrating import Chain, chain_for, gap
from turmeric.durability.code.naming import is_built_in, may_be_named
from turmeric.durability.code.remaining import names_gone
from turmeric.durability.code.renames import Renames, Undo
from turmeric.durability.code.sources import CURRENT, STRICT, Sources
from turmeric.durability.format.entries import FunctionRow, PointRow, TypeRow, full
from turmeric.durability.format.message import Claims
from turmeric.durability.format.tables import type_schema
from turmeric.durability.reports.mismatches import Mismatches, is_defined
from turmeric.intermediate import schema
from turmeric.intermediate.renamed import in_type, renamed
from turmeric.intermediate.walking import functions_of
from turmeric.reading.type_annotations import type_text
from turmeric.running.functions import Function, Point
from turmeric.running.world import World
from turmeric.vocabulary.beside import is_beside
from turmeric.vocabulary.errors import CORE, ERROR_TYPES
from turmeric.vocabulary.namespace import TYPE, UNBOUND, Global, Module
from turmeric.vocabulary.structs import Struct, StructType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from turmeric.durability.format.entries import ModuleRow
    from turmeric.durability.format.message import Message
    from turmeric.intermediate import anf
    from turmeric.intermediate.anf import Code
    from turmeric.running.bundles import Bundle

Key = tuple[tuple[str, ...], bytes]
"""The path of a function in its definition, and a schema id."""


class Definition:
    """The points and functions of one definition by schema id.  Code that is added to the
    definition (a module's next top-level form) is looked at when it is asked for.  With `rename`, the
    ids are those that the code had when the names were others."""

    def __init__(self, codes: dict[Code, None], rename: Undo | None = None) -> None:
        self.codes = codes
        self.rename = rename
        self.known = 0
        self.points: dict[Key, list[tuple[Code, anf.Let]]] = {}
        self.functions: dict[Key, Code] = {}
        self.labels: set[tuple[tuple[str, ...], str]] = set()

    def look(self) -> None:
        """Index the code that is new since the last look."""
        for top in islice(self.codes, self.known, None):
            then = top if self.rename is None else renamed(top, self.rename)
            for code, was in zip(functions_of(top), functions_of(then), strict=True):
                self.functions[code.path, schema.code_id(was)] = code
                for node, id_ in zip(schema.point_ids(code), schema.point_ids(was).values(), strict=True):
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
        self.chains: dict[int, Chain] = {}
        """The migrations that values of some types go through, by the types' numbers."""
        self.carried: dict[int, Carried] = {}
        """The frames that go on in other code than they were saved in, by their points' numbers."""
        self.undemanding: bool | None = None
        """Whether frames of these points may hold any values, once somebody has looked (`fitting`)."""


Used = tuple[set[int], set[int], set[int]]
"""The types, functions and points of a message that matter, by number."""
KEPT = 64


class Definitions:
    """The definitions of a world, indexed as they are asked for, and what tables were found there."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.found: dict[str, Definition] = {}
        self.edits = world.edits
        self.resolved: dict[object, Resolved] = {}
        self.sources: dict[bytes, Sources] = {}
        """Where the code of a message comes from, by its tables, if it brings none."""

    def look(self) -> None:
        """Forget what was found before the code changed."""
        if self.edits != self.world.edits or max(len(self.resolved), len(self.sources)) >= KEPT:
            self.edits = self.world.edits
            self.resolved.clear()
            self.sources.clear()

    def find(self, module: str, name: str) -> Definition | None:
        """The index of a definition, None if there is none; a precompiled one is unpacked."""
        full_name = full(module, name)
        if full_name not in self.world.codes:
            home = self.world.modules.get(module)
            found = home.definitions.get(name) if home is not None else None
            if found is not None and home is not None and home.library:
                found.force()
        return self.index(full_name, self.world.codes.get(full_name))

    def find_in(self, bundle: Bundle, full_name: str) -> Definition | None:
        """The index of a definition of a bundle."""
        return self.index(f"{full_name}[{bundle.key}]", bundle.codes.get(full_name))

    def index(self, key: str, codes: dict[Code, None] | None) -> Definition | None:
        if codes is None:
            return None
        index = self.found.get(key)
        if index is None or index.codes is not codes:
            index = self.found[key] = Definition(codes)
        index.look()
        return index


def definitions_of(world: World) -> Definitions:
    """The index of a world's definitions, which goes on from message to message."""
    found: Definitions | None = world.kept.get("definitions")
    if found is None:
        found = world.kept["definitions"] = Definitions(world)
    found.look()
    return found


def bundle_of(code: Code) -> Bundle | None:
    """The bundle that code came with, None for the program's own."""
    return code.linked.linker.bundle if isinstance(code.linked, Function) else None


class Resolver:
    """Resolves the tables of one message against a world."""

    def __init__(self, world: World, mode: str = CURRENT) -> None:
        self.world = world
        self.mode = mode
        self.definitions = definitions_of(world)
        self.mismatches = Mismatches(world)
        self.found: dict[bytes, Resolved] = {}
        """What the tables of each message were resolved to, for reports."""
        self.opened: list[Sources] = []
        self.from_here: Sources | None = None
        """Where the code of the message comes from whose tables are looked at."""
        self.sources_of: dict[bytes, Sources] = {}
        self.modules: list[ModuleRow] = []
        self.claims: Claims | None = None
        self.known_renames: Renames | None = None
        self.accepted: dict[PointRow, Carried] = {}

    def turn_to(self, claims: Claims) -> None:
        """Look at the tables of one message, now or again for a report."""
        self.from_here = self.sources_of.get(claims.data)
        self.modules = claims.modules
        self.claims = claims

    def sources(self, message: Message) -> Sources:
        """Where the code of each module of a message comes from."""
        plain = self.mode == CURRENT and not message.code
        known = self.definitions.sources.get(message.claims.data) if plain else None
        if known is not None:
            return known
        found = Sources(self.world, message, self.mode)
        for symbol in found.missing:
            detail = f"the code in these bytes needs {symbol}, which this release does not have"
            self.mismatches.note("release", symbol, b"", None, detail, symbol.rpartition(".")[0])
        if found.missing:
            self.refuse(message)
        if found.loaded:
            self.opened.append(found)
        if self.mode == STRICT:
            self.check_versions(message)
        elif self.mode == CURRENT:
            own = [row.name for row in message.claims.modules if row.version is not None]
            plain = plain and None not in [self.module(name) for name in own]  # whose renames and migrations count
        if plain:
            self.definitions.look()  # what was loaded is there from now on
            self.definitions.sources[message.claims.data] = found
        return found

    def check_versions(self, message: Message) -> None:
        """Every module must be the version that it was."""
        for row in message.claims.modules:
            home = self.module(row.name) if row.version is not None else None
            if home is not None and home.version != row.version:
                detail = f"the module {row.name} was version {row.version} and is now {home.version}"
                self.mismatches.note("module", row.name, b"", None, detail, row.name)

    def accept(self, *messages: Message) -> None:
        """Raise `schema-mismatch` if anything does not fit; else the instances of bundles can be used."""
        self.refuse(*messages)
        for sources in self.opened:
            sources.install()

    def resolve(self, claims: Claims, sources: Sources, used: Used | None = None) -> Resolved:
        """What the tables refer to, or those entries that are `used`; a mismatch for each that is not found."""
        self.sources_of[claims.data] = sources
        self.turn_to(claims)
        if used is not None:
            types, functions, points = used
            found = Resolved(
                [self.type(row) if number in types else None for number, row in enumerate(claims.types)],
                [self.function(row) if number in functions else None for number, row in enumerate(claims.functions)],
                [self.point(row) if number in points else None for number, row in enumerate(claims.points)],
            )
            return self.completed(claims, found)
        key = (claims.data, self.mode, *sources.keys)
        known = self.definitions.resolved.get(key)
        if known is not None:
            self.found[claims.data] = known
            return known
        before = len(self.mismatches.found)
        found = Resolved(
            [self.type(row) for row in claims.types],
            [self.function(row) for row in claims.functions],
            [self.point(row) for row in claims.points],
        )
        self.completed(claims, found)
        if len(self.mismatches.found) == before:
            self.definitions.resolved[key] = found
        return found

    def completed(self, claims: Claims, found: Resolved) -> Resolved:
        """Add what has to be done to values of types that have changed, and frames in code that has; note
        the definitions that are gone though what was found refers to them."""
        self.found[claims.data] = found
        for number, type_ in enumerate(found.types):
            chain = None if type_ is None else self.chain(type_, claims.types[number])
            if chain is not None:
                found.chains[number] = chain
        for number, row in enumerate(claims.points):
            if row in self.accepted:
                found.carried[number] = self.accepted[row]
        functions = [each for each in found.functions if each is not None and bundle_of(each) is None]
        points = [each for each in found.points if each is not None and each.function.linker.bundle is None]
        for module, name in names_gone(self.world, claims.modules, functions, points):
            self.mismatches.missing("definition", module, name, b"")
        return found

    def refuse(self, *messages: Message) -> None:
        """Raise `schema-mismatch` if anything did not fit: of a message, and those it refers to."""
        if self.mismatches.found:
            from turmeric.durability.reports.refusing import mismatch_error

            raise mismatch_error(self, messages)

    def chain(self, type_: StructType, row: TypeRow) -> Chain | None:
        """The migrations for a saved type, if there are some from the version that saved it."""
        if self.mode == STRICT or row.fields is None or self.bundle(row) is not None:
            return None
        return chain_for(self.world, type_, row, self.modules[row.home].version)

    def bundle(self, row: TypeRow | FunctionRow | PointRow) -> Bundle | None:
        return None if self.from_here is None else self.from_here.bundles[row.home]

    def module(self, name: str) -> Module | None:
        """The module of that name, loaded for its definitions if need be."""
        found = self.world.modules.get(name)
        if found is not None:
            return found
        if is_beside(name) or not all(part.strip("/\\") == part != "" and "/" not in part for part in name.split(".")):
            return None
        return self.world.load_module(name)

    def type(self, row: TypeRow) -> StructType | None:
        own = ERROR_TYPES.get(row.name) if row.module == CORE else None
        value = own or self.value(*self.place(row))
        made = value.type if isinstance(value, Struct) else value
        if not isinstance(made, StructType):
            self.mismatches.missing("type", row.module, row.name, row.schema, row)
            return None
        new = type_schema(made)
        if new != row.schema and not self.was(made, row) and self.chain(made, row) is None:
            detail = f"the fields of {row.symbol} have changed; they are now {fields_text(made)}"
            detail += gap(self.world, made, self.modules[row.home].version) if row.fields is not None else ""
            self.mismatches.note("type", row.symbol, row.schema, new, detail, f"{made.span or row.module}", row)
            return None
        return made

    def value(self, module: str, name: str) -> object:
        """The value of a type's name."""
        home = self.module(module)
        found = home.definitions.get(name) if home is not None else None
        return found.force() if found is not None and found.kind == TYPE else UNBOUND

    def was(self, type_: StructType, row: TypeRow) -> bool:
        """Whether a type is as it was, but for names that are others now."""
        return any(renamed_schema(type_, undo) == row.schema for undo in self.undoings(row))

    def undoings(self, row: TypeRow | FunctionRow | PointRow) -> Iterator[Undo]:
        """How names may have been when something was saved."""
        if self.mode == STRICT or self.bundle(row) is not None:
            return iter(())
        return self.renames().undoings()

    def renames(self) -> Renames:
        """The renames of the modules that are loaded by now."""
        if self.known_renames is None or self.known_renames.edits != self.world.edits:
            self.known_renames = Renames(self.world)
        return self.known_renames

    def place(self, row: TypeRow | FunctionRow | PointRow) -> tuple[str, str]:
        """The module and the name of a definition, as they are in this process."""
        bundle = self.bundle(row)
        if bundle is not None:
            return bundle.module(row.module).name, row.name
        return self.now(row.module, row.name)

    def now(self, module: str, name: str) -> tuple[str, str]:
        """What a definition of the program is called now."""
        renames = self.renames()
        if not renames.table or self.mode == STRICT:
            return module, name
        symbol, home = renames.now(full(module, name)), renames.now(module)
        if symbol == full(home, name):
            return home, name
        home, _, name = symbol.rpartition(".")
        return home, name

    def symbol_now(self, symbol: str) -> str:
        """The full name of a type or dynamic variable, as it is now."""
        return symbol if self.mode == STRICT else self.renames().now(symbol)

    def definition_of(self, row: FunctionRow | PointRow) -> Definition | None:
        """The definition that a saved function or point is part of."""
        bundle = self.bundle(row)
        if bundle is not None:
            return self.definitions.find_in(bundle, row.definition)
        return self.definition(row.module, row.name)

    def definition(self, module: str, name: str) -> Definition | None:
        """The program's definition of a saved name."""
        module, name = self.now(module, name)
        return self.definitions.find(module, name) if self.module(module) is not None else None

    def earlier(self, definition: Definition, row: FunctionRow | PointRow) -> Iterator[Definition]:
        """A definition with the ids of now, and with those from before some renames."""
        yield definition
        for undo in self.undoings(row):
            found = Definition(definition.codes, undo)
            found.look()
            yield found

    def function(self, row: FunctionRow) -> Code | None:
        definition = self.definition_of(row)
        if definition is None:
            self.mismatches.missing("function", row.module, row.name, row.schema, row)
            return None
        every = (each.functions.get((row.path, row.schema)) for each in self.earlier(definition, row))
        found = next((code for code in every if code is not None), None)
        if found is None:
            detail = f"the code of {row.symbol} has changed since it was saved"
            self.mismatches.note("function", row.symbol, row.schema, None, detail, row.module, row)
        return found

    def point(self, row: PointRow) -> Point | None:
        definition = self.definition_of(row)
        if definition is None:
            self.mismatches.missing("point", row.module, row.name, row.schema, row)
            return None
        for each in self.earlier(definition, row):
            found = each.point(row.path, row.schema, row.label, row.line)
            if found is not None:
                return self.linked(*found)
        accepted = accepting(points_in(definition), row) if self.mode == CURRENT else None
        if accepted is not None:
            carried = Carried(row, accepted[1].point.live)
            if not carried.missing:
                self.accepted[row] = carried
                return self.linked(*accepted)
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

    def has_library_code(self) -> bool:
        """Whether the message that is looked at has code of the standard library in it."""
        assert self.claims is not None
        return any(self.world.is_library(row.module) for row in (*self.claims.points, *self.claims.functions))

    def global_named(self, module: str, name: str) -> Global | None:
        """The definition that a message refers to by name.  Its value may still have to be made."""
        home_name, new_name = self.now(module, name)
        home = self.module(home_name)
        found = home.definitions.get(new_name) if home is not None else None
        if found is None or home is None or not is_defined(found):
            self.mismatches.missing("definition", module, name, b"")
            return None
        if not may_be_named(found, home) and not (is_built_in(found) and self.has_library_code()):
            detail = f"{found.symbol} is no function, type or cell that bytes may refer to"
            self.mismatches.note("definition", found.symbol, b"", None, detail, module)
        return found


def points_in(definition: Definition) -> Iterator[tuple[Code, anf.Let]]:
    """All points of a definition."""
    for found in definition.points.values():
        yield from found


def renamed_schema(type_: StructType, undo: Undo) -> bytes:
    """The schema id that a type had when names were others."""
    data = undo(type_.data_type.symbol) if type_.data_type is not None else None
    types = in_type(type_.types, undo)
    assert isinstance(types, tuple)
    return schema.type_id(type_.kind, type_.fields, types, data, in_type(type_.result, undo))


def fields_text(type_: StructType) -> str:
    """The fields of a type with their declared types."""
    pairs = zip(type_.fields, type_.types, strict=True)
    return f"[{', '.join(name if each is None else f'{name} : {type_text(each)}' for name, each in pairs)}]"


def change_at(definition: Definition, row: PointRow) -> tuple[bytes | None, str]:
    """What changed at a point, as far as its label finds it again: the new id, and in words."""
    accepted = accepting(points_in(definition), row)
    if accepted is not None:
        return None, f"accepts changes, but {Carried(row, accepted[1].point.live).lacks()}"
    for (there, id_), candidates in definition.points.items():
        node = candidates[0][1]
        if there == row.path and node.point.label == row.label:
            now = [var.name for var in node.point.live if not var.temporary]
            was = [name for name in row.variables if name]
            if sorted(now) != sorted(was):
                return id_, f"its variables were [{' '.join(was)}] and are now [{' '.join(now)}]"
            return id_, "the code after that has changed since it was saved"
    return None, "that place no longer exists"
