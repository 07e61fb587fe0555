"""`--freeze-after`, and SIGUSR1: a program that runs is stored in a file, to be resumed from there.

    tur run --freeze-after 1000-calls --to job.bin job.tur      tur resume job.bin
"""

from __future__ import annotations

import os
import sys

from turmeric.fronts.arguments import UsageError
from turmeric.fronts.statuses import FROZEN, OK, failed
from turmeric.running.interrupting import Frozen
from turmeric.vocabulary.errors import TurmericError, failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from turmeric.assembly.session import Session
    from turmeric.fronts.arguments import Arguments
    from turmeric.running.continuation import Frames
    from turmeric.running.machine import Machine


def freezable(session: Session, arguments: Arguments, action: Callable[[], Any]) -> int:
    """Run a program that can be stored meanwhile; gives the exit status."""
    seconds, calls = limit_of(arguments.options.get("--freeze-after"))
    freezer = Freezer(session, arguments)
    restore = freezer.listen(seconds)
    try:
        if calls is not None:
            freezer.trap(calls)
        action()
    except Frozen:
        return FROZEN
    finally:
        restore()
    return OK


def limit_of(text: str | None) -> tuple[float | None, int | None]:
    """Seconds, or a number of calls: `5`, `0.5s`, `1000-calls`."""
    if text is None:
        return None, None
    calls = text.removesuffix("-calls")
    if calls != text and calls.isdecimal() and int(calls) > 0:
        return None, int(calls)
    try:
        seconds = float(text.removesuffix("s"))
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e9:
        raise UsageError(f"--freeze-after is a time such as 5s, or a number of calls such as 1000-calls, not `{text}`")
    return seconds, None


class Freezer:
    """Stores a session's program when it is asked to."""

    def __init__(self, session: Session, arguments: Arguments) -> None:
        self.session = session
        self.path = arguments.options.get("--to")
        self.ends = "--keep-running" not in arguments.options
        self.root = session.loader.roots[0]

    def listen(self, seconds: float | None) -> Callable[[], None]:
        """Be ready for SIGUSR1, and for the alarm in some seconds; gives what ends that."""
        import _signal as signals  # type: ignore[import-not-found]  # `signal` takes a millisecond to import

        if not hasattr(signals, "SIGUSR1"):
            if seconds is not None:
                raise UsageError("there is no --freeze-after SECONDS on this system; a number of calls can be given")
            return lambda: None
        handle = lambda number, frame: self.trap()  # noqa: E731
        before = {number: signals.signal(number, handle) for number in (signals.SIGUSR1, signals.SIGALRM)}
        if seconds is not None:
            signals.setitimer(signals.ITIMER_REAL, seconds)

        def restore() -> None:
            signals.setitimer(signals.ITIMER_REAL, 0)
            for number, handler in before.items():
                signals.signal(number, handler)
            self.untrap()

        return restore

    def trap(self, calls: int | None = None) -> None:
        """Store the program at its next call, or at a later one."""
        from turmeric.assembly.freezing import hindrance
        from turmeric.running.freezing import Trap

        Trap(self.store, calls, lambda: hindrance(self.session)).set()

    def untrap(self) -> None:
        """The program has ended; say why it was not stored, if something was in the way."""
        from turmeric.running.machine import Machine

        trap = Machine.trap
        if trap is not None:
            trap.remove()
            if trap.hindered is not None and trap.left is None:
                print(f"the program could not be stored {trap.hindered}, and has ended", file=sys.stderr)

    def store(self, machine: Machine, frames: Frames) -> None:
        """Write the file, and end the program.  What cannot be stored goes on."""
        path = self.path or f"frozen-{self.session.world.main}.bin"
        try:
            self.write(path, machine, frames)
        except TurmericError as error:
            print("the program could not be stored, and goes on:", file=sys.stderr)
            failed(error)
            return
        sys.stdout.flush()
        print(f"stored in {path}; go on with: tur resume {self.where()}{path}", file=sys.stderr)
        if self.ends:
            raise Frozen

    def write(self, path: str, machine: Machine, frames: Frames) -> None:
        """Write the file in one step, sealed if there is a key to seal with."""
        from turmeric.assembly.freezing import program_at
        from turmeric.durability.saving import serialize
        from turmeric.durability.sealed.keyfiles import keys_for
        from turmeric.durability.sealed.sealing import seal
        from turmeric.running.replacing import replace_file

        world = self.session.world
        data = serialize(world, program_at(self.session, machine, frames), keep=True)
        ring = keys_for(world)
        try:
            replace_file(path, seal(data, ring) if ring.keys else data)
        except OSError as error:
            raise failure("io-error", f"cannot write {path}: {error.strerror}", path) from error

    def where(self) -> str:
        """What `tur resume` has to be told to find the program's modules."""
        return "" if os.path.abspath(self.root) == os.getcwd() else f"--program {self.root} "
