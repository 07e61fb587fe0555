"""What was claimed, and whether it was reached."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.durable.figures import OURS, Figures
from benchmarks.durable.rows import keeping, resuming, throughput
from benchmarks.durable.stores import NORMAL, POSTGRES


@dataclass(frozen=True)
class Claim:
    """A figure is to be at least, or at most, a limit.  Figures with a number in their row go by its beginning."""

    row: str
    store: str
    limit: float
    unit: str = "s"
    least: bool = False

    def reached(self, figures: Figures) -> float | None:
        """The worst figure of all rows that the claim is about."""
        found = [
            one.median
            for one in figures.figures
            if one.system == OURS and one.store == self.store and fits(self.row, one.row) and one.median is not None
        ]
        return (min(found) if self.least else max(found)) if found else None

    def verdict(self, figures: Figures) -> str:
        reached = self.reached(figures)
        if reached is None:
            return "not measured"
        return "met" if (reached >= self.limit if self.least else reached <= self.limit) else "missed"


def fits(pattern: str, row: str) -> bool:
    """Whether a row is one of a pattern, in which `{}` stands for a number."""
    before, there, after = pattern.partition("{}")
    if not there:
        return row == pattern
    return row.startswith(before) and row.endswith(after) and row[len(before) : len(row) - len(after)].isdigit()


MEGA = 1e6
CLAIMS = [
    Claim(throughput.STEPS, NORMAL, 3000, "/s", True),
    Claim(throughput.STEPS, POSTGRES, 1500, "/s", True),
    Claim(throughput.ONES, NORMAL, 2000, "/s", True),
    Claim(throughput.ONES, POSTGRES, 1000, "/s", True),
    *(Claim(resuming.WARM, store, 0.005) for store in (NORMAL, POSTGRES)),
    *(Claim(resuming.COLD, store, 0.25) for store in (NORMAL, POSTGRES)),
    Claim(keeping.LIVE, NORMAL, 2048, "B"),
    Claim(resuming.SEND_MEDIAN, NORMAL, 0.05),
    Claim(resuming.SEND_MEDIAN, POSTGRES, 0.01),
    *(Claim(resuming.LOST, store, 0, "") for store in (NORMAL, POSTGRES)),
    *(Claim(resuming.A_KILL, store, 1.0, "each") for store in (NORMAL, POSTGRES)),
    *(Claim(resuming.INSIDE, store, 0, "") for store in (NORMAL, POSTGRES)),
    *(Claim(keeping.FORKS, store, 1.0) for store in (NORMAL, POSTGRES)),
    *(Claim(keeping.FORKS_AGAIN, store, 0, "") for store in (NORMAL, POSTGRES)),
    Claim(keeping.PARKED_DISK, NORMAL, 200 * MEGA, "B"),
    Claim(keeping.PARKED_THREADS, NORMAL, 0, ""),
    Claim(keeping.UNIQUE, NORMAL, 2.0, "x"),
]
