"""Control expressions, linked: each becomes a step of the machine.

A step takes the environment, the frames and the machine, and gives the next step with
its environment and frames.  There is one kind of step for each node of A-normal form;
a call under a `Let`, the commonest pair, is one step.

The environment of a function is its parameters, then what it captured; a frame saves
just the live variables, and the code after it finds those first and the result next.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Control, Var
from turmeric.reading import core
from turmeric.running.calls import (
    leading,
    let_call,
    let_operator,
    let_operator_of_struct,
    observed_call,
    tail_call,
    tail_operator,
)
from turmeric.running.continuation import EFFECT_WAYS, Binding, Cleanup, Handler, Mark, Prompt, Segment
from turmeric.running.counting import counted_entry, counted_rest, counted_turn
from turmeric.running.evaluators import Evaluators, Scope, cause_of, located
from turmeric.running.functions import Function, Point
from turmeric.running.values import Closure, Operator
from turmeric.vocabulary import namespace
from turmeric.vocabulary.errors import TurmericError, failure
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.structs import EFFECT, StructType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.running.evaluators import Evaluator
    from turmeric.running.functions import Environment, State, Step
    from turmeric.running.machine import Machine
    from turmeric.running.world import World


CEK, COMPILED, AUTO = ENGINES = ("cek", "compiled", "auto")
"""How functions run: on the machine; compiled; on the machine until they turn out to be called often."""


class Linker:
    """Links the functions of a world.  `observed` makes every call go through `Machine.apply`,
    where a machine can look at it."""

    def __init__(self, world: World, observed: bool = False, engine: str = CEK) -> None:
        self.world = world
        self.find = world.find
        self.observed = observed
        self.engine = engine
        self.bundle: Any = None
        """The bundle whose code this links (`running.bundles`), None for the program's own."""

    def entry(self, function: Function, env: Environment) -> Step:
        """How a function runs that is entered for the first time."""
        if self.engine == CEK:
            return function.ready()
        if self.engine == AUTO:
            return counted_entry(function)
        from turmeric.running.compiled import entering

        return entering.compiled_entry(function, env)

    def compiled(self, function: Function) -> Callable[..., Any]:
        """What makes the compiled form of a function from what it captures."""
        from turmeric.running.compiled import entering

        return entering.maker(function)

    def prepare(self, function: Function, args: tuple[Any, ...]) -> None:
        """Compile a function for the types of the arguments of its first call, if it was not."""
        from turmeric.running.compiled import entering

        if function.arity == len(args):
            entering.make_of(function, list(args))

    def resumed(self, point: Point, body: Step) -> Step:
        """What a frame of a point goes on with."""
        if self.engine == CEK:
            return body
        return counted_rest(point, body)

    def turning(self, function: Function, node: anf.Loop, body: Step) -> Step:
        """What a turn of a loop begins with."""
        if self.engine == CEK:
            return body
        return counted_turn(function, node, body)

    def link(self, function: Function) -> Step:
        """The first step of a function's body; fills in its points."""
        code = function.code
        scope: Scope = {}
        for var in (*code.params.variables(), *code.captured):
            scope[var] = len(scope)
        return Steps(self, function).step(code.body, scope, len(scope))

    def named(self, symbol: str, args: tuple[anf.Simple, ...]) -> tuple[anf.Simple, ...]:
        """The operands of a primitive; in a bundle the names among them may have to be others."""
        return args

    def clauses(self, operands: tuple[anf.Simple, ...]) -> tuple[anf.Simple, ...]:
        """The operands of a handler, likewise."""
        return operands

    def function(self, code: anf.Code) -> Function:
        """Code as a function that links itself when it is first entered."""
        if code.linked is None:
            code.linked = Function(code, self)
        assert isinstance(code.linked, Function)
        return code.linked


