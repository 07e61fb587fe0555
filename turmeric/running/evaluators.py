"""Simple expressions, linked: each becomes a Python closure from environment to value.

The environment of an activation is a list; linking has settled which place each
variable has.  An error gets its place in the source where it first passes.
"""

from __future__ import annotations

from collections.abc import Callable

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Simple, Var
from turmeric.running import arithmetic
from turmeric.running.functions import Function
from turmeric.running.structure import check_for, construct, fits
from turmeric.running.values import Builtin, Cell, Closure
from turmeric.vocabulary import namespace
from turmeric.vocabulary.errors import TurmericError, failure
from turmeric.vocabulary.namespace import UNBOUND, Global
from turmeric.vocabulary.structs import StructType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.running.functions import Environment
    from turmeric.vocabulary.spans import Span

    Evaluator = Callable[[Environment], Any]

Scope = dict[Var | Simple, int]
"""The place of each variable in the environment, and of expressions that are evaluated already."""


class Place:
    """Where an expression stands: its span and its function's name."""

    __slots__ = ("function", "span")

    def __init__(self, span: Span | None, function: str) -> None:
        self.span = span
        self.function = function


def located(error: BaseException, place: Place) -> TurmericError:
    """The error as Turmeric's, with its place unless it already has one."""
    made = error if isinstance(error, TurmericError) else translated(error)
    if made.span is None and not made.trace:
        made.span = place.span
        made.trace = ((place.function, place.span),)
    return made


def cause_of(error: BaseException) -> BaseException | None:
    """The Python exception behind an error, if there is one."""
    return error.__cause__ if isinstance(error, TurmericError) else error


def translated(error: BaseException) -> TurmericError:
    """A Python exception as a Turmeric error, of which it is the cause."""
    made = failure(*translation(error))
    made.__cause__ = error
    return made


def translation(error: BaseException) -> tuple[str, str, object]:
    """The name, message and data of the error for a Python exception."""
    if isinstance(error, ZeroDivisionError):
        return "division-by-zero", "division by zero", None
    if isinstance(error, OverflowError):
        return "overflow", f"the result is too large: {error}", None
    if isinstance(error, OSError):
        name = f": {error.filename}" if error.filename else ""
        return "io-error", f"{error.strerror or str(error) or type(error).__name__}{name}", error.filename
    kind = type(error).__name__
    return "python-error", f"{kind}: {error}", kind


class Evaluators:
    """Links simple expressions of one function.

    `find` gives the global of a module and a name, `linked` the function of a piece of code, `named`
    a primitive's operands with names as they are in this process.
    """

    def __init__(
        self,
        find: Callable[[str, str], Global],
        linked: Callable[[anf.Code], Function],
        named: Callable[[str, tuple[Simple, ...]], tuple[Simple, ...]],
        function: str,
    ) -> None:
        self.find = find
        self.linked = linked
        self.named = named
        self.function = function

    def evaluator(self, node: Simple, scope: Scope) -> Evaluator:
        """The Python closure for a simple expression; in an environment that has its value, that."""
        if node in scope:
            place = scope[node]
            return lambda env: env[place]
        return MAKERS[type(node)](self, node, scope)

    def place(self, span: Span | None) -> Place:
        return Place(span, self.function)


def constant(_: Evaluators, node: anf.Constant, scope: Scope) -> Evaluator:
    value = node.value
    return lambda env: value


def reference(_: Evaluators, node: anf.Reference, scope: Scope) -> Evaluator:
    place = scope[node.var]
    return lambda env: env[place]


def global_reference(link: Evaluators, node: anf.GlobalReference, scope: Scope) -> Evaluator:
    found, place = link.find(node.module, node.name), link.place(node.span)

    def evaluate(env: Environment) -> Any:
        value = found.value
        if value is UNBOUND:
            return forced(found, place)
        return value

    return evaluate


def forced(found: Global, place: Place) -> Any:
    """The value of a global that has none yet: made now, or an error."""
    value = found.force()
    if value is UNBOUND:
        raise located(failure("unbound-variable", unbound_message(found), found.name), place)
    return value


SUGGEST: Callable[[Global], list[str]] = lambda found: []  # noqa: E731
"""Names that are visible where a global was looked for; the loader sets this."""


def unbound_message(found: Global) -> str:
    from turmeric.running import evaluators
    from turmeric.vocabulary.elsewhere import meant

    near = meant(found.name, (name for name in evaluators.SUGGEST(found) if name != found.name))
    hint = f"; did you mean `{near}`?" if near else ""
    return f"`{found.name}` is not defined{hint}"


def choose(link: Evaluators, node: anf.Choose, scope: Scope) -> Evaluator:
    test, then, orelse = (link.evaluator(part, scope) for part in (node.test, node.then, node.orelse))

    def evaluate(env: Environment) -> Any:
        value = test(env)
        if value is None or value is False:
            return orelse(env)
        return then(env)

    return evaluate


def make_closure(link: Evaluators, node: anf.MakeClosure, scope: Scope) -> Evaluator:
    function = link.linked(node.code)
    places = [scope[var] for var in node.code.captured]
    if not places:
        return lambda env: Closure(function, ())
    return lambda env: Closure(function, tuple([env[place] for place in places]))


def new_cell(link: Evaluators, node: anf.NewCell, scope: Scope) -> Evaluator:
    value = link.evaluator(node.value, scope)
    return lambda env: Cell(value(env))


def get_cell(link: Evaluators, node: anf.GetCell, scope: Scope) -> Evaluator:
    place = scope[node.var]
    if not node.var.early:
        return lambda env: env[place].value
    name, where = node.var.name, link.place(node.span)

    def evaluate(env: Environment) -> Any:
        value = env[place].value
        if value is UNBOUND:
            raise located(failure("unbound-variable", f"`{name}` is read before its definition has run", name), where)
        return value

    return evaluate


