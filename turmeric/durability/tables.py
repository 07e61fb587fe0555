"""The tables of a message: what the heap refers to by number, each distinct thing once."""

from __future__ import annotations

from turmeric.intermediate import schema
from turmeric.intermediate.anf import Code
from turmeric.running.functions import Point
from turmeric.vocabulary.structs import StructType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Tables:
    """Types, functions and points as they are met.  `describe_module` gives the file and
    version of a module, or None for one that every release has."""

    def __init__(self, header: list[Any], describe_module: Callable[[str], list[Any] | None]) -> None:
        self.header = header
        self.describe_module = describe_module
        self.types: list[list[Any]] = []
        self.functions: list[list[Any]] = []
        self.points: list[list[Any]] = []
        self.modules: dict[str, list[Any] | None] = {}
        self.numbers: dict[object, int] = {}

    def contents(self) -> list[Any]:
        """The header and the tables, in the order of the format."""
        writer, program = self.header
        modules = [row for row in self.modules.values() if row is not None]
        return [[writer, program, modules], self.types, self.functions, self.points]

    def module(self, name: str) -> None:
        """Note that the message needs a module."""
        if name not in self.modules:
            self.modules[name] = self.describe_module(name)

    def type(self, type_: StructType) -> int:
        found = self.numbers.get(type_)
        if found is None:
            found = self.numbers[type_] = len(self.types)
            self.module(type_.module)
            self.types.append([type_.module, type_.name, type_.kind, type_schema(type_)])
        return found

    def function(self, code: Code) -> int:
        found = self.numbers.get(code)
        if found is None:
            found = self.numbers[code] = len(self.functions)
            self.module(code.module)
            self.functions.append([code.module, code.definition, list(code.path), schema.code_id(code)])
        return found

    def point(self, point: Point) -> int:
        found = self.numbers.get(point)
        if found is None:
            found = self.numbers[point] = len(self.points)
            self.points.append(self.point_row(point))
        return found

    def point_row(self, point: Point) -> list[Any]:
        code = point.function.code
        self.module(code.module)
        if point.schema is None:
            point.schema = schema.point_id(code, point.node)
        names = ["" if var.temporary else var.name for var in point.point.live]
        place = [point.span.file, point.span.line] if point.span is not None else ["", 0]
        row = [code.module, code.definition, list(code.path), point.point.label, point.schema, names]
        return [*row, relative(place[0]), place[1]]


def type_schema(type_: StructType) -> bytes:
    """The schema id of a struct type."""
    data = type_.data_type.symbol if type_.data_type is not None else None
    return schema.type_id(type_.kind, type_.fields, type_.types, data, type_.result)


def relative(file: Any) -> str:
    """A file's name without the directories of this machine."""
    return str(file).replace("\\", "/").rsplit("/", 1)[-1]
