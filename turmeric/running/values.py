"""Values that only a running program has: functions and cells."""

from __future__ import annotations

from collections.abc import Callable

from turmeric.vocabulary.printer import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.running.continuation import Continuation
    from turmeric.running.functions import Function
    from turmeric.vocabulary.namespace import Global


class Homed:
    """A value with an identity.  `home` is the global that was defined as this very value, if
    any: then it goes by that name wherever it is stored, and is the process's own."""

    __slots__ = ("home",)
    home: Global | None

    def is_home(self) -> bool:
        """Whether the definition still has this value."""
        return self.home is not None and self.home.value is self


class Closure(Homed):
    """A function of the language: linked code and the values it captured."""

    __slots__ = ("__weakref__", "captured", "function", "inert", "tur_run")
    type_name = "fn"
    tur_run: Callable[..., Any]
    """Its compiled form, by which compiled code calls it; made when it is first needed.  Every value
    that can be called has one, under a name that no object of Python's has."""
    invoke: Callable[[Closure, tuple[Any, ...]], Any]
    """How Python code calls it; the machine sets this."""

    def __init__(self, function: Function, captured: tuple[object, ...], run: Callable[..., Any] | None = None) -> None:
        self.function = function
        self.captured = captured
        self.home = None
        self.inert = False
        if run is not None:
            self.tur_run = run

    def __getattr__(self, name: str) -> Any:
        if name != "tur_run":
            raise AttributeError(name)
        run = self.tur_run = self.function.linker.compiled(self.function)(*self.captured)
        return run

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        return Closure.invoke(self, (*args, *self.function.keyword_arguments(keywords)) if keywords else args)

    def forget(self) -> None:
        """Its definition has another value now: what was compiled may take it for granted that it has not."""
        self.function.forget()
        self.tur_run = self.run_anew

    def run_anew(self, *args: Any) -> Any:
        del self.tur_run
        return self.tur_run(*args)

    @property
    def symbol(self) -> str:
        """The full name of the function."""
        return self.function.code.symbol

    def describe(self) -> str:
        return f"#<fn {self.symbol}>"


class Builtin:
    """A primitive: a Python function that neither calls back nor captures."""

    __slots__ = ("call", "maximum", "minimum", "module", "name", "tur_run")
    type_name = "fn"
    tur_run: Callable[..., Any]
    """How compiled code calls it where it does not know which primitive it is; made when first needed."""
    runner: Callable[[Builtin], Callable[..., Any]]
    """What makes that (`compiled.support`)."""

    def __init__(self, module: str, name: str, call: Callable[..., Any], minimum: int, maximum: int | None) -> None:
        self.module = module
        self.name = name
        self.call = call
        self.minimum = minimum
        self.maximum = maximum

    def __call__(self, *args: Any) -> Any:
        return self.call(*args)

    def __getattr__(self, name: str) -> Any:
        if name != "tur_run":
            raise AttributeError(name)
        run = self.tur_run = Builtin.runner(self)
        return run

    @property
    def symbol(self) -> str:
        return f"{self.module}.{self.name}"

    def describe(self) -> str:
        return f"#<fn {self.symbol}>"


class Operator:
    """A primitive that works on the machine itself: it takes the machine, its arguments
    and the frames that wait, and gives the machine's next state."""

    __slots__ = ("maximum", "minimum", "module", "name", "operate")
    type_name = "fn"

    def __init__(self, module: str, name: str, operate: Callable[..., Any], minimum: int, maximum: int | None) -> None:
        self.module = module
        self.name = name
        self.operate = operate
        self.minimum = minimum
        self.maximum = maximum

    def __call__(self, *args: Any) -> Any:
        return Closure.invoke(self, args)  # type: ignore[arg-type]

    @property
    def symbol(self) -> str:
        return f"{self.module}.{self.name}"

    def describe(self) -> str:
        return f"#<fn {self.symbol}>"


class Cell:
    """Where a variable that some `set!` changes lives.  Copied with a continuation."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


class Ref(Homed):
    """An owned cell.  `owner` is the serialized continuation it moved into, if any."""

    __slots__ = ("owner", "value")
    type_name = "ref"

    def __init__(self, value: object) -> None:
        self.value = value
        self.owner: Continuation | None = None
        self.home = None

    def describe(self) -> str:
        return described("ref", self)


class Rc(Homed):
    """A cell shared by all resumptions in a process; only serialization copies it."""

    __slots__ = ("value",)
    type_name = "rc"

    def __init__(self, value: object) -> None:
        self.value = value
        self.home = None

    def describe(self) -> str:
        return described("rc", self)


NESTING = 20
"""Cells inside cells that are written; they may form a cycle, or a long chain."""

_writing: list[Ref | Rc] = []


def described(kind: str, cell: Ref | Rc) -> str:
    """A cell with what it holds; `...` where that leads back to the cell, or too deep."""
    if len(_writing) >= NESTING or any(each is cell for each in _writing):
        return f"#<{kind} ...>"
    _writing.append(cell)
    try:
        return f"#<{kind} {write(cell.value)}>"
    finally:
        _writing.pop()
