"""Carrying out declarations: what loading a module does, form by form.

With `start` False a module is only *defined*: a `def` waits until it is first read and
other top-level forms do not run.  That is how `deserialize` loads code, and how the
standard library is loaded.
"""

from __future__ import annotations

from importlib import import_module

from turmeric.assembly.image import LazyCode
from turmeric.intermediate.anf import Code
from turmeric.reading import declarations as kinds
from turmeric.reading.declarations import Declaration
from turmeric.running.classes import Instance, Method, TypeClass
from turmeric.running.iterating import CLASSES
from turmeric.running.operators import OPERATORS
from turmeric.running.values import Builtin, Closure, Homed, Operator
from turmeric.running.world import World
from turmeric.vocabulary import namespace, structs
from turmeric.vocabulary.errors import ERROR_TYPES, failure, source_failure
from turmeric.vocabulary.kinds import CHECKS, a
from turmeric.vocabulary.namespace import Global, Migration, Module
from turmeric.vocabulary.structs import DataType, Struct, StructType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Declarer:
    """Carries out the declarations of one module.  Their code is in A-normal form."""

    def __init__(self, world: World, module: Module, start: bool) -> None:
        self.world = world
        self.module = module
        self.start = start
        self.known: list[object] = []
        """The value of the next code that would be run, if it has been run before."""
        self.runs = 0
        """How much of the module's own code has been run, or begun to run."""

    def carry_out(self, declaration: Declaration) -> Any:
        """Do what the declaration says; gives the value of an expression."""
        if not self.module.library:
            self.note(declaration)
        try:
            return ACTIONS[declaration.kind](self, declaration)
        finally:
            self.world.edits += 1

    def note(self, declaration: Declaration) -> None:
        """Keep a declaration under all names that it defines: a program's code may have to travel."""
        if declaration.kind in (kinds.EXPRESSION, kinds.IMPORT, kinds.MIGRATION, kinds.RENAME):
            return
        self.module.declared[declaration.name] = declaration
        if declaration.kind in (kinds.DATA, kinds.CLASS):
            for name, *_ in declaration.data[1]:  # type: ignore[attr-defined]
                self.module.declared[name] = declaration

    def define(self, declaration: Declaration, kind: str, value: object = namespace.UNBOUND) -> Global:
        found = self.module.define(declaration.name, kind)
        found.assign(value)
        found.pending = None
        found.doc, found.span = declaration.doc, declaration.span
        found.parameters, found.private = declaration.parameters, declaration.private
        return found

    def code(self, code: object, replace: bool = True) -> Code:
        """A declaration's code, remembered so that its points can be found again."""
        made = code.get() if isinstance(code, LazyCode) else code
        assert isinstance(made, Code)
        self.world.remember(made, replace)
        return made

    def closure(self, code: object) -> Closure:
        return Closure(self.world.linker.function(self.code(code)), ())

    def run(self, code: object) -> Any:
        """The value of the code of a `def` or an expression.  Its code stays known when a name is defined again, as in
        `(def job (deserialize bytes))` where the bytes hold what the first `(def job ...)` still has to do."""
        made = self.code(code, replace=False)
        self.runs += 1
        return self.known.pop() if self.known else self.world.run(made)


def declare_function(declarer: Declarer, declaration: Declaration) -> None:
    """A function or macro; a precompiled one is made when it is first read."""
    code = declaration.code[""]
    found = declarer.define(declaration, namespace.MACRO if declaration.kind == kinds.MACRO else namespace.FUNCTION)

    def make() -> Closure:
        closure = declarer.closure(code)
        closure.home = found
        return closure

    if isinstance(code, LazyCode):
        found.pending = make
    else:
        found.value = make()


def declare_value(declarer: Declarer, declaration: Declaration) -> Any:
    """A `def`: its value is computed now, or when it is first read."""
    code = declaration.code[""]

    def make() -> object:
        value = declarer.run(code)
        if isinstance(value, Homed) and value.home is None:
            value.home = found
        return value

    kind = namespace.DYNAMIC if declaration.kind == kinds.DYNAMIC else namespace.VALUE
    if declarer.start:
        found = declarer.module.define(declaration.name, kind)
        value = make()
        declarer.define(declaration, kind, value)
        return value
    found = declarer.define(declaration, kind)
    found.pending = make
    if not isinstance(code, LazyCode):
        declarer.code(code, replace=False)
    return None


