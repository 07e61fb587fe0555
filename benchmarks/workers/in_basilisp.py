"""A worker for programs in Basilisp, which are Python modules once Basilisp is initialised."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from benchmarks.workers.serving import Program, serve


def load(path: str) -> Program:
    import_module("basilisp.main").init()
    sys.path.insert(0, str(Path(path).parent))
    module = import_module(Path(path).stem)
    return getattr(module, "prepare", None), module.benchmark


if __name__ == "__main__":
    serve(load)
