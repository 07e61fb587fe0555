"""The modules of a bundle, beside the program's own of the same name.

Its functions and classes are the bundle's own.  A type is the program's, or that of another bundle,
where one of that name has the same fields; a `def` is the program's where it and all that it
is made of are the same.  That is looked up once, in the modules that are loaded when the bundle is.
"""

from __future__ import annotations

from turmeric.assembly.declare import Declarer
from turmeric.durability.code.bundling import Contents, contents_of, everything, key_of
from turmeric.durability.code.gathering import declared_in, ids_below, in_type
from turmeric.durability.format.tables import type_schema
from turmeric.intermediate import schema
from turmeric.intermediate.anf import Code
from turmeric.intermediate.walking import functions_of
from turmeric.reading import declarations as kinds
from turmeric.reading.declarations import Declaration
from turmeric.running.bundles import Bundle
from turmeric.running.classes import Instance
from turmeric.running.world import World
from turmeric.vocabulary import structs
from turmeric.vocabulary.beside import beside
from turmeric.vocabulary.namespace import TYPE, UNBOUND, Global, Module
from turmeric.vocabulary.structs import DataType, Struct, StructType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TYPES = (kinds.STRUCT, kinds.DATA)


def load_bundle(world: World, data: bytes) -> Bundle:
    """The bundle of these bytes in a world.  Raises corrupt-data."""
    key = key_of(data)
    found = world.bundles.get(key)
    if found is None:
        found = Beside(world, Bundle(world, key, data), contents_of(data)).load()
        if not found.missing:
            world.bundles[key] = found
    return found


class BundleDeclarer(Declarer):
    """Carries out the declarations of a bundle's module."""

    def __init__(self, world: World, module: Module, bundle: Bundle) -> None:
        super().__init__(world, module, start=False)
        self.bundle = bundle

    def note(self, declaration: Declaration) -> None:
        """It goes along as it came."""

    def code(self, code: object, replace: bool = True) -> Code:
        assert isinstance(code, Code)
        self.bundle.remember(code)
        return code


