"""A worker for programs in Calysto Scheme, with the settings that it has when it starts."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.workers.serving import Program, serve


class Exceptional(Exception):
    """What Calysto Scheme reports as an exception."""


def quoted(argument: Any) -> str:
    """An argument in Scheme's notation."""
    if isinstance(argument, bool):
        return "#t" if argument else "#f"
    return json.dumps(argument)


def load(path: str) -> Program:
    scheme = import_module("calysto_scheme.scheme")

    def evaluate(text: str) -> Any:
        value = scheme.execute_string_rm(text)
        if scheme.exception_q(value):
            if "RecursionError" in str(value):
                raise RecursionError(str(value))
            raise Exceptional(str(value))
        return value

    def prepare(*arguments: Any) -> str:
        evaluate(f"(define prepared ({' '.join(['prepare', *map(quoted, arguments)])}))")
        return "prepared"

    def prepared(variable: str) -> Any:
        return evaluate(f"(benchmark {variable})")

    def benchmark(*arguments: Any) -> Any:
        return evaluate(f"(benchmark {' '.join(map(quoted, arguments))})")

    text = Path(path).read_text()
    evaluate(text)
    return (prepare, prepared) if "(define (prepare " in text else (None, benchmark)


if __name__ == "__main__":
    serve(load)
