"""The memory that a program takes."""

from __future__ import annotations

import subprocess
import sys


def peak_memory(program: str) -> int:
    """The most memory, in KiB, that a process of its own takes to run a program."""
    code = (
        "import resource, sys; from turmeric.assembly.session import Session\n"
        "session = Session([]); session.activate(); session.evaluate(sys.argv[1])\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", code, program], capture_output=True, text=True, check=True)
    return int(done.stdout)
