"""The results of one comparison, and the conditions under which they were measured."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

from benchmarks.comparison.starting import Start
from benchmarks.comparison.timing import Outcome
from turmeric.version import __version__


@dataclass
class Results:
    """Where and how it was measured, and what came of it."""

    where: dict[str, Any]
    outcomes: list[Outcome] = field(default_factory=list)
    starts: list[Start] = field(default_factory=list)

    def outcome(self, program: str, system: str) -> Outcome | None:
        """What came of a program in a system, if it was tried."""
        return next((one for one in self.outcomes if (one.program, one.system) == (program, system)), None)

    def seconds(self, program: str, system: str) -> float | None:
        """The least CPU seconds of a program in a system."""
        found = self.outcome(program, system)
        return found.least if found else None

    def ratio(self, program: str, system: str, to: str = "python") -> float | None:
        """How many times as long as another system this one takes for a program."""
        ours, theirs = self.seconds(program, system), self.seconds(program, to)
        return ours / theirs if ours is not None and theirs is not None else None

    def start(self, system: str) -> Start | None:
        """The start-up of a system, if it was measured."""
        return next((one for one in self.starts if one.system == system), None)

    def programs(self) -> list[str]:
        """The programs, in the order in which they ran."""
        return list(dict.fromkeys(one.program for one in self.outcomes))

    def systems(self) -> list[str]:
        """The systems, in the order of the table."""
        return list(dict.fromkeys([one.system for one in self.outcomes] + [one.system for one in self.starts]))


def conditions(peers: dict[str, str], **chosen: Any) -> dict[str, Any]:
    """Date, versions and facts about the machine; nothing that names a directory or a person."""
    return {
        "date": str(date.today()),
        "turmeric": __version__,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "cbor2": version_of("cbor2"),
        "peers": peers,
        "machine": {
            "system": f"{platform.system()} {platform.machine()}",
            "processor": processor(),
            "cores": os.cpu_count(),
        },
        **chosen,
    }


def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The name of the processor, as far as the system tells."""
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"
