"""`tur run --profile`: where a program's time goes, by its own functions and lines."""

from __future__ import annotations

import sys

from turmeric.fronts.arguments import UsageError
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TextIO

    from turmeric.fronts.arguments import Arguments
    from turmeric.fronts.profile.counts import Profile

FORMATS = (".svg", ".txt", ".folded")


def profiled(arguments: Arguments, action: Callable[[], Any]) -> Any:
    """What `action` gives; in the end, however that is, its profile is printed to stderr or written to a file."""
    from turmeric.fronts.profile.sampling import Sampler, available

    target = arguments.options.get("--to")
    if target is not None and not target.endswith(FORMATS):
        raise UsageError(f"--to writes a profile to a file that ends in {', '.join(FORMATS)}, not `{target}`")
    if not available():
        raise UsageError("--profile needs the CPU time of a thread, which this system does not tell (Windows does not)")
    file = opened(target) if target is not None else None
    sampler = Sampler()
    sampler.start()
    try:
        return action()
    finally:
        profile = sampler.stop()
        sys.stdout.flush()
        show(profile, file, arguments.operands[0])


def opened(target: str) -> TextIO:
    """The file for the profile.  It is opened before the program runs, which may take long."""
    try:
        return open(target, "w", encoding="utf-8")
    except OSError as error:
        raise failure("io-error", f"cannot write {target}: {error.strerror}", target) from error


def show(profile: Profile, file: TextIO | None, program: str) -> None:
    """The table on stderr; in a file, what its name asks for."""
    from turmeric.fronts.profile.tables import summary, table

    if file is None:
        for line in table(profile):
            print(line, file=sys.stderr)
        return
    with file:
        file.write(text_of(profile, file.name, program))
    print(f"{summary(profile)}, in {file.name}", file=sys.stderr)


def text_of(profile: Profile, target: str, program: str) -> str:
    from turmeric.fronts.profile.flames import flame_graph
    from turmeric.fronts.profile.tables import table

    if target.endswith(".svg"):
        return flame_graph(profile, f"tur run {program}")
    if target.endswith(".txt"):
        return "".join(line + "\n" for line in table(profile))
    return "".join(f"{';'.join(names)} {count}\n" for names, count in sorted(profile.stacks.items()))
