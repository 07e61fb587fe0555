"""The tables of a message: what the heap refers to by number, each distinct thing once."""

from __future__ import annotations

from turmeric.durability.format import wire
from turmeric.intermediate import schema
from turmeric.intermediate.anf import Code
from turmeric.running.bundles import home_of
from turmeric.running.functions import Point
from turmeric.vocabulary.structs import StructType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from turmeric.running.classes import TypeClass


PACKED: dict[tuple[object, ...], bytes] = {}
"""The tables that were written last, since the next message may well have the same."""
KEPT = 64


class Tables:
    """Names, modules, types, functions and points as they are met.  `describe_module` gives
    the row of a module."""

    def __init__(self, header: list[Any], describe_module: Callable[[str], list[Any]]) -> None:
        self.header = header
        self.describe_module = describe_module
        self.names: dict[str, int] = {}
        self.modules: dict[str, int] = {}
        self.module_rows: list[list[Any]] = []
        self.types: list[list[Any]] = []
        self.functions: list[list[Any]] = []
        self.points: list[list[Any]] = []
        self.numbers: dict[object, int] = {}
        self.rows: dict[object, int] = {}
        self.aliases: dict[int, str] = {}
        """The modules of bundles that go along and have a type or definition of the program's, by its id."""
        self.brought: dict[tuple[str, str], str] = {}
        """The modules of bundles that go along with instances, by class and type."""

    def owner(self, thing: Any) -> str:
        """The module that a type or a definition is written as part of."""
        return self.aliases.get(id(thing)) or thing.module

    def carrier(self, classes: dict[int, TypeClass], tag: int, target: str, module: str) -> str:
        """The module that an instance is written as part of."""
        found = classes.get(wire.RESOURCE if tag == wire.LAZY else tag)
        return module if not self.brought or found is None else self.brought.get((found.symbol, target), module)

    def packed(self) -> bytes:
        """The bytes of the tables."""
        key = (*self.header, *self.names, *map(tuple, self.module_rows), *self.numbers)
        found = PACKED.get(key) if not self.aliases else None  # which say what is whose
        if found is None:
            rows = [*self.header, list(self.names), self.module_rows, self.types, self.functions, self.points]
            found = wire.pack(rows)
            if self.aliases:
                return found
            if len(PACKED) >= KEPT:
                PACKED.clear()
            PACKED[key] = found
        return found

    def name(self, text: str) -> int:
        """The number of a name."""
        return self.names.setdefault(text, len(self.names))

    def module(self, name: str) -> int:
        """The number of a module that the message needs."""
        found = self.modules.get(name)
        if found is None:
            found = self.modules[name] = len(self.module_rows)
            self.module_rows.append(self.describe_module(name))
        return found

    def type(self, type_: StructType) -> int:
        found = self.numbers.get(type_)
        if found is None:
            found = self.numbers[type_] = len(self.types)
            module = self.module(self.owner(type_))
            row = [module, self.name(type_.name), self.name(type_.kind), type_schema(type_)]
            if len(self.module_rows[module]) > 1:
                row.append([self.name(field) for field in type_.fields])
            self.types.append(row)
        return found

    def function(self, code: Code) -> int:
        found = self.numbers.get(code)
        if found is None:
            if code.schema is None:
                code.schema = schema.code_id(code)
            found = self.numbers[code] = self.once(self.functions, [*self.place(code), code.schema])
        return found

    def point(self, point: Point) -> int:
        found = self.numbers.get(point)
        if found is None:
            found = self.numbers[point] = self.once(self.points, self.point_row(point))
        return found

    def once(self, table: list[list[Any]], row: list[Any]) -> int:
        """The number of a row, which joins its table if it is new: code that is there twice is
        found once when the bytes are read, and gives the same bytes again."""
        key = (id(table), repr(row))
        found = self.rows.setdefault(key, len(table))
        if found == len(table):
            table.append(row)
        return found

    def place(self, code: Code) -> list[Any]:
        """Where a function is: its module, its definition there, the way to it inside that."""
        inside = code.definition[len(code.module) + 1 :]  # empty for a module's top-level forms
        return [self.module(home_of(code)), self.name(inside), [self.name(each) for each in code.path]]

    def point_row(self, point: Point) -> list[Any]:
        code = point.function.code
        if point.schema is None:
            point.schema = schema.point_id(code, point.node)
        names = [self.name("" if var.temporary else var.name) for var in point.point.live]
        line = point.span.line if point.span is not None else 0
        return [*self.place(code), self.name(point.point.label), point.schema, names, line]


def type_schema(type_: StructType) -> bytes:
    """The schema id of a struct type."""
    if type_.schema is None:
        data = type_.data_type.symbol if type_.data_type is not None else None
        type_.schema = schema.type_id(type_.kind, type_.fields, type_.types, data, type_.result)
    return type_.schema


def relative(file: Any) -> str:
    """A file's name without the directories of this machine."""
    return str(file).replace("\\", "/").rsplit("/", 1)[-1]
