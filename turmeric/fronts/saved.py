"""`tur resume`: saved continuations on the command line."""

from __future__ import annotations

import os

from turmeric.fronts.statuses import USAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.assembly.session import Session
    from turmeric.fronts.arguments import Arguments
    from turmeric.running.continuation import Continuation


def resume(arguments: Arguments) -> int:
    """Continue a saved program, with the value of an expression; print what it gives."""
    from turmeric.assembly.freezing import prepare
    from turmeric.durability.code.sources import CURRENT, SAVED
    from turmeric.durability.saving import deserialize
    from turmeric.fronts.execution import completed, open_session
    from turmeric.fronts.freezing import freezable
    from turmeric.fronts.results import readable
    from turmeric.running.continuation import Continuation

    path, *value = arguments.operands
    if "--store" in arguments.options or not os.path.exists(path):
        from turmeric.fronts.instances.resuming import resume_instance

        return resume_instance(arguments)
    check_options(arguments)
    session = open_session(arguments, program_root(arguments), [])
    data, _ = opened(read_bytes(path))
    mode = arguments.options.get("--code", CURRENT)
    if mode != SAVED:
        restore_main(session, data, arguments.options.get("--program"))
    saved = deserialize(session.world, data, mode)
    if mode == SAVED:
        keep_main(session, data)
    if type(saved) is not Continuation:
        return not_a_continuation(path, readable(session, saved))
    given = session.evaluate(value[0], "<value>") if value else None
    is_program = prepare(session, saved)
    return freezable(session, arguments, lambda: completed(session, lambda: go_on(session, saved, given, is_program)))


def check_options(arguments: Arguments) -> None:
    """Raise UsageError for options that are for instances, not for files."""
    from turmeric.fronts.arguments import UsageError

    for name in ("--wait", "--keep-checkpoints"):
        if name in arguments.options:
            raise UsageError(f"{name} is for instances, and {arguments.operands[0]} is a file")
    if arguments.options.get("--code") == "bundle":
        raise UsageError("--code is current, strict or saved for a file, not `bundle`")


def go_on(session: Session, saved: Continuation, given: Any, is_program: bool) -> None:
    """Continue what was saved.  The value is shown, unless it is that of a program that did not ask to be saved."""
    from turmeric.assembly.freezing import finish
    from turmeric.fronts.results import readable

    resume = session.world.find("core", "resume").force()
    result = finish(session, session.world.call(resume, [saved, given], prompt=True))
    if result is not None and not is_program:
        print(readable(session, result))


def program_root(arguments: Arguments) -> str:
    """Where the program's modules are: the directory of `--program`, or the current one."""
    program = arguments.options.get("--program", os.getcwd())
    return program if os.path.isdir(program) else os.path.dirname(os.path.abspath(program))


def restore_main(session: Session, data: bytes, program: str | None) -> None:
    """Make the module that was the main one the main one again, so that its version counts."""
    from turmeric.durability.code.resolve import Resolver
    from turmeric.durability.format.message import Message

    load_program(session, program)
    name = Resolver(session.world).now(Message(data).claims.program, "")[0]
    if name != "user" and (name in session.world.modules or session.loader.find_module(name) is not None):
        session.world.main = name


def load_program(session: Session, program: str | None) -> None:
    """Load the file of `--program` for its definitions: it may say what was renamed and how to migrate."""
    from turmeric.assembly.session import module_name

    if program is not None and os.path.isfile(program):
        session.loader.find_module(module_name(program, session.loader.roots))


def keep_main(session: Session, data: bytes) -> None:
    """Of code that came with the bytes, the module that was the main one is the main one again."""
    from turmeric.durability.code.bundling import key_of
    from turmeric.durability.format.message import Message
    from turmeric.vocabulary.beside import beside

    message = Message(data)
    name = message.claims.program
    places = [row.bundle for row in message.claims.modules if row.name == name and row.bundle is not None]
    session.world.main = beside(name, key_of(message.code[places[0]])) if places else name


def not_a_continuation(path: str, shown: str) -> int:
    import sys

    print(f"tur: {path} holds no continuation but {shown[:60]}", file=sys.stderr)
    return USAGE


def read_bytes(path: str) -> bytes:
    """The bytes of a saved file."""
    from turmeric.vocabulary.errors import failure

    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise failure("io-error", f"cannot read {path}: {error.strerror}", path) from error


def opened(data: bytes) -> tuple[bytes, dict[str, str] | None]:
    """The bytes under the seal and how they are sealed; bytes without a seal as they are, and None."""
    from turmeric.durability.format.wire import SEALED

    if not data.startswith(SEALED):
        return data, None
    from turmeric.durability.sealed.keyfiles import configured
    from turmeric.durability.sealed.sealing import described, open_sealed

    return open_sealed(data, configured(), limit=len(data)), described(data)
