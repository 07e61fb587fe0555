"""A worker for programs in Turmeric; a second word on the command line is the engine to run them with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from benchmarks.workers.serving import Program, serve
from turmeric.assembly.session import Session
from turmeric.fronts.collector import settle


def session(roots: list[str], engine: str | None) -> Session:
    """A session, which is asked for an engine only if one was chosen."""
    return Session(roots) if engine is None else Session(roots, engine=engine)


def load(path: str, engine: str | None = None) -> Program:
    settle()  # as `tur` does
    running = session([str(Path(path).parent)], engine)
    running.activate()
    definitions = running.loader.import_module(Path(path).stem).definitions

    def named(name: str) -> Any:
        function = definitions[name].force()
        return lambda *arguments: running.world.call(function, list(arguments), prompt=True)

    return (named("prepare") if "prepare" in definitions else None), named("benchmark")


if __name__ == "__main__":
    serve(lambda path: load(path, *sys.argv[2:]))
