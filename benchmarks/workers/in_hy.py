"""A worker for programs in Hy, which are Python modules once Hy is imported."""

from __future__ import annotations

from importlib import import_module
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location

from benchmarks.workers.serving import Program, serve


def load(path: str) -> Program:
    import_module("hy")
    spec = spec_from_file_location("program", path, loader=SourceFileLoader("program", path))
    assert spec and spec.loader, path
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, "prepare", None), module.benchmark


if __name__ == "__main__":
    serve(load)