def declare_expression(declarer: Declarer, declaration: Declaration) -> Any:
    if declarer.start:
        return declarer.run(declaration.code[""])
    declarer.code(declaration.code[""], replace=False)
    return None


def declare_struct(declarer: Declarer, declaration: Declaration) -> None:
    kind, fields, types, result = declaration.data
    own = ERROR_TYPES.get(declaration.name) if declarer.module.name == "core" else None
    made = own or StructType(
        declarer.module.name, declaration.name, fields, types, kind, None, declaration.span, result  # type: ignore[arg-type]
    )
    made.make = CLASSES.get(made.symbol, Struct)
    declarer.define(declaration, namespace.TYPE, made)


def declare_data(declarer: Declarer, declaration: Declaration) -> None:
    parameters, rows = declaration.data
    module = declarer.module.name
    data = DataType(module, declaration.name, parameters)  # type: ignore[arg-type]
    own = declarer.define(declaration, namespace.TYPE, data)
    made: list[StructType] = []
    for name, fields, types in rows:  # type: ignore[attr-defined]
        type_ = StructType(module, name, fields, types, structs.CONSTRUCTOR, data, declaration.span)
        made.append(type_)
        found = own if name == declaration.name else declarer.module.define(name, namespace.TYPE)
        found.value = type_.nullary or type_
        found.pending = None
        found.span = declaration.span
        found.parameters = "[" + " ".join(fields) + "]"
        found.doc = declaration.doc
    data.constructors = tuple(made)


def declare_opaque(declarer: Declarer, declaration: Declaration) -> None:
    declarer.define(declaration, namespace.TYPE, DataType(declarer.module.name, declaration.name))


def declare_class(declarer: Declarer, declaration: Declaration) -> None:
    supers, rows = declaration.data
    made = TypeClass(declarer.module.name, declaration.name, supers, {name: place for name, place, _ in rows})  # type: ignore
    for name, code in declaration.code.items():
        made.defaults[name] = declarer.closure(code)
    declarer.define(declaration, namespace.CLASS, made)
    for name in made.methods:
        found = declarer.module.define(name, namespace.METHOD)
        found.value = Method(made, name)
        found.pending = None
        found.doc, found.span = declaration.doc, declaration.span
    declarer.world.classes[made.symbol] = made


def declare_instance(declarer: Declarer, declaration: Declaration) -> None:
    symbol, target, constraints, variables = declaration.data
    target = python_class(str(target), declarer.start) if ":" in str(target) else str(target)
    type_class = declarer.world.class_named(str(symbol))
    for above in type_class.supers:
        known = declarer.world.class_named(above)
        if target not in known.instances and "any" not in known.instances:
            message = f"an instance {type_class.name} {target} needs an instance {known.name} {target} first"
            raise failure("no-instance", message, target, declaration.span)
    methods: dict[str, object] = {name: declarer.closure(code) for name, code in declaration.code.items()}
    instance = Instance(target, methods, constraints, variables)  # type: ignore[arg-type]
    type_class.instances[target] = instance


def python_class(target: str, start: bool) -> str:
    """The full name that a Python class has itself, for the one that the program knows it by."""
    module, _, name = target.removeprefix("python.").partition(":")
    try:
        found: Any = import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        if not start:  # then there are no values of it, either
            return f"python.{module}.{name}"
        raise failure("python-error", f"there is no Python class {module}.{name}: {error}", name) from error
    if not isinstance(found, type):
        message = f"{module}.{name} is no Python class; `python.` and what type-of says of a value names its type"
        raise failure("type-error", message, name)
    return f"python.{found.__module__}.{found.__qualname__}"


def declare_primitive(declarer: Declarer, declaration: Declaration) -> None:
    kind, minimum, maximum, types = declaration.data
    module, name = declarer.module.name, declaration.name
    found = declarer.define(declaration, str(kind))

    def make() -> object:
        if kind == namespace.OPERATOR:
            return Operator(module, name, operator_named(f"{module}.{name}"), minimum, maximum)  # type: ignore[arg-type]
        table = import_module(primitives_of(module)).TABLE
        call = checked(name, table[name], types, declaration.parameters or "")  # type: ignore[arg-type]
        return Builtin(module, name, call, minimum, maximum)  # type: ignore[arg-type]

    found.pending = make


