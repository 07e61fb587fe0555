"""Storing a whole program that runs, and going on with it.

A program is a file: its forms, one after the other, then `main`.  Each runs by itself, so what was stopped in one
of them knows nothing of the next ones.  Its outermost frame, of `freezing.program-run`, says where that was:

    tur resume:  (program-rest value arguments module text place)  ->  the forms below, then `main`
"""

from __future__ import annotations

from turmeric.assembly.loader import read_text
from turmeric.running.continuation import Continuation
from turmeric.running.freezing import library_frame, whole
from turmeric.running.values import Rc
from turmeric.vocabulary.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.assembly.session import Session
    from turmeric.running.continuation import Frames
    from turmeric.running.machine import Machine
    from turmeric.vocabulary.errors import TurmericError
    from turmeric.vocabulary.namespace import Module

RUN = "freezing.program-run"
REST = "freezing.program-rest"


# Storing --------------------------------------------------------------------------------------


TASKS = ("queue", "queued", "current", "under-way")
"""The definitions of the module `async` that hold the tasks of this process."""


def hindrance(session: Session) -> str | None:
    """Why the program cannot be stored now, though it can later: the outermost run is not all of it."""
    if session.loader.loading not in ([], [session.world.main]):
        return f"while the module {session.loader.loading[-1]} is loaded"
    if session.world.instance is not None:
        return "while it runs as an instance, which is saved in its store"
    definitions = session.world.modules["async"].definitions
    cells = [definitions[name].value for name in TASKS]
    if any(type(cell) is Rc and cell.value for cell in cells):
        return "while there are tasks"
    return None


def program_at(session: Session, machine: Machine, frames: Frames) -> Continuation:
    """The rest of a program that was stopped in the outermost machine, on these frames."""
    if machine_resumes(machine):
        return whole(machine, frames, None)
    place: list[object] = [None, None, None]
    if session.loader.loading:
        assert session.program is not None
        module = session.program.module
        place = [module.name, module.code_hash, session.program.declarer.runs]
    values = dict(zip(("module", "text", "place"), place, strict=True))
    values["arguments"] = session.world.args
    return whole(machine, frames, library_frame(session.world, "program-run", values, None))


def machine_resumes(machine: Machine) -> bool:
    """Whether what a machine runs is a program that was stored before: it has the outermost frame already."""
    segment = machine.segment
    while segment.rest is not None:
        frames = segment.frames
        if frames is not None and frames[0].function.code.symbol == RUN:
            return True
        segment = segment.rest
    return False


# Going on -------------------------------------------------------------------------------------


def prepare(session: Session, saved: Continuation) -> bool:
    """Whether a continuation is a whole program.  If so, its arguments are those of this one, and the forms that
    are still to run must be there: raises schema-mismatch when the file was changed."""
    frames, _ = saved.pieces[-1]
    if frames is None or frames[0].function.code.symbol != RUN:
        return False
    values = dict(zip((var.name for var in frames[0].point.live), frames[1], strict=True))
    session.world.args = values["arguments"]
    if values["module"] is not None:
        module_of(session, values["module"], values["text"])
    return True


def module_of(session: Session, name: str, text: object) -> Module:
    """The module of a program, of which forms are still to run."""
    module = session.world.modules.get(name) or session.loader.find_module(name)
    if module is None or module.file is None or module.code_hash != text:
        raise another_file(session, name, str(text), None if module is None else module.code_hash)
    return module


def another_file(session: Session, name: str, text: str, now: str | None) -> TurmericError:
    """The error for a file that is not the one of which some forms have been run."""
    from turmeric.durability.reports.mismatches import Mismatch
    from turmeric.durability.reports.refusing import error_of

    detail = f"the program was stopped in a form of `{name}`, whose file has changed: which come next is not known"
    found = Mismatch("module", name, text, now, detail, name)
    found.paths, found.count = ["the code that is left to run"], 1
    found.advice = ["resume it beside the file as it was, or put what may have to be resumed into `main`"]
    return error_of(session.world, [found], text)


def finish(session: Session, value: Any) -> Any:
    """Run what comes after a value: nothing, unless it is that of a form of a program."""
    if type(value) is not Struct or value.type.symbol != REST:
        return value
    values: Any = value.values
    result, _, name, text, place = values
    if name is None:
        return result
    module = module_of(session, name, text)
    assert module.file is not None
    session.world.main = name
    session.loader.loading.append(name)
    try:
        session.program = session.pipeline(module)
        session.last = session.program.load_rest(read_text(module.file), module.file, place, result)
    finally:
        session.loader.loading.remove(name)
    return session.run_main(module)
