"""Calls as Python expressions, or as requests to the machine.

    (f x)          call1(x)                     f is a function of the program; `links` says what call1 is
    (g x)          g.tur_run(x)                 g is a variable
    (shift ...)    raise Request(...)           a control operator; nothing follows it in this unit
                   return Pending(...)          the same, where the machine has called the unit itself

A call whose value is used at once and only once stands where that is used.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Code, Control, Simple, Var
from turmeric.intermediate.held import idle
from turmeric.running.compiled.expressions import Expressions, takes_statement
from turmeric.running.compiled.knowledge import ANY, NUMBERS, Knowledge, type_of_constant
from turmeric.running.compiled.links import Links
from turmeric.running.compiled.requesting import calls_operators
from turmeric.running.values import Closure
from turmeric.vocabulary import namespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.intermediate.surroundings import Around
    from turmeric.running.compiled.sites import Site
    from turmeric.running.steps import Linker


class Calls(Expressions):
    """Compiles the calls of one unit."""

    def __init__(
        self,
        linker: Linker,
        links: Links,
        code: Code,
        knowledge: Knowledge,
        direct: str | None,
        called_by_machine: bool = False,
    ) -> None:
        super().__init__(linker, links)
        self.code = code
        self.knowledge = knowledge
        self.direct = direct
        """The Python name by which the unit calls itself, if it does so directly."""
        self.called_by_machine = called_by_machine
        self.own_module_is_program = not linker.world.is_library(code.module)

    def called(self, node: anf.TailCall) -> ast.expr:
        """The expression that calls; its site is the last that was made."""
        operator = self.operator(node)
        if operator is not None:
            args = [made for made, _ in self.operands(node.args)]
            self.calling(node)
            return self.call("perform", [self.name(operator), *args])
        if self.knowledge.itself(node) and self.direct is not None:
            args = [made for made, _ in self.operands(node.args)]
            self.calling(node)
            return self.call(self.direct, args)
        if self.named_function(node):
            args = [made for made, _ in self.operands(node.args)]
            self.calling(node)
            function: Any = node.function
            return self.call(self.link("call", function.module, function.name, len(args)), args)
        callee, *given = self.operands([node.function, *node.args])
        self.calling(node)
        return self.call(self.attribute(callee[0], "tur_run"), [made for made, _ in given])

    def calling(self, node: anf.TailCall) -> None:
        """The site of a call."""
        site = self.site(node.span)
        site.tail = True
        if self.own_module_is_program and isinstance(node.function, anf.GlobalReference):
            found = node.function
            library = self.linker.world.is_library(found.module)
            site.library = library and self.linker.find(found.module, found.name).kind == namespace.FUNCTION

    def named_function(self, node: anf.TailCall) -> bool:
        found = node.function
        return isinstance(found, anf.GlobalReference) and (
            self.linker.find(found.module, found.name).kind == namespace.FUNCTION
        )

    def operator(self, node: anf.TailCall) -> str | None:
        """The link to the control operator that is called by its name."""
        found = node.function
        if not isinstance(found, anf.GlobalReference):
            return None
        if self.linker.find(found.module, found.name).kind != namespace.OPERATOR:
            return None
        return self.link("operator", found.module, found.name)

    def requested(self, node: anf.TailCall, let: anf.Let | None) -> bool:
        """A call of a control operator, which the machine makes: nothing follows it here.  Code that the
        machine itself has called gives it the frames that wait; other code raises the request."""
        operator = self.operator(node)
        here = self.called_by_machine and not self.inside_region()
        if operator is None and not (here and self.will_request(node, let)):
            return False
        if is_perform(node):
            return False
        callee = self.name(operator) if operator is not None else self.value(node.function)
        args = self.list_of([made for made, _ in self.operands(node.args)])
        self.calling(node)
        site = self.sites[-1]
        site.call, site.tail = let, let is None
        if here:
            self.block.append(self.returned(self.call("Pending", [callee, args, *self.waiting_frames(site)])))
        else:
            live = [self.name(self.variable(var)) for var in let.point.live] if let is not None else []
            self.block.append(self.raised(self.call("Request", [callee, args, self.tuple_of(live)])))
        return True

    def waiting_frames(self, site: Site) -> tuple[ast.expr, ast.expr]:
        """The frames of this function that wait at a site, and the site's place, for the machine."""
        frames: ast.expr = self.constant(None)
        for each in reversed(waiting(site.waiting)):
            live = [self.name(self.variable(var)) for var in each.point.live]
            frames = self.tuple_of([self.name(self.link("point", each)), self.tuple_of(live), frames])
        return frames, self.name(self.link("site", self.sites.index(site)))

    def will_request(self, node: anf.TailCall, let: anf.Let | None) -> bool:
        """Whether a call goes to a function that calls control operators itself: then the machine may as well call
        it, and nothing has to be raised."""
        found = node.function
        if not isinstance(found, anf.GlobalReference) or not self.named_function(node):
            return False
        value: Any = self.linker.find(found.module, found.name).value
        if let is None and self.linker.world.is_library(found.module) and self.own_module_is_program:
            return False  # a tail call that reports should show
        return type(value) is Closure and calls_operators(value.function)

    def performed(self, node: anf.TailCall, let: anf.Let | None) -> ast.expr:
        """A `perform` in code that the machine has called, and that gives it what has no clause to run in place."""
        args = [made for made, _ in self.operands(node.args)]
        self.calling(node)
        site = self.sites[-1]
        site.call, site.tail = let, let is None
        found: Any = node.function
        name = self.temporary()
        operator = self.link("operator", found.module, found.name)
        self.block.append(self.assign(name, self.call("performed", [self.name(operator), *args])))
        asked = [self.name(operator), self.list_of([self.attribute(self.name(name), "effect")])]
        pending = self.call("Pending", [*asked, *self.waiting_frames(site)])
        self.block.append(self.conditional(self.type_is(self.name(name), "Unhandled"), [self.returned(pending)], []))
        return self.name(name)

    def inside_region(self) -> bool:
        around = self.around
        while around is not None:
            if isinstance(around[0], anf.Marked):
                return True
            around = around[1]
        return False

    def pending_call(self, node: anf.Let, call: anf.TailCall) -> None:
        """`let v = f(x) in ...`: where `v` is used at once and once, the call stands in its place."""
        if is_perform(call) and self.called_by_machine and not self.inside_region():
            self.types[node.var] = ANY
            self.block.append(self.assign(self.variable(node.var), self.performed(call, node)))
            return
        made = self.called(call)
        site = self.sites[-1]
        site.call, site.tail = node, False
        itself = self.knowledge.itself(call)
        type_ = self.knowledge.result if itself and self.direct is not None else ANY
        self.types[node.var] = type_
        if idle(node):
            self.inlined[node.var] = (made, type_)
        elif self.used_at_once(node.body, node.var):
            if not (isinstance(node.body, anf.Return) and self.all_numbers(node.body.value)):
                made = self.named(self.variable(node.var), made)
            self.inlined[node.var] = (made, type_)
        else:
            self.block.append(self.assign(self.variable(node.var), made))

    def used_at_once(self, body: Control, var: Var) -> bool:
        """Whether a variable is used just once, in the next thing to be evaluated, before anything
        that could tell the difference.  (In a call of something else that would be looked at before.)"""
        first: Sequence[Simple]
        call = body.bound if isinstance(body, anf.Let) else body
        if isinstance(call, anf.TailCall):
            if not (self.direct is not None and self.knowledge.itself(call) and (var.temporary or call is body)):
                return False
            first = call.args
        elif isinstance(body, anf.Return):
            first = [body.value]
        elif isinstance(body, anf.Bind | anf.Branch) and var.temporary:
            first = [body.value if isinstance(body, anf.Bind) else body.test]
        else:
            return False
        return not any(map(takes_statement, first)) and leads(first, var)

    def all_numbers(self, node: Simple) -> bool:
        """Whether an expression is all Python operators on numbers, so that no call follows in it."""
        if isinstance(node, anf.Primitive):
            operator = node.module == "core" and node.name in ("+", "-", "*") and len(node.args) == 2
            return operator and all(map(self.all_numbers, node.args))
        if isinstance(node, anf.Reference):
            return self.types.get(node.var) in NUMBERS
        return isinstance(node, anf.Constant) and type_of_constant(node.value) in NUMBERS


