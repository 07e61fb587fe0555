"""A-normal form as text, for documents, tests and `tur expand --anf`.

    (defn f [x] (+ 1 (g x)))   ==>   fn user.f(x.1)
                                       let %.2 = user.g(x.1)          ; point g {}
                                       core.+(1, %.2)
"""

from __future__ import annotations

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Code, Control, Params, Simple, Var
from turmeric.vocabulary.printer import write


def print_code(code: Code) -> str:
    """A function, and the functions inside it after it, as lines of text."""
    printer = Printer()
    printer.waiting.append(code)
    while printer.waiting:
        printer.code(printer.waiting.pop(0))
    return "\n".join(printer.lines) + "\n"


class Printer:
    """Collects the lines; `waiting` are the functions that were mentioned and not yet printed."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.waiting: list[Code] = []

    def line(self, indent: int, text: str) -> None:
        self.lines.append("  " * indent + text)

    def code(self, code: Code) -> None:
        captured = f" captures {variables(code.captured)}" if code.captured else ""
        self.line(0, f"fn {code.symbol}({parameters(code.params)}){captured}")
        self.control(code.body, 1)

    def control(self, node: Control, indent: int) -> None:
        """A control expression: its bindings line by line, then what ends it."""
        while isinstance(node, anf.Bind | anf.Let | anf.Fix):
            self.binding(node, indent)
            node = node.body
        if isinstance(node, anf.Return):
            self.line(indent, self.simple(node.value))
        elif isinstance(node, anf.TailCall):
            self.line(indent, self.call(node))
        elif isinstance(node, anf.Branch):
            self.line(indent, f"if {self.simple(node.test)}")
            self.control(node.then, indent + 1)
            self.line(indent, "else")
            self.control(node.orelse, indent + 1)
        elif isinstance(node, anf.Loop):
            pairs = zip(node.vars, node.inits, strict=True)
            starts = ", ".join(f"{var!r} = {self.simple(init)}" for var, init in pairs)
            self.line(indent, f"loop {starts}  ; keeps {variables(node.free)}")
            self.control(node.body, indent + 1)
        elif isinstance(node, anf.Recur):
            self.line(indent, f"recur({self.simples(node.args)})")
        elif isinstance(node, anf.Marked):
            self.line(indent, f"{node.kind}({self.simples(node.operands)})")
            self.control(node.body, indent + 1)
        elif isinstance(node, anf.Leave):
            self.line(indent, f"leave {node.depth}")
            self.control(node.body, indent + 1)

    def binding(self, node: anf.Bind | anf.Let | anf.Fix, indent: int) -> None:
        if isinstance(node, anf.Bind):
            self.line(indent, f"{node.var!r} = {self.simple(node.value)}")
        elif isinstance(node, anf.Fix):
            for var, code in node.bindings:
                self.waiting.append(code)
                self.line(indent, f"fix {var!r} = fn {code.symbol}")
        elif isinstance(node.bound, anf.TailCall):
            self.line(indent, f"let {node.var!r} = {self.call(node.bound)}  {point(node.point)}")
        else:
            self.line(indent, f"let {node.var!r} =  {point(node.point)}")
            self.control(node.bound, indent + 1)

    def call(self, node: anf.TailCall) -> str:
        return f"{self.simple(node.function)}({self.simples(node.args)})"

    def simples(self, nodes: tuple[Simple, ...]) -> str:
        return ", ".join(self.simple(node) for node in nodes)

    def simple(self, node: Simple) -> str:
        """A simple expression on one line."""
        if isinstance(node, anf.Constant):
            return write(node.value)
        if isinstance(node, anf.Reference):
            return repr(node.var)
        if isinstance(node, anf.GlobalReference):
            return f"{node.module}.{node.name}"
        if isinstance(node, anf.Primitive):
            return f"{node.module}.{node.name}({self.simples(node.args)})"
        if isinstance(node, anf.Choose):
            return f"({self.simple(node.test)} ? {self.simple(node.then)} : {self.simple(node.orelse)})"
        if isinstance(node, anf.MakeClosure):
            self.waiting.append(node.code)
            return f"fn {node.code.symbol}"
        return self.cell(node)

    def cell(self, node: Simple) -> str:
        """An expression about a cell or a global's value."""
        if isinstance(node, anf.NewCell):
            return f"cell({self.simple(node.value)})"
        if isinstance(node, anf.GetCell):
            return f"@{node.var!r}"
        if isinstance(node, anf.SetCell):
            return f"@{node.var!r} := {self.simple(node.value)}"
        assert isinstance(node, anf.SetGlobal)
        return f"{node.module}.{node.name} := {self.simple(node.value)}"


def variables(found: tuple[Var, ...]) -> str:
    return "{" + ", ".join(repr(var) for var in found) + "}"


def point(found: anf.Point) -> str:
    """What a frame that waits at a point refers to and saves."""
    return f"; point {found.label} {variables(found.live)}"


def parameters(params: Params) -> str:
    """Parameters as they stand in the heading of a function."""
    parts = [repr(var) for var in params.required]
    parts += [f"& {params.rest!r}"] if params.rest is not None else []
    parts += [f":{name} {var!r}{' needed' if needed else ''}" for name, var, needed in params.keys]
    return ", ".join(parts)
