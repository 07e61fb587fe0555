"""The normalizer: core forms in, A-normal form out.

    (+ 1 (f x))   ==>   let %0 = f(x) in + 1 %0

Whatever cannot capture stays a nested simple expression.  Arguments are evaluated
from left to right: an argument whose value a later, named one could change is named
first.  `Let`s nest only where branches meet again or a mark ends.
"""

from __future__ import annotations

from collections.abc import Callable

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Code, Control, Params, Point, Simple, Var
from turmeric.reading import core
from turmeric.reading.core import Core, Variable
from turmeric.vocabulary import namespace
from turmeric.vocabulary.symbols import Keyword

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.vocabulary.spans import Span

Binding = Callable[[Control], Control]
KindOf = Callable[[str, str], str]
"""The kind of a global, by module and name (see `vocabulary.namespace`)."""

STEADY_KINDS = (namespace.FUNCTION, namespace.PRIMITIVE, namespace.OPERATOR, namespace.TYPE, namespace.METHOD)
"""Kinds of globals whose value does not change while arguments are evaluated."""

NESTING = 40
"""Depth of a simple expression beyond which its parts are named."""


class Normalizer:
    """Normalizes the code of one definition of a module, named `definition` in full."""

    def __init__(self, module: str, definition: str, kind_of: KindOf) -> None:
        self.module = module
        self.definition = definition
        self.kind_of = kind_of
        self.path: tuple[str, ...] = ()
        self.variables: dict[Variable, Var] = {}
        self.loops: dict[core.LoopTarget, anf.Loop] = {}
        self.crossed: dict[core.LoopTarget, int] = {}
        self.depth = 0
        self.count = 0
        self.labels: dict[str, int] = {}

    # Variables ------------------------------------------------------------------------------

    def new(self, name: str, type: object = None, assigned: bool = False, early: bool = False) -> Var:
        self.count += 1
        return Var(name, self.count, type, assigned, early)

    def temporary(self) -> Var:
        return self.new("%")

    def var(self, variable: Variable) -> Var:
        """The A-normal form of a variable; made where it is bound."""
        made = self.variables.get(variable)
        if made is None:
            made = self.new(variable.name, variable.type, variable.assigned, variable.early)
            self.variables[variable] = made
        return made

    # Functions ------------------------------------------------------------------------------

    def top(self, form: Core, name: str, thunk: bool = False) -> Code:
        """The code of a whole definition: a function's own, or (`thunk`) one that gives its value."""
        if isinstance(form, core.Lambda) and not thunk:
            return self.code(form)
        return Code(name, self.module, self.definition, (), Params((), None, ()), (), self.control(form), form.span)

    def function(self, form: core.Lambda) -> Code:
        """A lambda inside the definition; labels of points count anew in it."""
        outer = (self.path, self.labels, self.loops, self.crossed)
        self.path = (*self.path, form.name or "fn")
        self.labels, self.loops, self.crossed = {}, {}, {}
        made = self.code(form)
        self.path, self.labels, self.loops, self.crossed = outer
        return made

    def code(self, form: core.Lambda) -> Code:
        params, prologue = self.params(form.params)
        body = self.fold(prologue, self.control(form.body))
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
        incoming = self.new(variable.name, variable.type)
        self.bind_cell(variable, anf.Reference(incoming), prologue)
        return incoming

    def key_param(self, variable: Variable, default: Core | None, prologue: list[Binding]) -> Var:
        """A keyword parameter: its default is evaluated when the call leaves it out."""
        if default is None:
            return self.param(variable, prologue)
        incoming = self.new("%" + variable.name)
        missing = anf.Primitive("core", "missing?", [anf.Reference(incoming)], variable.span)
        inner: list[Binding] = []
        value = self.simple(default, inner)
        if not inner:
            found: Simple = anf.Choose(missing, value, anf.Reference(incoming))
            self.bind(variable, found, prologue)
            return incoming
        branch = anf.Branch(missing, self.fold(inner, anf.Return(value)), anf.Return(anf.Reference(incoming)))
        self.bind(variable, anf.Reference(self.let(branch, prologue, variable.name, variable.span)), prologue)
        return incoming

    # Control --------------------------------------------------------------------------------

    def control(self, form: Core) -> Control:
        """A form in tail position."""
        out: list[Binding] = []
        last = self.tail(form, out)
        return self.fold(out, last)

    def fold(self, out: list[Binding], last: Control) -> Control:
        for binding in reversed(out):
            last = binding(last)
        return last

    def tail(self, form: Core, out: list[Binding]) -> Control:
        """The control of a form in tail position, after the bindings it adds to `out`."""
        while True:
            if isinstance(form, core.Let):
                self.bind_form(form.var, form.init, out)
                form = form.body
            elif isinstance(form, core.Seq):
                for each in form.forms[:-1]:
                    self.effect(each, out)
                form = form.forms[-1]
            elif isinstance(form, core.Letrec):
                self.letrec(form, out)
                form = form.body
            else:
                return self.tail_of(form, out)

    def tail_of(self, form: Core, out: list[Binding]) -> Control:
        if isinstance(form, core.If):
            test = self.simple(form.test, out)
            then, orelse = self.control(form.then), self.control(form.orelse)
            if isinstance(then, anf.Return) and isinstance(orelse, anf.Return):
                chosen = anf.Choose(test, then.value, orelse.value)
                if depth_of(chosen) < NESTING:
                    return anf.Return(chosen)
            return anf.Branch(test, then, orelse)
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
        return anf.Return(self.simple(form, out))

    def loop(self, form: core.Loop, out: list[Binding]) -> Control:
        inits = self.operands(list(form.inits), out)
        prologue: list[Binding] = []
        variables = [self.param(var, prologue) for var in form.vars]
        made = anf.Loop(variables, inits)
        self.loops[form.target] = made
        self.crossed[form.target] = self.depth
        made.body = self.fold(prologue, self.control(form.body))
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
            return self.fold(out, anf.Branch(asked, jump, anf.Return(value)))
        return self.fold(out, anf.Return(value))

    # Simple expressions ---------------------------------------------------------------------

    def simple(self, form: Core, out: list[Binding]) -> Simple:
        """The value of a form as a simple expression, after the bindings it adds to `out`."""
        while True:
            if isinstance(form, core.Let):
                self.bind_form(form.var, form.init, out)
                form = form.body
            elif isinstance(form, core.Seq):
                for each in form.forms[:-1]:
                    self.effect(each, out)
                form = form.forms[-1]
            elif isinstance(form, core.Letrec):
                self.letrec(form, out)
                form = form.body
            else:
                return self.simple_of(form, out)

    def simple_of(self, form: Core, out: list[Binding]) -> Simple:
        if isinstance(form, core.Const):
            return anf.Constant(form.value)
        if isinstance(form, core.Local):
            var = self.var(form.var)
            return anf.GetCell(var, form.span) if var.assigned else anf.Reference(var)
        if isinstance(form, core.Global):
            return anf.GlobalReference(form.module, form.name, form.span)
        if isinstance(form, core.Lambda):
            return anf.MakeClosure(self.function(form))
        if isinstance(form, core.SetLocal):
            return anf.SetCell(self.var(form.var), self.simple(form.value, out))
        if isinstance(form, core.SetGlobal):
            return anf.SetGlobal(form.module, form.name, self.simple(form.value, out), form.span)
        if isinstance(form, core.If):
            return self.simple_if(form, out)
        if isinstance(form, core.Call):
            found = self.primitive(form)
            if found is not None:
                module, name, args = found
                made: Simple = anf.Primitive(module, name, self.operands(args, out), form.span)
                return self.shallow(made, out)
        return anf.Reference(self.let(self.control(form), out, label_of(form), form.span))

    def simple_if(self, form: core.If, out: list[Binding]) -> Simple:
        """`if` is simple when both branches are; otherwise they meet in a `Let`."""
        test = self.simple(form.test, out)
        inner: tuple[list[Binding], list[Binding]] = ([], [])
        then, orelse = self.simple(form.then, inner[0]), self.simple(form.orelse, inner[1])
        if not inner[0] and not inner[1]:
            return self.shallow(anf.Choose(test, then, orelse), out)
        branch = anf.Branch(test, self.fold(inner[0], anf.Return(then)), self.fold(inner[1], anf.Return(orelse)))
        return anf.Reference(self.let(branch, out, "if", form.span))

    def shallow(self, made: Simple, out: list[Binding]) -> Simple:
        """`made`, named when it has grown too deep for the evaluator's recursion."""
        if depth_of(made) < NESTING:
            return made
        var = self.temporary()
        out.append(lambda body: anf.Bind(var, made, body))
        return anf.Reference(var)

    def operands(self, forms: list[Core], out: list[Binding]) -> list[Simple]:
        """Operands from left to right; those that later ones could disturb are named."""
        made: list[Simple] = []
        settled = 0
        for form in forms:
            before = len(out)
            made.append(self.simple(form, out))
            if len(out) > before:
                fresh: list[Binding] = []
                for place in range(settled, len(made) - 1):
                    if not self.steady(made[place]):
                        made[place] = self.named(made[place], fresh)
                out[before:before] = fresh
                settled = len(made) - 1
        return made

    def named(self, value: Simple, out: list[Binding]) -> Simple:
        var = self.temporary()
        out.append(lambda body: anf.Bind(var, value, body))
        return anf.Reference(var)

    def steady(self, value: Simple) -> bool:
        """Whether evaluating `value` later gives the same."""
        if isinstance(value, anf.GlobalReference):
            return self.kind_of(value.module, value.name) in STEADY_KINDS
        return isinstance(value, anf.Constant | anf.Reference | anf.MakeClosure)

    def primitive(self, form: core.Call) -> tuple[str, str, list[Core]] | None:
        """A call that cannot capture, as a primitive and its operands; None for other calls."""
        function = form.function
        if isinstance(function, core.Global):
            kind = self.kind_of(function.module, function.name)
            if kind == namespace.PRIMITIVE:
                return function.module, function.name, list(form.args)
            if kind == namespace.TYPE:
                return "core", "construct", [function, *form.args]
        if isinstance(function, core.Const) and isinstance(function.value, Keyword) and 1 <= len(form.args) <= 2:
            return "core", "get", [form.args[0], function, *form.args[1:]]
        return None

    # Bindings -------------------------------------------------------------------------------

    def effect(self, form: Core, out: list[Binding]) -> None:
        """A form whose value nobody wants."""
        value = self.simple(form, out)
        if isinstance(value, anf.Constant | anf.Reference | anf.MakeClosure):
            return
        self.named(value, out)

    def let(self, bound: Control, out: list[Binding], label: str, span: Span | None) -> Var:
        """Name the value of `bound`: a point, unless it is simple."""
        var = self.temporary()
        if isinstance(bound, anf.Return):
            value = bound.value
            out.append(lambda body: anf.Bind(var, value, body))
            return var
        count = self.labels[label] = self.labels.get(label, 0) + 1
        point = Point(label if count == 1 else f"{label}.{count}", span)
        out.append(lambda body: let_or_tail(point, var, bound, body))
        return var

    def bind_form(self, variable: Variable, init: Core, out: list[Binding]) -> None:
        self.bind(variable, self.simple(init, out), out)

    def bind(self, variable: Variable, value: Simple, out: list[Binding]) -> None:
        if variable.assigned:
            self.bind_cell(variable, value, out)
            return
        var = self.var(variable)
        out.append(lambda body: bind_or_rename(var, value, body))

    def bind_cell(self, variable: Variable, value: Simple, out: list[Binding]) -> None:
        var = self.var(variable)
        out.append(lambda body: anf.Bind(var, anf.NewCell(value), body))

    def letrec(self, form: core.Letrec, out: list[Binding]) -> None:
        for variable, _ in form.bindings:
            if variable.assigned:
                self.bind_cell(variable, anf.Constant(None), out)
        made = [(self.var(variable), self.function(function)) for variable, function in form.bindings]
        plain = [(var, code) for var, code in made if not var.assigned]
        if plain:
            out.append(lambda body: anf.Fix(plain, body))
        for var, code in made:
            if var.assigned:
                self.named(anf.SetCell(var, anf.MakeClosure(code)), out)


