"""Calls as steps of the machine: plain ones, those that a machine looks at, control operators.

A pending call has a point, and what saves the values that its frame carries; a tail call has
neither.  Calls of one and two arguments have steps of their own: a comprehension costs more.
"""

from __future__ import annotations

from collections.abc import Callable

from turmeric.running.evaluators import cause_of, located
from turmeric.running.operators import TAKING_PARTS
from turmeric.running.structure import construct, fits
from turmeric.running.values import Closure, Operator
from turmeric.vocabulary.structs import StructType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.running.evaluators import Evaluator, Place
    from turmeric.running.functions import Environment, Point, State, Step
    from turmeric.running.machine import Machine
    from turmeric.vocabulary import namespace


def tail_call(function: Evaluator, args: list[Evaluator], place: Place) -> Step:
    """A call whose value is the function's own: it leaves no frame."""
    if len(args) == 1:
        return tail_call_one(function, args[0], place)
    if len(args) == 2:
        return tail_call_two(function, args[0], args[1], place)
    count = len(args)

    def step(env: Environment, frames: Any, machine: Machine) -> State:
        callee = function(env)
        given = [arg(env) for arg in args]
        if type(callee) is Closure and callee.function.arity == count:
            return callee.function.entry, [*given, *callee.captured], frames
        return applied(machine, callee, given, frames, place)

    return step


def tail_call_one(function: Evaluator, arg: Evaluator, place: Place) -> Step:
    def step(env: Environment, frames: Any, machine: Machine) -> State:
        callee = function(env)
        if type(callee) is Closure and callee.function.arity == 1:
            return callee.function.entry, [arg(env), *callee.captured], frames
        return applied(machine, callee, [arg(env)], frames, place)

    return step


def tail_call_two(function: Evaluator, first: Evaluator, second: Evaluator, place: Place) -> Step:
    def step(env: Environment, frames: Any, machine: Machine) -> State:
        callee = function(env)
        if type(callee) is Closure and callee.function.arity == 2:
            return callee.function.entry, [first(env), second(env), *callee.captured], frames
        return applied(machine, callee, [first(env), second(env)], frames, place)

    return step


def let_call(
    function: Evaluator,
    args: list[Evaluator],
    place: Place,
    point: Point,
    save: Callable[[Environment], tuple[Any, ...]],
) -> Step:
    """A pending call: the frame is pushed and the function entered in one step."""
    if len(args) == 1:
        return let_call_one(function, args[0], place, point, save)
    count = len(args)

    def step(env: Environment, frames: Any, machine: Machine) -> State:
        callee = function(env)
        given = [arg(env) for arg in args]
        if type(callee) is Closure and callee.function.arity == count:
            return callee.function.entry, [*given, *callee.captured], (point, save(env), frames)
        return applied(machine, callee, given, (point, save(env), frames), place)

    return step


def let_call_one(
    function: Evaluator, arg: Evaluator, place: Place, point: Point, save: Callable[[Environment], tuple[Any, ...]]
) -> Step:
    def step(env: Environment, frames: Any, machine: Machine) -> State:
        callee = function(env)
        if type(callee) is Closure and callee.function.arity == 1:
            return callee.function.entry, [arg(env), *callee.captured], (point, save(env), frames)
        return applied(machine, callee, [arg(env)], (point, save(env), frames), place)

    return step


def applied(machine: Machine, callee: Any, args: list[Any], frames: Any, place: Place) -> State:
    """Any call that is not the plain call of a closure."""
    machine.place = place
    try:
        return machine.apply(callee, args, frames)
    except Exception as error:
        raise located(error, place) from cause_of(error)


def observed_call(
    function: Evaluator, args: list[Evaluator], place: Place, frame: Callable[[Environment, Any], Any] | None
) -> Step:
    """A call that the machine looks at, whatever is called."""

    def step(env: Environment, frames: Any, machine: Machine) -> State:
        callee = function(env)
        given = [arg(env) for arg in args]
        return applied(machine, callee, given, frame(env, frames) if frame else frames, place)

    return step


def leading(made: Step, place: Place) -> Step:
    """A tail call into the library, which is remembered for reports."""

    def step(env: Environment, frames: Any, machine: Machine) -> State:
        state = made(env, frames, machine)
        machine.led = (place, frames, machine.segment)
        return state

    return step


def tail_operator(operate: Callable[..., State], args: list[Evaluator], place: Place) -> Step:
    """A call of a control operator, known by its name: no looking at what is called."""

    def step(env: Environment, frames: Any, machine: Machine) -> State:
        machine.place = place
        try:
            return operate(machine, [arg(env) for arg in args], frames)
        except Exception as error:
            raise located(error, place) from cause_of(error)

    return step


def let_operator(
    operate: Callable[..., State],
    args: list[Evaluator],
    place: Place,
    point: Point,
    save: Callable[[Environment], tuple[Any, ...]],
) -> Step:
    """The same for a pending call."""

    def step(env: Environment, frames: Any, machine: Machine) -> State:
        machine.place = place
        try:
            return operate(machine, [arg(env) for arg in args], (point, save(env), frames))
        except Exception as error:
            raise located(error, place) from cause_of(error)

    return step


def let_operator_of_struct(
    operator: Operator,
    found: namespace.Global,
    fields: list[Evaluator],
    whole: Evaluator,
    place: Place,
    point: Point,
    save: Callable[[Environment], tuple[Any, ...]],
) -> Step:
    """`(perform (Ask 1))`: the struct is made only where the operator has no use for its parts."""
    general = let_operator(operator.operate, [whole], place, point, save)
    operate = TAKING_PARTS.get(operator.symbol)
    if operate is None:
        return general
    count = len(fields)

    def step(env: Environment, frames: Any, machine: Machine) -> State:
        type_ = found.value
        if type(type_) is not StructType or len(type_.fields) != count:
            return general(env, frames, machine)
        machine.place = place
        try:
            values = [field(env) for field in fields]
            if not (type_.loose or fits(type_, values)):
                construct(type_, values)  # raises
            return operate(machine, type_, values, (point, save(env), frames))
        except Exception as error:
            raise located(error, place) from cause_of(error)

    return step