class Steps:
    """Links the body of one function."""

    made: Callable[[Step, Function, Control], None] | None = None
    """Told of each step, its function and its node, when somebody wants to know (a profiler)."""

    def __init__(self, linker: Linker, function: Function) -> None:
        self.linker = linker
        self.owner = function
        self.link = Evaluators(linker.find, linker.function, linker.named, function.code.symbol)
        self.loops = function.turns

    def leads_into_library(self, callee: anf.GlobalReference) -> bool:
        """Whether a call goes from the program into a function of the library."""
        world = self.linker.world
        if not world.is_library(callee.module) or world.is_library(self.owner.code.module):
            return False
        return self.linker.find(callee.module, callee.name).kind == namespace.FUNCTION

    def operator(self, node: anf.TailCall) -> Operator | None:
        """The control operator that is called by its own name, when the arguments fit."""
        if not isinstance(node.function, anf.GlobalReference):
            return None
        found = self.linker.find(node.function.module, node.function.name)
        if found.kind != namespace.OPERATOR:
            return None
        value = found.force()
        if not isinstance(value, Operator) or len(node.args) < value.minimum:
            return None
        return value if value.maximum is None or len(node.args) <= value.maximum else None

    def parts_of_struct(self, node: anf.TailCall, scope: Scope) -> tuple[namespace.Global, list[Evaluator]] | None:
        """The type and the fields of a struct that is made only to be an operator's argument."""
        made = node.args[0] if len(node.args) == 1 else None
        if not isinstance(made, anf.Primitive) or (made.module, made.name) != ("core", "construct"):
            return None
        type_, *fields = made.args
        if not isinstance(type_, anf.GlobalReference):
            return None
        found = self.linker.find(type_.module, type_.name)
        return found, [self.link.evaluator(part, scope) for part in fields]

    def step(self, node: Control, scope: Scope, size: int) -> Step:
        """The step for a node, in an environment of `size` places."""
        made = MAKERS[type(node)](self, node, scope, size)
        if Steps.made is not None:
            Steps.made(made, self.owner, node)
        return made

    def point(self, node: anf.Let) -> Point:
        known = self.owner.points.get(node)
        if known is not None:
            return known
        made = Point(self.owner, node)
        scope: Scope = {var: place for place, var in enumerate(node.point.live)}
        scope[node.var] = len(scope)
        made.body = self.linker.resumed(made, self.step(node.body, scope, len(scope)))
        self.owner.points[node] = made
        return made


def saver(variables: tuple[Var, ...], scope: Scope) -> Callable[[Environment], tuple[Any, ...]]:
    """What takes the values of `variables` out of an environment."""
    places = [scope[var] for var in variables]
    if not places:
        return lambda env: ()
    if len(places) == 1:
        only = places[0]
        return lambda env: (env[only],)
    return itemgetter(*places)


def make_return(steps: Steps, node: anf.Return, scope: Scope, size: int) -> Step:
    value = steps.link.evaluator(node.value, scope)

    def step(env: Environment, frames: Any, machine: Machine) -> State:
        result = value(env)
        if frames is None:
            return machine.leave(result)
        point, values, frames = frames
        return point.body, [*values, result], frames

    return step


def make_tail_call(steps: Steps, node: anf.TailCall, scope: Scope, size: int) -> Step:
    function = steps.link.evaluator(node.function, scope)
    args = [steps.link.evaluator(arg, scope) for arg in node.args]
    place = steps.link.place(node.span)
    known = steps.operator(node)
    if known is not None:
        return tail_operator(known.operate, args, place)
    if steps.linker.observed:
        made = observed_call(function, args, place, None)
    else:
        made = tail_call(function, args, place)
    if isinstance(node.function, anf.GlobalReference) and steps.leads_into_library(node.function):
        return leading(made, place)
    return made


def make_let(steps: Steps, node: anf.Let, scope: Scope, size: int) -> Step:
    point = steps.point(node)
    save = saver(node.point.live, scope)
    if isinstance(node.bound, anf.TailCall):
        return pending_call(steps, node.bound, scope, point, save)
    bound = steps.step(node.bound, scope, size)

    def step(env: Environment, frames: Any, machine: Machine) -> State:
        return bound, env, (point, save(env), frames)

    return step


def pending_call(
    steps: Steps, node: anf.TailCall, scope: Scope, point: Point, save: Callable[[Environment], tuple[Any, ...]]
) -> Step:
    function = steps.link.evaluator(node.function, scope)
    args = [steps.link.evaluator(arg, scope) for arg in node.args]
    place = steps.link.place(node.span)
    known = steps.operator(node)
    if known is not None:
        parts = steps.parts_of_struct(node, scope)
        if parts is not None:
            return let_operator_of_struct(known, *parts, args[0], place, point, save)
        return let_operator(known.operate, args, place, point, save)
    if steps.linker.observed:
        return observed_call(function, args, place, lambda env, frames: (point, save(env), frames))
    return let_call(function, args, place, point, save)


def make_bind(steps: Steps, node: anf.Bind, scope: Scope, size: int) -> Step:
    """A run of `Bind`s is one step, which goes straight on with what follows."""
    scope = dict(scope)
    values: list[Evaluator] = []
    after: Control = node
    while isinstance(after, anf.Bind):
        values.append(steps.link.evaluator(after.value, scope))
        scope[after.var] = size + len(values) - 1
        after = after.body
    following = steps.step(after, scope, size + len(values))
    if len(values) == 1:
        value = values[0]

        def one(env: Environment, frames: Any, machine: Machine) -> State:
            env.append(value(env))
            return following(env, frames, machine)

        return one

    def step(env: Environment, frames: Any, machine: Machine) -> State:
        for value in values:
            env.append(value(env))
        return following(env, frames, machine)

    return step