class Beside:
    """Makes the modules of one bundle."""

    def __init__(self, world: World, bundle: Bundle, contents: Contents) -> None:
        self.world = world
        self.bundle = bundle
        self.contents = contents
        self.declared = {(home, each.name): each for home, each in contents.declarations}
        self.sources: dict[tuple[str, str], Bundle | None] = {}
        """Where a type comes from that is not the bundle's own: another bundle, or None: the program."""

    def load(self) -> Bundle:
        bundle = self.bundle
        bundle.missing = self.missing()
        if bundle.missing:
            return bundle
        for row in self.contents.modules:
            module = bundle.module(row.name)
            module.file, module.declared_version = row.file, row.version
        self.link()
        self.choose_types()
        for home, declaration in sorted(self.contents.declarations, key=lambda each: ORDER.index(each[1].kind)):
            self.declare(home, declaration)
        for code in self.contents.codes:
            bundle.remember(code)
        self.world.edits += 1
        return bundle

    def missing(self) -> list[tuple[str, str]]:
        """What the code needs of the standard library and this release does not have."""
        own = {row.name for row in self.contents.modules}
        tops: list[object] = [*self.contents.codes]
        tops += [code for _, each in self.contents.declarations for code in each.code.values()]
        return sorted(name for name in everything(tops) if name[0] not in own and not self.in_library(*name))

    def in_library(self, module: str, name: str) -> bool:
        home = self.world.modules.get(module) or self.world.load_module(module)
        return home is not None and home.library and name in home.definitions

    def link(self) -> None:
        """Every function of it belongs to its linker."""
        tops = [*self.contents.codes, *(code for _, each in self.contents.declarations for code in each.code.values())]
        for top in tops:
            assert isinstance(top, Code)
            for code in functions_of(top):
                self.bundle.linker.function(code)

    # Types ----------------------------------------------------------------------------------

    def choose_types(self) -> None:
        """Settle which types are the bundle's own, and what each is called."""
        undecided = {key: each for key, each in self.declared.items() if each.kind in TYPES}
        for source in (None, *self.world.bundles.values()):
            for key in self.fitting(source, undecided):
                self.sources[key] = source
                for name in (key[1], *constructors(undecided.pop(key))):
                    symbol = f"{key[0]}.{name}"
                    self.bundle.types[symbol] = symbol if source is None else source.type_name(symbol)
        for home, name in undecided:
            for each in (name, *constructors(undecided[home, name])):
                self.bundle.types[f"{home}.{each}"] = f"{beside(home, self.bundle.key)}.{each}"
        for (home, name), declaration in self.declared.items():
            if declaration.kind == kinds.CLASS:
                self.bundle.types[f"{home}.{name}"] = f"{beside(home, self.bundle.key)}.{name}"

    def fitting(
        self, source: Bundle | None, undecided: dict[tuple[str, str], Declaration]
    ) -> dict[tuple[str, str], None]:
        """The types that a source has too, with the same fields, of the same types throughout."""
        found = {key: None for key, each in undecided.items() if self.is_same(source, key[0], each)}
        changed = True
        while changed:
            changed = False
            for key in list(found):
                if not all(self.fits(source, name, found) for name in fields_mention(undecided[key])):
                    del found[key]
                    changed = True
        return found

    def fits(self, source: Bundle | None, name: tuple[str, str], found: dict[tuple[str, str], None]) -> bool:
        """Whether the type that a field's annotation names is the same in the source."""
        declaration = self.contents.find(*name)
        if declaration is None or declaration.kind not in TYPES or (name[0], declaration.name) in found:
            return True
        symbol = ".".join(name)
        return self.bundle.types.get(symbol) == (symbol if source is None else source.type_name(symbol))

    def is_same(self, source: Bundle | None, home: str, declaration: Declaration) -> bool:
        """Whether a source has a type of that name, with the same schema id."""
        value = self.value(source, home, declaration.name)
        data: Any = declaration.data
        if declaration.kind == kinds.STRUCT:
            kind, fields, types, result = data
            return type(value) is StructType and value.data_type is None and type_schema(value) == schema.type_id(
                kind, fields, types, None, result
            )
        type_ = self.data_type(value)
        return type_ is not None and [(each.name, type_schema(each)) for each in type_.constructors] == [
            (name, schema.type_id(structs.CONSTRUCTOR, fields, types, f"{home}.{declaration.name}"))
            for name, fields, types in data[1]
        ]

    def value(self, source: Bundle | None, home: str, name: str) -> object:
        """What a type's name stands for in a source."""
        module = self.world.modules.get(home) if source is None else source.modules.get(home)
        found = module.definitions.get(name) if module is not None and not module.library else None
        return found.value if found is not None and found.kind == TYPE else UNBOUND

    def data_type(self, value: object) -> DataType | None:
        made = value.type if type(value) is Struct else value
        return made.data_type if type(made) is StructType else made if type(made) is DataType else None

    # Definitions ----------------------------------------------------------------------------

    def declare(self, home: str, declaration: Declaration) -> None:
        module = self.bundle.module(home)
        if (home, declaration.name) in self.sources:
            self.take_type(module, home, declaration)
        elif declaration.kind == kinds.INSTANCE:
            self.keep_instance(module, declaration)
        elif declaration.kind in (kinds.VALUE, kinds.DYNAMIC) and self.is_shared(home, declaration):
            module.definitions[declaration.name] = self.world.modules[home].definitions[declaration.name]
            BundleDeclarer(self.world, module, self.bundle).code(declaration.code[""])
        else:
            BundleDeclarer(self.world, module, self.bundle).carry_out(self.translated(declaration))
            if declaration.kind in TYPES:
                self.note_schemas(module, home, declaration)

    def take_type(self, module: Module, home: str, declaration: Declaration) -> None:
        """A type of the program, or of another bundle, under the bundle's names for it."""
        source = self.sources[home, declaration.name]
        for name in (declaration.name, *constructors(declaration)):
            made = module.definitions[name] = Global(module.name, name, TYPE, self.value(source, home, name))
            made.span = declaration.span

    def is_shared(self, home: str, declaration: Declaration) -> bool:
        """Whether the program has the same definition, made of the same things: then it is the process's."""
        name = home, declaration.name
        if declared_in(self.world)(*name) is None:
            return False
        ids = ids_below(self.contents.find, name)
        return bool(ids) and ids == ids_below(declared_in(self.world), name)

    def translated(self, declaration: Declaration) -> Declaration:
        """The declaration with types by what they are called here."""
        data: Any = declaration.data
        if declaration.kind == kinds.STRUCT:
            kind, fields, types, result = data
            data = (kind, fields, self.type(types), self.type(result))
        elif declaration.kind == kinds.DATA:
            data = (data[0], tuple([(name, fields, self.type(types)) for name, fields, types in data[1]]))
        elif declaration.kind == kinds.CLASS:
            data = (self.type(data[0]), data[1])
        return Declaration(declaration.kind, declaration.name, declaration.code, data, declaration.span)

    def type(self, type_: Any) -> Any:
        if isinstance(type_, tuple):
            return tuple([self.type(part) for part in type_])
        return type_ if type_ is None else self.bundle.type_name(type_)

    def note_schemas(self, module: Module, home: str, declaration: Declaration) -> None:
        """The schema ids of its types are those of the types as they are stored."""
        data: Any = declaration.data
        rows: Any = [(declaration.name, *data)] if declaration.kind == kinds.STRUCT else data[1]
        for name, *row in rows:
            value = module.definitions[name].value
            made = value.type if isinstance(value, Struct) else value
            assert isinstance(made, StructType)
            if declaration.kind == kinds.STRUCT:
                made.schema = schema.type_id(row[0], row[1], row[2], None, row[3])
            else:
                symbol = f"{home}.{declaration.name}"
                made.schema = schema.type_id(structs.CONSTRUCTOR, row[0], row[1], symbol)

    def keep_instance(self, module: Module, declaration: Declaration) -> None:
        """An instance, which is added to its class when all of the message was checked."""
        data: Any = declaration.data
        class_name, target = self.type(data[0]), self.type(data[1])
        constraints = tuple([(self.type(symbol), variable) for symbol, variable in data[2]])
        declarer = BundleDeclarer(self.world, module, self.bundle)
        methods: dict[str, object] = {name: declarer.closure(code) for name, code in declaration.code.items()}

        def add() -> None:
            type_class = self.world.class_named(class_name)
            type_class.instances.setdefault(target, Instance(target, methods, constraints, data[3]))
            self.world.edits += 1

        self.bundle.instances[class_name, target] = add
        self.bundle.brought[class_name, target] = module.name


ORDER = (
    kinds.STRUCT,
    kinds.DATA,
    kinds.CLASS,
    kinds.FUNCTION,
    kinds.VALUE,
    kinds.DYNAMIC,
    kinds.INSTANCE,
)
"""The order in which declarations are carried out: each kind needs those before it."""


def constructors(declaration: Declaration) -> list[str]:
    """The names of a data type's constructors."""
    rows: Any = declaration.data[1] if declaration.kind == kinds.DATA else ()
    return [row[0] for row in rows]


def fields_mention(declaration: Declaration) -> list[tuple[str, str]]:
    """The names of types in a type's fields."""
    data: Any = declaration.data
    if declaration.kind == kinds.STRUCT:
        return list(in_type((data[2], data[3])))
    return list(in_type([types for _, _, types in data[1]]))
