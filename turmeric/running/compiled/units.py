"""Units of compiled code: a function, what remains of one after a point, or a loop of one.

    make(captured ...)      def f(n): ...                     a function
    rest(live ..., value)   what a frame of the point does    compiled when frames of it are often resumed
    loop(free ..., vars ...)                                  for a rest that begins inside a turn

A function whose parameters are used as numbers is compiled for the types of the arguments that it
was called with when it was compiled.  It checks them where it is entered, not where it calls itself:

    def f(n):                                       def f(n):
        if n < 2: return n                              if type(n) is int: return work(n)
        return work(n - 1) + work(n - 2)                return generic()(n)
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Sequence
from types import CodeType
from weakref import WeakValueDictionary

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Simple, Var
from turmeric.intermediate.walking import parts
from turmeric.running.compiled.knowledge import FLOAT, INT, NUMBERS, Knowledge, used_as_numbers
from turmeric.running.compiled.links import Link, Links
from turmeric.running.compiled.operators import INLINED
from turmeric.running.compiled.sites import Site, sites_by_offset
from turmeric.running.compiled.statements import Statements, While
from turmeric.running.depth import allow_deep, depth
from turmeric.running.operators import requested
from turmeric.running.values import Closure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.intermediate.anf import Control
    from turmeric.running.compiled.knowledge import Types
    from turmeric.running.functions import Function, Point, Step

assert INLINED


class Unit:
    """Compiled code, and what is known of each place in it."""

    def __init__(self, function: Function, sites: list[Site], held: dict[str, Var | Simple]) -> None:
        self.function = function
        self.sites = sites
        self.held = held
        self.names = {var: name for name, var in held.items()}
        self.frames: dict[anf.Let, tuple[Point, Callable[[Any], tuple[Any, ...]]]] = {}
        """For each point: itself as it is linked, and what saves its live variables."""
        self.steps: dict[tuple[object, ...], Step] = {}
        """What the machine does at a site, by the variables that are bound there."""


class CompiledCode:
    """A code object, its unit, and the sites of its instructions.  The globals of the code hold it."""

    __slots__ = ("__weakref__", "code", "sites", "unit")

    def __init__(self, code: CodeType, unit: Unit) -> None:
        self.code = code
        self.unit = unit
        self.sites = sites_by_offset(code, unit.sites)


UNITS: WeakValueDictionary[int, CompiledCode] = WeakValueDictionary()
"""The compiled code by the identity of the code object; it is forgotten together with it."""


class Compiler:
    """Compiles one unit."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.code = function.code
        self.linker = function.linker
        self.links = Links(self.linker)
        self.links.function = function
        self.links.unit_of_loop = lambda loop: loop_of(function, loop, None)
        self.links.unit_without_types = lambda: function_unit(function, {})

    # Functions ------------------------------------------------------------------------------

    def function_unit(self, assumed: Types) -> Callable[..., Any]:
        """What makes the function's compiled form from what it captures."""
        code = self.code
        itself = self.calls_itself()
        knowledge = Knowledge(code, itself, assumed)
        knowledge.settle(code.body)
        known = {var: type_ for var, type_ in knowledge.parameters.items() if var in assumed and type_ != "any"}
        knowledge.parameters = known
        name = f"f_{python_name(code.name)}"
        pending, turning = self.self_calls(itself)
        maker = Statements(self.linker, self.links, code, knowledge, name)
        maker.types = dict(known)
        maker.turning = turning
        body: list[ast.stmt] = []
        maker.block = body
        params = [maker.variable(var) for var in code.params.variables()]
        captured = [maker.variable(var) for var in code.captured]
        own = self.function.own
        if known and not pending:
            body.append(self.guard(maker, known, params, captured, inverse=True))
        if turning:
            maker.whiles.append(While(code))
            maker.block = []
            maker.control(code.body)
            inner, maker.block = maker.block, body
            maker.close(inner)
        else:
            maker.control(code.body)
        if own is not None:
            body.append(maker.mentioned(own))
        made = [maker.function(name, params, body)]
        if known and pending:
            made.append(self.entry(maker, known, params, captured, name))
        made.append(maker.returned(maker.name(made[-1].name)))  # type: ignore[attr-defined]
        return self.run([maker.function("make", captured, made)], maker)

    def entry(
        self, maker: Statements, known: Types, params: list[str], captured: list[str], name: str
    ) -> ast.stmt:
        """Where others enter a function that calls itself: the types are checked there."""
        maker.node, maker.around = None, None
        guard = self.guard(maker, known, params, captured, inverse=False, name=name)
        return maker.function(name + "_entry", params, [guard, self.otherwise(maker, params, captured)])

    def guard(
        self, maker: Statements, known: Types, params: list[str], captured: list[str], inverse: bool, name: str = ""
    ) -> ast.stmt:
        maker.node, maker.around = None, None
        maker.site(None).tail = True
        tests: list[ast.expr] = []
        for var, type_ in known.items():
            value = maker.name(maker.variable(var))
            kinds = [each for each in (INT, FLOAT) if type_ in (each, "num")]
            checks = [maker.type_is(value, kind) for kind in kinds]
            tests.append(checks[0] if len(checks) == 1 else maker.either(*checks))
        test = tests[0] if len(tests) == 1 else maker.both(*tests)
        if inverse:
            return maker.conditional(maker.negation(test), [self.otherwise(maker, params, captured)], [])
        call = maker.call(name, [maker.name(each) for each in params])
        return maker.conditional(test, [maker.returned(call)], [])

    def otherwise(self, maker: Statements, params: list[str], captured: list[str]) -> ast.stmt:
        """Other types: the function without any assumption."""
        made = maker.call(self.links.name(Link("generic", ())), [maker.name(each) for each in captured])
        return maker.returned(maker.call(made, [maker.name(each) for each in params]))

    def calls_itself(self) -> Callable[[anf.TailCall], bool]:
        """Tells the calls by which a function calls itself, as long as its name means the same."""
        code = self.code
        count = len(code.params.required)
        if code.params.rest is not None or code.params.keys or self.function.redefined:
            return lambda node: False
        own = self.function.own

        def itself(node: anf.TailCall) -> bool:
            called = node.function
            if len(node.args) != count:
                return False
            if isinstance(called, anf.Reference):
                return called.var is own
            if not isinstance(called, anf.GlobalReference) or code.path or code.captured:
                return False
            if f"{called.module}.{called.name}" != code.definition:
                return False
            found = self.linker.find(called.module, called.name)
            return found.kind == "function" and getattr(found.value, "function", None) is self.function

        return itself

    def calls_itself_at_all(self) -> bool:
        return any(self.self_calls(self.calls_itself()))

    def self_calls(self, itself: Callable[[anf.TailCall], bool]) -> tuple[bool, bool]:
        """Whether the function calls itself while it waits, and whether in tail position."""
        pending = turning = False
        work: list[tuple[object, bool]] = [(self.code.body, True)]
        while work:
            node, tail = work.pop()
            if isinstance(node, anf.TailCall) and itself(node):
                turning, pending = turning or tail, pending or not tail
            if isinstance(node, anf.Let):
                work += [(node.bound, False), (node.body, tail)]
                continue
            inner = tail and not isinstance(node, anf.Marked)
            work.extend((part, inner) for part in parts(node) if isinstance(part, anf.Control))
        return pending, turning

    # Rests and loops ------------------------------------------------------------------------

    def rest(self, node: anf.Let) -> Callable[..., Any]:
        """What a frame of a point does with its value."""
        return self.part("rest", (*node.point.live, node.var), node.body)

    def loop(self, node: anf.Loop, assumed: Types) -> Callable[..., Any]:
        """A loop, from the start of a turn; what is assumed of its variables is checked there."""
        knowledge = Knowledge(self.code, lambda call: False, {})
        knowledge.settle_loop(node, assumed)
        known = {var: type_ for var, type_ in assumed.items() if var not in node.vars}
        known.update(zip(node.vars, knowledge.loops[node], strict=True))
        known = {var: type_ for var, type_ in known.items() if type_ in NUMBERS}
        maker = Statements(self.linker, self.links, self.code, knowledge, None, True)
        maker.types = dict(known)
        params = [maker.variable(var) for var in (*node.free, *node.vars)]
        maker.whiles.append(While(node))
        maker.control(node.body)
        inner, maker.block = maker.block, []
        if known:
            self.links.unit_without_types = lambda: lambda: loop_of(self.function, node, None)
            maker.block.append(self.guard(maker, known, params, [], inverse=True))
        maker.close(inner)
        return self.called("loop", maker, params)

    def entry_unit(self) -> Callable[..., Any]:
        """The function as the machine calls it: with parameters and captured values as arguments."""
        return self.part("entry", (*self.code.params.variables(), *self.code.captured), self.code.body)

    def part(self, name: str, variables: Sequence[Var], body: Control) -> Callable[..., Any]:
        knowledge = Knowledge(self.code, lambda call: False, {})
        knowledge.settle(body)
        maker = Statements(self.linker, self.links, self.code, knowledge, None, True)
        params = [maker.variable(var) for var in variables]
        maker.control(body)
        return self.called(name, maker, params)

    def called(self, name: str, maker: Statements, params: list[str]) -> Callable[..., Any]:
        """The function of a unit that captures nothing."""
        made = maker.function(f"{name}_of_{python_name(self.code.name)}", params, maker.block)
        returned = maker.returned(maker.name(made.name))  # type: ignore[attr-defined]
        return self.run([maker.function("make", [], [made, returned])], maker)()  # type: ignore[no-any-return]

    # Python ---------------------------------------------------------------------------------

    def run(self, body: list[ast.stmt], maker: Statements) -> Callable[..., Any]:
        """Compile and execute the definition of `make`."""
        compiled = compiled_by_python(ast.Module(body, []), f"<{self.code.symbol}>")
        unit = Unit(self.function, maker.sites, maker.held)
        made = [CompiledCode(code, unit) for code in codes_in(compiled)]
        UNITS.update({id(each.code): each for each in made})
        globals_: dict[str, Any] = {"__builtins__": {}, "compiled code": made}
        self.links.sites = maker.sites
        self.links.fill(globals_)
        exec(compiled, globals_)
        return globals_["make"]  # type: ignore[no-any-return]


