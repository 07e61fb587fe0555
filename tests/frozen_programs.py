"""Programs that are frozen at a random call, sealed into a file and resumed in another process.

    python -m tests.frozen_programs [TIMES [SEED [PATTERN ...]]]     each program so many times

Each is frozen on the machine and compiled, at the same call: both files must hold the same bytes, and what
is printed before and after must be what the whole program prints.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from random import Random

from tests.fronts.freezing import FILE, resume, run
from turmeric.fronts.statuses import FROZEN

PROGRAMS = Path(__file__).parent / "programs"
KEY = "TURMERIC_KEY"
ENGINES = ("cek", "compiled")


def frozen(program: Path, engine: str, calls: int, directory: Path) -> tuple[bytes, tuple[int, str, str]] | None:
    """The bytes, and what is printed in both parts with the status; None if there are not so many calls or
    what runs cannot be stored."""
    status, printed, reported = run(program, engine, directory, freeze_after=f"{calls}-calls", to=FILE)
    if status != FROZEN:
        return None
    reported = "".join(line for line in reported.splitlines(keepends=True) if not line.startswith("stored in "))
    data = (directory / FILE).read_bytes()
    status, more, errors = resume(program, engine, directory)
    return data, (status, printed + more, reported + errors)


def differences(program: Path, calls: int) -> tuple[int, list[str]]:
    """How often the program was frozen, and what was wrong then."""
    made: dict[str, bytes] = {}
    wrong: list[str] = []
    for engine in ENGINES:
        with tempfile.TemporaryDirectory() as place:
            whole = run(program, engine, Path(place))
        with tempfile.TemporaryDirectory() as place:
            found = frozen(program, engine, calls, Path(place))
        if found is not None:
            made[engine] = found[0]
            if (found[1][:2], found[1][2] == "") != (whole[:2], whole[2] == ""):
                wrong.append(f"{engine}: {found[1]!r}\n   instead of {whole!r}")
    if len(made) == 1:
        wrong.append(f"frozen on {next(iter(made))} only")
    elif made and made["cek"] != made["compiled"]:
        wrong.append("other bytes")
    return len(made), wrong


def main(times: int, seed: str, patterns: list[str]) -> int:
    """Freeze programs; how many of them went wrong."""
    count = bad = 0
    for program in sorted(PROGRAMS.glob("*/*.tur")):
        name = str(program.relative_to(PROGRAMS))
        if patterns and not any(each in name for each in patterns):
            continue
        random = Random(f"{seed} {name}")
        for _ in range(times):
            calls = random.choice((1, 2, 3, 5, 8)) * random.choice((1, 1, 2, 3, 7))
            frozen_times, wrong = differences(program, calls)
            count += frozen_times
            bad += bool(wrong)
            for each in wrong:
                print(f"{name} at call {calls}: {each}", flush=True)
    print(f"{count} resumed, {bad} wrong")
    return bad


if __name__ == "__main__":
    given = sys.argv[1:]
    os.environ.setdefault("TURMERIC_HOME", "")
    sys.exit(main(int(given[0]) if given else 1, given[1] if len(given) > 1 else "1", given[2:]) > 0)
