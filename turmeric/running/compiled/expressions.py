"""Simple expressions as Python expressions.

    + 1 x    ==>   1 + x                                       x is known to be a number
                   (1 + x if type(x) is int else add(1, x))    otherwise
    f        ==>   f.value, the global's; a closure becomes `Closure(function, captured, make(captured))`

What must not be evaluated twice (see `rerunning`) becomes a statement before, whose variable takes
its place; what was to be evaluated earlier then has a statement before that.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from math import isfinite

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Control, Simple, Var
from turmeric.running.compiled.knowledge import ANY, BOOL, NUMBERS, Types, join, learn, result_of, type_of_constant
from turmeric.running.compiled.links import Link, Links
from turmeric.running.compiled.rerunning import needs_room, repeatable
from turmeric.running.compiled.sites import Site
from turmeric.running.compiled.syntax import IS, IS_NOT, Syntax, is_simple
from turmeric.vocabulary import namespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.intermediate.surroundings import Around
    from turmeric.running.steps import Linker
    from turmeric.vocabulary.spans import Span

    Made = tuple[ast.expr, str]

STEADY = (namespace.FUNCTION, namespace.PRIMITIVE, namespace.OPERATOR, namespace.TYPE, namespace.METHOD)
LITERALS = (int, str, bytes, bool, type(None))


class Expressions(Syntax):
    """Compiles simple expressions; `block` receives the statements that they take."""

    def __init__(self, linker: Linker, links: Links) -> None:
        self.linker = linker
        self.links = links
        self.sites: list[Site] = []
        self.node: Control | None = None
        self.around: Around = None
        self.block: list[ast.stmt] = []
        self.types: Types = {}
        self.held: dict[str, Var | Simple] = {}
        """What each local variable of the compiled code holds."""
        self.known: list[str] = []
        """The variables with what was evaluated of the node that is being compiled."""
        self.inlined: dict[Var, Made] = {}
        """Calls that stand where their value is used."""
        self.temporaries = 0

    # Places and names -----------------------------------------------------------------------

    def site(self, span: Span | None) -> Site:
        """A new site; what is made next belongs to it."""
        made = Site(self.node, self.around, span, tuple(self.known))
        self.sites.append(made)
        self.line = len(self.sites)
        return made

    def variable(self, var: Var) -> str:
        """The Python variable of a variable."""
        name = f"{''.join(each if each.isalnum() and each.isascii() else '_' for each in var.name)}_{var.number}"
        if name[0].isdigit():
            name = "_" + name
        self.held[name] = var
        return name

    def temporary(self) -> str:
        self.temporaries += 1
        return f"t{self.temporaries}"

    def link(self, kind: str, *key: object) -> str:
        """The Python global for something that the code refers to."""
        return self.links.name(Link(kind, key))

    # Expressions ----------------------------------------------------------------------------

    def simple(self, node: Simple, last: bool = False) -> Made:
        """The expression and its type.  `last`: nothing else is evaluated after it in its statement."""
        return EXPRESSIONS[type(node)](self, node, last)

    def value(self, node: Simple, last: bool = False) -> ast.expr:
        return self.simple(node, last)[0]

    def operands(self, nodes: Sequence[Simple]) -> list[Made]:
        """Operands from left to right; what stands before one that takes a statement gets one too."""
        effects = [place for place, node in enumerate(nodes) if takes_statement(node)]
        final = effects[-1] if effects else 0
        made: list[Made] = []
        for place, node in enumerate(nodes):
            found, type_ = self.simple(node)
            if place < final and not self.steady(node) and not isinstance(found, ast.Name):
                found = self.kept(node, found)
            made.append((found, type_))
        return made

    def kept(self, node: Simple, value: ast.expr) -> ast.expr:
        """A value in a statement of its own, which is not evaluated again."""
        name = self.temporary()
        self.held[name] = node
        self.block.append(self.assign(name, value))
        self.known.append(name)
        return self.name(name)

    def steady(self, node: Simple) -> bool:
        """Whether evaluating it later, or again, gives the same, whatever happens in between."""
        if isinstance(node, anf.GlobalReference):
            return self.linker.find(node.module, node.name).kind in STEADY
        return isinstance(node, anf.Constant | anf.Reference)

    def plain(self, node: Simple) -> bool:
        """Whether evaluating it is nothing that could be noticed."""
        return isinstance(node, anf.Constant) or (isinstance(node, anf.Reference) and node.var not in self.inlined)

    def test(self, node: Simple) -> ast.expr:
        """A Python expression that is true where the value is neither nil nor false."""
        if isinstance(node, anf.Primitive) and (node.module, node.name) == ("core", "not") and len(node.args) == 1:
            return self.negation(self.test(node.args[0]))
        value, type_ = self.simple(node)
        return value if type_ == BOOL else self.truth(value)

    def truth(self, value: ast.expr) -> ast.expr:
        if isinstance(value, ast.Constant):
            return self.constant(value.value is not None and value.value is not False)
        again = value
        if not isinstance(value, ast.Name):
            name = self.temporary()
            value, again = self.named(name, value), self.name(name)
        none = self.compare(value, (IS_NOT, self.constant(None)))
        return self.both(none, self.compare(again, (IS_NOT, self.constant(False))))

    def twice(self, value: ast.expr) -> tuple[ast.expr, ast.expr]:
        """An expression to evaluate first, and one that gives its value again."""
        if is_simple(value):
            return value, value
        name = self.temporary()
        return self.named(name, value), self.name(name)

    def constant_of(self, node: anf.Constant, last: bool) -> Made:
        value = node.value
        if type(value) in LITERALS or (type(value) is float and isfinite(value)):
            return self.constant(value), type_of_constant(value)
        return self.name(self.link("constant", node)), type_of_constant(value)

    def reference(self, node: anf.Reference, last: bool) -> Made:
        if node.var in self.inlined:
            return self.inlined.pop(node.var)
        return self.name(self.variable(node.var)), self.types.get(node.var, ANY)

    def global_reference(self, node: anf.GlobalReference, last: bool) -> Made:
        self.site(node.span)
        found = self.link("global", node.module, node.name)
        first, again = self.twice(self.attribute(self.name(found), "value"))
        unbound = self.compare(first, (IS_NOT, self.name("UNBOUND")))
        return self.choice(unbound, again, self.call("forced", [self.name(found)])), ANY

    def primitive(self, node: anf.Primitive, last: bool) -> Made:
        symbol = f"{node.module}.{node.name}"
        args = self.linker.named(symbol, node.args)
        builtin = self.links.builtin(node.module, node.name)
        if len(args) < builtin.minimum or (builtin.maximum is not None and len(args) > builtin.maximum):
            given = [made for made, _ in self.operands(args)]
            self.site(node.span)
            return self.call("wrong_arity", [self.name(self.link("global", node.module, node.name)), *given]), ANY
        special = INLINED.get(symbol)
        if special is not None:
            found = special(self, node, args)
            if found is not None:
                return found
        operands = self.operands(args)
        made = self.primitive_call(node, [each for each, _ in operands])
        types = [type_ for _, type_ in operands]
        learn(symbol, args, types, self.types)
        if not last and not repeatable(symbol):
            made = self.kept(node, made)
        return made, result_of(symbol, types)

    def primitive_call(self, node: anf.Primitive, args: list[ast.expr]) -> ast.expr:
        """A call of a primitive, with its own site."""
        self.site(node.span)
        function = self.name(self.link("primitive", node.module, node.name))
        if needs_room(f"{node.module}.{node.name}"):
            return self.call("with_room", [function, *args])
        return self.call(function, args)

    def choose(self, node: anf.Choose, last: bool) -> Made:
        if takes_statement(node.then) or takes_statement(node.orelse):
            return self.choose_by_statement(node), ANY
        test = self.test(node.test)
        before = self.types
        self.types = dict(before)
        then, one = self.simple(node.then)
        self.types = dict(before)
        orelse, two = self.simple(node.orelse)
        self.types = before
        return self.choice(test, then, orelse), join(one, two)

    def choose_by_statement(self, node: anf.Choose) -> ast.expr:
        test = self.test(node.test) if self.steady(node.test) else self.kept_test(node.test)
        name = self.temporary()
        self.held[name] = node
        outer, types, known = self.block, self.types, self.known
        branches: list[list[ast.stmt]] = []
        for part in (node.then, node.orelse):
            self.block, self.types, self.known = [], dict(types), list(known)
            value = self.value(part, last=True)
            self.block.append(self.assign(name, value))
            branches.append(self.block)
        self.block, self.types, self.known = outer, types, [*known, name]
        self.block.append(self.conditional(test, *branches))
        return self.name(name)

    def kept_test(self, node: Simple) -> ast.expr:
        """A test that is not made again: what it depends on may have changed."""
        value, type_ = self.simple(node)
        kept = value if isinstance(value, ast.Name) else self.kept(node, value)
        return kept if type_ == BOOL else self.truth(kept)

    def make_closure(self, node: anf.MakeClosure, last: bool) -> Made:
        function = self.name(self.link("function", node.code))
        captured = [self.name(self.variable(var)) for var in node.code.captured]
        if not captured:
            return self.call("Closure", [function, self.tuple_of([])]), ANY
        maker = self.name(self.link("maker", node.code))
        return self.call("Closure", [function, self.tuple_of(captured), self.call(maker, captured)]), ANY

    def new_cell(self, node: anf.NewCell, last: bool) -> Made:
        return self.call("Cell", [self.value(node.value)]), ANY

    def get_cell(self, node: anf.GetCell, last: bool) -> Made:
        value = self.attribute(self.name(self.variable(node.var)), "value")
        if not node.var.early:
            return value, ANY
        self.site(node.span)
        first, again = self.twice(value)
        name = self.constant(node.var.name)
        return self.choice(self.compare(first, (IS, self.name("UNBOUND"))), self.call("early", [name]), again), ANY

    def set_cell(self, node: anf.SetCell, last: bool) -> Made:
        made, type_ = self.simple(node.value, last=True)
        if not isinstance(made, ast.Name | ast.Constant):
            made = self.kept(node.value, made)
        self.block.append(self.assign_attribute(self.name(self.variable(node.var)), "value", made))
        kept = self.kept(node, made) if not last else made
        return kept, type_

    def set_global(self, node: anf.SetGlobal, last: bool) -> Made:
        made, type_ = self.simple(node.value)
        site = self.site(node.span)
        site.result = node
        call = self.call("set_global", [self.name(self.link("global", node.module, node.name)), made])
        return (call if last else self.kept(node, call)), type_


def takes_statement(node: Simple) -> bool:
    """Whether an expression does something that must not be done twice."""
    if isinstance(node, anf.SetCell | anf.SetGlobal):
        return True
    if isinstance(node, anf.Primitive):
        return not repeatable(f"{node.module}.{node.name}") or any(map(takes_statement, node.args))
    if isinstance(node, anf.Choose):
        return any(map(takes_statement, (node.test, node.then, node.orelse)))
    return isinstance(node, anf.NewCell) and takes_statement(node.value)


EXPRESSIONS: dict[type[Simple], Callable[..., tuple[ast.expr, str]]] = {
    anf.Constant: Expressions.constant_of,
    anf.Reference: Expressions.reference,
    anf.GlobalReference: Expressions.global_reference,
    anf.Primitive: Expressions.primitive,
    anf.Choose: Expressions.choose,
    anf.MakeClosure: Expressions.make_closure,
    anf.NewCell: Expressions.new_cell,
    anf.GetCell: Expressions.get_cell,
    anf.SetCell: Expressions.set_cell,
    anf.SetGlobal: Expressions.set_global,
}

Inlined = Callable[[Expressions, anf.Primitive, "tuple[Simple, ...]"], "tuple[ast.expr, str] | None"]
INLINED: dict[str, Inlined] = {}
"""Primitives that become Python operators (`operators`); None where they cannot."""

__all__ = ["INLINED", "NUMBERS", "Expressions", "takes_statement"]
