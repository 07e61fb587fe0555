"""A bundle: the program's code that a message needs, as bytes that go along with it.

    bundle       = the bytes of [names, modules, codes, declarations]
    modules      = [[name, file, version], ...]
    codes        = [rows, ...]                    functions that frames and closures are in
    declarations = [[kind, module, name, data, span, [[piece, rows], ...]], ...]

Names go by number.  `intermediate.flat` has the rows of a function.  A bundle is known by the hash
of its bytes.  Nothing of it runs when it is read; that it is well formed is checked here, and
what it needs of the standard library where its modules are made (`assembly.beside`).
"""

from __future__ import annotations

from typing import NamedTuple

from turmeric.durability.code.gathering import TRAVELS, Gathering, declared_in, in_type, mentions, split
from turmeric.durability.format import wire
from turmeric.durability.format.wire import corrupt
from turmeric.intermediate import anf
from turmeric.intermediate.anf import Code
from turmeric.intermediate.flat import Malformed, flat, parts_of, sequence, span_row, unflat
from turmeric.intermediate.walking import functions_of, parts
from turmeric.reading import declarations as kinds
from turmeric.reading.declarations import Declaration
from turmeric.vocabulary import structs
from turmeric.vocabulary.beside import is_beside
from turmeric.vocabulary.digest import blake2b
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.spans import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from turmeric.durability.code.gathering import Name
    from turmeric.running.world import World

KEY = 8
"""Bytes of a bundle's hash, in its modules' names."""
NESTING = 200
"""Arrays in arrays: types and quoted data nest."""


def key_of(data: bytes) -> str:
    """What a bundle is known by."""
    return blake2b(data, digest_size=KEY).hexdigest()


# Writing --------------------------------------------------------------------------------------


class Bundler:
    """Writes the bundle of a message.  `describe` gives the row of a module."""

    def __init__(self, world: World, describe: Callable[[str], list[Any]]) -> None:
        self.world = world
        self.describe = describe
        self.names: dict[str, int] = {}

    def number(self, name: str) -> int:
        return self.names.setdefault(name, len(self.names))

    def is_own(self, module: str) -> bool:
        """Whether a module is the program's."""
        home = self.world.modules.get(module)
        return home is None or not (home.library or is_beside(module))

    def bytes(self, codes: Iterable[Code], roots: Iterable[object], names: Iterable[Name]) -> bytes:
        """The bundle for these functions, of which `roots` have yet to run, and definitions."""
        gathering = Gathering(declared_in(self.world))
        gathering.need((*mentions(roots), *names))
        gathering.need_instances(self.instances(), self.is_own)
        found = sorted(gathering.found.items(), key=lambda each: (each[1], each[0].name, each[0].kind))
        try:
            declared = [self.declaration(module, each) for each, module in found]
            alone = [self.code(code) for code in self.alone(codes, [each for each, _ in found])]
        except TypeError as error:
            raise failure("not-serializable", f"the code cannot go along: it holds {error}") from error
        own = [module for module in self.modules(codes, found) if self.is_own(module)]
        rows = [self.module(name) for name in own]
        return wire.pack([list(self.names), rows, alone, declared])

    def instances(self) -> list[tuple[str, Declaration]]:
        """The program's instances, in an order that is always the same."""
        found = [
            (module.name, each)
            for module in self.world.modules.values()
            for each in module.declared.values()
            if isinstance(each, Declaration) and each.kind == kinds.INSTANCE and not is_beside(module.name)
        ]
        return sorted(found, key=lambda each: (each[0], each[1].name))

    def alone(self, codes: Iterable[Code], declared: list[Declaration]) -> list[Code]:
        """The functions that stand in no other one that goes along."""
        tops = [code for each in declared for code in each.code.values() if isinstance(code, Code)]
        inside = {each for top in tops for each in functions_of(top)}
        inside.update(each for top in codes for each in functions_of(top)[1:])
        return [code for code in dict.fromkeys(codes) if code not in inside]

    def modules(self, codes: Iterable[Code], found: list[tuple[Declaration, str]]) -> list[str]:
        """All modules that the code mentions, in order."""
        tops: list[object] = [*codes, *(code for each, _ in found for code in each.code.values())]
        names = {module for module, _ in everything(tops)} | {module for _, module in found}
        names.update(code.module for code in tops if isinstance(code, Code))
        return sorted(names)

    def module(self, name: str) -> list[Any]:
        _, file, version, *_ = [*self.describe(name), "", "0"]
        return [self.number(name), file, version]

    def code(self, code: Code) -> list[Any]:
        return flat(code, self.number)

    def declaration(self, module: str, declaration: Declaration) -> list[Any]:
        data = plain_data(declaration.data)
        pieces = [[self.number(name), self.code(code)] for name, code in declaration.code.items()]  # type: ignore[arg-type]
        place = [self.number(declaration.kind), self.number(module), self.number(declaration.name)]
        return [*place, data, span_row(declaration.span), pieces]


