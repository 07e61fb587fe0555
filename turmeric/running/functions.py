"""Linked functions: code the machine can enter.

Code is linked at its first call, so that loading a module costs nothing for what it
does not use.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType

from turmeric.intermediate.anf import Code
from turmeric.intermediate.held import idle
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.lists import from_iterable
from turmeric.vocabulary.namespace import nearest
from turmeric.vocabulary.symbols import Keyword, keyword

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.intermediate import anf
    from turmeric.running.machine import Machine
    from turmeric.running.steps import Linker
    from turmeric.vocabulary.spans import Span

    Environment = list[Any]
    State = tuple["Step", Environment, Any]
    Step = Callable[[Environment, Any, Machine], State]


class Missing:
    """What a keyword parameter holds when the call leaves it out; its default replaces it."""


MISSING = Missing()


def entering(step: Step, function: Function) -> Step:
    """Note on a step that it enters a function."""
    step.enters = function  # type: ignore[attr-defined]
    return step


def entered_by(step: Step) -> Function | None:
    """The function that a step enters, if that is what it does."""
    if type(step) is MethodType:
        return step.__self__ if type(step.__self__) is Function else None
    return getattr(step, "enters", None)


def accelerated(step: Step, plain: Step) -> Step:
    """Note on a step that may run compiled code what the machine does without."""
    step.plain = plain  # type: ignore[attr-defined]
    return step


class Point:
    """A linked point: where a frame goes on.  `schema` is filled in when it is first encoded.

    A frame that is `idle` only hands its value on (`intermediate.held`): traces and lists of
    frames leave it out."""

    __slots__ = ("body", "drops", "function", "idle", "node", "schema")
    body: Step

    def __init__(self, function: Function, node: anf.Let) -> None:
        self.function = function
        self.node = node
        self.idle = idle(node)
        self.drops: int | None = None
        """How many frames below its own its code may drop, once somebody has looked (durability.fitting)."""
        self.schema: bytes | None = None

    @property
    def point(self) -> anf.Point:
        return self.node.point

    @property
    def span(self) -> Span | None:
        return self.node.point.span


class Function:
    """Linked code.  `arity` is the number of arguments when that is all there is to
    check, else -1; `entry` is the first step (linking, before the first call); `linker` knows
    the world it belongs to."""

    __slots__ = (
        *("arity", "code", "entry", "linker", "loop_units", "make", "own"),
        *("points", "redefined", "step", "turns"),
    )

    def __init__(self, code: Code, linker: Linker) -> None:
        self.code = code
        self.linker = linker
        self.points: dict[anf.Let, Point] = {}
        params = code.params
        self.arity = len(params.required) if params.rest is None and not params.keys else -1
        self.entry: Step = self.first_entry
        self.step: Step | None = None
        """What the machine begins with, once the code is linked."""
        self.turns: dict[anf.Loop, list[Step]] = {}
        """What each loop begins a turn with."""
        self.make: Callable[..., Any] | None = None
        """What makes the compiled form from the captured values, once the code is compiled."""
        self.loop_units: dict[tuple[anf.Loop, bool], Callable[..., Any]] = {}
        """Loops that are compiled as units of their own; for any values, or for some numbers."""
        self.own: anf.Var | None = None
        """The variable by which a local function refers to itself; known where it is made."""
        self.redefined = False
        """Whether the name of the function has come to mean another one."""

    def first_entry(self, env: Environment, frames: Any, machine: Machine) -> State:
        """Settle how the function runs, then go on with that."""
        self.entry = self.linker.entry(self, env)
        return self.entry, env, frames

    def ready(self) -> Step:
        """What the machine begins with; links the code, so that `points` are there."""
        if self.step is None:
            self.step = entering(self.linker.link(self), self)
        return self.step

    def forget(self) -> None:
        """Another function has the name now: what was compiled may call itself directly, and must not."""
        self.redefined = True
        self.entry, self.make = self.first_entry, None
        self.loop_units = {}

    def arrange(self, args: list[Any]) -> list[Any]:
        """Arguments in the places of the parameters; `arity-error` when they do not fit."""
        params = self.code.params
        count = len(params.required)
        if len(args) < count or (len(args) > count and params.rest is None and not params.keys):
            raise self.arity_error(len(args))
        placed, more = args[:count], args[count:]
        if params.keys:
            rest, given = self.split_keywords(more)
            if params.rest is None and rest:
                raise self.arity_error(len(args))
            placed += [from_iterable(rest)] if params.rest else []
            return placed + [self.keyword_value(name, given, needed) for name, _, needed in params.keys]
        if params.rest is not None:
            placed.append(from_iterable(more))
        return placed

    def split_keywords(self, more: list[Any]) -> tuple[list[Any], dict[str, Any]]:
        """The positional arguments and the keyword ones among those after the required."""
        known = {name for name, _, _ in self.code.params.keys}
        rest: list[Any] = []
        given: dict[str, Any] = {}
        place = 0
        while place < len(more):
            item = more[place]
            if isinstance(item, Keyword) and place + 1 < len(more) and item.name in known:
                given[item.name] = more[place + 1]
                place += 2
            elif isinstance(item, Keyword) and self.code.params.rest is None:
                raise self.keyword_error(item.name, known)
            else:
                rest.append(item)
                place += 1
        return rest, given

    def keyword_arguments(self, given: dict[str, Any]) -> list[Any]:
        """Keyword arguments of a Python call as the language passes them: `max_turns=3` is `:max-turns 3`."""
        known = {name for name, _, _ in self.code.params.keys}
        args: list[Any] = []
        for name, value in given.items():
            args += [keyword(name if name in known else name.replace("_", "-")), value]
        return args

    def keyword_error(self, name: str, known: set[str]) -> Exception:
        """The error for a keyword that the function does not have, or that came without a value."""
        if name in known:
            return failure("arity-error", f"{self.code.name} got the keyword :{name} without a value", self.code.symbol)
        near = nearest(name, known)
        hint = f"did you mean :{near}?" if near else f"it knows {', '.join(':' + each for each in sorted(known))}"
        return failure("arity-error", f"{self.code.name} has no keyword :{name}; {hint}", self.code.symbol)

    def keyword_value(self, name: str, given: dict[str, Any], needed: bool) -> Any:
        if name not in given and needed:
            raise failure("arity-error", f"{self.code.name} needs the keyword :{name}")
        return given.get(name, MISSING)

    def arity_error(self, got: int) -> Exception:
        params = self.code.params
        count = len(params.required)
        most = "" if params.rest is None and not params.keys else "at least "
        noun = "argument" if count == 1 else "arguments"
        message = f"{self.code.name} expects {most}{count} {noun}, got {got}"
        return failure("arity-error", message, self.code.symbol)
