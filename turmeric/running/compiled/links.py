"""What compiled code refers to by Python's global names, and how such a name gets its value.

    call      a function of the program, by module and name: its compiled form, for a number of arguments
    global    the global itself, for a name that is read as a value
    primitive the Python function of a primitive
    loop, generic     a loop of the same function, the function for any arguments
    function, maker   an inner function: its linked code, and what makes its compiled form from what it captures
    constructor       what makes a struct of a type
    symbol    the full name of a struct type, the very string that the type has
    point, site       a point of the function, a place in it
    constant  a constant that Python's syntax cannot write

Names are given when code is compiled, values when the compiled code is linked into a world.  A
function that is not compiled yet, or that may be defined again, is first a stub, which
links the name at its first call; a new definition puts the stub back.
"""

from __future__ import annotations

from turmeric.intermediate import anf
from turmeric.running.compiled import support
from turmeric.running.interrupting import Again
from turmeric.running.structure import construct, fits
from turmeric.running.values import Builtin, Closure
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.namespace import Global
from turmeric.vocabulary.structs import Struct, StructType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from turmeric.running.compiled.sites import Site
    from turmeric.running.functions import Function
    from turmeric.running.steps import Linker


class Link:
    """Something that compiled code refers to."""

    __slots__ = ("key", "kind")

    def __init__(self, kind: str, key: tuple[object, ...]) -> None:
        self.kind = kind
        self.key = key


class Links:
    """The links of one unit of compiled code."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        self.names: dict[tuple[object, ...], str] = {}
        self.links: dict[str, Link] = {}
        self.sites: list[Site] = []
        """The sites of the unit, once it is compiled."""
        self.function: Function
        self.unit_of_loop: Callable[[anf.Loop], Callable[..., Any]]
        self.unit_without_types: Callable[[], Callable[..., Any]]

    def name(self, link: Link) -> str:
        """The Python name for a link; equal ones have one."""
        known = self.names.get((link.kind, *link.key))
        if known is None:
            known = f"{link.kind}{len(self.names)}"
            self.names[(link.kind, *link.key)] = known
            self.links[known] = link
        return known

    def builtin(self, module: str, name: str) -> Builtin:
        found = self.linker.find(module, name).force()
        if not isinstance(found, Builtin):
            raise failure("unbound-variable", f"the primitive {module}.{name} is missing")
        return found

    def fill(self, globals_: dict[str, Any]) -> None:
        """Give every name its value, or a stub."""
        globals_.update(support.NAMES)
        for name, link in self.links.items():
            globals_[name] = VALUES[link.kind](self, globals_, name, link.key)


def value_of_global(links: Links, globals_: dict[str, Any], name: str, key: Any) -> Any:
    return links.linker.find(*key)


def value_of_primitive(links: Links, globals_: dict[str, Any], name: str, key: Any) -> Any:
    return links.builtin(*key).call


def value_of_constant(links: Links, globals_: dict[str, Any], name: str, key: Any) -> Any:
    node: anf.Constant = key[0]
    return node.value


def value_of_operator(links: Links, globals_: dict[str, Any], name: str, key: Any) -> Any:
    return links.linker.find(*key).force()


def value_of_function(links: Links, globals_: dict[str, Any], name: str, key: Any) -> Any:
    return links.linker.function(key[0])


def point(links: Links, globals_: dict[str, Any], name: str, key: Any) -> Any:
    links.function.ready()
    return links.function.points[key[0]]


def loop(links: Links, globals_: dict[str, Any], name: str, key: Any) -> Any:
    """A loop as a unit of its own, for code that begins in the middle of one of its turns."""

    def run(*values: Any) -> Any:
        made = globals_[name] = links.unit_of_loop(key[0])
        return made(*values)

    support.transparent(run.__code__)
    return run


def generic(links: Links, globals_: dict[str, Any], name: str, key: Any) -> Any:
    """The same function, with nothing taken for granted of its parameters."""

    def make(*captured: Any) -> Any:
        made = globals_[name] = links.unit_without_types()
        return made(*captured)

    return make


def maker(links: Links, globals_: dict[str, Any], name: str, key: Any) -> Any:
    """What makes the compiled form of an inner function; it is compiled when it is first made."""
    function = links.linker.function(key[0])

    def make(*captured: Any) -> Any:
        made = globals_[name] = links.linker.compiled(function)
        return made(*captured)

    return make


def callee(links: Links, globals_: dict[str, Any], name: str, key: Any) -> Any:
    """The compiled form of a global function, called with the same number of arguments at each place."""
    found: Global = links.linker.find(key[0], key[1])

    def stub(*args: Any) -> Any:
        value = found.force()
        if type(value) is not Closure:
            raise Again  # nothing compiled: the machine calls it, or knows the error
        found.linked.append(lambda: globals_.__setitem__(name, stub))
        links.linker.prepare(value.function, args)
        run = globals_[name] = value.tur_run
        return run(*args)

    support.transparent(stub.__code__)
    return stub


def constructor(links: Links, globals_: dict[str, Any], name: str, key: Any) -> Any:
    """What makes a struct from its fields in order, or as `construct` does from pairs."""
    found: Global = links.linker.find(key[0], key[1])

    def stub(*args: Any) -> Any:
        type_ = found.force()
        if type(type_) is Struct and type_.type.nullary is type_ and not args:
            found.linked.append(lambda: globals_.__setitem__(name, stub))
            globals_[name] = lambda: type_
            return type_
        if type(type_) is not StructType or type_.make is not Struct or len(type_.fields) != key[2]:
            return construct(support.value_of(found), list(args))
        found.linked.append(lambda: globals_.__setitem__(name, stub))
        made = globals_[name] = construction(type_)
        return made(*args)

    return stub


def construction(type_: StructType) -> Callable[..., Any]:
    """The function that makes structs of a type from all of its fields."""
    if type_.loose:
        return FIELDS.get(len(type_.fields), of_many)(type_)

    def checked(*values: Any) -> Any:
        return Struct(type_, values) if fits(type_, list(values)) else construct(type_, list(values))

    return checked


def of_one(type_: StructType) -> Callable[..., Any]:
    return lambda a: Struct(type_, (a,))


def of_two(type_: StructType) -> Callable[..., Any]:
    return lambda a, b: Struct(type_, (a, b))


def of_three(type_: StructType) -> Callable[..., Any]:
    return lambda a, b, c: Struct(type_, (a, b, c))


def of_many(type_: StructType) -> Callable[..., Any]:
    return lambda *values: Struct(type_, values)


FIELDS = {1: of_one, 2: of_two, 3: of_three}

VALUES: dict[str, Callable[[Links, dict[str, Any], str, Any], Any]] = {
    "call": callee,
    "global": value_of_global,
    "primitive": value_of_primitive,
    "operator": value_of_operator,
    "constant": value_of_constant,
    "function": value_of_function,
    "maker": maker,
    "loop": loop,
    "point": point,
    "site": lambda links, globals_, name, key: links.sites[key[0]].place(links.function.code),
    "generic": generic,
    "constructor": constructor,
    "symbol": lambda links, globals_, name, key: links.linker.world.symbol_of_type(*key),
}