def python_name(name: str) -> str:
    return "".join(each if each.isalnum() and each.isascii() else "_" for each in name)[:60]


NESTING = 4000
"""The recursion that Python's compiler may take: it runs on the C stack."""


class TooLarge(Exception):
    """Python's compiler cannot take this code: it nests too deeply."""


def compiled_by_python(module: ast.Module, name: str) -> CodeType:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(NESTING, depth() + 100))
    try:
        return compile(module, name, "exec")
    except (RecursionError, SyntaxError, MemoryError) as error:
        raise TooLarge(str(error)) from error
    finally:
        sys.setrecursionlimit(limit)


def codes_in(code: CodeType) -> list[CodeType]:
    """The code objects of the functions in a module, without the one that makes them."""
    make = next(each for each in code.co_consts if isinstance(each, CodeType))
    return [each for each in make.co_consts if isinstance(each, CodeType)]


def function_unit(function: Function, assumed: Types) -> Callable[..., Any]:
    """What makes a function's compiled form; where it cannot be compiled, what has the machine run it."""
    try:
        return with_deep_stack(lambda: Compiler(function).function_unit(assumed))
    except TooLarge:
        function.entry = function.ready()
        return lambda *captured: lambda *args: requested(Closure(function, captured), *args)


def entry_of(function: Function) -> Callable[..., Any]:
    """A function as the machine calls it; `TooLarge` where it cannot be compiled."""
    return with_deep_stack(lambda: Compiler(function).entry_unit())


