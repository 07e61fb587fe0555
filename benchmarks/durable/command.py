"""`python -m benchmarks durable`: durable instances beside DBOS Transact and beside the databases alone.

Every system works in processes of its own, on stores of its own, of the same SQLite and the same server of
PostgreSQL, which is started for this and ended.  Times are those of the clock: most of it is spent in a database.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.comparison.command import at_least, environment, say
from benchmarks.comparison.installing import QUIET, last_line, python_in, version
from benchmarks.comparison.results import conditions
from benchmarks.durable.documentation import put
from benchmarks.durable.figures import DBOS, FLOOR, OURS, SYSTEMS, Figures
from benchmarks.durable.measuring import QUICK, TINY, Run, Sizes
from benchmarks.durable.processes import Installed
from benchmarks.durable.rows import edits, keeping, resuming, throughput
from benchmarks.durable.stores import KINDS, Stores
from benchmarks.durable.table import claim_table, figure_table
from benchmarks.durable.writing import as_json, from_json

RESULTS = Path(__file__).resolve().parent.parent / "results" / "durable.json"
ROWS: dict[str, Callable[[Run], None]] = {
    "steps": throughput.steps,
    "ones": throughput.ones,
    "resume": resuming.resume,
    "sizes": keeping.sizes,
    "send": resuming.send,
    "kills": resuming.kills,
    "edits": edits.edits,
    "forks": keeping.forks,
    "parked": keeping.parked,
    "growing": keeping.growing,
}
SIZES = {"quick": QUICK, "tiny": TINY, "whole": Sizes(), "full": replace(Sizes(), iterations=1_000_000)}
WORKERS = {OURS: "in_turmeric", DBOS: "in_dbos", FLOOR: "raw"}


def names(known: Sequence[str]) -> Callable[[str], list[str]]:
    """Names between commas."""

    def checked(words: str) -> list[str]:
        found = [word for word in words.split(",") if word]
        for word in found:
            if word not in known:
                raise argparse.ArgumentTypeError(f"expected some of {','.join(known)}, got {word}")
        return found

    return checked


def options(words: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks durable", description=__doc__)
    add = parser.add_argument
    add("--stores", type=names([*KINDS]), default=[*KINDS], metavar="NAMES", help="of " + ",".join(KINDS))
    add("--rows", type=names([*ROWS]), default=[*ROWS], metavar="NAMES", help="of " + ",".join(ROWS))
    add("--systems", type=names(SYSTEMS), default=[*SYSTEMS], metavar="NAMES", help="of " + ",".join(SYSTEMS))
    add("--limit", type=at_least(0.001, float), default=60.0, help="seconds that one measurement of a peer may take")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", dest="size", action="store_const", const="quick", help="small sizes: two minutes")
    size.add_argument("--full", dest="size", action="store_const", const="full", help="a million iterations")
    size.add_argument("--tiny", dest="size", action="store_const", const="tiny", help="only to see that it runs")
    add("--environment", type=Path, metavar="DIRECTORY", help="keep DBOS in this directory, and use what is there")
    add("--show", type=Path, metavar="FILE", help="measure nothing, show the figures in this file")
    add("--to", type=Path, metavar="FILE", help="where to write the figures, as JSON")
    parser.set_defaults(size="whole")
    return parser.parse_args(words)


@contextmanager
def postgres(asked: bool) -> Iterator[tuple[str | None, str]]:
    """A server with the settings that it has by default; or why there is none."""
    if not asked:
        yield None, "PostgreSQL was not asked for"
        return
    from tests.durability.instances.postgres_server import Absent, running

    try:
        context = running(())
        server = context.__enter__()
    except Absent as absent:
        yield None, str(absent).splitlines()[0]
        return
    try:
        yield server.url(), ""
    finally:
        context.__exit__(None, None, None)


def installed(name: str, directory: Path, limit: float) -> Installed | str:
    """A system that can be started, or why it cannot."""
    caches = directory / "caches"
    module = f"benchmarks.durable.workers.{WORKERS[name]}"
    if name != DBOS:
        return Installed(name, module, Path(sys.executable), caches, 5 * limit)
    python = python_in(directory)
    if version(python, "dbos") is None:
        say("installing DBOS")
        words = [str(python), "-m", "pip", "install", *QUIET, "dbos"]
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode != 0:
            return f"cannot be installed: {last_line(done.stderr)}"
    return Installed(name, module, python, caches, limit)


def measured(chosen: argparse.Namespace, kept: Path) -> Figures:
    """Start the server, install DBOS, measure row after row."""
    found = {name: installed(name, kept, chosen.limit) for name in chosen.systems}
    systems = {name: one for name, one in found.items() if isinstance(one, Installed)}
    missing = {name: one for name, one in found.items() if isinstance(one, str)}
    peers = {name: version_of(systems.get(name)) or missing.get(name, "") for name in found if name == DBOS}
    kinds = [kind for name in chosen.stores for kind in KINDS[name]]
    begun, before = time.monotonic(), os.getloadavg()[0]
    with postgres("postgres" in chosen.stores) as (server, reason), TemporaryDirectory(prefix="durable-") as directory:
        where = conditions(peers, sizes=chosen.size, sqlite=sqlite_version(), postgres=postgres_version(server))
        run = Run(
            SIZES[chosen.size], Stores(Path(directory), server, reason), kinds, systems, Figures(where), say, missing
        )
        for name in chosen.rows:
            ROWS[name](run)
            say(f"{name}: {time.monotonic() - begun:.0f} s so far")
    run.figures.where |= {"seconds": round(time.monotonic() - begun), "load": [before, os.getloadavg()[0]]}
    return run.figures


def version_of(system: Installed | None) -> str:
    return "" if system is None else version(system.python, "dbos") or "unknown"


def sqlite_version() -> str:
    import sqlite3

    return sqlite3.sqlite_version


def postgres_version(server: str | None) -> str:
    if server is None:
        return ""
    import psycopg

    with psycopg.connect(server) as connection:
        return str(connection.execute("SHOW server_version").fetchall()[0][0])


def show(figures: Figures) -> None:
    """The tables."""
    for lines in (figure_table(figures), claim_table(figures)):
        print("\n".join([*lines, ""]))


def main(words: Sequence[str]) -> int:
    """Measure, print the tables, write the figures."""
    chosen = options(words)
    if chosen.show:
        show(from_json(chosen.show.read_text()))
        return 0
    with environment(chosen.environment) as directory:
        figures = measured(chosen, directory)
    show(figures)
    whole = (chosen.stores, chosen.rows, chosen.systems) == ([*KINDS], [*ROWS], [*SYSTEMS])
    target = chosen.to or (RESULTS if whole and chosen.size in ("whole", "full") else None)
    if target is None:
        say("a selection: nothing written; --to FILE writes it")
        return 0
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(as_json(figures))
    if target.resolve() == RESULTS:
        put(figures)
    say(f"figures written to {target.name}")
    return 0
