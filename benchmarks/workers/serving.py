"""What every worker does: run a program when a line on its standard input asks for it, and say how long it took.

A worker is a process of its own, of one implementation, with one program. A line is a JSON list of the
program's arguments, or null for "again, with what is prepared". The reply is a line of JSON:
`{"answer": ..., "seconds": ...}` (CPU seconds of the process) or `{"failed": "RecursionError", "message": ...}`.

Only the standard library is imported here: the interpreters of other implementations run this, too.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

Program = tuple[Callable[..., Any] | None, Callable[..., Any]]
"""What makes the arguments of a program, if it has something to prepare, and the program."""

MESSAGE = 200
"""So many characters of an error's message are told."""


def plain(answer: Any) -> Any:
    """An answer as JSON has it: every kind of sequence is a list."""
    if answer is None or isinstance(answer, bool | int | float | str):
        return answer
    if isinstance(answer, Iterable):
        return [plain(part) for part in answer]
    raise TypeError(f"a {type(answer).__name__} is no answer that can be compared")


def timed(function: Callable[..., Any], arguments: list[Any]) -> dict[str, Any]:
    """One run: the garbage of the one before is gone, and the answer is made comparable afterwards."""
    gc.collect()
    start = time.process_time()
    answer = function(*arguments)
    seconds = time.process_time() - start
    return {"answer": plain(answer), "seconds": seconds}


def replying(program: Program, arguments: list[Any], given: list[Any] | None) -> tuple[list[Any], dict[str, Any]]:
    """The arguments for this run and the next, and the reply to this one."""
    prepare, function = program
    try:
        if given is not None:
            arguments = given if prepare is None else [prepare(*given)]
        return arguments, timed(function, arguments)
    except Exception as error:
        return arguments, {"failed": type(error).__name__, "message": str(error)[:MESSAGE]}


def serve(load: Callable[[str], Program]) -> None:
    """Load the program that the command line names, say so, and answer lines until there are no more.

    What the program prints goes to standard error, so that it cannot be taken for a reply.
    """
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    program, reply = None, {}
    try:
        program = load(sys.argv[1])
        reply = {"loaded": sys.argv[1]}
    except Exception as error:
        reply = {"failed": type(error).__name__, "message": str(error)[:MESSAGE]}
    print(json.dumps(reply), file=replies, flush=True)
    arguments: list[Any] = []
    for line in sys.stdin:
        if program is None:
            return
        arguments, reply = replying(program, arguments, json.loads(line))
        print(json.dumps(reply), file=replies, flush=True)
