"""A-normal form as plain data: for the precompiled library, and to travel.

    TailCall(Reference(f), [Constant(1)])   <->   (1, [(4, 7)], (3, 0), None)

A node is a tuple of its class's number and its fields, a sequence a list, a variable its
place in a table, a span four numbers.  The data holds nothing that `marshal` (or CBOR)
cannot store, and is the same for the same code.
"""

from __future__ import annotations

from itertools import chain

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Code, Params, Point, Var
from turmeric.vocabulary import lists, maps, sets, vectors
from turmeric.vocabulary.folding import folded
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.namespace import UNBOUND
from turmeric.vocabulary.sets import Set
from turmeric.vocabulary.spans import Span
from turmeric.vocabulary.symbols import Keyword, Symbol, keyword, symbol
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

NODES: tuple[type, ...] = (
    anf.Return,
    anf.TailCall,
    anf.Bind,
    anf.Let,
    anf.Fix,
    anf.Branch,
    anf.Loop,
    anf.Recur,
    anf.Marked,
    anf.Reference,
    anf.GlobalReference,
    anf.Primitive,
    anf.Choose,
    anf.MakeClosure,
    anf.NewCell,
    anf.GetCell,
    anf.SetCell,
    anf.SetGlobal,
    Params,
    Point,
    Code,
    anf.Leave,
)
"""Classes by number.  New ones go at the end: stored code keeps its meaning."""

NUMBERS = {cls: number for number, cls in enumerate(NODES)}
FIELDS = {cls: tuple(name for name in cls.__slots__ if name not in ("linked", "schema")) for cls in NODES}  # type: ignore[attr-defined]
CONSTANT, SPAN, SAME_LOOP, NUMBER = -1, -2, -3, -4


class Packer:
    """Packs one function."""

    def __init__(self) -> None:
        self.vars: list[tuple[Any, ...]] = []
        self.numbers: dict[Var, int] = {}
        self.loops: dict[anf.Loop, int] = {}

    def pack(self, item: Any) -> Any:
        if item is None or isinstance(item, str | bool):
            return item
        if isinstance(item, int):
            return (NUMBER, item)
        if isinstance(item, Var):
            return self.variable(item)
        if isinstance(item, tuple | list):
            return [self.pack(part) for part in item]
        if isinstance(item, Span):
            return (SPAN, item.line, item.column, item.end_line, item.end_column)
        if isinstance(item, anf.Constant):
            return (CONSTANT, pack_value(item.value))
        if isinstance(item, anf.Loop):
            if item in self.loops:
                return (SAME_LOOP, self.loops[item])
            self.loops[item] = len(self.loops)
        cls = type(item)
        return (NUMBERS[cls], *[self.pack(getattr(item, name)) for name in FIELDS[cls]])

    def variable(self, var: Var) -> int:
        found = self.numbers.get(var)
        if found is None:
            found = self.numbers[var] = len(self.vars)
            self.vars.append((var.name, var.number, var.type, var.assigned, var.early))
        return found


def to_data(code: Code) -> tuple[Any, ...]:
    """A function, and those inside it, as plain data; without the name of its file."""
    packer = Packer()
    body = packer.pack(code)
    return (packer.vars, body)


class Unpacker:
    """Unpacks one function."""

    def __init__(self, file: str, variables: list[Any]) -> None:
        self.file = file
        self.vars = [Var(name, number, type_, assigned, early) for name, number, type_, assigned, early in variables]
        self.loops: list[anf.Loop] = []

    def unpack(self, data: Any) -> Any:
        kind = type(data)
        if kind is int:
            return self.vars[data]
        if kind is list:
            return tuple([self.unpack(part) for part in data])
        if kind is not tuple:
            return data
        tag = data[0]
        if tag == CONSTANT:
            return anf.Constant(unpack_value(data[1]))
        if tag == SPAN:
            return Span(self.file, *data[1:])
        if tag == SAME_LOOP:
            return self.loops[data[1]]
        if tag == NUMBER:
            return data[1]
        return self.node(NODES[tag], data)

    def node(self, cls: type, data: tuple[Any, ...]) -> Any:
        made: Any = object.__new__(cls)
        if cls is anf.Loop:
            self.loops.append(made)
        for name, part in zip(FIELDS[cls], data[1:], strict=True):
            setattr(made, name, self.unpack(part))
        if cls is Code:
            made.linked = made.schema = None
        elif cls is Params:
            made.keys = tuple([(name, var, needed) for name, var, needed in made.keys])
        return made


def from_data(data: tuple[Any, ...], file: str) -> Code:
    """The function that `to_data` made data of; its source is in `file` now."""
    variables, body = data
    code: Code = Unpacker(file, variables).unpack(body)
    return code


# Constants ------------------------------------------------------------------------------------


def pack_value(value: Any) -> Any:
    """A constant as plain data: what marshal stores stays, the rest is a tagged tuple."""
    return folded(value, constant_parts, pack_atom, lambda part, made: (kind_of(part), *made))


def constant_parts(value: Any) -> Iterable[Any] | None:
    if isinstance(value, Map):
        return chain.from_iterable(value.items())
    return value if isinstance(value, List | Vector | Set) else None


def kind_of(value: Any) -> str:
    return "map" if isinstance(value, Map) else next(kind for kind, cls in KINDS if isinstance(value, cls))


KINDS = (("list", List), ("vector", Vector), ("set", Set))


def pack_atom(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str | bytes):
        return value
    if isinstance(value, Symbol | Keyword):
        return ("symbol" if isinstance(value, Symbol) else "keyword", value.name, getattr(value, "marks", ()))
    if value is UNBOUND:
        return ("unbound",)
    raise TypeError(f"no constant of a program: {value!r}")


def unpack_value(data: Any) -> Any:
    return UNPACKERS[data[0]](data) if type(data) is tuple else data


def unpack_symbol(data: tuple[Any, ...]) -> Symbol:
    return Symbol(data[1], data[2]) if data[2] else symbol(data[1])


def unpack_map(data: tuple[Any, ...]) -> Map:
    flat = [unpack_value(part) for part in data[1:]]
    return maps.from_pairs(zip(flat[::2], flat[1::2], strict=True))


UNPACKERS: dict[str, Callable[[tuple[Any, ...]], Any]] = {
    "symbol": unpack_symbol,
    "keyword": lambda data: keyword(data[1]),
    "unbound": lambda data: UNBOUND,
    "map": unpack_map,
    "list": lambda data: lists.from_iterable([unpack_value(part) for part in data[1:]]),
    "vector": lambda data: vectors.from_iterable([unpack_value(part) for part in data[1:]]),
    "set": lambda data: sets.from_iterable([unpack_value(part) for part in data[1:]]),
}
