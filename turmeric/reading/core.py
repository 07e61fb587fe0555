"""Core forms: what the expander makes of a program and the normalizer takes.

    form   ::= Const | Local(var) | Global(module.name) | Lambda(params, form)
             | Call(form, form*) | If(form, form, form) | Seq(form+)
             | Let(var, form, form) | Letrec((var, Lambda)*, form)
             | Loop(var*, form*, form) | Recur(loop, form*)
             | SetLocal(var, form) | SetGlobal(module.name, form)
             | Marked(kind, form*, form)
             | Block(label, form) | Leave(label, form)

Every name is resolved: a `Variable` is an object, a global is a module and a name.
"""

from __future__ import annotations

from collections.abc import Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.vocabulary.spans import Span

PROMPT = "prompt"
HANDLER = "handler"
BINDING = "binding"
CLEANUP = "cleanup"


class Variable:
    """A local variable.

    `assigned`: some `set!` changes it, so it lives in a cell.  `defined`: expansion has
    passed its definition.  `early`: something may read it before its definition has run,
    so reading it is checked.  `stem` is what stored code calls it: the name without the
    number of `gensym`.
    """

    __slots__ = ("assigned", "defined", "early", "name", "span", "stem", "type", "used")

    def __init__(
        self, name: str, type: object = None, span: Span | None = None, stem: str | None = None
    ) -> None:
        self.name = name
        self.stem = name if stem is None else stem
        self.type = type
        self.span = span
        self.assigned = False
        self.defined = True
        self.early = False
        self.used = False

    def __repr__(self) -> str:
        return f"<variable {self.name}>"


class Core:
    """Any core form; `span` is where it was written."""

    __slots__ = ("span",)
    span: Span | None


class Const(Core):
    __slots__ = ("value",)

    def __init__(self, value: object, span: Span | None = None) -> None:
        self.value = value
        self.span = span


class Local(Core):
    __slots__ = ("var",)

    def __init__(self, var: Variable, span: Span | None = None) -> None:
        self.var = var
        self.span = span


class Global(Core):
    __slots__ = ("module", "name")

    def __init__(self, module: str, name: str, span: Span | None = None) -> None:
        self.module = module
        self.name = name
        self.span = span


class Parameters:
    """The parameters of a lambda: required ones, one that takes the rest, keyword ones.

    A keyword parameter is its keyword's name, its variable, and its default (or None: required).
    """

    __slots__ = ("keys", "required", "rest")

    def __init__(
        self,
        required: Sequence[Variable] = (),
        rest: Variable | None = None,
        keys: Sequence[tuple[str, Variable, Core | None]] = (),
    ) -> None:
        self.required = tuple(required)
        self.rest = rest
        self.keys = tuple(keys)

    def variables(self) -> list[Variable]:
        """All of them, in the order in which a call fills them in."""
        rest = [self.rest] if self.rest else []
        return [*self.required, *rest, *(var for _, var, _ in self.keys)]


class Lambda(Core):
    __slots__ = ("body", "name", "params")

    def __init__(self, name: str | None, params: Parameters, body: Core, span: Span | None = None) -> None:
        self.name = name
        self.params = params
        self.body = body
        self.span = span


class Call(Core):
    __slots__ = ("args", "function")

    def __init__(self, function: Core, args: Sequence[Core], span: Span | None = None) -> None:
        self.function = function
        self.args = tuple(args)
        self.span = span


class If(Core):
    __slots__ = ("orelse", "test", "then")

    def __init__(self, test: Core, then: Core, orelse: Core, span: Span | None = None) -> None:
        self.test = test
        self.then = then
        self.orelse = orelse
        self.span = span


class Seq(Core):
    __slots__ = ("forms",)

    def __init__(self, forms: Sequence[Core], span: Span | None = None) -> None:
        self.forms = tuple(forms)
        self.span = span


class Let(Core):
    __slots__ = ("body", "init", "var")

    def __init__(self, var: Variable, init: Core, body: Core, span: Span | None = None) -> None:
        self.var = var
        self.init = init
        self.body = body
        self.span = span


class Letrec(Core):
    __slots__ = ("bindings", "body")

    def __init__(self, bindings: Sequence[tuple[Variable, Lambda]], body: Core, span: Span | None = None) -> None:
        self.bindings = tuple(bindings)
        self.body = body
        self.span = span


class LoopTarget:
    """What a `recur` jumps to: a `Loop`, before and after it is built.

    `owner` names the function when its whole body is the loop; `used`: some `recur` jumps here."""

    __slots__ = ("arity", "crossed", "owner", "used")

    def __init__(self, arity: int, owner: str | None = None) -> None:
        self.arity = arity
        self.owner = owner
        self.crossed = False
        self.used = False


class Loop(Core):
    __slots__ = ("body", "inits", "target", "vars")

    def __init__(
        self,
        target: LoopTarget,
        vars: Sequence[Variable],
        inits: Sequence[Core],
        body: Core,
        span: Span | None = None,
    ) -> None:
        self.target = target
        self.vars = tuple(vars)
        self.inits = tuple(inits)
        self.body = body
        self.span = span


class Recur(Core):
    __slots__ = ("args", "target")

    def __init__(self, target: LoopTarget, args: Sequence[Core], span: Span | None = None) -> None:
        self.target = target
        self.args = tuple(args)
        self.span = span


class SetLocal(Core):
    __slots__ = ("value", "var")

    def __init__(self, var: Variable, value: Core, span: Span | None = None) -> None:
        self.var = var
        self.value = value
        self.span = span


class SetGlobal(Core):
    __slots__ = ("module", "name", "value")

    def __init__(self, module: str, name: str, value: Core, span: Span | None = None) -> None:
        self.module = module
        self.name = name
        self.value = value
        self.span = span


class Marked(Core):
    """`body` evaluated under a mark: a prompt, a handler, a dynamic binding or a clean-up."""

    __slots__ = ("body", "kind", "operands")

    def __init__(self, kind: str, operands: Sequence[Core], body: Core, span: Span | None = None) -> None:
        self.kind = kind
        self.operands = tuple(operands)
        self.body = body
        self.span = span


class Label:
    """The end of a `Block`, where a `Leave` goes on.

    `used`: some `Leave` goes there.  `crossed` (None: not found out yet): some does so out of
    a function or a region inside the block.  `late` is what is said when a function that was
    made in the block leaves it after it has ended.  `identity` tells a crossed block's running
    body from others.
    """

    __slots__ = ("crossed", "identity", "late", "name", "used")

    def __init__(self, name: str, late: str) -> None:
        self.name = name
        self.late = late
        self.used = False
        self.crossed: bool | None = None
        self.identity = Variable("%" + name)


class Block(Core):
    """`body`, which a `Leave` inside it ends early."""

    __slots__ = ("body", "label")

    def __init__(self, label: Label, body: Core, span: Span | None = None) -> None:
        self.label = label
        self.body = body
        self.span = span


class Leave(Core):
    """Ends the block of that label; `value` is the block's value.

    `crosses` and `nested` are found out together with the label's `crossed`: whether it leaves a function or
    a region on its way, and whether its value may leave another block on the way."""

    __slots__ = ("crosses", "label", "nested", "value")

    def __init__(self, label: Label, value: Core, span: Span | None = None) -> None:
        self.label = label
        self.value = value
        self.span = span
        self.crosses = False
        self.nested = False
