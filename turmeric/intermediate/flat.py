"""A-normal form as flat rows, to travel with saved state.

    core.+(1, x)   ==>   [CONSTANT, 1] [REFERENCE, x] [PRIMITIVE, core, +, 2]

A row is a node's class by number and its fields; the nodes inside it stand before it, as on a
stack, so that neither writer nor reader recurses and every node is in one place.  Reading checks
everything: the rows are from outside.  Afterwards `checker` says whether the code keeps the rules.
"""

from __future__ import annotations

from collections.abc import Callable

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Code, Control, Params, Point, Simple, Var
from turmeric.intermediate.checker import Checker, InternalError
from turmeric.intermediate.portable import pack_value, unpack_value
from turmeric.reading import core
from turmeric.vocabulary.spans import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Row = list[Any]

ROWS: tuple[tuple[type, tuple[tuple[str, str], ...]], ...] = (
    (anf.Return, (("value", "simple"),)),
    (anf.TailCall, (("function", "simple"), ("args", "simples"), ("span", "span"))),
    (anf.Bind, (("var", "var"), ("value", "simple"), ("body", "control"))),
    (anf.Let, (("point", "point"), ("var", "var"), ("bound", "control"), ("body", "control"))),
    (anf.Fix, (("bindings", "bindings"), ("body", "control"))),
    (anf.Branch, (("test", "simple"), ("then", "control"), ("orelse", "control"))),
    (anf.Loop, (("vars", "vars"), ("inits", "simples"), ("body", "control"), ("free", "vars"))),
    (anf.Recur, (("loop", "loop"), ("args", "simples"))),
    (anf.Marked, (("kind", "name"), ("operands", "simples"), ("body", "control"), ("span", "span"))),
    (anf.Leave, (("depth", "count"), ("body", "control"))),
    (anf.Constant, (("value", "constant"),)),
    (anf.Reference, (("var", "var"),)),
    (anf.GlobalReference, (("module", "name"), ("name", "name"), ("span", "span"))),
    (anf.Primitive, (("module", "name"), ("name", "name"), ("args", "simples"), ("span", "span"))),
    (anf.Choose, (("test", "simple"), ("then", "simple"), ("orelse", "simple"))),
    (anf.MakeClosure, (("code", "code"),)),
    (anf.NewCell, (("value", "simple"),)),
    (anf.GetCell, (("var", "var"), ("span", "span"))),
    (anf.SetCell, (("var", "var"), ("value", "simple"))),
    (anf.SetGlobal, (("module", "name"), ("name", "name"), ("value", "simple"), ("span", "span"))),
    (
        Code,
        (
            ("name", "name"),
            ("module", "name"),
            ("definition", "name"),
            ("path", "names"),
            ("params", "params"),
            ("captured", "vars"),
            ("body", "control"),
            ("span", "span"),
        ),
    ),
)
"""Classes by number, with the fields of each and what they hold.  New ones go at the end."""

NUMBERS = {cls: number for number, (cls, _) in enumerate(ROWS)}
FIELDS = dict(ROWS)
NODES = {"simple": Simple, "control": Control, "code": Code}
"""Fields that hold one node."""


class Malformed(Exception):
    """Rows that are no code."""


# Writing --------------------------------------------------------------------------------------


class Flattener:
    """Writes one function.  `number` gives the number of a name."""

    def __init__(self, number: Callable[[str], int]) -> None:
        self.number = number
        self.variables: dict[Var, int] = {}
        self.loops: dict[anf.Loop, int] = {}

    def rows(self, code: Code) -> list[Any]:
        """The variables of the function, and its rows."""
        order: list[object] = []
        work: list[object] = [code]
        while work:
            node = work.pop()
            order.append(node)
            work += inside(node)
        rows = [self.row(node) for node in reversed(order)]
        return [[self.variable(var) for var in self.variables], rows]

    def row(self, node: object) -> Row:
        kind = type(node)
        row: Row = [NUMBERS[kind]]
        if isinstance(node, anf.Loop):
            row.append(self.loop(node))
        for name, holds in FIELDS[kind]:
            write = WRITE.get(holds)
            if write is not None:
                row.append(write(self, getattr(node, name)))
        return row

    def loop(self, loop: anf.Loop) -> int:
        return self.loops.setdefault(loop, len(self.loops))

    def var(self, var: Var) -> int:
        return self.variables.setdefault(var, len(self.variables))

    def vars(self, variables: tuple[Var, ...]) -> list[int]:
        return [self.var(var) for var in variables]

    def variable(self, var: Var) -> Row:
        return [self.number(var.name), var.number, written(var.type), var.assigned | var.early << 1]

    def point(self, point: Point) -> Row:
        return [self.number(point.label), self.vars(point.live), span_row(point.span)]

    def params(self, params: Params) -> Row:
        keys = [[self.number(name), self.var(var), needed] for name, var, needed in params.keys]
        return [self.vars(params.required), None if params.rest is None else self.var(params.rest), keys]


