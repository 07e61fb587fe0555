"""A-normal form: every call that is not in tail position is named.

    code ::= Code(name, parameters, captured var*, M)           one function

    M    ::= Return(S)
           | TailCall(S, S*)
           | Bind(var, S, M)                 let var = S in M            no frame
           | Let(point, var, M, M)           let var = M in M            the one kind of frame
           | Fix((var, code)*, M)            functions that may refer to each other
           | Branch(S, M, M)
           | Loop(var*, S*, M) | Recur(loop, S*)
           | Marked(kind, S*, M)             M under a prompt, handler, binding or clean-up
           | Leave(depth, M)                 M, after dropping the newest `depth` frames

    S    ::= Constant | Reference(var) | GlobalReference(module.name)
           | Primitive(module.name, S*)      cannot capture: arithmetic, fields, constructors
           | Choose(S, S, S) | MakeClosure(code)
           | NewCell(S) | GetCell(var) | SetCell(var, S) | SetGlobal(module.name, S)

A *point* is the place of a `Let`: what a frame refers to.  It has a label (what is
pending, and a number when there are several such), its live variables in the order
of their names, and a span.  A variable that is `assigned` holds a cell.
"""

from __future__ import annotations

from collections.abc import Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.vocabulary.spans import Span


class Var:
    """A variable of A-normal form.  `number` is its place in binding order within the definition."""

    __slots__ = ("assigned", "early", "name", "number", "temporary", "type")

    def __init__(self, name: str, number: int, type: object = None, assigned: bool = False, early: bool = False):
        self.name = name
        self.number = number
        self.type = type
        self.assigned = assigned
        self.early = early
        self.temporary = name.startswith("%")

    def __repr__(self) -> str:
        return f"{self.name}.{self.number}"


class Params:
    """Parameters, as in the core form; keyword defaults are code in the body's prologue."""

    __slots__ = ("keys", "required", "rest")

    def __init__(self, required: Sequence[Var], rest: Var | None, keys: Sequence[tuple[str, Var, bool]]) -> None:
        self.required = tuple(required)
        self.rest = rest
        self.keys = tuple(keys)

    def variables(self) -> list[Var]:
        """All of them, in the order in which a call fills them in."""
        rest = [self.rest] if self.rest else []
        return [*self.required, *rest, *(var for _, var, _ in self.keys)]


class Code:
    """One function.  `module` and `definition` (a full name) say which top-level definition it
    is part of; `path` the names of the local functions around it, from the outside in."""

    __slots__ = ("body", "captured", "definition", "linked", "module", "name", "params", "path", "schema", "span")

    def __init__(
        self,
        name: str,
        module: str,
        definition: str,
        path: tuple[str, ...],
        params: Params,
        captured: tuple[Var, ...],
        body: Control,
        span: Span | None,
    ) -> None:
        self.name = name
        self.module = module
        self.definition = definition
        self.path = path
        self.params = params
        self.captured = captured
        self.body = body
        self.span = span
        self.linked: object = None
        """The machine's version, made when it is first needed."""
        self.schema: bytes | None = None
        """The id of its code, once it was asked for (`schema.code_id`)."""

    @property
    def symbol(self) -> str:
        """The full name: the definition's, then the local functions' down to this one."""
        return ".".join((self.definition, *self.path))


class Point:
    """The place of a `Let` in its function."""

    __slots__ = ("label", "live", "span")

    def __init__(self, label: str, span: Span | None) -> None:
        self.label = label
        self.span = span
        self.live: tuple[Var, ...] = ()


# Simple expressions ---------------------------------------------------------------------------


class Simple:
    """An expression that cannot capture."""

    __slots__ = ()


class Constant(Simple):
    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


class Reference(Simple):
    """The variable itself; for an assigned one, its cell."""

    __slots__ = ("var",)

    def __init__(self, var: Var) -> None:
        self.var = var


