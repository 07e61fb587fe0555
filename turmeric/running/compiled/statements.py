"""Control expressions as Python statements.

    let %0 = f(x) in (if %0 then g(x) else 1)      t = f(x)
                                                   if t is not None and t is not False:
                                                       return g(x)
                                                   return 1

A *target* is where the value of a control expression goes: to the caller, or to the variable of
a `Let`, after which the code goes on behind that.  Loops become `while True`, a function
that calls itself in tail position is one.  An exit out of several `while`s sets
`way` and breaks; behind each of them the way goes on.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Code, Control, Simple, Var
from turmeric.intermediate.surroundings import outside
from turmeric.reading import core
from turmeric.running.compiled.calling import Calls, is_perform
from turmeric.running.compiled.knowledge import ANY, Knowledge, join
from turmeric.running.compiled.links import Links
from turmeric.running.compiled.syntax import EQUAL

TYPE_CHECKING = False
if TYPE_CHECKING:

    from turmeric.intermediate.surroundings import Around
    from turmeric.running.steps import Linker

class Target:
    """Where a value goes: to a variable, at a depth of `while`s; `name` None is the caller."""

    def __init__(self, name: str | None, depth: int, outer: Target | None) -> None:
        self.name = name
        self.depth = depth
        self.outer = outer
        self.type = "none"


Destination = Target | anf.Loop | Code
"""Where an exit goes: to the end of a target, to the next turn of a loop, to the start of the function."""


class While:
    """A `while True` that is being made: what it belongs to, and where exits out of it go on."""

    def __init__(self, belongs: Destination) -> None:
        self.belongs = belongs
        self.exits: dict[Destination, list[ast.Expr]] = {}
        """Where exits go on, each with the statements that may have to say so."""


class Statements(Calls):
    """Compiles the control of one unit."""

    def __init__(
        self,
        linker: Linker,
        links: Links,
        code: Code,
        knowledge: Knowledge,
        direct: str | None,
        called_by_machine: bool = False,
    ) -> None:
        super().__init__(linker, links, code, knowledge, direct, called_by_machine)
        self.turning = False
        """Whether a call of itself in tail position is a turn of a loop."""
        self.whiles: list[While] = []
        self.target = Target(None, 0, None)

    # Control --------------------------------------------------------------------------------

    def control(self, node: Control) -> None:
        """Statements that bring the value of `node` to the target."""
        while True:
            self.node, self.known = node, []
            self.site(None)
            if isinstance(node, anf.Bind):
                self.bind(node)
            elif isinstance(node, anf.Let):
                if isinstance(node.bound, anf.TailCall) and self.requested(node.bound, node):
                    return
                self.let(node)
            elif isinstance(node, anf.Fix):
                self.fix(node)
            elif isinstance(node, anf.Branch):
                if not self.branch(node):
                    return
                node = node.orelse
                continue
            else:
                CONTROL[type(node)](self, node)
                return
            node = node.body

    def branch_of(self, node: Control) -> list[ast.stmt]:
        """The statements of a branch, in a block of their own."""
        block, types = self.block, self.types
        self.block, self.types = [], dict(types)
        self.control(node)
        made, self.block, self.types = self.block, block, types
        return made

    def bind(self, node: anf.Bind) -> None:
        value, type_ = self.simple(node.value, last=True)
        self.types[node.var] = type_
        self.block.append(self.assign(self.variable(node.var), value))

    def let(self, node: anf.Let) -> None:
        if isinstance(node.bound, anf.TailCall):
            self.pending_call(node, node.bound)
            return
        name = self.variable(node.var)
        outer, around = self.target, self.around
        target = Target(name, len(self.whiles), outer)
        left = left_by_exit(node.bound)
        self.target, self.around = target, (node, around)
        block, types = self.block, self.types
        self.block, self.types = [], dict(types)
        if left:
            self.whiles.append(While(target))
        self.control(node.bound)
        made, self.block, self.types = self.block, block, types
        if left:
            self.close(made, once=True)
        else:
            self.block += made
        self.target, self.around = outer, around
        self.types[node.var] = target.type
        self.node = node.body

    def fix(self, node: anf.Fix) -> None:
        """Closures that refer to each other: made first, filled in then."""
        for var, code in node.bindings:
            self.linker.function(code).own = var
            function = self.name(self.link("function", code))
            self.block.append(self.assign(self.variable(var), self.call("Closure", [function, self.tuple_of([])])))
        for var, code in node.bindings:
            if not code.captured:
                continue
            captured = [self.name(self.variable(each)) for each in code.captured]
            closure = self.name(self.variable(var))
            self.block.append(self.assign_attribute(closure, "captured", self.tuple_of(captured)))
            run = self.call(self.link("maker", code), captured)
            self.block.append(self.assign_attribute(closure, "tur_run", run))

    def tail_call(self, node: anf.TailCall) -> None:
        if self.requested(node, None):
            return
        if is_perform(node) and self.called_by_machine and not self.inside_region():
            self.deliver(self.performed(node, None), ANY)
            return
        if self.target.name is None and self.turning and self.knowledge.itself(node):
            self.site(None)
            self.turn([self.variable(var) for var in self.code.params.required], node.args)
            self.jump(self.code)
            return
        made = self.called(node)
        self.deliver(made, ANY)

    def mentioned(self, var: Var) -> ast.stmt:
        """What keeps a variable of the function around that calls itself without it: its frames have it."""
        return self.conditional(self.constant(False), [self.expression(self.name(self.variable(var)))], [])

    # Values ---------------------------------------------------------------------------------

    def return_value(self, node: anf.Return) -> None:
        value, type_ = self.simple(node.value, last=True)
        self.deliver(value, type_)

    def deliver(self, value: ast.expr, type_: str) -> None:
        """Bring a value to the target."""
        if self.target.name is None:
            self.block.append(self.returned(value))
            return
        self.target.type = join(self.target.type, type_)
        self.block.append(self.assign(self.target.name, value))
        self.jump(self.target)

    def branch(self, node: anf.Branch) -> bool:
        """An `if`; whether its other branch can follow behind it, since control does not come out of this one."""
        test = self.test(node.test)
        line = self.line
        then = self.branch_of(node.then)
        follows = bool(then) and isinstance(then[-1], ast.Return | ast.Break | ast.Continue)
        orelse = [] if follows else self.branch_of(node.orelse)
        self.line = line
        self.block.append(self.conditional(test, then, orelse))
        return follows

    # Loops ----------------------------------------------------------------------------------

    def loop(self, node: anf.Loop) -> None:
        self.turn([self.variable(var) for var in node.vars], node.inits)
        types = self.types
        self.types = dict(types)
        self.types.update(zip(node.vars, self.knowledge.loops[node], strict=True))
        block, self.block = self.block, []
        self.whiles.append(While(node))
        self.control(node.body)
        body, self.block, self.types = self.block, block, types
        self.close(body)

    def recur(self, node: anf.Recur) -> None:
        if not any(each.belongs is node.loop for each in self.whiles):
            self.recur_outside(node)
            return
        self.turn([self.variable(var) for var in node.loop.vars], node.args)
        self.jump(node.loop)

    def recur_outside(self, node: anf.Recur) -> None:
        """The next turn of a loop that this unit is not in: the loop is a unit of its own."""
        free = [self.name(self.variable(var)) for var in node.loop.free]
        args = [made for made, _ in self.operands(node.args)]
        self.site(None).tail = True
        self.deliver(self.call(self.link("loop", node.loop), [*free, *args]), ANY)

    def turn(self, names: list[str], values: tuple[Simple, ...]) -> None:
        """Assign the variables of a turn, all at once where one still needs another's old value."""
        made = self.operands(values)
        pairs = [
            (name, value) for name, (value, _) in zip(names, made, strict=True)
            if not (isinstance(value, ast.Name) and value.id == name)
        ]
        self.site(None)
        if all(
            not stops(value) and not reads(value, {name for name, _ in pairs[:place]})
            for place, (_, value) in enumerate(pairs) if place
        ):
            self.block += [self.assign(name, value) for name, value in pairs]
        else:
            self.block.append(self.assign_all([name for name, _ in pairs], [value for _, value in pairs]))

    def jump(self, to: Destination) -> None:
        """Go on at a destination: by falling out of what is being made, or out of a `while`."""
        if isinstance(to, Target) and to.depth == len(self.whiles):
            return
        inner = self.whiles[-1]
        if inner.belongs is to and not isinstance(to, Target):
            self.block.append(self.continued())
            return
        way = ast.Expr(self.constant(None), lineno=self.line, col_offset=0)
        inner.exits.setdefault(to, []).append(way)
        self.block += [way, self.broken()]

    def close(self, body: list[ast.stmt], once: bool = False) -> None:
        """The end of a `while`: behind it the exits go on, each its way."""
        ended = self.whiles.pop()
        if once:
            body = [*body, self.broken()]
        self.block.append(self.forever(body))
        for number, (to, ways) in enumerate(ended.exits.items()):
            block, self.block = self.block, []
            self.jump(to)
            made, self.block = self.block, block
            if len(ended.exits) == 1:
                self.block += made
                return
            for way in ways:
                way.value = self.named("way", self.constant(number))
            if made:
                test = self.compare(self.name("way"), (EQUAL, self.constant(number)))
                self.block.append(self.conditional(test, made, []))

    # Regions --------------------------------------------------------------------------------

    def marked(self, node: anf.Marked) -> None:
        """A region: its mark, its body, what its mark does with the value."""
        operands = self.linker.clauses(node.operands) if node.kind == core.HANDLER else node.operands
        made = [value for value, _ in self.operands(operands)]
        self.site(node.span)
        machine, value = self.temporary(), self.temporary()
        self.block.append(self.assign(machine, self.call(ENTERING[node.kind], made)))
        target, around = self.target, self.around
        self.target, self.around = Target(value, len(self.whiles), target), (node, around)
        left = left_by_exit(node.body)
        block, self.block, types = self.block, [], self.types
        self.types = dict(types)
        if left:
            self.whiles.append(While(self.target))
        self.control(node.body)
        body, self.block, self.types = self.block, block, types
        if left:
            self.close(body, once=True)
        else:
            self.block += body
        self.target, self.around, self.node = target, around, node
        self.leave_region(node, machine, value)

    def leave_region(self, node: anf.Marked, machine: str, value: str) -> None:
        site = self.site(node.span)
        segment = self.attribute(self.name(machine), "segment")
        if node.kind in (core.PROMPT, core.BINDING):
            rest = self.attribute(segment, "rest")
            self.block.append(self.assign_attribute(self.name(machine), "segment", rest))
            self.deliver(self.name(value), ANY)
            return
        site.leaving, site.tail = value, True
        self.deliver(self.call("leave", [self.name(machine), self.name(value)]), ANY)

    def leave(self, node: anf.Leave) -> None:
        """Out of the points of the function that were begun since: their frames are dropped."""
        target, around = self.target, self.around
        for _ in range(node.depth):
            if self.target.outer is None:
                self.leave_outside(node, target, around)
                return
            self.target = self.target.outer
        self.around = outside(around, node.depth)
        self.control(node.body)
        self.target, self.around = target, around

    def leave_outside(self, node: anf.Leave, target: Target, around: Around) -> None:
        """Frames on the heap are to be dropped: the machine does that."""
        self.target, self.around = target, around
        self.site(None)
        self.deliver(self.call("again", []), ANY)


