"""Live variables: what each point must save, what each function must capture.

    let x = f(a) in a + b          the point is live in {a, b}

Fills in `Point.live`, `Code.captured` and `Loop.free`, each in binding order.
A variable is live at a point when the code after it can read it; inside a loop that
includes whatever another turn needs.
"""

from __future__ import annotations

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Code, Control, Simple, Var

Live = set[Var]


def annotate(code: Code) -> Code:
    """Fill in what is live, throughout one function and those inside it."""
    free = control(code.body, {}) - set(code.params.variables())
    code.captured = in_order(free)
    return code


def in_order(variables: Live) -> tuple[Var, ...]:
    """Variables in binding order, which is the same in every process."""
    return tuple(sorted(variables, key=lambda var: var.number))


def control(node: Control, loops: dict[anf.Loop, Live]) -> Live:
    """The free variables of a control expression; `loops` gives what a jump needs."""
    if isinstance(node, anf.Return):
        return simple(node.value)
    if isinstance(node, anf.TailCall):
        return simples((node.function, *node.args))
    if isinstance(node, anf.Bind):
        return (control(node.body, loops) - {node.var}) | simple(node.value)
    if isinstance(node, anf.Let):
        after = control(node.body, loops) - {node.var}
        node.point.live = in_order(after)
        return after | control(node.bound, loops)
    if isinstance(node, anf.Branch):
        return simple(node.test) | control(node.then, loops) | control(node.orelse, loops)
    if isinstance(node, anf.Fix):
        return fix(node, loops)
    if isinstance(node, anf.Loop):
        return loop(node, loops)
    if isinstance(node, anf.Recur):
        return simples(node.args) | loops[node.loop]
    assert isinstance(node, anf.Marked)
    return simples(node.operands) | control(node.body, loops)


def fix(node: anf.Fix, loops: dict[anf.Loop, Live]) -> Live:
    free = control(node.body, loops)
    for _, code in node.bindings:
        free = free | set(annotate(code).captured)
    return free - {var for var, _ in node.bindings}


def loop(node: anf.Loop, loops: dict[anf.Loop, Live]) -> Live:
    """A loop's free variables are needed by every turn: found first, then spread to its points."""
    own = set(node.vars)
    loops[node] = set()
    free = control(node.body, loops) - own
    loops[node] = free
    control(node.body, loops)
    node.free = in_order(free)
    return free | simples(node.inits)


def simples(nodes: tuple[Simple, ...]) -> Live:
    found: Live = set()
    for node in nodes:
        found |= simple(node)
    return found


def simple(node: Simple) -> Live:
    """The free variables of a simple expression."""
    if isinstance(node, anf.Reference | anf.GetCell):
        return {node.var}
    if isinstance(node, anf.Primitive):
        return simples(node.args)
    if isinstance(node, anf.Choose):
        return simple(node.test) | simple(node.then) | simple(node.orelse)
    if isinstance(node, anf.MakeClosure):
        return set(annotate(node.code).captured)
    if isinstance(node, anf.SetCell):
        return {node.var} | simple(node.value)
    if isinstance(node, anf.NewCell | anf.SetGlobal):
        return simple(node.value)
    return set()
