"""What is known of values before the program runs: which variables hold numbers.

    (loop [i 0 sum 0] (if (< i n) (recur (+ i 1) (+ sum i)) sum))
    i, sum: int, by their first values and by every turn; n: a number, once `<` has seen it

Types are `"int"`, `"float"`, `"num"` (one of both), `"bool"`, `"any"`; `"none"` where control
never arrives.  A known number needs no check before Python's operator is used.  What is
assumed of parameters is the caller's to check; it is given up where a function calls
itself with something else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Code, Control, Simple, Var
from turmeric.intermediate.walking import parts

INT, FLOAT, NUM, BOOL, ANY, NONE = "int", "float", "num", "bool", "any", "none"
NUMBERS = (INT, FLOAT, NUM)

Types = dict[Var, str]


def join(one: str, two: str) -> str:
    """What is known of a value that comes in two ways."""
    if one == two or two == NONE:
        return one
    if one == NONE:
        return two
    return NUM if one in NUMBERS and two in NUMBERS else ANY


def arithmetic(types: list[str]) -> str:
    """The type of a sum, difference or product."""
    if NONE in types:
        return NONE
    if FLOAT in types:
        return FLOAT
    return INT if all(type_ == INT for type_ in types) else NUM


ARITHMETIC = ("core.+", "core.-", "core.*")
ORDERING = ("core.<", "core.<=", "core.>", "core.>=")
STEPS = ("math.inc", "math.dec")
NUMERIC = (*ARITHMETIC, *ORDERING, *STEPS, "core.quot", "core.rem", "core.mod", "core./", "core.==")
"""Primitives whose operands are numbers, or (`ORDERING`) numbers or strings."""

TESTS = (
    *("<", "<=", ">", ">=", "=", "==", "not", "identical?", "integer?", "float?", "number?", "string?", "bytes?"),
    *("symbol?", "keyword?", "boolean?", "nil?", "some?", "list?", "vector?", "map?", "set?", "struct?", "error?"),
    *("ref?", "rc?", "empty?", "contains?", "continuation?", "missing?", "next-turn?", "instance?"),
)
"""Primitives of `core` whose value is `true` or `false`."""

DECLARED = {"int64": INT, "bigint": INT, "float64": FLOAT, "number": NUM, "bool": BOOL}


def result_of(symbol: str, types: list[str]) -> str:
    """The type of a primitive's value, given those of its operands."""
    if symbol in ARITHMETIC:
        return arithmetic(types)
    if symbol in STEPS:
        return types[0] if types[0] in NUMBERS else NUM
    if symbol == "core./":
        return FLOAT if FLOAT in types else NUM
    if symbol in ("core.quot", "core.rem", "core.mod"):
        return INT if types == [INT, INT] else NUM
    if symbol == "core.count":
        return INT
    if symbol == "core.match-failed":
        return NONE
    module, _, name = symbol.partition(".")
    return BOOL if module == "core" and name in TESTS else ANY


def type_of_constant(value: object) -> str:
    return {int: INT, float: FLOAT, bool: BOOL}.get(type(value), ANY)


