"""The systems that are compared: a table, and what starts each."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
ROOT = HERE.parent
"""The directory that Turmeric and the workers are imported from."""


@dataclass(frozen=True)
class System:
    """An implementation of a language; those with a package are peers, which have to be installed."""

    name: str
    title: str
    suffix: str
    worker: str
    start: list[str]
    """The words of a process that starts and ends; `{python}` and `{bin}` are where it is installed."""
    package: str | None = None
    colour: str = "#888888"
    general: bool = True
    """Whether it has all programs, and not a single one."""


TUR = "import sys; from turmeric.fronts.command import main; sys.exit(main())"
"""What the installed script `tur` consists of."""
FIB = str(HERE / "programs" / "fib" / "fib.scm")

SYSTEMS = [
    System("turmeric", "Turmeric", ".tur", "in_turmeric", ["{python}", "-c", TUR, "-e", "1"], None, "#c2410c"),
    System("python", "Python", ".py", "in_python", ["{python}", "-c", "pass"], None, "#1d4ed8"),
    System("hy", "Hy", ".hy", "in_hy", ["{bin}/hy", "-c", "1"], "hy", "#0e7490"),
    System(
        "scheme",
        "Calysto Scheme",
        ".scm",
        "in_scheme",
        ["{python}", "-m", "calysto_scheme.scheme", FIB],
        "calysto_scheme",
        "#7e22ce",
    ),
    System("basilisp", "Basilisp", ".lpy", "in_basilisp", ["{bin}/basilisp", "run", "-c", "1"], "basilisp", "#15803d"),
    System("pyrsistent", "pyrsistent", "_pmap.py", "in_python", [], "pyrsistent", "#a16207", general=False),
]

NAMES = [system.name for system in SYSTEMS]
PEERS = [system.name for system in SYSTEMS if system.package]
TITLES = {system.name: system.title for system in SYSTEMS}


@dataclass(frozen=True)
class Installed:
    """A system where it is installed, and the engine that was chosen for it, if any."""

    system: System
    python: Path
    caches: Path
    """Where its processes keep the bytecode of what they import."""
    engine: str | None = None

    def words(self, source: Path) -> list[str]:
        """The words of a worker for a program."""
        words = [str(self.python), "-P", "-m", f"benchmarks.workers.{self.system.worker}", str(source)]
        return [*words, self.engine] if self.engine else words

    def starting(self) -> list[str]:
        """The words of a process that starts and ends."""
        return [word.format(python=self.python, bin=self.python.parent) for word in self.system.start]

    def environment(self, outside: dict[str, str]) -> dict[str, str]:
        """The environment of its processes: Python's own settings are the same for all systems."""
        kept = {key: value for key, value in outside.items() if not key.startswith("PYTHON")}
        return {
            **kept,
            "PYTHONPATH": str(ROOT),
            "PYTHONPYCACHEPREFIX": str(self.caches),
            "PYTHONHASHSEED": "0",
        }


def without_installing(name: str, caches: Path, engine: str | None = None) -> Installed:
    """Turmeric or Python, by the interpreter that runs this."""
    system = SYSTEMS[NAMES.index(name)]
    return Installed(system, Path(sys.executable), caches, engine if name == "turmeric" else None)
