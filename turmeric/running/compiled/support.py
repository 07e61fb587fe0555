"""What compiled code calls while it runs, besides the primitives.

The functions here that call compiled code do nothing afterwards: they are *transparent*, so that Python's
stack can be moved to the heap although they are on it.
"""

from __future__ import annotations

import sys
from types import CodeType

from turmeric.running import arithmetic
from turmeric.running.classes import run_method
from turmeric.running.compiled.performing import Unhandled, perform, performed
from turmeric.running.compiled.rerunning import needs_room
from turmeric.running.continuation import PENDING, Binding, Cleanup, Handler, Prompt, Segment
from turmeric.running.depth import allow_deep
from turmeric.running.evaluators import arity_error, unbound_message
from turmeric.running.functions import MISSING
from turmeric.running.interrupting import Again, Continue, Pending, Request
from turmeric.running.machine import CURRENT
from turmeric.running.operators import requested
from turmeric.running.steps import make_handler
from turmeric.running.values import Builtin, Cell, Closure, Ref
from turmeric.vocabulary import namespace
from turmeric.vocabulary.equality import equal
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.namespace import UNBOUND, Global
from turmeric.vocabulary.structs import Struct
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from turmeric.running.continuation import Mark
    from turmeric.running.machine import Machine


TRANSPARENT: dict[int, CodeType] = {}
"""The code of the functions that do nothing after the compiled code that they call; by identity."""


def transparent(code: CodeType) -> None:
    TRANSPARENT[id(code)] = code


# Globals --------------------------------------------------------------------------------------


def forced(found: Global) -> Any:
    """The value of a global that has none yet: made now, or an error."""
    value = found.value if found.pending is None else with_room(found.force)
    if value is UNBOUND:
        raise failure("unbound-variable", unbound_message(found), found.name)
    return value


def value_of(found: Global) -> Any:
    return found.value if found.value is not UNBOUND else forced(found)


def early(name: str) -> Any:
    raise failure("unbound-variable", f"`{name}` is read before its definition has run", name)


def set_global(found: Global, value: Any) -> Any:
    """`set!` of a global."""
    before = found.value
    if before is UNBOUND or found.linked or type(before) is Closure or found.kind == namespace.FUNCTION:
        return with_room(replace_global, found, value)
    found.value = value
    return value


def replace_global(found: Global, value: Any) -> Any:
    """Calls of a function that was the value of a global are under way: they go on from the heap."""
    if found.force() is UNBOUND:
        raise failure("unbound-variable", unbound_message(found), found.name)
    found.assign(value)
    if found.kind == namespace.FUNCTION:
        found.kind = namespace.VALUE
        raise Continue(value)
    return value


# Calls ----------------------------------------------------------------------------------------


def wrong_arity(found: Global, *args: Any) -> Any:
    raise arity_error(found.force(), len(args))


def runner(builtin: Builtin) -> Callable[..., Any]:
    """How compiled code calls a primitive that is a value: its arguments are counted, unless Python does that."""
    function = builtin.call
    low, high = builtin.minimum, builtin.maximum
    deep = needs_room(builtin.symbol)
    if not deep and low == 0 and high is None and takes_any(function):
        return function

    def run(*args: Any) -> Any:
        if len(args) < low or (high is not None and len(args) > high):
            raise arity_error(builtin, len(args))
        return with_room(function, *args) if deep else function(*args)

    return run


def takes_any(function: Callable[..., Any]) -> bool:
    """Whether a function of Python's takes any number of arguments."""
    code = getattr(function, "__code__", None)
    return code is not None and code.co_argcount == 0 and bool(code.co_flags & VARARGS)


VARARGS = 4
"""The flag of code objects (`inspect.CO_VARARGS`)."""

Builtin.runner = staticmethod(runner)


def again() -> Any:
    """Leaves it to the machine to go on here."""
    raise Again


def with_room(function: Callable[..., Any], *args: Any) -> Any:
    """Call a primitive that must not be interrupted by a full stack once it has begun."""
    limit = sys.getrecursionlimit()
    some_levels()
    allow_deep()
    try:
        return function(*args)
    except RecursionError as error:
        raise failure("python-error", f"RecursionError: {error}", "RecursionError") from error
    finally:
        sys.setrecursionlimit(limit)


def some_levels() -> None:
    """Raises `RecursionError` unless there are some levels left, as setting a limit needs."""
    one_level()


def one_level() -> None:
    pass


# Regions --------------------------------------------------------------------------------------


def enter(mark: Mark) -> Machine:
    """Begin a region: what waits below it is on Python's stack."""
    machine = CURRENT.machine
    assert machine is not None
    machine.segment = Segment(mark, PENDING, machine.segment)
    return machine


def enter_prompt() -> Machine:
    return enter(Prompt())


def enter_handler(*values: Any) -> Machine:
    return enter(make_handler(list(values)))


def enter_binding(*values: Any) -> Machine:
    return enter(Binding(dict(zip(values[::2], values[1::2], strict=True))))


def enter_cleanup(thunk: Any) -> Machine:
    return enter(Cleanup(thunk))


def leave(machine: Machine, value: Any) -> Any:
    """End a region whose mark has something to do with the value."""
    segment = machine.segment
    mark = segment.mark
    run, args = after(machine, mark, value)
    assert segment.rest is not None
    machine.segment = segment.rest
    return value if run is None else run(*args)


def after(machine: Machine, mark: Mark, value: Any) -> tuple[Any, tuple[Any, ...]]:
    """What is to be called when a region ends with a value, if anything is."""
    if type(mark) is Handler and mark.returns is not None:
        return mark.returns.tur_run, (value,)  # type: ignore[attr-defined]
    if type(mark) is Cleanup and mark.needed():
        return machine.library(mark.then("return")).tur_run, (value, mark.thunk)  # type: ignore[attr-defined]
    return None, ()


for _each in (run_method, requested, again, leave, after, forced, value_of, with_room, some_levels, one_level):
    transparent(_each.__code__)

NAMES: dict[str, Any] = {
    "type": type,
    "abs": abs,
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "bytes": bytes,
    "UNBOUND": UNBOUND,
    "MISSING": MISSING,
    "Closure": Closure,
    "Cell": Cell,
    "Ref": Ref,
    "List": List,
    "Vector": Vector,
    "Struct": Struct,
    "equal": equal,
    "add": arithmetic.add_two,
    "subtract": arithmetic.subtract_two,
    "multiply": arithmetic.multiply_two,
    "less": arithmetic.less,
    "less_or_equal": arithmetic.less_or_equal,
    "greater": arithmetic.greater,
    "greater_or_equal": arithmetic.greater_or_equal,
    "same_number": arithmetic.same_number,
    "forced": forced,
    "early": early,
    "set_global": set_global,
    "wrong_arity": wrong_arity,
    "Request": Request,
    "Pending": Pending,
    "perform": perform,
    "performed": performed,
    "Unhandled": Unhandled,
    "again": again,
    "with_room": with_room,
    "enter": enter,
    "enter_prompt": enter_prompt,
    "enter_handler": enter_handler,
    "enter_binding": enter_binding,
    "enter_cleanup": enter_cleanup,
    "leave": leave,
}
"""The names that all compiled code knows; none of Python's builtins besides."""
