"""`tur resume` and `tur inspect`: saved continuations on the command line."""

from __future__ import annotations

import os

from turmeric.fronts.statuses import OK, USAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.assembly.session import Session
    from turmeric.fronts.arguments import Arguments


def resume(arguments: Arguments) -> int:
    """Continue a saved program, with the value of an expression; print what it gives."""
    from turmeric.durability.saving import deserialize
    from turmeric.fronts.execution import completed, open_session
    from turmeric.fronts.results import readable
    from turmeric.running.continuation import Continuation

    path, *value = arguments.operands
    session = open_session(arguments, program_root(arguments), [])
    data, _ = opened(read_bytes(path))
    restore_main(session, data)
    saved = deserialize(session.world, data)
    if type(saved) is not Continuation:
        return not_a_continuation(path, readable(session, saved))
    given = session.evaluate(value[0], "<value>") if value else None
    resume = session.world.find("core", "resume").force()
    result = completed(session, lambda: session.world.call(resume, [saved, given], prompt=True))
    if result is not None:
        print(readable(session, result))
    return OK


def program_root(arguments: Arguments) -> str:
    """Where the program's modules are: the directory of `--program`, or the current one."""
    program = arguments.options.get("--program", os.getcwd())
    return program if os.path.isdir(program) else os.path.dirname(os.path.abspath(program))


def restore_main(session: Session, data: bytes) -> None:
    """Make the module that was the main one the main one again, so that its version counts."""
    from turmeric.durability.message import Message

    name = Message(data).claims.program
    if name != "user" and session.loader.find_module(name) is not None:
        session.world.main = name


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
    from turmeric.durability.sealing import described, is_sealed, open_sealed

    if not is_sealed(data):
        return data, None
    from turmeric.durability.keyfiles import configured

    return open_sealed(data, configured(), limit=len(data)), described(data)


def inspect(arguments: Arguments) -> int:
    """Show what a saved file holds: writer, modules, frames, variables, and whether it fits."""
    from turmeric.durability.inspection import describe

    path = arguments.operands[0]
    data, seal = opened(read_bytes(path))
    described = describe(data)
    described["sealed"] = seal
    described["mismatches"] = mismatches(arguments, data)
    if "--json" in arguments.options:
        import json

        print(json.dumps(described, indent=2))
    else:
        show(path, described)
    return OK


def mismatches(arguments: Arguments, data: bytes) -> list[dict[str, Any]]:
    """What would not fit the code that is there now."""
    from turmeric.assembly.session import Session
    from turmeric.durability.message import Message
    from turmeric.durability.resolve import Resolver

    session = Session([program_root(arguments)])
    resolver = Resolver(session.world)
    resolver.resolve(Message(data).claims)
    return [
        {"kind": found.kind, "symbol": found.symbol, "detail": found.detail, "source": found.source}
        for found in resolver.mismatches.found
    ]


def show(path: str, described: dict[str, Any]) -> None:
    """The table for people."""
    frames = described["frames"]
    counted = f"{len(frames)} frame{'' if len(frames) == 1 else 's'}, " if described["root"] == "continuation" else ""
    print(f"{path}: {described['root']}, {counted}{described['bytes']} bytes, format {described['format']}")
    if described["sealed"]:
        print("sealed with the key {key} ({algorithm}); the seal holds".format(**described["sealed"]))
    print(f"written by {described['writer']}, program {described['program']}")
    for module in described["modules"]:
        print(f"  module {module['module']} ({module['file']}), version {module['version']}")
    if described["root"] != "continuation":
        print(f"value: {described['value']}")
    if frames:
        print("frames, the innermost first:")
    for frame in frames:
        print(f"  {frame['function']} waits at {frame['at']} ({frame['file']}:{frame['line']})")
        for name, text in frame["variables"].items():
            print(f"      {name} = {text}")
    for found in described["mismatches"]:
        print(f"does not fit: {found['detail']}")
    if not described["mismatches"]:
        print("fits the code that is there now")