class GlobalReference(Simple):
    __slots__ = ("module", "name", "span")

    def __init__(self, module: str, name: str, span: Span | None) -> None:
        self.module = module
        self.name = name
        self.span = span


class Primitive(Simple):
    __slots__ = ("args", "module", "name", "span")

    def __init__(self, module: str, name: str, args: Sequence[Simple], span: Span | None) -> None:
        self.module = module
        self.name = name
        self.args = tuple(args)
        self.span = span


class Choose(Simple):
    __slots__ = ("orelse", "test", "then")

    def __init__(self, test: Simple, then: Simple, orelse: Simple) -> None:
        self.test = test
        self.then = then
        self.orelse = orelse


class MakeClosure(Simple):
    __slots__ = ("code",)

    def __init__(self, code: Code) -> None:
        self.code = code


class NewCell(Simple):
    __slots__ = ("value",)

    def __init__(self, value: Simple) -> None:
        self.value = value


class GetCell(Simple):
    __slots__ = ("span", "var")

    def __init__(self, var: Var, span: Span | None) -> None:
        self.var = var
        self.span = span


class SetCell(Simple):
    __slots__ = ("value", "var")

    def __init__(self, var: Var, value: Simple) -> None:
        self.var = var
        self.value = value


class SetGlobal(Simple):
    __slots__ = ("module", "name", "span", "value")

    def __init__(self, module: str, name: str, value: Simple, span: Span | None = None) -> None:
        self.module = module
        self.name = name
        self.value = value
        self.span = span


# Control --------------------------------------------------------------------------------------


class Control:
    """An expression of which the machine takes one step at a time."""

    __slots__ = ()


class Return(Control):
    __slots__ = ("value",)

    def __init__(self, value: Simple) -> None:
        self.value = value


class TailCall(Control):
    __slots__ = ("args", "function", "span")

    def __init__(self, function: Simple, args: Sequence[Simple], span: Span | None) -> None:
        self.function = function
        self.args = tuple(args)
        self.span = span


class Bind(Control):
    __slots__ = ("body", "value", "var")

    def __init__(self, var: Var, value: Simple, body: Control) -> None:
        self.var = var
        self.value = value
        self.body = body


class Let(Control):
    __slots__ = ("body", "bound", "point", "var")

    def __init__(self, point: Point, var: Var, bound: Control, body: Control) -> None:
        self.point = point
        self.var = var
        self.bound = bound
        self.body = body


class Fix(Control):
    __slots__ = ("bindings", "body")

    def __init__(self, bindings: Sequence[tuple[Var, Code]], body: Control) -> None:
        self.bindings = tuple(bindings)
        self.body = body


class Branch(Control):
    __slots__ = ("orelse", "test", "then")

    def __init__(self, test: Simple, then: Control, orelse: Control) -> None:
        self.test = test
        self.then = then
        self.orelse = orelse


class Loop(Control):
    """`free` are the variables that every turn needs besides the loop's own."""

    __slots__ = ("body", "free", "inits", "vars")

    def __init__(self, vars: Sequence[Var], inits: Sequence[Simple]) -> None:
        self.vars = tuple(vars)
        self.inits = tuple(inits)
        self.body: Control = Return(Constant(None))
        self.free: tuple[Var, ...] = ()


class Recur(Control):
    __slots__ = ("args", "loop")

    def __init__(self, loop: Loop, args: Sequence[Simple]) -> None:
        self.loop = loop
        self.args = tuple(args)


class Marked(Control):
    __slots__ = ("body", "kind", "operands", "span")

    def __init__(self, kind: str, operands: Sequence[Simple], body: Control, span: Span | None) -> None:
        self.kind = kind
        self.operands = tuple(operands)
        self.body = body
        self.span = span


class Leave(Control):
    """Drops the frames of the `Let`s that this function has begun since some place, and goes on
    from there with `body`.  No mark lies in between."""

    __slots__ = ("body", "depth")

    def __init__(self, depth: int, body: Control) -> None:
        self.depth = depth
        self.body = body
