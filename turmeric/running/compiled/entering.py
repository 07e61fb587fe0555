"""The steps by which the machine enters compiled code.  Compiled code calls only compiled code."""

from __future__ import annotations

import sys
from collections.abc import Callable

from turmeric.intermediate import anf
from turmeric.running.calls import applied
from turmeric.running.compiled import moving
from turmeric.running.compiled.requesting import calls_operators
from turmeric.running.compiled.support import transparent
from turmeric.running.compiled.units import (
    TooLarge,
    entry_of,
    function_unit,
    loop_of,
    rest_of,
    types_of,
)
from turmeric.running.depth import DEEP
from turmeric.running.functions import accelerated, entering
from turmeric.running.interrupting import Pending
from turmeric.running.machine import Machine
from turmeric.running.values import Closure
from turmeric.vocabulary.lists import from_iterable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.running.functions import Environment, Function, Point, State, Step

set_limit = sys.setrecursionlimit
Machine.interrupted = moving.interrupted


def make_of(function: Function, args: list[Any] | None) -> Callable[..., Any]:
    """What makes the compiled form, for parameters in their places, from the captured values."""
    if function.make is None:
        function.make = function_unit(function, types_of(function, args))
    return function.make


def maker(function: Function) -> Callable[..., Any]:
    """What makes the compiled form, for arguments as they are given, from the captured values."""
    make = make_of(function, None)
    params = function.code.params
    if params.keys:
        return lambda *captured: arranged(function, make(*captured))
    if params.rest is not None:
        return REST.get(len(params.required), arranged_rest)(make, function)
    return make


def arranged(function: Function, run: Callable[..., Any]) -> Callable[..., Any]:
    """A function with keywords: its arguments are put in their places first."""

    def call(*args: Any) -> Any:
        return run(*function.arrange(list(args)))

    return call


def arranged_rest(make: Callable[..., Any], function: Function) -> Callable[..., Any]:
    return lambda *captured: arranged(function, make(*captured))


def rest_only(make: Callable[..., Any], function: Function) -> Callable[..., Any]:
    """`(fn [& more] ...)`"""

    def maker(*captured: Any) -> Callable[..., Any]:
        run = make(*captured)

        def call(*more: Any) -> Any:
            return run(from_iterable(more))

        return call

    return maker


def one_and_rest(make: Callable[..., Any], function: Function) -> Callable[..., Any]:
    """`(fn [a & more] ...)`"""

    def maker(*captured: Any) -> Callable[..., Any]:
        run = make(*captured)

        def call(a: Any, *more: Any) -> Any:
            return run(a, from_iterable(more))

        return call

    return maker


REST: dict[int, Callable[[Callable[..., Any], Function], Callable[..., Any]]] = {0: rest_only, 1: one_and_rest}

transparent(Closure.run_anew.__code__)
for _each in (arranged, rest_only, one_and_rest):
    for _code in [_each.__code__, *(each for each in _each.__code__.co_consts if hasattr(each, "co_code"))]:
        transparent(_code)
        for _inner in _code.co_consts:
            if hasattr(_inner, "co_code"):
                transparent(_inner)


# Steps ----------------------------------------------------------------------------------------


def compiled_entry(function: Function, env: Environment | None) -> Step:
    """The step that enters a compiled function: its environment is parameters and captured values."""
    if calls_operators(function):
        try:
            return entering(entered(entry_of(function)), function)
        except TooLarge:
            return function.ready()
    count = len(function.code.params.variables())
    make = make_of(function, env)
    if not function.code.captured:
        return entering(entered(make()), function)
    return entering(entered(lambda *values: make(*values[count:])(*values[:count])), function)


def entered(run: Callable[..., Any]) -> Step:
    """The step that runs compiled code on an environment, and returns its value, or does what it requests."""

    def step(env: Environment, frames: Any, machine: Machine) -> State:
        set_limit(machine.limit)
        value = run(*env)
        set_limit(DEEP)
        if type(value) is Pending:
            waiting = value.frames
            if waiting is not None and waiting[2] is not None:
                frames = on_top(waiting[2], frames)
            return pending, [value], frames
        if frames is None:
            return machine.leave(value)
        point, values, frames = frames
        return point.body, [*values, value], frames

    return step


def pending(env: Environment, frames: Any, machine: Machine) -> State:
    """What compiled code has requested; the innermost frame waits for that."""
    asked = env[0]
    if asked.frames is not None:
        point, values, _ = asked.frames
        frames = (point, values, frames)
    return applied(machine, asked.callee, asked.args, frames, asked.site)


def on_top(waiting: Any, frames: Any) -> Any:
    point, values, outer = waiting
    return point, values, frames if outer is None else on_top(outer, frames)


def rest_entry(point: Point, body: Step) -> Step:
    """The step that goes on with a frame of a point, compiled; `body`, what the machine does, where that cannot be."""
    try:
        return accelerated(entered(rest_of(point.function, point.node)), body)
    except TooLarge:
        return body


def turn_entry(function: Function, node: anf.Loop, env: Environment, body: Step) -> Step:
    """The step that begins a turn of a loop, compiled; `body`, what the machine does, where that cannot be."""
    try:
        return accelerated(entered(loop_of(function, node, env)), body)
    except TooLarge:
        return body
