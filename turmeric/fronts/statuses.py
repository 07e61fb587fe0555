"""How a command ends: its exit status, and what it says when it fails.

    0    done               2    the command line is wrong
    1    an error           130  Ctrl-C            141  nobody reads the output
    75   the program was stored, to be resumed (EX_TEMPFAIL of sysexits.h)
"""

from __future__ import annotations

import os
import sys

from turmeric.fronts.arguments import UsageError
from turmeric.vocabulary.errors import TurmericError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

OK = 0
FAILED = 1
USAGE = 2
FROZEN = 75
INTERRUPTED = 130
BROKEN_PIPE = 141


def guarded(action: Callable[[], int], debug: bool) -> int:
    """What `action` gives; an error becomes a report on stderr and its status."""
    try:
        try:
            return action()
        finally:
            sys.stdout.flush()
    except TurmericError as error:
        return broken_pipe() if isinstance(error.__cause__, BrokenPipeError) else failed(error, debug)
    except UsageError as error:
        return misused(error)
    except BrokenPipeError:
        return broken_pipe()
    except KeyboardInterrupt as interrupt:
        return interrupted(interrupt, debug)
    except Exception as error:
        return internal(error, debug)


def failed(error: TurmericError, debug: bool = False) -> int:
    """Report an error of the program, or of its source."""
    from turmeric.vocabulary.report import report

    if debug:
        show_traceback(error)
    sys.stdout.flush()
    print(report(error, wants_color(sys.stderr)), file=sys.stderr)
    if error.name == "schema-mismatch":
        from turmeric.fronts.misfits import error_lines
        from turmeric.fronts.tabular import Paper

        for line in error_lines(error.value, Paper(sys.stderr)):
            print(line, file=sys.stderr)
    return FAILED


def misused(error: UsageError) -> int:
    print(f"tur: {error}\n(see tur --help)", file=sys.stderr)
    return USAGE


def interrupted(interrupt: KeyboardInterrupt, debug: bool) -> int:
    if debug:
        show_traceback(interrupt)
    print("interrupted", file=sys.stderr)
    return INTERRUPTED


def broken_pipe() -> int:
    """End quietly.  Python would still try to write what is left; it goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return BROKEN_PIPE


def internal(error: Exception, debug: bool) -> int:
    """An error that is ours and not the program's."""
    if debug:
        show_traceback(error)
    hint = "" if debug else " (--debug shows the Python traceback)"
    kind = type(error).__name__
    text = "the source nests too deeply" if isinstance(error, RecursionError) else f"{kind}: {error}"
    print(f"internal error: {text}{hint}", file=sys.stderr)
    return FAILED


def show_traceback(error: BaseException) -> None:
    from turmeric.fronts.debugging import show

    show(error)


def wants_color(stream: TextIO) -> bool:
    """Whether to colour what is written to `stream`: a terminal, and no NO_COLOR (no-color.org)."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and stream.isatty()
