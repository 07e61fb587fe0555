"""Simple expressions: the value of a core form, after the bindings that it takes.

    (+ 1 (f x))   ==>   + 1 %0, after the binding  let %0 = f(x)

Whatever cannot capture stays a nested simple expression.  Arguments are evaluated
from left to right: an argument whose value a later, named one could change is named
first.
"""

from __future__ import annotations

from collections.abc import Callable

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Code, Control, Simple
from turmeric.intermediate.exits import never_ends
from turmeric.intermediate.naming import Binding, Frame, Naming, fold
from turmeric.reading import core
from turmeric.reading.core import Core, Variable
from turmeric.vocabulary import namespace
from turmeric.vocabulary.symbols import Keyword

KindOf = Callable[[str, str], str]
"""The kind of a global, by module and name (see `vocabulary.namespace`)."""

STEADY_KINDS = (namespace.FUNCTION, namespace.PRIMITIVE, namespace.OPERATOR, namespace.TYPE, namespace.METHOD)
"""Kinds of globals whose value does not change while arguments are evaluated."""

NESTING = 40
"""Depth of a simple expression beyond which its parts are named."""


class Simplifier(Naming):
    """Makes simple expressions; the normalizer proper adds functions and control."""

    def __init__(self, kind_of: KindOf) -> None:
        super().__init__()
        self.kind_of = kind_of

    def control(self, form: Core) -> Control:
        """A form in tail position."""
        raise NotImplementedError

    def function(self, form: core.Lambda) -> Code:
        """A lambda inside the definition."""
        raise NotImplementedError

    def simple(self, form: Core, out: list[Binding]) -> Simple:
        """The value of a form as a simple expression, after the bindings it adds to `out`."""
        return self.simple_of(self.last_of(form, out), out)

    def last_of(self, form: Core, out: list[Binding]) -> Core:
        """The form that gives the value of nested `Let`s and sequences; what comes first goes to `out`."""
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
                return form

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
        if isinstance(form, core.Leave):
            return self.left(form, out)
        if isinstance(form, core.Call):
            found = self.primitive(form)
            if found is not None:
                module, name, args = found
                made: Simple = anf.Primitive(module, name, self.operands(args, out), form.span)
                return self.shallow(made, out)
        frame = self.wait()
        bound = self.control(form)
        self.waiting.pop()
        return anf.Reference(self.let(bound, out, label_of(form), form.span, frame))

    def wait(self) -> Frame:
        """Note that what is normalized next runs above one more frame, until it is taken off `waiting`."""
        frame = Frame()
        self.waiting.append(frame)
        return frame

    def left(self, form: Core, out: list[Binding]) -> Simple:
        """A form that always leaves: the code that would follow it never runs."""
        leaving = self.control(form)
        out.append(lambda body: leaving)
        return anf.Constant(None)

    def simple_if(self, form: core.If, out: list[Binding]) -> Simple:
        """`if` is simple when both branches are; otherwise they meet in a `Let`, unless one leaves."""
        test = self.simple(form.test, out)
        if never_ends(form.then) or never_ends(form.orelse):
            return self.one_way(form, test, out)
        frame = self.wait()
        inner: tuple[list[Binding], list[Binding]] = ([], [])
        then, orelse = self.simple(form.then, inner[0]), self.simple(form.orelse, inner[1])
        self.waiting.pop()
        if not inner[0] and not inner[1]:
            return self.shallow(anf.Choose(test, then, orelse), out)
        branch = anf.Branch(test, fold(inner[0], anf.Return(then)), fold(inner[1], anf.Return(orelse)))
        return anf.Reference(self.let(branch, out, "if", form.span, frame))

    def one_way(self, form: core.If, test: Simple, out: list[Binding]) -> Simple:
        """An `if` with a branch that always leaves: what follows is in the other branch."""
        if never_ends(form.then):
            leaving = self.control(form.then)
            out.append(lambda body: branch(test, leaving, body))
            return self.simple(form.orelse, out)
        leaving = self.control(form.orelse)
        out.append(lambda body: branch(test, body, leaving))
        return self.simple(form.then, out)

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

    def effect(self, form: Core, out: list[Binding]) -> None:
        """A form whose value nobody wants."""
        value = self.simple(form, out)
        if isinstance(value, anf.Constant | anf.Reference | anf.MakeClosure):
            return
        self.named(value, out)

    def bind_form(self, variable: Variable, init: Core, out: list[Binding]) -> None:
        self.bind(variable, self.simple(init, out), out)

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


def branch(test: Simple, then: Control, orelse: Control) -> Control:
    """`if M else M` in tail position; when both just give values, a choice of one."""
    if isinstance(then, anf.Return) and isinstance(orelse, anf.Return):
        chosen = anf.Choose(test, then.value, orelse.value)
        if depth_of(chosen) < NESTING:
            return anf.Return(chosen)
    return anf.Branch(test, then, orelse)


def label_of(form: Core) -> str:
    """What is pending at a point: the name of what is called, or the kind of form."""
    if isinstance(form, core.Call):
        function = form.function
        if isinstance(function, core.Global):
            return checkpoint_label(form) or function.name
        return function.var.name if isinstance(function, core.Local) else "call"
    return type(form).__name__.lower()


def checkpoint_label(form: core.Call) -> str | None:
    """The label of a named checkpoint, by which its frame can be found again after edits."""
    function, first = form.function, form.args[0] if form.args else None
    if not isinstance(function, core.Global) or (function.module, function.name) != ("checkpoint", "checkpoint"):
        return None
    return f'checkpoint "{first.value}"' if isinstance(first, core.Const) and type(first.value) is str else None


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