def everything(roots: Iterable[object]) -> set[Name]:
    """All globals that code refers to, also where control does not get any more."""
    found: set[Name] = set()
    work = list(roots)
    while work:
        node = work.pop()
        if isinstance(node, anf.GlobalReference | anf.SetGlobal | anf.Primitive):
            found.add((node.module, node.name))
        work += [node.body] if isinstance(node, Code) else parts(node)
    return found


def plain_data(data: Any) -> Any:
    """A declaration's data: sequences as lists."""
    return [plain_data(part) for part in data] if isinstance(data, tuple | list) else data


# Reading --------------------------------------------------------------------------------------


class ModuleOf(NamedTuple):
    """A module of a bundle."""

    name: str
    file: str
    version: str


class Contents:
    """What a bundle holds."""

    def __init__(
        self, modules: list[ModuleOf], codes: list[Code], declarations: list[tuple[str, Declaration]]
    ) -> None:
        self.modules = modules
        self.codes = codes
        self.declarations = declarations
        self.names = {(home, name): each for home, each in declarations for name in names_of(each)}

    def find(self, module: str, name: str) -> Declaration | None:
        """The declaration behind a name."""
        return self.names.get((module, name))


def names_of(declaration: Declaration) -> list[str]:
    """All names that a declaration defines."""
    more: Any = declaration.data[1] if declaration.kind in (kinds.DATA, kinds.CLASS) else ()
    return [declaration.name, *(row[0] for row in more)]


def contents_of(data: bytes) -> Contents:
    """A bundle's contents, checked.  Raises corrupt-data."""
    try:
        return Reader(*parts_of(wire.parse(data, nesting=NESTING), 4)).contents()
    except Malformed as error:
        raise corrupt(f"the code that goes along is malformed: {error}") from error


class Reader:
    """Reads one bundle.  Raises Malformed."""

    def __init__(self, names: Any, modules: Any, codes: Any, declarations: Any) -> None:
        self.names: list[str] = sequence(names)
        if not all(type(name) is str and not is_beside(name) for name in self.names):
            raise Malformed("a name that is none")
        self.modules = {row.name: row for row in map(self.module, sequence(modules))}
        self.codes = [self.code(each) for each in sequence(codes)]
        self.declarations = [self.declaration(each) for each in sequence(declarations)]

    def contents(self) -> Contents:
        defined = [(home, name) for home, each in self.declarations for name in set(names_of(each))]
        if len(set(defined)) != len(defined):
            raise Malformed("a name is defined twice")
        return Contents(list(self.modules.values()), self.codes, self.declarations)

    def name(self, number: Any) -> str:
        if type(number) is not int or not 0 <= number < len(self.names):
            raise Malformed("a name that does not exist")
        return self.names[number]

    def module(self, row: Any) -> ModuleOf:
        name, file, version = parts_of(row, 3)
        if type(file) is not str or type(version) is not str:
            raise Malformed("a module that is none")
        return ModuleOf(self.name(name), file, version)

    def home(self, number: Any) -> ModuleOf:
        name = self.name(number)
        if name not in self.modules:
            raise Malformed(f"the module {name} is not part of it")
        return self.modules[name]

    def code(self, data: Any, home: str | None = None) -> Code:
        """A function; all in it must be of one module of the bundle."""
        _, rows = parts_of(data, 2)
        last = sequence(rows)[-1] if rows else None
        module = self.home(last[2] if type(last) is list and len(last) > 2 else None)
        code = unflat(data, self.names, f"saved:{module.file or module.name}")
        for each in functions_of(code):
            inside = each.definition == module.name or each.definition.startswith(module.name + ".")
            if each.module != module.name or not inside or (home is not None and home != module.name):
                raise Malformed("a function that is in no module of it")
        return code

    def declaration(self, row: Any) -> tuple[str, Declaration]:
        kind, module, name, data, span, pieces = parts_of(row, 6)
        home = self.home(module)
        made = Declaration(self.name(kind), self.name(name))
        made.data = checked_data(made.kind, data)
        if span is not None:
            made.span = Span(home.file, *[part if type(part) is int else 0 for part in parts_of(span, 4)])
        for piece, rows in [parts_of(each, 2) for each in sequence(pieces)]:
            code = self.code(rows, home.name)
            if code.captured:
                raise Malformed("a definition that captures")
            made.code[self.name(piece)] = code
        if (made.kind in (kinds.FUNCTION, kinds.VALUE, kinds.DYNAMIC)) != (list(made.code) == [""]):
            raise Malformed("a definition without its code")
        return home.name, made