def make_fix(steps: Steps, node: anf.Fix, scope: Scope, size: int) -> Step:
    scope = dict(scope)
    for var, _ in node.bindings:
        scope[var] = size
        size += 1
    made = [
        (steps.linker.function(code), [scope[captured] for captured in code.captured])
        for _, code in node.bindings
    ]
    for (var, _), (function, _) in zip(node.bindings, made, strict=True):
        function.own = var
    following = steps.step(node.body, scope, size)

    def step(env: Environment, frames: Any, machine: Machine) -> State:
        closures = [Closure(function, ()) for function, _ in made]
        env.extend(closures)
        for closure, (_, places) in zip(closures, made, strict=True):
            closure.captured = tuple([env[place] for place in places])
        return following, env, frames

    return step


def make_branch(steps: Steps, node: anf.Branch, scope: Scope, size: int) -> Step:
    test = steps.link.evaluator(node.test, scope)
    then, orelse = steps.step(node.then, scope, size), steps.step(node.orelse, scope, size)
    if isinstance(node.orelse, anf.Branch | anf.Bind):

        def chain(env: Environment, frames: Any, machine: Machine) -> State:
            value = test(env)
            if value is None or value is False:
                return orelse, env, frames
            return then, env, frames

        return chain

    def step(env: Environment, frames: Any, machine: Machine) -> State:
        value = test(env)
        if value is None or value is False:
            return orelse(env, frames, machine)
        return then, env, frames

    return step


def make_loop(steps: Steps, node: anf.Loop, scope: Scope, size: int) -> Step:
    save = saver(node.free, scope)
    inits = [steps.link.evaluator(init, scope) for init in node.inits]
    inner: Scope = {var: place for place, var in enumerate((*node.free, *node.vars))}
    turn = steps.loops.get(node)
    if turn is None:
        turn = steps.loops[node] = []
        body = steps.step(node.body, inner, len(inner))
        turn.append(steps.linker.turning(steps.owner, node, body))

    def step(env: Environment, frames: Any, machine: Machine) -> State:
        return turn[0], [*save(env), *[init(env) for init in inits]], frames

    return step


def make_recur(steps: Steps, node: anf.Recur, scope: Scope, size: int) -> Step:
    save = saver(node.loop.free, scope)
    args = [steps.link.evaluator(arg, scope) for arg in node.args]
    turn = steps.loops[node.loop]

    def step(env: Environment, frames: Any, machine: Machine) -> State:
        return turn[0], [*save(env), *[arg(env) for arg in args]], frames

    return step


def make_marked(steps: Steps, node: anf.Marked, scope: Scope, size: int) -> Step:
    parts = steps.linker.clauses(node.operands) if node.kind == core.HANDLER else node.operands
    operands = [steps.link.evaluator(operand, scope) for operand in parts]
    body = steps.step(node.body, scope, size)
    make = MARKS[node.kind]
    place = steps.link.place(node.span)

    def step(env: Environment, frames: Any, machine: Machine) -> State:
        try:
            mark = make([operand(env) for operand in operands])
        except TurmericError as error:
            raise located(error, place) from cause_of(error)
        machine.segment = Segment(mark, frames, machine.segment)
        return body, env, None

    return step


def make_leave(steps: Steps, node: anf.Leave, scope: Scope, size: int) -> Step:
    body = steps.step(node.body, scope, size)
    depth = range(node.depth)

    def step(env: Environment, frames: Any, machine: Machine) -> State:
        for _ in depth:
            frames = frames[2]
        return body(env, frames, machine)

    return step


def make_handler(values: list[Any]) -> Handler:
    """A handler from what it returns through, then for each clause its key, way and function."""
    returns, *rows = values
    clauses: dict[object, tuple[str, object]] = {}
    for key, way, function in zip(rows[::3], rows[1::3], rows[2::3], strict=True):
        if way in EFFECT_WAYS and (type(key) is not StructType or key.kind != EFFECT):
            raise failure("type-error", f"a clause of a handler expects an effect, got {write(key)[:60]}", key)
        clauses.setdefault(key, (way, function))
    return Handler(clauses, returns)


def make_binding(values: list[Any]) -> Binding:
    return Binding(dict(zip(values[::2], values[1::2], strict=True)))


MARKS: dict[str, Callable[[list[Any]], Mark]] = {
    core.PROMPT: lambda values: Prompt(),
    core.HANDLER: make_handler,
    core.BINDING: make_binding,
    core.CLEANUP: lambda values: Cleanup(values[0]),
}

MAKERS: dict[type[Control], Callable[[Steps, Any, Scope, int], Step]] = {
    anf.Return: make_return,
    anf.TailCall: make_tail_call,
    anf.Let: make_let,
    anf.Bind: make_bind,
    anf.Fix: make_fix,
    anf.Branch: make_branch,
    anf.Loop: make_loop,
    anf.Recur: make_recur,
    anf.Marked: make_marked,
    anf.Leave: make_leave,
}