def rest_of(function: Function, node: anf.Let) -> Callable[..., Any]:
    """The rest of a function after a point; `TooLarge` where it cannot be compiled."""
    return with_deep_stack(lambda: Compiler(function).rest(node))


def loop_of(function: Function, node: anf.Loop, env: Sequence[Any] | None) -> Callable[..., Any]:
    """A loop as a unit of its own, for numbers where there are some in an environment at the start of a
    turn; `TooLarge` where it cannot be compiled."""
    made = function.loop_units.get((node, env is None))
    if made is None:
        pairs = zip((*node.free, *node.vars), env or (), strict=False)
        assumed = {var: KINDS[type(value)] for var, value in pairs if type(value) in KINDS}
        made = with_deep_stack(lambda: Compiler(function).loop(node, assumed))
        function.loop_units[node, env is None] = made
    return made


KINDS: dict[type, str] = {int: INT, float: FLOAT}


def with_deep_stack(make: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
    """Compile with as much of Python's stack as there is: nesting of source is recursion here."""
    limit = sys.getrecursionlimit()
    allow_deep()
    try:
        return make()
    finally:
        sys.setrecursionlimit(limit)


def types_of(function: Function, args: Sequence[Any] | None) -> Types:
    """What to assume of parameters that are often used as numbers: that they are as in this call,
    or integers as long as no call is known."""
    code = function.code
    itself = Compiler(function).calls_itself_at_all()
    numeric = used_as_numbers(code, 1 if itself else 2)
    if args is None:
        return {var: INT for var in code.params.required if var in numeric}
    pairs = zip(code.params.required, args, strict=False)
    return {var: KINDS[type(value)] for var, value in pairs if var in numeric and type(value) in KINDS}
