"""Code as a sequence of tokens that do not depend on what does not matter.

    (fn [x] (+ x (f y)))   with y as variable 0   ==>   fn 1 ... let call global f 1 v 0 return primitive + 2 v 1 v 2

Variables are numbers, in the order in which they are met; positions and labels are left out, and so
are names, except those of globals, of keyword parameters and of the variables in a header.
"""

from __future__ import annotations

from collections.abc import Callable

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Code, Control, Simple, Var
from turmeric.vocabulary.digest import blake2b
from turmeric.vocabulary.kinds import type_name
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.sets import Set
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ID_LENGTH = 12
"""Bytes of an id: 96 bits, so that two pieces of code never share one by chance."""


class Canonical:
    """Writes code as tokens.  With `free`, variables from outside go by their names."""

    def __init__(self, free: bool = False) -> None:
        self.tokens: list[str] = []
        self.numbers: dict[Var, int] = {}
        self.bound = 0
        self.loops: dict[anf.Loop, int] = {}
        self.begun = 0
        self.free = free

    def digest(self) -> bytes:
        text = "".join([f"{len(token)}:{token}" for token in self.tokens])
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=ID_LENGTH).digest()

    def put(self, *tokens: str) -> None:
        self.tokens.extend(tokens)

    def bind(self, var: Var) -> None:
        """Number a variable: its name does not matter from here.  One that another turn of a
        loop binds again gets a new number, which no other has."""
        self.numbers[var] = self.bound
        self.bound += 1

    def use(self, var: Var) -> None:
        if self.free and var not in self.numbers:
            self.put("outer", var.name)
        else:
            self.put("v", str(self.numbers[var]))

    def header(self, variables: tuple[Var, ...]) -> None:
        """The variables that a frame or closure carries: names, types, whether they are cells."""
        for var in variables:
            name = "%" if var.temporary else var.name
            self.put("free", name, repr(var.type), "cell" if var.assigned else "")
            self.bind(var)

    def parameters(self, params: anf.Params) -> None:
        """The parameters by name and type."""
        for var in params.required:
            self.put("param", var.name, repr(var.type))
        if params.rest is not None:
            self.put("rest", params.rest.name)
        for name, var, needed in params.keys:
            self.put("key", name, repr(var.type), str(needed))

    def types(self, params: anf.Params) -> None:
        """The parameters by type alone: what positional ones are called is the function's own affair."""
        for var in params.variables():
            self.put("type", repr(var.type))

    def code(self, code: Code) -> None:
        """A function's shape and body; captured variables are known by now."""
        params = code.params
        self.put("fn", str(len(params.required)), str(params.rest is not None))
        self.put(str(len(params.keys)), *[name for name, _, _ in params.keys])
        for var in params.variables():
            self.bind(var)
        self.control(code.body)

    # Nodes ----------------------------------------------------------------------------------

    def control(self, node: Control) -> None:
        while True:
            if isinstance(node, anf.Bind):
                self.put("bind")
                self.simple(node.value)
                self.bind(node.var)
            elif isinstance(node, anf.Let):
                self.put("let")
                self.control(node.bound)
                self.bind(node.var)
            elif isinstance(node, anf.Fix):
                self.fix(node)
            else:
                WRITERS[type(node)](self, node)
                return
            node = node.body

    def fix(self, node: anf.Fix) -> None:
        self.put("fix", str(len(node.bindings)))
        for var, _ in node.bindings:
            self.bind(var)
        for _, code in node.bindings:
            self.code(code)

    def simple(self, node: Simple) -> None:
        WRITERS[type(node)](self, node)

    def simples(self, nodes: tuple[Simple, ...]) -> None:
        self.put(str(len(nodes)))
        for node in nodes:
            self.simple(node)

    def loop(self, node: anf.Loop) -> None:
        """A loop's own turn; a jump to a loop that began earlier includes all of it."""
        self.loops[node] = self.begun
        self.begun += 1
        for var in node.vars:
            self.bind(var)
        self.control(node.body)


def write_return(writer: Canonical, node: anf.Return) -> None:
    writer.put("return")
    writer.simple(node.value)


def write_tail_call(writer: Canonical, node: anf.TailCall) -> None:
    writer.put("call")
    writer.simple(node.function)
    writer.simples(node.args)


def write_branch(writer: Canonical, node: anf.Branch) -> None:
    writer.put("if")
    writer.simple(node.test)
    writer.control(node.then)
    writer.control(node.orelse)


def write_loop(writer: Canonical, node: anf.Loop) -> None:
    writer.put("loop")
    writer.simples(node.inits)
    writer.loop(node)


def write_recur(writer: Canonical, node: anf.Recur) -> None:
    if node.loop in writer.loops:
        writer.put("recur", str(writer.loops[node.loop]))
    else:
        writer.put("recur-into")
        writer.loop(node.loop)
    writer.simples(node.args)


def write_marked(writer: Canonical, node: anf.Marked) -> None:
    writer.put("mark", node.kind)
    writer.simples(node.operands)
    writer.control(node.body)


def write_leave(writer: Canonical, node: anf.Leave) -> None:
    writer.put("leave", str(node.depth))
    writer.control(node.body)


def write_constant(writer: Canonical, node: anf.Constant) -> None:
    """A constant by type and text; collections part by part, so that a symbol that is spelled
    like a number, which a macro may make, is none."""
    work = [node.value]
    while work:
        value = work.pop()
        writer.put("const", type_name(value))
        if isinstance(value, Map):
            parts = [part for pair in value.items() for part in pair]
        elif isinstance(value, List | Vector | Set):
            parts = list(value)
        else:
            writer.put(write(value))
            continue
        writer.put(str(len(parts)))
        work += reversed(parts)


def write_reference(writer: Canonical, node: anf.Reference) -> None:
    writer.use(node.var)


def write_global(writer: Canonical, node: anf.GlobalReference) -> None:
    writer.put("global", node.module, node.name)


def write_primitive(writer: Canonical, node: anf.Primitive) -> None:
    writer.put("primitive", node.module, node.name)
    writer.simples(node.args)


def write_choose(writer: Canonical, node: anf.Choose) -> None:
    writer.put("choose")
    writer.simples((node.test, node.then, node.orelse))


def write_make_closure(writer: Canonical, node: anf.MakeClosure) -> None:
    writer.code(node.code)


def write_new_cell(writer: Canonical, node: anf.NewCell) -> None:
    writer.put("cell")
    writer.simple(node.value)


def write_get_cell(writer: Canonical, node: anf.GetCell) -> None:
    writer.put("get")
    writer.use(node.var)


def write_set_cell(writer: Canonical, node: anf.SetCell) -> None:
    writer.put("set")
    writer.use(node.var)
    writer.simple(node.value)


def write_set_global(writer: Canonical, node: anf.SetGlobal) -> None:
    writer.put("set-global", node.module, node.name)
    writer.simple(node.value)


WRITERS: dict[type, Callable[[Canonical, Any], None]] = {
    anf.Return: write_return,
    anf.TailCall: write_tail_call,
    anf.Branch: write_branch,
    anf.Loop: write_loop,
    anf.Recur: write_recur,
    anf.Marked: write_marked,
    anf.Leave: write_leave,
    anf.Constant: write_constant,
    anf.Reference: write_reference,
    anf.GlobalReference: write_global,
    anf.Primitive: write_primitive,
    anf.Choose: write_choose,
    anf.MakeClosure: write_make_closure,
    anf.NewCell: write_new_cell,
    anf.GetCell: write_get_cell,
    anf.SetCell: write_set_cell,
    anf.SetGlobal: write_set_global,
}
"""How each kind of node is written."""