def primitives_of(module: str) -> str:
    """The Python module that implements the primitives of a module of the library."""
    return DURABLE.get(module) or f"turmeric.running.primitives.{module}"


DURABLE = {"serial": "turmeric.durability.primitives", "blobs": "turmeric.durability.stores.storing"}
"""The modules of the library whose primitives save values."""


def operator_named(symbol: str) -> Callable[..., Any]:
    """An operator; those of modules other than `core` register themselves when imported."""
    if symbol not in OPERATORS:
        import_module(primitives_of(symbol.partition(".")[0]))
    return OPERATORS[symbol]


def checked(name: str, call: Callable[..., Any], types: tuple[object, ...], parameters: str) -> Callable[..., Any]:
    """A primitive that checks the types its declaration gives; `call` itself if it gives none."""
    outers = [type_[0] if isinstance(type_, tuple) else type_ for type_ in types]
    checks = [(place, CHECKS[outer], outer) for place, outer in enumerate(outers) if outer in CHECKS]
    if not checks:
        return call
    if len(outers) == 1:
        (_, only, wanted), = checks

        def one(*args: Any) -> Any:
            if args and not only(args[0]):
                raise wrong_type(name, wanted, args[0])
            return call(*args)

        return one

    def several(*args: Any) -> Any:
        for place, check, wanted in checks:
            if place < len(args) and not check(args[place]):
                raise wrong_type(name, wanted, args[place])
        return call(*args)

    return several


def wrong_type(name: str, wanted: object, value: Any) -> Exception:
    from turmeric.running.structure import short

    return failure("type-error", f"{name} expects {a(str(wanted))}, got {short(value)}", value)


def declare_migration(declarer: Declarer, declaration: Declaration) -> None:
    """The migrations of a type stand in order; one that is typed again at the REPL replaces the first."""
    home, name, versions = declaration.data
    value = declarer.world.find(str(home), str(name)).force()
    if type(value) is DataType:
        message = f"a migration is for one constructor of {name}: {', '.join(each.name for each in value.constructors)}"
        raise source_failure("syntax-error", message, declaration.span)
    made = Migration(f"{home}.{name}", versions, declarer.closure(declaration.code[""]), declaration.span)  # type: ignore[arg-type]
    known = declarer.module.migrations
    for place, each in enumerate(known):
        if each.symbol == made.symbol and each.versions == made.versions and declarer.module.file is None:
            known[place] = made
            return
    for module in declarer.world.modules.values():
        for each in module.migrations:
            twice = set(each.versions).intersection(made.versions) if each.symbol == made.symbol else ()
            if twice:
                message = f"there is a migration of {name} from {min(twice)} already, at {each.span}"
                raise source_failure("syntax-error", message, declaration.span)
    known.append(made)


def declare_rename(declarer: Declarer, declaration: Declaration) -> None:
    """A name that is renamed once; the new one may be renamed on, but not in a circle."""
    old, new = (str(part) for part in declaration.data)
    renames = {key: value for module in declarer.world.modules.values() for key, value in module.renames.items()}
    if renames.get(old, new) != new:
        raise source_failure("syntax-error", f"`{old}` is renamed to `{renames[old]}` already", declaration.span)
    way = [old, new]
    while way[-1] in renames:
        way.append(renames[way[-1]])
        if way[-1] == old:
            raise source_failure("syntax-error", f"renames go in a circle: {' -> '.join(way)}", declaration.span)
    declarer.module.renames[old] = new


ACTIONS: dict[str, Callable[[Declarer, Declaration], Any]] = {
    kinds.FUNCTION: declare_function,
    kinds.MACRO: declare_function,
    kinds.VALUE: declare_value,
    kinds.DYNAMIC: declare_value,
    kinds.EXPRESSION: declare_expression,
    kinds.STRUCT: declare_struct,
    kinds.DATA: declare_data,
    kinds.OPAQUE: declare_opaque,
    kinds.CLASS: declare_class,
    kinds.INSTANCE: declare_instance,
    kinds.PRIMITIVE: declare_primitive,
    kinds.IMPORT: lambda declarer, declaration: None,
    kinds.MIGRATION: declare_migration,
    kinds.RENAME: declare_rename,
}
