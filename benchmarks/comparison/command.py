"""`python -m benchmarks compare`: its options, and the order of what it does."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.comparison.chart import chart
from benchmarks.comparison.installing import Missing, installed, version
from benchmarks.comparison.programs import CAPTURING, PROGRAMS, Program
from benchmarks.comparison.results import Results, conditions
from benchmarks.comparison.starting import starts
from benchmarks.comparison.systems import NAMES, PEERS, Installed, without_installing
from benchmarks.comparison.table import comparison_table, start_table, target_table
from benchmarks.comparison.targets import evaluated
from benchmarks.comparison.timing import timed
from benchmarks.comparison.writing import as_json, from_json

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULTS = Path(__file__).resolve().parent.parent / "results"
CHOICES = [*(program.name for program in PROGRAMS), "captures", "startup"]
STARTS = 4
"""A start-up is measured so many times as often as a program: it is short."""


def options(words: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks compare", description=__doc__)
    add = parser.add_argument
    add("--programs", nargs="+", choices=CHOICES, default=CHOICES, metavar="NAME", help="of " + ", ".join(CHOICES))
    add("--peers", nargs="*", choices=PEERS, default=PEERS, metavar="NAME", help="of " + ", ".join(PEERS))
    add("--rounds", type=at_least(1, int), default=5, help="timed runs of each program, after one that is not timed")
    add("--limit", type=at_least(0.001, float), default=10.0, help="seconds that one run of a peer may take")
    add("--engine", choices=("cek", "compiled", "auto"), help="what runs Turmeric; its own choice if not given")
    add("--environment", type=Path, help="keep the peers in this directory, and use what is there")
    add("--show", type=Path, metavar="FILE", help="measure nothing, show the results in this comparison.json")
    add("--to", type=Path, help="where to write comparison.json and comparison.svg")
    return parser.parse_args(words)


def at_least(least: float, kind: Callable[[str], float]) -> Callable[[str], float]:
    """A number of an option that must not be smaller."""

    def checked(word: str) -> float:
        number = kind(word)
        if number < least:
            raise argparse.ArgumentTypeError(f"expected at least {least:g}, got {word}")
        return number

    checked.__name__ = "number"
    return checked


@contextmanager
def environment(kept: Path | None) -> Iterator[Path]:
    """The directory of the peers: thrown away unless it is to be kept."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
    else:
        with TemporaryDirectory(prefix="benchmarks-") as directory:
            yield Path(directory)


def say(line: str) -> None:
    """What is going on, beside the results."""
    print(line, file=sys.stderr, flush=True)


def measured(chosen: argparse.Namespace, directory: Path) -> Results:
    """Install, time every program, time the start-ups."""
    caches = directory / "caches"
    own = [without_installing(name, caches, chosen.engine) for name in ("turmeric", "python")]
    peers = [installed(name, directory, say) for name in NAMES if name in chosen.peers]
    systems: list[Installed | Missing] = [*own, *peers]
    versions = {peer.system.name: version_of(peer) for peer in peers}
    results = Results(
        conditions(versions, engine=chosen.engine or "default", rounds=chosen.rounds, limit_s=chosen.limit)
    )
    for program in programs(chosen.programs):
        say(program.title)
        results.outcomes += timed(program, systems, chosen.rounds, chosen.limit)
    if "startup" in chosen.programs:
        say("start-up")
        results.starts += starts(systems, STARTS * chosen.rounds)
    return results


def programs(names: Sequence[str]) -> list[Program]:
    """The programs of these names, in the order of the table."""
    found = [program for program in PROGRAMS if program.name in names]
    return found + (CAPTURING if "captures" in names else [])


def version_of(peer: Installed | Missing) -> str:
    """The version of a peer, or why it is not there."""
    if isinstance(peer, Missing):
        return peer.reason
    assert peer.system.package
    return version(peer.python, peer.system.package) or "unknown"


def main(words: Sequence[str]) -> int:
    """Measure, print the tables, write the results."""
    chosen = options(words)
    if chosen.show:
        show(from_json(chosen.show.read_text()))
        return 0
    with environment(chosen.environment) as directory:
        results = measured(chosen, directory)
    show(results)
    complete = chosen.programs == CHOICES and chosen.peers == PEERS
    write(results, chosen.to or (RESULTS if complete else None))
    return 0


def show(results: Results) -> None:
    """The tables."""
    for lines in (comparison_table(results), start_table(results), target_table(evaluated(results))):
        print("\n".join([*lines, ""]))


def write(results: Results, target: Path | None) -> None:
    """The results as JSON and as a chart; a selection of programs is only written where that was asked for."""
    if target is None:
        say("a selection: nothing written; --to DIRECTORY writes it")
        return
    target.mkdir(parents=True, exist_ok=True)
    (target / "comparison.json").write_text(as_json(results, evaluated(results)))
    if any(outcome.seconds for outcome in results.outcomes):
        (target / "comparison.svg").write_text(chart(results))
    say("results written")