def inside(node: object) -> list[object]:
    """The nodes directly inside a node, in the order of its fields."""
    found: list[object] = []
    for name, holds in FIELDS[type(node)]:
        if holds in NODES:
            found.append(getattr(node, name))
        elif holds == "simples":
            found.extend(getattr(node, name))
        elif holds == "bindings":
            found.extend(code for _, code in getattr(node, name))
    return found


def span_row(span: Span | None) -> Row | None:
    return None if span is None else [span.line, span.column, span.end_line, span.end_column]


def written(type_: object) -> Any:
    """A type: tuples as lists."""
    return [written(part) for part in type_] if isinstance(type_, tuple) else type_


WRITE: dict[str, Callable[[Flattener, Any], Any]] = {
    "simples": lambda writer, value: len(value),
    "bindings": lambda writer, value: [writer.var(var) for var, _ in value],
    "var": Flattener.var,
    "vars": Flattener.vars,
    "loop": Flattener.loop,
    "point": Flattener.point,
    "params": Flattener.params,
    "name": lambda writer, value: writer.number(value),
    "names": lambda writer, value: [writer.number(each) for each in value],
    "count": lambda writer, value: value,
    "span": lambda writer, value: span_row(value),
    "constant": lambda writer, value: listed(pack_value(value)),
}
"""How what is no node is written."""


def listed(data: Any) -> Any:
    """Tuples as lists."""
    return [listed(part) for part in data] if isinstance(data, tuple | list) else data


def flat(code: Code, number: Callable[[str], int]) -> list[Any]:
    """A function, and those inside it, as rows.  Raises TypeError for a constant that is no data."""
    return Flattener(number).rows(code)


# Reading --------------------------------------------------------------------------------------


class Builder:
    """Builds one function from rows.  Raises Malformed."""

    def __init__(self, names: list[str], file: str, variables: Any) -> None:
        self.names = names
        self.file = file
        self.loops: dict[int, anf.Loop] = {}
        self.begun: set[int] = set()
        self.stack: list[object] = []
        self.variables = [self.variable(row) for row in sequence(variables)]

    def build(self, rows: Any) -> Code:
        for row in sequence(rows):
            self.stack.append(self.node(row))
        only = self.stack.pop() if len(self.stack) == 1 else None
        if type(only) is not Code or self.begun != set(self.loops):
            raise Malformed("rows that are no function")
        return only

    def node(self, row: Any) -> object:
        number = sequence(row)[0] if row else None
        if type(number) is not int or not 0 <= number < len(ROWS):
            raise Malformed("a row of no known class")
        cls, fields = ROWS[number]
        values = row[1:]
        made: Any = self.begin(values.pop(0) if values else None) if cls is anf.Loop else object.__new__(cls)
        values.reverse()
        parts: dict[str, Any] = {}
        below: list[tuple[str, str, int]] = []
        for name, holds in fields:
            if holds not in NODES:
                if not values:
                    raise Malformed("a row is too short")
                value = values.pop()
                parts[name] = READ[holds](self, value)
            if holds in NODES or holds in ("simples", "bindings"):
                below.append((name, holds, parts[name] if holds == "simples" else len(parts.get(name, "-"))))
        if values:
            raise Malformed("a row is too long")
        self.take(below, parts)
        for name, part in parts.items():
            setattr(made, name, part)
        if cls is Code:
            made.linked = made.schema = None
        elif cls is anf.Marked:
            check_operands(made)
        return made

    def take(self, below: list[tuple[str, str, int]], parts: dict[str, Any]) -> None:
        """The nodes inside a node, off the stack, into its fields."""
        count = sum(number for _, _, number in below)
        if count > len(self.stack):
            raise Malformed("a node is missing")
        nodes = self.stack[len(self.stack) - count :]
        del self.stack[len(self.stack) - count :]
        place = 0
        for name, holds, number in below:
            found = tuple(nodes[place : place + number])
            place += number
            wanted = {"simples": Simple, "bindings": Code}.get(holds) or NODES[holds]
            if not all(isinstance(each, wanted) for each in found):
                raise Malformed("a node stands where it cannot")
            if holds == "bindings":
                parts[name] = tuple(zip(parts[name], found, strict=True))
            else:
                parts[name] = found if holds == "simples" else found[0]

    def begin(self, number: Any) -> anf.Loop:
        """The loop of that number, which has its row once."""
        found = self.loop(number)
        if number in self.begun:
            raise Malformed("a loop stands in two places")
        self.begun.add(number)
        return found

    def loop(self, number: Any) -> anf.Loop:
        return self.loops.setdefault(counted(number), object.__new__(anf.Loop))

    def name(self, number: Any) -> str:
        if type(number) is not int or not 0 <= number < len(self.names):
            raise Malformed("a name that does not exist")
        return self.names[number]

    def var(self, number: Any) -> Var:
        if type(number) is not int or not 0 <= number < len(self.variables):
            raise Malformed("a variable that does not exist")
        return self.variables[number]

    def vars(self, numbers: Any) -> tuple[Var, ...]:
        return tuple([self.var(number) for number in sequence(numbers)])

    def variable(self, row: Any) -> Var:
        name, number, type_, flags = parts_of(row, 4)
        if counted(flags) > 3:
            raise Malformed("a variable of an unknown kind")
        return Var(self.name(name), counted(number), type_read(type_), bool(flags & 1), bool(flags & 2))

    def point(self, row: Any) -> Point:
        label, live, span = parts_of(row, 3)
        made = Point(self.name(label), self.span(span))
        made.live = self.vars(live)
        return made

    def params(self, row: Any) -> Params:
        required, rest, keys = parts_of(row, 3)
        pairs = [parts_of(key, 3) for key in sequence(keys)]
        made = [(self.name(name), self.var(var), flag(needed)) for name, var, needed in pairs]
        return Params(self.vars(required), None if rest is None else self.var(rest), made)

    def span(self, row: Any) -> Span | None:
        return None if row is None else Span(self.file, *[counted(part) for part in parts_of(row, 4)])

    def constant(self, data: Any) -> object:
        try:
            return unpack_value(tupled(data))
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise Malformed("a constant that is no data") from error


