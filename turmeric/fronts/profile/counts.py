"""What a profile counts: how often each stack was seen, each function in one, and each line at the top of one.

A stack goes from the outermost function to the innermost.  Recursion is folded: what repeats directly,
up to eight functions in turn, stands there once.  So a recursion a million deep is one box of a picture.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

PERIOD = 8
"""Functions that call each other in turn, at most, for a recursion to be folded."""
DEPTH = 100
"""Functions in a stack, once recursion is folded; of more the middle is left out."""
LEFT_OUT = "..."

PROGRAM, LIBRARY, PRIMITIVE, PYTHON, TURMERIC = KINDS = ("program", "library", "primitive", "python", "turmeric")
"""What is on a stack: functions of the program, of the standard library, primitives, Python's, and Turmeric at work."""

Line = tuple[str, int]
"""A file and a line of it."""


class Sample:
    """A stack as it was seen: for each function its name, and where the innermost was."""

    __slots__ = ("line", "names", "seen")

    def __init__(self, names: tuple[str, ...], seen: frozenset[str], line: Line | None) -> None:
        self.names = names
        self.seen = seen
        self.line = line


class Folding:
    """A stack that is being put together, from the outermost function on."""

    __slots__ = ("names", "seen")

    def __init__(self, names: Iterable[str] = (), seen: Iterable[str] = ()) -> None:
        self.names = list(names)
        self.seen = set(seen)
        """All functions of the stack, those that folding has left out too."""

    def push(self, name: str) -> None:
        names = self.names
        if names and names[-1] == name:
            return
        self.seen.add(name)
        names.append(name)
        for period in range(2, min(PERIOD, len(names) // 2) + 1):
            if names[-1 - period] == name and names[-period:] == names[-2 * period : -period]:
                del names[-period:]
                return
        if len(names) > DEPTH:
            middle = DEPTH // 2
            names[middle : middle + 2] = [LEFT_OUT] if names[middle] != LEFT_OUT else names[middle : middle + 1]

    def sample(self, line: Line | None) -> Sample:
        return Sample(tuple(self.names), frozenset(self.seen), line)


class Profile:
    """All samples, counted.  A sample that stands for more than one, since the sampler had to wait, has a weight."""

    def __init__(self, interval: float) -> None:
        self.interval = interval
        """Seconds of CPU time between two samples."""
        self.samples = 0
        self.stacks: dict[tuple[str, ...], int] = {}
        self.total: dict[str, int] = {}
        """For each function the samples that have it."""
        self.own: dict[str, int] = {}
        """For each function the samples that have it innermost."""
        self.lines: dict[Line, int] = {}
        self.kinds: dict[str, str] = {}
        """What each function is; of the program unless it says otherwise."""
        self.places: dict[str, Line] = {}
        """Where functions are defined."""

    def add(self, sample: Sample, weight: int = 1) -> None:
        self.samples += weight
        self.stacks[sample.names] = self.stacks.get(sample.names, 0) + weight
        for name in sample.seen:
            self.total[name] = self.total.get(name, 0) + weight
        if sample.names:
            last = sample.names[-1]
            self.own[last] = self.own.get(last, 0) + weight
        if sample.line is not None:
            self.lines[sample.line] = self.lines.get(sample.line, 0) + weight

    def kind(self, name: str) -> str:
        return self.kinds.get(name, PROGRAM)

    def share(self, count: int) -> float:
        """A count in per cent of all samples."""
        return 100 * count / self.samples if self.samples else 0.0