def let_or_tail(point: Point, var: Var, bound: Control, body: Control) -> Control:
    """`let x = M in x` is `M`: a call in tail position leaves no frame."""
    if isinstance(body, anf.Return) and isinstance(body.value, anf.Reference) and body.value.var is var:
        return bound
    if isinstance(body, anf.Bind) and isinstance(body.value, anf.Reference) and body.value.var is var and var.temporary:
        return anf.Let(point, body.var, bound, body.body)
    return anf.Let(point, var, bound, body)


def bind_or_rename(var: Var, value: Simple, body: Control) -> Control:
    return anf.Bind(var, value, body)


def label_of(form: Core) -> str:
    """What is pending at a point: the name of what is called, or the kind of form."""
    if isinstance(form, core.Call):
        function = form.function
        if isinstance(function, core.Global):
            return function.name
        return function.var.name if isinstance(function, core.Local) else "call"
    return type(form).__name__.lower()


def depth_of(value: Simple) -> int:
    """The nesting of a simple expression, looked at no deeper than its parts were."""
    depth, level = 0, [value]
    while level and depth <= NESTING:
        depth += 1
        below: list[Simple] = []
        for each in level:
            if isinstance(each, anf.Primitive):
                below += each.args
            elif isinstance(each, anf.Choose):
                below += (each.test, each.then, each.orelse)
            elif isinstance(each, anf.SetCell | anf.NewCell | anf.SetGlobal):
                below.append(each.value)
        level = below
    return depth