ENTERING = {
    core.PROMPT: "enter_prompt",
    core.HANDLER: "enter_handler",
    core.BINDING: "enter_binding",
    core.CLEANUP: "enter_cleanup",
}

CONTROL: dict[type[Control], Callable[..., None]] = {
    anf.Return: Statements.return_value,
    anf.TailCall: Statements.tail_call,
    anf.Loop: Statements.loop,
    anf.Recur: Statements.recur,
    anf.Marked: Statements.marked,
    anf.Leave: Statements.leave,
}


def left_by_exit(bound: Control) -> bool:
    """Whether an exit somewhere inside a point's value leads to the point itself: what follows
    inner points is skipped then."""
    work: list[tuple[Control, int]] = [(bound, 0)]
    while work:
        node, depth = work.pop()
        if isinstance(node, anf.Leave):
            if node.depth == depth and depth > 0:
                return True
            work.append((node.body, depth - node.depth) if node.depth <= depth else (anf.Return(NOTHING), 0))
        elif isinstance(node, anf.Let):
            work += [(node.bound, depth + 1), (node.body, depth)]
        elif isinstance(node, anf.Branch):
            work += [(node.then, depth), (node.orelse, depth)]
        elif isinstance(node, anf.Bind | anf.Fix | anf.Loop):
            work.append((node.body, depth))
    return False


NOTHING = anf.Constant(None)


def reads(value: ast.expr, names: set[str]) -> bool:
    """Whether an expression reads one of some variables."""
    return any(isinstance(each, ast.Name) and each.id in names for each in ast.walk(value)) if names else False


def stops(value: ast.expr) -> bool:
    """Whether an expression may be evaluated again: then nothing may have been assigned before it."""
    for each in ast.walk(value):
        if isinstance(each, ast.Call) and not (isinstance(each.func, ast.Name) and each.func.id == "type"):
            return True
        if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Div | ast.Mod):
            return True
    return False
