"""The whole of what the gate samples.

    python -m tests.faults --kills 1000 --store postgres --seed 7
    python -m tests.faults --simulate 2000 --seed 7
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.durability.instances.postgres_server import running
from tests.faults.kills import run


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Faults, as many as are asked for.")
    parser.add_argument("--kills", type=int, default=0, help="kill workers in processes that often")
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--simulate", type=int, default=0, help="run that many simulated worlds")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    well = True
    if options.kills:
        well = kill(options.store, options.kills, options.seed, options.workers)
    if options.simulate:
        simulate(options.simulate, options.seed)
    return 0 if well else 1


def kill(kind: str, kills: int, seed: int, workers: int) -> bool:
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if kind == "postgres":
            store = stack.enter_context(running()).url("kills")
        else:
            store = f"sqlite:{directory / 'orders.db'}"
        report = run(store, directory, kills, seed, workers)
    print(f"{kind}: {report}")
    for what, fired in report.trouble.most_common(20):
        print(f"  {fired:>6,}  {what[:200]}")
    return report.lost == report.wrong == report.transactions_wrong == 0 and report.repeated <= report.kills


def simulate(count: int, seed: int) -> None:
    """Raises at the first promise that is broken, and says with which seed."""
    from collections import Counter

    from tests.faults.simulator import Chances
    from tests.faults.test_simulator import CASES, simulated
    from turmeric.durability.instances.store import open_store

    total: Counter[str] = Counter()
    for number in range(seed, seed + count):
        try:
            chances = Chances(lost_answer=60 if number % 3 == 0 else 0)
            total += simulated(number, open_store("memory:"), CASES, shared=number % 2 == 0, chances=chances)
        except AssertionError as error:
            raise AssertionError(f"seed {number}: {error}") from error
    print(f"simulated: {count} worlds of {len(CASES)} workflows")
    for what, fired in sorted(total.items()):
        print(f"  {fired:>9,}  {what}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
