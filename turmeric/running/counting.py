"""When code is compiled: what is done often is counted, on the machine.

A function that runs once is not worth compiling: it runs on the machine, and so does what a frame does
when it is resumed, and the turns of a loop.  Each counts how often, and is compiled when
that is worth it.  The compiler is loaded when the first of them is.
"""

from __future__ import annotations

from turmeric.running.functions import accelerated, entering

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.intermediate import anf
    from turmeric.running.functions import Environment, Function, Point, State, Step
    from turmeric.running.machine import Machine

CALLS, RESUMPTIONS, TURNS = 60, 60, 200
"""How often on the machine, before compiling is worth it."""


def counted_entry(function: Function) -> Step:
    body = function.ready()
    left = CALLS

    def step(env: Environment, frames: Any, machine: Machine) -> State:
        nonlocal left
        left -= 1
        if left > 0:
            return body(env, frames, machine)
        from turmeric.running.compiled.entering import compiled_entry

        function.entry = compiled_entry(function, env)
        return function.entry, env, frames

    return entering(step, function)


def counted_rest(point: Point, body: Step) -> Step:
    left = RESUMPTIONS

    def step(env: Environment, frames: Any, machine: Machine) -> State:
        nonlocal left
        left -= 1
        if left > 0:
            return body(env, frames, machine)
        from turmeric.running.compiled.entering import rest_entry

        point.body = rest_entry(point, body)
        return point.body, env, frames

    return accelerated(step, body)


def counted_turn(function: Function, node: anf.Loop, body: Step) -> Step:
    left = TURNS

    def step(env: Environment, frames: Any, machine: Machine) -> State:
        nonlocal left
        left -= 1
        if left > 0:
            return body(env, frames, machine)
        from turmeric.running.compiled.entering import turn_entry

        made = function.turns[node][0] = turn_entry(function, node, env, body)
        return made, env, frames

    return accelerated(step, body)
