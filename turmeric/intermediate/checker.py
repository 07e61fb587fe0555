"""The rules that A-normal form keeps after the normalizer and the liveness pass.

`check(code)` raises `InternalError`, a mistake of this implementation and never of a
program, unless

    a variable is bound before it is used, once, and only where the machine finds it
    a point's live variables are exactly those that the code after it can read
    a function captures, and a loop's turns keep, exactly what they read from outside
    a `Recur` is inside its loop and gives as many values as the loop has variables
    a `Leave` drops no frames but its function's, and none below a mark
    cells are read and written through assigned variables only

It computes what is read on its own, from the code alone.  The tests run it on every
program and on the whole standard library.
"""

from __future__ import annotations

from collections.abc import Iterable

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Code, Control, Simple, Var
from turmeric.intermediate.liveness import by_name

Reads = set[Var]
Scope = frozenset[Var]


class InternalError(Exception):
    """The implementation broke a rule of its own."""


def check(code: Code) -> None:
    """Raise `InternalError` unless the code of a function, and all functions in it, keep the rules."""
    if code.captured:
        raise InternalError(f"{code.symbol}: a whole definition captures {shown(code.captured)}")
    Checker(code.symbol).code(code)


def shown(variables: Iterable[Var]) -> str:
    """Variables for a message, in binding order."""
    return "{" + ", ".join(repr(var) for var in sorted(variables, key=lambda var: var.number)) + "}"


class Checker:
    """Checks one definition; each method gives the variables that its node reads."""

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol
        self.bound: set[Var] = set()
        self.loops: list[anf.Loop] = []
        """The loops around, the innermost last."""
        self.frames = 0
        """How many frames this function has pushed since it began, or since the mark around."""

    def require(self, holds: bool, message: str) -> None:
        if not holds:
            raise InternalError(f"{self.symbol}: {message}")

    def bind(self, variables: Iterable[Var]) -> None:
        """Note variables as bound; each is bound at one place."""
        for var in variables:
            self.require(var not in self.bound, f"{var!r} is bound twice")
            self.bound.add(var)

    def code(self, code: Code) -> Reads:
        """A function: it reads its parameters and what it captures, and nothing else."""
        own = code.params.variables()
        self.bind(own)
        outer, self.loops = self.loops, []
        reads = self.counted(0, code.body, frozenset((*own, *code.captured)))
        self.loops = outer
        self.same(reads.difference(own), code.captured, f"{code.symbol} captures")
        return set(code.captured)

    def same(self, reads: Reads, noted: tuple[Var, ...], what: str) -> None:
        self.require(reads == set(noted), f"{what} {shown(noted)} but reads {shown(reads)}")
        self.require(list(noted) == sorted(noted, key=by_name), f"{what} {noted}, not in order")

    # Control --------------------------------------------------------------------------------

    def control(self, node: Control, scope: Scope) -> Reads:
        """A run of bindings downwards, what follows it, then upwards what each needs."""
        run: list[tuple[anf.Bind | anf.Let, Reads]] = []
        while isinstance(node, anf.Bind | anf.Let):
            self.bind([node.var])
            if isinstance(node, anf.Bind):
                run.append((node, self.simple(node.value, scope)))
                scope = scope | {node.var}
            else:
                run.append((node, self.counted(self.frames + 1, node.bound, scope)))
                self.available(node.point.live, scope)
                scope = frozenset((*node.point.live, node.var))
            node = node.body
        reads = self.last(node, scope)
        for each, own in reversed(run):
            reads.discard(each.var)
            if isinstance(each, anf.Let):
                self.same(reads, each.point.live, f"the point {each.point.label} saves")
            reads |= own
        return reads

    def counted(self, frames: int, node: Control, scope: Scope) -> Reads:
        """What a node reads that runs above so many frames."""
        outer, self.frames = self.frames, frames
        reads = self.control(node, scope)
        self.frames = outer
        return reads

    def available(self, variables: Iterable[Var], scope: Scope) -> None:
        missing = set(variables) - scope
        self.require(not missing, f"{shown(missing)} is used where it is not bound")

    def last(self, node: Control, scope: Scope) -> Reads:
        """A node that is no binding."""
        if isinstance(node, anf.Return):
            return self.simple(node.value, scope)
        if isinstance(node, anf.TailCall):
            return self.simples((node.function, *node.args), scope)
        if isinstance(node, anf.Branch):
            reads = self.simple(node.test, scope) | self.control(node.then, scope)
            return reads | self.control(node.orelse, scope)
        if isinstance(node, anf.Marked):
            return self.simples(node.operands, scope) | self.counted(0, node.body, scope)
        if isinstance(node, anf.Leave):
            self.require(0 <= node.depth <= self.frames, f"{node.depth} frames are dropped of {self.frames}")
            return self.counted(self.frames - node.depth, node.body, scope)
        if isinstance(node, anf.Fix):
            return self.fix(node, scope)
        if isinstance(node, anf.Loop):
            return self.loop(node, scope)
        assert isinstance(node, anf.Recur)
        return self.recur(node, scope)

    def fix(self, node: anf.Fix, scope: Scope) -> Reads:
        own = [var for var, _ in node.bindings]
        self.bind(own)
        inner = scope.union(own)
        reads = self.control(node.body, inner)
        for _, code in node.bindings:
            self.available(code.captured, inner)
            reads |= self.code(code)
        return reads.difference(own)

    def loop(self, node: anf.Loop, scope: Scope) -> Reads:
        """A turn keeps exactly what its body reads from outside."""
        self.bind(node.vars)
        self.require(len(node.vars) == len(node.inits), "a loop starts with another number of values")
        self.available(node.free, scope)
        self.loops.append(node)
        reads = self.control(node.body, frozenset((*node.free, *node.vars)))
        self.loops.pop()
        self.same(reads.difference(node.vars), node.free, "a loop keeps")
        return set(node.free) | self.simples(node.inits, scope)

    def recur(self, node: anf.Recur, scope: Scope) -> Reads:
        self.require(node.loop in self.loops, "a jump stands outside of its loop")
        self.require(len(node.args) == len(node.loop.vars), "a jump gives another number of values than its loop has")
        self.available(node.loop.free, scope)
        return self.simples(node.args, scope) | set(node.loop.free)

    # Simple expressions ---------------------------------------------------------------------

    def simples(self, nodes: Iterable[Simple], scope: Scope) -> Reads:
        reads: Reads = set()
        for node in nodes:
            reads |= self.simple(node, scope)
        return reads

    def simple(self, node: Simple, scope: Scope) -> Reads:
        """The variables that a simple expression reads, all of them bound."""
        if isinstance(node, anf.MakeClosure):
            self.available(node.code.captured, scope)
            return self.code(node.code)
        reads = self.simples(parts_of(node), scope)
        if isinstance(node, anf.Reference | anf.GetCell | anf.SetCell):
            self.available([node.var], scope)
            self.require(isinstance(node, anf.Reference) or node.var.assigned, f"{node.var!r} is no cell")
            reads.add(node.var)
        return reads


def parts_of(node: Simple) -> tuple[Simple, ...]:
    """The simple expressions directly inside one."""
    if isinstance(node, anf.Primitive):
        return node.args
    if isinstance(node, anf.Choose):
        return node.test, node.then, node.orelse
    if isinstance(node, anf.SetCell | anf.NewCell | anf.SetGlobal):
        return (node.value,)
    return ()