def set_cell(link: Evaluators, node: anf.SetCell, scope: Scope) -> Evaluator:
    place, value = scope[node.var], link.evaluator(node.value, scope)

    def evaluate(env: Environment) -> Any:
        made = env[place].value = value(env)
        return made

    return evaluate


def set_global(link: Evaluators, node: anf.SetGlobal, scope: Scope) -> Evaluator:
    found, value = link.find(node.module, node.name), link.evaluator(node.value, scope)
    place = link.place(node.span)

    def evaluate(env: Environment) -> Any:
        made = value(env)
        if found.force() is UNBOUND:
            raise located(failure("unbound-variable", unbound_message(found), found.name), place)
        found.assign(made)
        if found.kind == namespace.FUNCTION:
            found.kind = namespace.VALUE
        return made

    return evaluate


def primitive(link: Evaluators, node: anf.Primitive, scope: Scope) -> Evaluator:
    """A primitive's call, with the common arithmetic done in place."""
    operands = link.named(f"{node.module}.{node.name}", node.args)
    args = [link.evaluator(arg, scope) for arg in operands]
    place = link.place(node.span)
    builtin = link.find(node.module, node.name).force()
    if not isinstance(builtin, Builtin):
        raise failure("unbound-variable", f"the primitive {node.module}.{node.name} is missing")
    if len(args) < builtin.minimum or (builtin.maximum is not None and len(args) > builtin.maximum):
        return wrong_arity(builtin, args, place)
    if builtin.symbol == "core.construct" and isinstance(node.args[0], anf.GlobalReference):
        found = link.find(node.args[0].module, node.args[0].name)
        return construction(found, args[1:], primitive_call(builtin.call, args, place), place)
    if builtin.symbol == "core.check-type" and isinstance(operands[1], anf.Constant):
        return checked(args[0], check_for(operands[1].value), builtin.call, operands, place)
    inlined = arithmetic.INLINE.get(builtin.symbol) if len(args) == 2 else None
    if inlined is not None:
        made: Evaluator = inlined(args[0], args[1], builtin.call, place, located)
        return made
    return primitive_call(builtin.call, args, place)


def construction(found: Global, args: list[Evaluator], general: Evaluator, place: Place) -> Evaluator:
    """A struct made by the name of its type from its fields in order; `general` is for the rest."""
    count = len(args)

    def evaluate(env: Environment) -> Any:
        type_ = found.value
        if type(type_) is not StructType or len(type_.fields) != count:
            return general(env)
        values = [arg(env) for arg in args]
        if type_.loose or fits(type_, values):
            return type_.make(type_, tuple(values))
        try:
            return construct(type_, values)
        except Exception as error:
            raise located(error, place) from cause_of(error)

    return evaluate


def checked(
    arg: Evaluator,
    check: Callable[[object], bool],
    call: Callable[..., Any],
    operands: tuple[Simple, ...],
    place: Place,
) -> Evaluator:
    """A value that must be of a type; `call` raises the error."""
    wanted, what = [part.value if isinstance(part, anf.Constant) else None for part in operands[1:]]

    def evaluate(env: Environment) -> Any:
        value = arg(env)
        if check(value):
            return value
        try:
            return call(value, wanted, what)
        except Exception as error:
            raise located(error, place) from cause_of(error)

    return evaluate


def primitive_call(call: Callable[..., Any], args: list[Evaluator], place: Place) -> Evaluator:
    if len(args) == 1:
        return unary(call, args[0], place)
    if len(args) == 2:
        return binary(call, args[0], args[1], place)

    def evaluate(env: Environment) -> Any:
        try:
            return call(*[arg(env) for arg in args])
        except Exception as error:
            raise located(error, place) from cause_of(error)

    return evaluate


def unary(call: Callable[..., Any], arg: Evaluator, place: Place) -> Evaluator:
    def evaluate(env: Environment) -> Any:
        try:
            return call(arg(env))
        except Exception as error:
            raise located(error, place) from cause_of(error)

    return evaluate


def binary(call: Callable[..., Any], first: Evaluator, second: Evaluator, place: Place) -> Evaluator:
    def evaluate(env: Environment) -> Any:
        try:
            return call(first(env), second(env))
        except Exception as error:
            raise located(error, place) from cause_of(error)

    return evaluate


def wrong_arity(builtin: Builtin, args: list[Evaluator], place: Place) -> Evaluator:
    def evaluate(env: Environment) -> Any:
        for arg in args:
            arg(env)
        raise located(arity_error(builtin, len(args)), place)

    return evaluate


def arity_error(callee: Any, got: int) -> TurmericError:
    """The error for a primitive called with the wrong number of arguments."""
    low, high = callee.minimum, callee.maximum
    if high is None:
        expected = f"at least {low}"
    else:
        expected = str(low) if low == high else f"{low} to {high}"
    noun = "argument" if (low if high is None else high) == 1 else "arguments"
    return failure("arity-error", f"{callee.name} expects {expected} {noun}, got {got}", callee.symbol)


MAKERS: dict[type[Simple], Callable[[Evaluators, Any, Scope], Evaluator]] = {
    anf.Constant: constant,
    anf.Reference: reference,
    anf.GlobalReference: global_reference,
    anf.Choose: choose,
    anf.MakeClosure: make_closure,
    anf.NewCell: new_cell,
    anf.GetCell: get_cell,
    anf.SetCell: set_cell,
    anf.SetGlobal: set_global,
    anf.Primitive: primitive,
}