READ: dict[str, Callable[[Builder, Any], Any]] = {
    "simples": lambda reader, value: counted(value),
    "bindings": Builder.vars,
    "var": Builder.var,
    "vars": Builder.vars,
    "loop": Builder.loop,
    "point": Builder.point,
    "params": Builder.params,
    "name": Builder.name,
    "names": lambda reader, value: tuple([reader.name(each) for each in sequence(value)]),
    "count": lambda reader, value: counted(value),
    "span": Builder.span,
    "constant": Builder.constant,
}
"""How what is no node is read."""


def sequence(value: Any) -> list[Any]:
    if type(value) is not list:
        raise Malformed("something else than a sequence")
    return value


def parts_of(row: Any, count: int) -> list[Any]:
    if len(sequence(row)) != count:
        raise Malformed("a sequence of the wrong length")
    found: list[Any] = row
    return found


def counted(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 32:
        raise Malformed("a number that counts nothing")
    return value


def flag(value: Any) -> bool:
    if type(value) is not bool:
        raise Malformed("something else than true or false")
    return value


def type_read(data: Any) -> object:
    """A type: nil, a name, or a sequence of types."""
    if type(data) is list:
        return tuple([type_read(part) for part in data])
    if data is not None and type(data) is not str:
        raise Malformed("something else than a type")
    return data


def tupled(data: Any) -> Any:
    """What `listed` made lists of."""
    return tuple([tupled(part) for part in data]) if type(data) is list else data


OPERANDS = {
    core.PROMPT: lambda count: count == 0,
    core.HANDLER: lambda count: count % 3 == 1,
    core.BINDING: lambda count: count % 2 == 0,
    core.CLEANUP: lambda count: count == 1,
}
"""How many operands each kind of mark has."""


def check_operands(node: anf.Marked) -> None:
    fits = OPERANDS.get(node.kind)
    if fits is None or not fits(len(node.operands)):
        raise Malformed("a mark of no known kind")


def unflat(data: Any, names: list[str], file: str) -> Code:
    """The function that `flat` made rows of, checked.  Raises Malformed.  Its source was in `file`."""
    variables, rows = parts_of(data, 2)
    code = Builder(names, file, variables).build(rows)
    try:
        Checker(code.symbol).code(code)
    except (InternalError, RecursionError, AttributeError) as error:
        raise Malformed(str(error)) from error
    return code
