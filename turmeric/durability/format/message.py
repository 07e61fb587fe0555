"""A message as it is read: its tables with names instead of numbers, and the heap.

Reading checks the shape of everything (`shape` does so for the heap); nothing here looks
at code.  What a row says is a claim until the resolver has found it.
"""

from __future__ import annotations

from turmeric.durability.format import limits, wire
from turmeric.durability.format.entries import FunctionRow, ModuleRow, PointRow, TypeRow
from turmeric.durability.format.shape import Shape
from turmeric.durability.format.wire import corrupt
from turmeric.vocabulary.beside import is_beside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Claims:
    """The tables of a message.  Raises corrupt-data."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        tables = row_of(wire.parse(data), (str, str, list, list, list, list, list), "table of the message's")
        self.writer, self.program, names, modules, types, functions, points = tables
        if max(map(len, (modules, types, functions, points))) > limits.ROWS:
            raise corrupt(f"a table of the message has more than {limits.ROWS} rows")
        self.spelled = 0
        self.names = distinct(texts(names), "name")
        self.modules = [self.module(row) for row in modules]
        distinct([(each.name, each.bundle) for each in self.modules], "module")
        self.types = distinct([self.type(row) for row in types], "type")
        self.functions = distinct([self.function(row) for row in functions], "function")
        self.points = distinct([self.point(row) for row in points], "point")
        self.bundled = any(row.bundle is not None for row in self.modules)
        self.sizes = [len(each.variables) for each in self.points]
        """How many variables each point has."""

    def module(self, row: Any) -> ModuleRow:
        if type(row) is list and len(row) == 1:
            row = [*row, "", None]
        kinds = (str, str, (str, type(None)), int) if type(row) is list and len(row) == 4 else MODULE
        made = ModuleRow(*row_of(row, kinds, "module"))
        if is_beside(made.name):
            raise corrupt("a module whose name is none")
        return made

    def type(self, row: Any) -> TypeRow:
        own = type(row) is list and len(row) == 5
        module, name, kind, schema, *more = row_of(row, (int, int, int, bytes, list) if own else TYPE, "type")
        fields = self.named(more[0]) if own else None
        if fields is not None and len(set(fields)) != len(fields):
            raise corrupt("a type has the same field twice")
        return TypeRow(self.module_name(module), self.name(name), self.name(kind), schema_id(schema), module, fields)

    def function(self, row: Any) -> FunctionRow:
        module, name, path, schema = row_of(row, (int, int, list, bytes), "function")
        return FunctionRow(self.module_name(module), self.name(name), self.named(path), schema_id(schema), module)

    def point(self, row: Any) -> PointRow:
        kinds = (int, int, list, int, bytes, list, int)
        module, name, path, label, schema, variables, line = row_of(row, kinds, "point")
        home, names, at = self.module_name(module), self.named(variables), self.name(label)
        if not 0 <= line < LINES:
            raise corrupt("a point is at no line that a file has")
        return PointRow(home, self.name(name), self.named(path), at, schema_id(schema), names, line, module)

    def name(self, number: Any) -> str:
        if type(number) is not int or not 0 <= number < len(self.names):
            raise corrupt("a row refers to a name that does not exist")
        return self.spell(self.names[number])

    def spell(self, name: str) -> str:
        """The name; a long one in many rows would take memory and time for each of them."""
        self.spelled += len(name)
        if self.spelled > limits.SPELLED:
            raise corrupt("the names in the tables are too long")
        return name

    def named(self, numbers: list[Any]) -> tuple[str, ...]:
        return tuple([self.name(number) for number in numbers])

    def module_name(self, number: Any) -> str:
        if type(number) is not int or not 0 <= number < len(self.modules):
            raise corrupt("a row refers to a module that does not exist")
        return self.spell(self.modules[number].name)


TYPE = (int, int, int, bytes)
"""The parts of a type's row; the names of its fields may follow."""
MODULE = (str, str, (str, type(None)))
"""The parts of a module's row; the number of its bundle may follow."""

READ: dict[bytes, Claims] = {}
"""The tables that were read last, since the next message may well have the same."""
KEPT = 64
SHORT = 16_384


def claims_of(data: Any) -> Claims:
    """The tables in these bytes."""
    if type(data) is not bytes:
        raise corrupt("the message does not have the parts it should have")
    found = READ.get(data)
    if found is None:
        found = Claims(data)
        if len(data) <= SHORT:
            if len(READ) >= KEPT:
                READ.clear()
            READ[data] = found
    return found


class Message:
    """The parts of a message, whose shape is right.  Raises corrupt-data.

    `limit` is the most bytes that are accepted, `memory` how many they may take when they are read
    (`limits` says how many that is without it).  `tables_of` gives the tables of an earlier message,
    which may be those of this one too.
    """

    def __init__(
        self,
        data: bytes,
        limit: int | None = None,
        tables_of: Callable[[bytes], bytes] | None = None,
        memory: int | None = None,
    ) -> None:
        limits.check_size(len(data), limit)
        self.allowance = limits.Allowance(len(data), memory)
        _, self.version, tables, bases, self.code, heap, self.root, _ = wire.unframe(data, self.allowance)
        if type(bases) is not list or not all(type(each) is bytes for each in bases) or type(self.code) is not list:
            raise corrupt("the message does not have the parts it should have")
        self.bases: list[bytes] = bases
        self.tables_from = bases[tables] if type(tables) is int and 0 <= tables < len(bases) else None
        """The earlier message that has the tables."""
        if self.tables_from is not None and tables_of is not None:
            tables = tables_of(self.tables_from)
        self.claims = claims_of(tables)
        self.shape = Shape(heap, self.claims, bases, self.allowance)
        self.shape.check(self.root)
        self.check_bundles()
        self.heap: list[Any] = heap


    def check_bundles(self) -> None:
        """Each bundle is there once, and has a module at least."""
        if not self.code and not self.claims.bundled:
            return
        wanted = {row.bundle for row in self.claims.modules if row.bundle is not None}
        if type(self.code) is not list or not all(type(each) is bytes for each in self.code):
            raise corrupt("the code that goes along is malformed")
        if wanted != set(range(len(self.code))) or len(set(self.code)) != len(self.code):
            raise corrupt("the message does not have the code that it says goes along")


LINES = 1 << 31
IDS = 32


def schema_id(id_: bytes) -> bytes:
    """A schema id, which is shown in messages."""
    if not 0 < len(id_) <= IDS:
        raise corrupt("a schema id is malformed")
    return id_


def texts(table: Any) -> list[str]:
    if type(table) is not list or not all(type(each) is str for each in table):
        raise corrupt("the name table is malformed")
    return table


def row_of(row: Any, kinds: tuple[Any, ...], what: str) -> list[Any]:
    """A row of a table, whose parts must be of these types."""
    if type(row) is not list or len(row) != len(kinds):
        raise corrupt(f"a {what} entry is malformed")
    for part, kind in zip(row, kinds, strict=True):
        if type(part) is not kind and (type(kind) is not tuple or type(part) not in kind):
            raise corrupt(f"a {what} entry is malformed")
    return row


def distinct(rows: list[Any], what: str) -> list[Any]:
    """Rows of a table, each of which may be there once."""
    if len(set(rows)) != len(rows):
        raise corrupt(f"the tables have the same {what} twice")
    return rows