def checked_data(kind: str, data: Any) -> tuple[object, ...]:
    """What a declaration holds besides code."""
    check = DATA.get(kind)
    if check is None or kind not in TRAVELS:
        raise Malformed(f"a declaration of the kind {kind}")
    return check(data)


def struct_data(data: Any) -> tuple[object, ...]:
    kind, fields, types, result = parts_of(data, 4)
    if kind not in (structs.STRUCT, structs.ERROR, structs.SIGNAL, structs.EFFECT):
        raise Malformed("a struct of no known kind")
    return kind, *fields_data(fields, types), types_data(result)


def fields_data(fields: Any, types: Any) -> tuple[tuple[str, ...], tuple[object, ...]]:
    """The fields of a type, and their types."""
    names = texts(fields)
    if len(sequence(types)) != len(names) or len(set(names)) != len(names):
        raise Malformed("a type whose fields are no fields")
    return names, tuple([types_data(each) for each in types])


def types_data(data: Any) -> object:
    """A type: nil, a name, or a sequence of types."""
    if type(data) is list:
        return tuple([types_data(part) for part in data])
    if data is not None and type(data) is not str:
        raise Malformed("something else than a type")
    return data


def texts(data: Any) -> tuple[str, ...]:
    if not all(type(each) is str for each in sequence(data)):
        raise Malformed("something else than a name")
    return tuple(data)


def data_data(data: Any) -> tuple[object, ...]:
    parameters, rows = parts_of(data, 2)
    made = []
    for name, fields, types in [parts_of(row, 3) for row in sequence(rows)]:
        made.append((*texts([name]), *fields_data(fields, types)))
    return texts(parameters), tuple(made)


def class_data(data: Any) -> tuple[object, ...]:
    supers, rows = parts_of(data, 2)
    made = [tuple(parts_of(row, 3)) for row in sequence(rows)]
    for name, place, _ in made:
        if type(name) is not str or (place is not None and (type(place) is not int or place < 0)):
            raise Malformed("a method that is none")
    return texts(supers), tuple(made)


def instance_data(data: Any) -> tuple[object, ...]:
    class_, target, constraints, variables = parts_of(data, 4)
    pairs = tuple([texts(parts_of(pair, 2)) for pair in sequence(constraints)])
    return *texts([class_, target]), pairs, texts(variables)


def no_data(data: Any) -> tuple[object, ...]:
    parts_of(data, 0)
    return ()


DATA: dict[str, Callable[[Any], tuple[object, ...]]] = {
    kinds.FUNCTION: no_data,
    kinds.VALUE: no_data,
    kinds.DYNAMIC: no_data,
    kinds.STRUCT: struct_data,
    kinds.DATA: data_data,
    kinds.CLASS: class_data,
    kinds.INSTANCE: instance_data,
}
"""The data of each kind of declaration."""

__all__ = ["Bundler", "contents_of", "everything", "in_type", "key_of", "split"]