def is_perform(node: anf.TailCall) -> bool:
    """Whether this is a `perform`, which compiled code may do itself."""
    found = node.function
    named = isinstance(found, anf.GlobalReference) and (found.module, found.name) == ("effects", "perform")
    return named and len(node.args) == 1


def waiting(around: Around) -> list[anf.Let]:
    """The points in a function that wait, the innermost first."""
    found: list[anf.Let] = []
    while around is not None:
        found.append(around[0])  # type: ignore[arg-type]
        around = around[1]
    return found


def leads(nodes: Sequence[Simple], var: Var) -> bool:
    """Whether a variable is used once, and only variables and constants are evaluated before it."""
    for place, node in enumerate(nodes):
        if isinstance(node, anf.Reference):
            if node.var is var:
                return uses(nodes[place + 1 :], var) == 0
        elif isinstance(node, anf.Primitive):
            return leads(node.args, var) and uses(nodes[place + 1 :], var) == 0
        elif isinstance(node, anf.Choose):
            return leads([node.test], var) and uses([node.then, node.orelse, *nodes[place + 1 :]], var) == 0
        elif not isinstance(node, anf.Constant):
            return False
    return False


def uses(nodes: Sequence[Simple], var: Var) -> int:
    """How often a variable is read in some simple expressions; in closures too."""
    count = 0
    work: list[Simple] = list(nodes)
    while work:
        node = work.pop()
        if isinstance(node, anf.Reference | anf.GetCell):
            count += node.var is var
        elif isinstance(node, anf.Primitive):
            work.extend(node.args)
        elif isinstance(node, anf.Choose):
            work += (node.test, node.then, node.orelse)
        elif isinstance(node, anf.MakeClosure):
            count += var in node.code.captured
        elif isinstance(node, anf.SetCell | anf.NewCell | anf.SetGlobal):
            work.append(node.value)
            count += isinstance(node, anf.SetCell) and node.var is var
    return count
