"""A snapshot of Python's stack, and what its frames are to Turmeric.

    ... run, step                  the machine: its heap frames, and the step that it is taking
    ... run, entered, f_main, f_fib        compiled code, entered by the machine
    ... f_fib, several, assoc      a primitive

A snapshot is taken while the program stands still, so it takes along only what it cannot do without; all
of that stays as it is while the program goes on.
"""

from __future__ import annotations

import sys
from types import CodeType, FrameType

from turmeric.assembly import declare
from turmeric.assembly.image import LazyCode
from turmeric.assembly.pipeline import Pipeline
from turmeric.reading.reader import read_all
from turmeric.reading.toplevel import expand_top
from turmeric.running.machine import Machine
from turmeric.running.steps import Linker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Snapshot = list[tuple[CodeType, int, Any]]

RUN = Machine.run.__code__
STOPPED = Machine.stopped.__code__
FOREIGN = Machine.apply_foreign.__code__
CHECKED = [each for each in declare.checked.__code__.co_consts if isinstance(each, CodeType)]
"""The code of what stands before primitives, to check the types of their arguments."""

WORKING: dict[object, str] = {
    read_all.__code__: "(reading)",
    expand_top.__code__: "(expanding)",
    Pipeline.normalize.__code__: "(normalizing)",
    LazyCode.get.__code__: "(unpacking)",
    Linker.link.__code__: "(linking)",
    STOPPED: "(stack to heap)",
}
"""What Turmeric itself does while a program runs."""
UNITS = "turmeric.running.compiled.units"


def snapshot(frame: FrameType | None) -> Snapshot:
    """What is needed of each frame, from the innermost out: its code, its instruction, and

    of `Machine.run`, `Machine.stopped`, `apply_foreign` and the checks of primitives    their local variables
    of a step or an evaluator that knows it    its place in the source
    """
    found: Snapshot = []
    while frame is not None:
        code = frame.f_code
        more: Any = None
        if code is RUN:
            more = run_of(frame)
        elif code is STOPPED:
            more = frame.f_locals.get("error")
        elif code is FOREIGN:
            more = frame.f_locals.get("callee")
        elif code in CHECKED:
            more = frame.f_locals.get("call")
        elif "place" in code.co_freevars:
            more = frame.f_locals.get("place")
        found.append((code, frame.f_lasti, more))
        frame = frame.f_back
    return found


def run_of(frame: FrameType) -> tuple[Any, ...]:
    """What a run waits for: its step, the frames above the newest mark, the newest segment; the last tail
    call from the program into the library, which has no frame."""
    locals_ = frame.f_locals
    machine = locals_["self"]
    return locals_.get("step"), locals_.get("frames"), machine.segment, machine.led


class Known:
    """What Python's code objects are.  Modules are loaded while a program runs: `refresh` learns of theirs."""

    def __init__(self) -> None:
        self.primitives: dict[object, str] = {}
        """Names of primitives, by their code, or by the function where it has none."""
        self.working = dict(WORKING)
        self.units: Any = {}
        """Compiled code: see `running.compiled.units`."""
        self.modules = 0

    def primitive(self, key: object) -> str | None:
        try:
            return self.primitives.get(key)
        except TypeError:  # it has no hash, so it is no function that could be called
            return None

    def refresh(self) -> None:
        if len(sys.modules) != self.modules:
            self.modules = len(sys.modules)
            self.learn()

    def learn(self) -> None:
        units = sys.modules.get(UNITS)
        if hasattr(units, "loop_of"):  # loaded to its end
            self.units = units.UNITS  # type: ignore[union-attr]
            self.working[units.with_deep_stack.__code__] = "(compiling)"  # type: ignore[union-attr]
        else:
            self.modules = 0
        homes = {name: f"turmeric.running.primitives.{name}" for name in loaded_primitives()} | declare.DURABLE
        for module, home in homes.items():
            table = getattr(sys.modules.get(home), "TABLE", {})
            for name, call in table.items():
                self.primitives.setdefault(getattr(call, "__code__", call), f"{module}.{name}")


def loaded_primitives() -> list[str]:
    lead = "turmeric.running.primitives."
    return [name[len(lead) :] for name in list(sys.modules) if name.startswith(lead)]
