"""`python -m benchmarks [compare | control | durable | saving] OPTION ...`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

COMMANDS = {
    "compare": "benchmarks.comparison.command",
    "control": "benchmarks.control.command",
    "durable": "benchmarks.durable.command",
    "saving": "benchmarks.saving",
}
"""What there is to measure: without a word it is the comparison."""


def main(words: Sequence[str]) -> int:
    """Carry out the command that the first word names."""
    name, rest = (words[0], words[1:]) if words and words[0] in COMMANDS else ("compare", words)
    if rest and not rest[0].startswith("-"):
        print(f"expected one of {', '.join(COMMANDS)} or an option, got {rest[0]}", file=sys.stderr)
        return 2
    return int(import_module(COMMANDS[name]).main(rest))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
