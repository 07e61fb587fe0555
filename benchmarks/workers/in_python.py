"""A worker for programs in Python."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location

from benchmarks.workers.serving import Program, serve


def load(path: str) -> Program:
    spec = spec_from_file_location("program", path)
    assert spec and spec.loader, path
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, "prepare", None), module.benchmark


if __name__ == "__main__":
    serve(load)
