"""The normalizer: core forms in, A-normal form out.

    (+ 1 (f x))   ==>   let %0 = f(x) in + 1 %0

This module has functions and control; `simple` has what cannot capture, `naming` the
bindings.  `Let`s nest only where branches meet again or a mark ends.
"""

from __future__ import annotations

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Code, Control, Params, Simple, Var
from turmeric.intermediate.exits import as_region, settle, throwing
from turmeric.intermediate.held import hold
from turmeric.intermediate.naming import Binding, Frame, fold
from turmeric.intermediate.simple import KindOf, Simplifier, branch
from turmeric.reading import core
from turmeric.reading.core import Core, Label, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.vocabulary.spans import Span


class Normalizer(Simplifier):
    """Normalizes the code of one definition of a module, named `definition` in full."""

    def __init__(self, module: str, definition: str, kind_of: KindOf) -> None:
        super().__init__(kind_of)
        self.module = module
        self.definition = definition
        self.path: tuple[str, ...] = ()
        self.loops: dict[core.LoopTarget, anf.Loop] = {}
        self.crossed: dict[core.LoopTarget, int] = {}
        self.depth = 0
        self.blocks: dict[Label, int] = {}
        """How many frames of this function wait below each block around."""
        self.leaves: list[tuple[anf.Leave, list[Frame]]] = []
        """What leaves blocks, each with the frames between."""

    # Functions ------------------------------------------------------------------------------

    def top(self, form: Core, name: str, thunk: bool = False) -> Code:
        """The code of a whole definition: a function's own, or (`thunk`) one that gives its value."""
        if isinstance(form, core.Lambda) and not thunk:
            made = self.code(form)
        else:
            body = self.control(form)
            made = Code(name, self.module, self.definition, (), Params((), None, ()), (), body, form.span)
        for leave, frames in self.leaves:
            leave.depth = sum(frame.pushed for frame in frames)
        return hold(made, self.temporary)

    def function(self, form: core.Lambda) -> Code:
        """A lambda inside the definition; labels of points count anew in it."""
        outer = (self.path, self.labels, self.loops, self.crossed, self.waiting, self.blocks)
        self.path = (*self.path, form.name or "fn")
        self.labels, self.loops, self.crossed, self.waiting, self.blocks = {}, {}, {}, [], {}
        made = self.code(form)
        self.path, self.labels, self.loops, self.crossed, self.waiting, self.blocks = outer
        return made

    def code(self, form: core.Lambda) -> Code:
        params, prologue = self.params(form.params)
        body = fold(prologue, self.control(form.body))
        return Code(form.name or "fn", self.module, self.definition, self.path, params, (), body, form.span)

    def params(self, params: core.Parameters) -> tuple[Params, list[Binding]]:
        """Parameters and the prologue: defaults of keywords, cells for assigned ones."""
        prologue: list[Binding] = []
        required = [self.param(var, prologue) for var in params.required]
        rest = self.param(params.rest, prologue) if params.rest else None
        keys: list[tuple[str, Var, bool]] = []
        for name, variable, default in params.keys:
            keys.append((name, self.key_param(variable, default, prologue), default is None))
        return Params(required, rest, keys), prologue

    def param(self, variable: Variable, prologue: list[Binding]) -> Var:
        if not variable.assigned:
            return self.var(variable)
        incoming = self.new(variable.stem, variable.type)
        self.bind_cell(variable, anf.Reference(incoming), prologue)
        return incoming

    def key_param(self, variable: Variable, default: Core | None, prologue: list[Binding]) -> Var:
        """A keyword parameter: its default is evaluated when the call leaves it out."""
        if default is None:
            return self.param(variable, prologue)
        incoming = self.new("%" + variable.stem)
        missing = anf.Primitive("core", "missing?", [anf.Reference(incoming)], variable.span)
        inner: list[Binding] = []
        frame = self.wait()
        value = self.simple(default, inner)
        self.waiting.pop()
        if not inner:
            found: Simple = anf.Choose(missing, value, anf.Reference(incoming))
            self.bind(variable, found, prologue)
            return incoming
        branch = anf.Branch(missing, fold(inner, anf.Return(value)), anf.Return(anf.Reference(incoming)))
        found = anf.Reference(self.let(branch, prologue, variable.stem, variable.span, frame))
        self.bind(variable, found, prologue)
        return incoming

    # Control --------------------------------------------------------------------------------

    def control(self, form: Core) -> Control:
        """A form in tail position."""
        out: list[Binding] = []
        last = self.tail(form, out)
        return fold(out, last)

    def tail(self, form: Core, out: list[Binding]) -> Control:
        """The control of a form in tail position, after the bindings it adds to `out`."""
        form = self.last_of(form, out)
        if isinstance(form, core.If):
            test = self.simple(form.test, out)
            return branch(test, self.control(form.then), self.control(form.orelse))
        if isinstance(form, core.Call) and self.primitive(form) is None:
            function, *args = self.operands([form.function, *form.args], out)
            return anf.TailCall(function, args, form.span)
        if isinstance(form, core.Loop):
            return self.loop(form, out)
        if isinstance(form, core.Recur):
            args = self.operands(list(form.args), out)
            return self.recur(form, args)
        if isinstance(form, core.Marked):
            return self.marked(form, out)
        if isinstance(form, core.Block):
            return self.block(form, out)
        if isinstance(form, core.Leave):
            return self.leave(form, out)
        return anf.Return(self.simple(form, out))

    def loop(self, form: core.Loop, out: list[Binding]) -> Control:
        inits = self.operands(list(form.inits), out)
        prologue: list[Binding] = []
        variables = [self.param(var, prologue) for var in form.vars]
        made = anf.Loop(variables, inits)
        self.loops[form.target] = made
        self.crossed[form.target] = self.depth
        made.body = fold(prologue, self.control(form.body))
        return made

    def recur(self, form: core.Recur, args: list[Simple]) -> Control:
        """A jump; from under a mark, a request to the code outside of it to jump."""
        if self.crossed[form.target] == self.depth:
            return anf.Recur(self.loops[form.target], args)
        form.target.crossed = True
        return anf.Return(anf.Primitive("core", "next-turn", args, form.span))

    def marked(self, form: core.Marked, out: list[Binding]) -> Control:
        operands = self.operands(list(form.operands), out)
        outer = {target: target.crossed for target in self.loops}
        for target in self.loops:
            target.crossed = False
        self.depth += 1
        body = self.control(form.body)
        self.depth -= 1
        made: Control = anf.Marked(form.kind, operands, body, form.span)
        jumped = [target for target in self.loops if target in outer and target.crossed]
        for target, before in outer.items():
            target.crossed = target.crossed or before
        for target in jumped:
            made = self.after_mark(made, target, form.span)
        return made

    def after_mark(self, made: Control, target: core.LoopTarget, span: Span | None) -> Control:
        """After a mark under which a `recur` stood: do the jump that was asked for."""
        out: list[Binding] = []
        value = anf.Reference(self.let(made, out, "recur", span))
        asked = anf.Primitive("core", "next-turn?", [value], span)
        args = [anf.Primitive("core", "next-turn-part", [value, anf.Constant(i)], span) for i in range(target.arity)]
        if self.crossed[target] == self.depth:
            jump: Control = anf.Recur(self.loops[target], args)
            return fold(out, anf.Branch(asked, jump, anf.Return(value)))
        return fold(out, anf.Return(value))

    # Blocks ---------------------------------------------------------------------------------

    def block(self, form: core.Block, out: list[Binding]) -> Control:
        """A block is its body; one that is crossed is under marks."""
        label = form.label
        if label.crossed is None:
            settle(form)
        if label.crossed and label not in self.blocks:
            self.blocks[label] = len(self.waiting)
            return self.tail(as_region(form), out)
        self.blocks[label] = len(self.waiting)
        return self.tail(form.body, out)

    def leave(self, form: core.Leave, out: list[Binding]) -> Control:
        """An exit: the value in tail position of its block, or a throw to the block.

        The frames between are dropped before the value is computed, so that a call there is a
        tail call; unless the value itself may go to one of the blocks between."""
        if form.crosses:
            return self.tail(throwing(form), out)
        if form.nested:
            value = self.simple(form.value, out)
        waiting, level = self.waiting, self.blocks[form.label]
        self.waiting = waiting[:level]
        body = anf.Return(value) if form.nested else self.control(form.value)
        self.waiting = waiting
        made = anf.Leave(0, body)
        self.leaves.append((made, waiting[level:]))
        return made if waiting[level:] else body