class Knowledge:
    """What is known throughout one function, or the rest of one.

    `itself` tells the calls that the function makes of itself; `assumed` what is taken for granted
    of its parameters at first.  Afterwards `loops` has the types of the variables of each loop,
    `parameters` those that hold at every entry, `result` that of the value."""

    def __init__(self, code: Code, itself: Callable[[anf.TailCall], bool], assumed: Types) -> None:
        self.code = code
        self.itself = itself
        self.parameters = dict(assumed)
        self.loops: dict[anf.Loop, list[str]] = {}
        self.result = NONE
        self.sinks: list[list[str]] = []

    def settle(self, body: Control) -> None:
        """Find the types that hold, starting from the most that could."""
        while True:
            before = (dict(self.parameters), self.result)
            self.sinks = [[NONE]]
            found = self.control(body, dict(self.parameters))
            self.result = join(self.result, join(found, self.sinks[0][0]))
            if before == (self.parameters, self.result):
                return

    def settle_loop(self, node: anf.Loop, assumed: Types) -> None:
        """The same for a loop that is entered at the start of a turn."""
        self.loops[node] = [assumed.get(var, ANY) for var in node.vars]
        while True:
            before = list(self.loops[node])
            types = dict(assumed)
            types.update(zip(node.vars, before, strict=True))
            self.sinks = [[NONE]]
            self.control(node.body, types)
            if self.loops[node] == before:
                return

    # Simple expressions: each may teach something about the variables in it ------------------

    def simple(self, node: Simple, types: Types) -> str:
        if isinstance(node, anf.Constant):
            return type_of_constant(node.value)
        if isinstance(node, anf.Reference):
            return types.get(node.var, ANY)
        if isinstance(node, anf.Primitive):
            return self.primitive(node, types)
        if isinstance(node, anf.Choose):
            self.simple(node.test, types)
            return join(self.simple(node.then, dict(types)), self.simple(node.orelse, dict(types)))
        if isinstance(node, anf.SetCell | anf.SetGlobal | anf.NewCell):
            found = self.simple(node.value, types)
            return ANY if isinstance(node, anf.NewCell) else found
        return ANY

    def primitive(self, node: anf.Primitive, types: Types) -> str:
        symbol = f"{node.module}.{node.name}"
        found = [self.simple(arg, types) for arg in node.args]
        learn(symbol, node.args, found, types)
        if symbol == "core.check-type" and len(node.args) == 3 and isinstance(node.args[1], anf.Constant):
            declared = DECLARED.get(str(node.args[1].value), ANY)
            return found[0] if declared == NUM and found[0] in NUMBERS else declared
        if not found and symbol in STEPS:
            return ANY
        return result_of(symbol, found)

    # Control --------------------------------------------------------------------------------

    def control(self, node: Control, types: Types) -> str:
        """The type of a control expression's value."""
        while True:
            if isinstance(node, anf.Bind):
                types[node.var] = self.simple(node.value, types)
            elif isinstance(node, anf.Let):
                types[node.var] = self.bound(node.bound, types)
            elif not isinstance(node, anf.Fix):
                return self.ending(node, types)
            node = node.body

    def bound(self, node: Control, types: Types) -> str:
        if isinstance(node, anf.TailCall):
            return self.call(node, types)
        self.sinks.append([NONE])
        found = self.control(node, dict(types))
        return join(found, self.sinks.pop()[0])

    def ending(self, node: Control, types: Types) -> str:
        if isinstance(node, anf.Return):
            return self.simple(node.value, types)
        if isinstance(node, anf.TailCall):
            return self.call(node, types)
        if isinstance(node, anf.Branch):
            self.simple(node.test, types)
            return join(self.control(node.then, dict(types)), self.control(node.orelse, dict(types)))
        if isinstance(node, anf.Loop):
            return self.loop(node, types)
        if isinstance(node, anf.Recur):
            self.widen(node, [self.simple(arg, types) for arg in node.args])
            return NONE
        if isinstance(node, anf.Marked):
            for operand in node.operands:
                self.simple(operand, types)
            self.control(node.body, dict(types))
            return ANY
        assert isinstance(node, anf.Leave)
        return self.leave(node, types)

    def leave(self, node: anf.Leave, types: Types) -> str:
        """The value goes to a place further out."""
        inner = self.sinks
        self.sinks = inner[: max(1, len(inner) - node.depth)]
        found = self.control(node.body, dict(types))
        self.sinks[-1][0] = join(self.sinks[-1][0], found)
        self.sinks = inner
        return NONE

    def call(self, node: anf.TailCall, types: Types) -> str:
        self.simple(node.function, types)
        found = [self.simple(arg, types) for arg in node.args]
        if not self.itself(node):
            return ANY
        for var, type_ in zip(self.code.params.required, found, strict=True):
            if var in self.parameters:
                self.parameters[var] = join(self.parameters[var], type_)
        return self.result

    def loop(self, node: anf.Loop, types: Types) -> str:
        """The types of the loop's variables: by their first values, then by what each turn gives."""
        self.loops[node] = [self.simple(init, types) for init in node.inits]
        while True:
            before = list(self.loops[node])
            inner = dict(types)
            inner.update(zip(node.vars, before, strict=True))
            found = self.control(node.body, inner)
            if self.loops[node] == before:
                return found

    def widen(self, node: anf.Recur, found: list[str]) -> None:
        known = self.loops.get(node.loop)
        if known is not None:
            self.loops[node.loop] = [join(*both) for both in zip(known, found, strict=True)]


def learn(symbol: str, args: Iterable[Simple], found: list[str], types: Types) -> None:
    """After a checked operation its operands are known to be numbers, or it has raised."""
    if symbol in ORDERING and not any(type_ in NUMBERS for type_ in found):
        return  # they may be strings
    if symbol in NUMERIC:
        for arg, type_ in zip(args, found, strict=True):
            if isinstance(arg, anf.Reference) and type_ == ANY:
                types[arg.var] = NUM


def used_as_numbers(code: Code, often: int) -> set[Var]:
    """The variables of a function that are operands of arithmetic so often, or within a loop."""
    counts: dict[Var, int] = {}
    sources: list[tuple[Var, Var]] = []
    work: list[tuple[object, int]] = [(code.body, 1)]
    while work:
        node, weight = work.pop()
        if isinstance(node, anf.Primitive) and f"{node.module}.{node.name}" in (*NUMERIC, "core.="):
            for arg in node.args:
                if isinstance(arg, anf.Reference):
                    counts[arg.var] = counts.get(arg.var, 0) + weight
        if isinstance(node, anf.Loop):
            weight = 2
            pairs = zip(node.vars, node.inits, strict=True)
            sources += [(var, init.var) for var, init in pairs if isinstance(init, anf.Reference)]
        if isinstance(node, anf.Bind) and isinstance(node.value, anf.Reference):
            sources.append((node.var, node.value.var))
        work.extend((part, weight) for part in parts(node) if not isinstance(part, Code))
    for var, source in reversed(sources):
        counts[source] = counts.get(source, 0) + counts.get(var, 0)
    return {var for var, count in counts.items() if count >= often}
