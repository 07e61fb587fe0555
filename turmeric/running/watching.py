"""Taking steps one by one, with a look at each call of a function.

    watch:  step, environment, frames = step(environment, frames, machine)

`watch` is itself a step.  It takes others until nothing is to be watched any more: nothing is wanted at the
next call, and no budget of calls is around what runs.  It uses none of the compiled code, so that
no call escapes it, and every engine makes the same calls.
"""

from __future__ import annotations

from turmeric.running.budgets import spend, suspended
from turmeric.running.freezing import WATCHED, frozen_call
from turmeric.running.functions import entered_by
from turmeric.running.interrupting import Interruption, TrappedStep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.running.continuation import Frames
    from turmeric.running.functions import Environment, Function, State
    from turmeric.running.machine import Machine


def watch(given: list[Any], frames: Frames, machine: Machine) -> State:
    """Take steps, from a step and its environment on; gives the state in which nothing is to be watched."""
    step: Any = given[0]
    env: Any = given[1]
    while True:
        try:
            while True:
                bindings = machine.segment.bindings
                if machine.wanted is None and (bindings is None or bindings[2] is None):
                    machine.entered = None
                    return step, env, frames
                function = entered_by(step)
                if function is not None:
                    seen = env is machine.entered
                    made = function.ready()(env, frames, machine) if seen else at_call(machine, function, env, frames)
                    step, env, frames = made
                elif step is watch:
                    step, env = env
                else:
                    step, env, frames = getattr(step, "plain", step)(env, frames, machine)
        except TrappedStep as trap:
            machine.wanted = trap.action
        except (Exception, Interruption) as error:
            step, env, frames = machine.stopped(error, frames)


def at_call(machine: Machine, function: Function, env: Environment, frames: Frames) -> State:
    """A function is about to be entered: do what is wanted, and count the call."""
    wanted, machine.wanted = machine.wanted, None
    if wanted is not None:
        wanted(machine, frozen_call(function, env, frames))
    bindings = machine.segment.bindings
    used_up = None if bindings is None else spend(bindings[2])
    if used_up is not None:
        return suspended(machine, used_up, frozen_call(function, env, frames), ())
    machine.entered = env
    return function.ready(), env, frames


WATCHED.add(at_call.__code__)
