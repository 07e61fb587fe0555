"""Live variables: what each point must save, what each function must capture.

    let x = f(a) in a + b          the point is live in {a, b}

Fills in `Point.live`, `Code.captured` and `Loop.free`, each in the order of
their names.
A variable is live at a point when the code after it can read it; inside a loop that
includes whatever another turn needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Code, Control, Simple, Var
from turmeric.intermediate.walking import parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Live = set[Var]


def annotate(code: Code) -> Code:
    """Fill in what is live, throughout one function and those inside it."""
    Liveness(places(code)).code(code)
    return code


def places(code: Code) -> dict[Var, int]:
    """Variables in the order in which they are bound, along each way through the code.  Their numbers
    are not that: a temporary may be made for an operand after what follows it was normalized."""
    found: dict[Var, int] = {}
    work: list[object] = [code]
    while work:
        node = work.pop()
        if isinstance(node, Code):
            bound = node.params.variables()
            work.append(node.body)
        elif isinstance(node, anf.Bind | anf.Let):
            bound = [node.var]
        elif isinstance(node, anf.Fix):
            bound = [var for var, _ in node.bindings]
        else:
            bound = list(node.vars) if isinstance(node, anf.Loop) else []
        for var in bound:
            found[var] = len(found)
        if not isinstance(node, Code):
            work += parts(node)
    return found


def by_name(var: Var) -> tuple[bool, str]:
    """What live variables are ordered by: their names, temporaries last."""
    return var.temporary, "" if var.temporary else var.name


class Liveness:
    """One walk over a function and those inside it.

    `turns` gives what another turn of a loop needs; `seen` holds the functions and loops
    that are settled, so that none is gone through again for each loop around it."""

    def __init__(self, places: dict[Var, int]) -> None:
        self.places = places
        self.turns: dict[anf.Loop, Live] = {}
        self.seen: set[Code | anf.Loop] = set()

    def code(self, code: Code) -> tuple[Var, ...]:
        """What a function captures."""
        if code not in self.seen:
            code.captured = self.in_order(self.control(code.body).difference(code.params.variables()))
            self.seen.add(code)
        return code.captured

    def in_order(self, variables: Iterable[Var]) -> tuple[Var, ...]:
        """Variables by name, so that the order in which code that has run bound them is no matter;
        temporaries last, and those of one name in the order in which they are bound."""
        return tuple(sorted(variables, key=lambda var: (*by_name(var), self.places[var])))

    def control(self, node: Control) -> Live:
        """The free variables of a control expression, in a set that the caller may change.

        A run of bindings is gone through to its end and back again with one set, so that a
        long body takes neither a deep recursion nor a set for each of its forms."""
        run: list[anf.Bind | anf.Let] = []
        while isinstance(node, anf.Bind | anf.Let):
            run.append(node)
            node = node.body
        live: Live = set()
        WALKS[type(node)](self, node, live)
        for each in reversed(run):
            live.discard(each.var)
            if isinstance(each, anf.Bind):
                self.simple(each.value, live)
            else:
                each.point.live = self.in_order(live)
                live |= self.control(each.bound)
        return live

    # Each of these adds the free variables of its node to a set -------------------------------

    def returned(self, node: anf.Return, live: Live) -> None:
        self.simple(node.value, live)

    def call(self, node: anf.TailCall, live: Live) -> None:
        self.simples((node.function, *node.args), live)

    def branch(self, node: anf.Branch, live: Live) -> None:
        live |= self.control(node.then)
        live |= self.control(node.orelse)
        self.simple(node.test, live)

    def fix(self, node: anf.Fix, live: Live) -> None:
        live |= self.control(node.body)
        for _, code in node.bindings:
            live.update(self.code(code))
        live.difference_update([var for var, _ in node.bindings])

    def loop(self, node: anf.Loop, live: Live) -> None:
        """A loop's free variables are needed by every turn: found first, then spread to its points."""
        if node not in self.seen:
            self.turns[node] = set()
            self.turns[node] = self.control(node.body).difference(node.vars)
            self.control(node.body)
            node.free = self.in_order(self.turns[node])
            self.seen.add(node)
        live |= self.turns[node]
        self.simples(node.inits, live)

    def recur(self, node: anf.Recur, live: Live) -> None:
        self.simples(node.args, live)
        live |= self.turns[node.loop]

    def marked(self, node: anf.Marked, live: Live) -> None:
        live |= self.control(node.body)
        self.simples(node.operands, live)

    def leave(self, node: anf.Leave, live: Live) -> None:
        live |= self.control(node.body)

    def simples(self, nodes: Iterable[Simple], live: Live) -> None:
        for node in nodes:
            self.simple(node, live)

    def simple(self, node: Simple, live: Live) -> None:
        if isinstance(node, anf.Reference | anf.GetCell):
            live.add(node.var)
        elif isinstance(node, anf.Primitive):
            self.simples(node.args, live)
        elif isinstance(node, anf.Choose):
            self.simples((node.test, node.then, node.orelse), live)
        elif isinstance(node, anf.MakeClosure):
            live.update(self.code(node.code))
        elif isinstance(node, anf.SetCell):
            live.add(node.var)
            self.simple(node.value, live)
        elif isinstance(node, anf.NewCell | anf.SetGlobal):
            self.simple(node.value, live)


WALKS: dict[type[Control], Callable[[Liveness, Any, Live], None]] = {
    anf.Return: Liveness.returned,
    anf.TailCall: Liveness.call,
    anf.Branch: Liveness.branch,
    anf.Fix: Liveness.fix,
    anf.Loop: Liveness.loop,
    anf.Recur: Liveness.recur,
    anf.Marked: Liveness.marked,
    anf.Leave: Liveness.leave,
}
"""How each kind of node that is no binding is gone through."""
