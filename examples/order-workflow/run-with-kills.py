"""Run orders.tur, kill it with `kill -9` again and again, and check that no order suffers.

    python3 run-with-kills.py [--kills 12] [--seed 1] [--orders 400] [--directory work]

Each kill comes at a seeded request, a seeded part of a millisecond later; the next process goes
on from the newest checkpoint.  At the end effects.log must
be what a run without kills leaves: every effect once, in order.  Needs `tur` on the path, or
beside the Python that runs this.
"""

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAM = HERE / "orders.tur"
TUR = shutil.which("tur") or str(Path(sys.executable).parent / "tur")


def main() -> int:
    options = arguments()
    directory = Path(options.directory)
    orders = prepare(directory, options.orders)
    expected = expected_effects(orders)
    processes = work_off(directory, options.kills, random.Random(options.seed), len(expected))
    done = [line.split(" ")[0] for line in lines_of(directory / "effects.log")]
    requests = len(lines_of(directory / "requests.log"))
    print(f"{processes} processes, all but the last killed; {requests - len(done)} requests were made twice")
    print(f"{len(done)} effects for {len(orders)} orders, {len(set(done))} different")
    print("every effect once and in order" if done == expected else "NOT what a run without kills does")
    return 0 if done == expected else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Run orders.tur with kills.")
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--orders", type=int, default=400, help="how many of the orders to work off")
    parser.add_argument("--directory", default=str(HERE / "work"), help="where files are written; emptied first")
    return parser.parse_args()


def prepare(directory: Path, size: int) -> list[dict]:
    """An empty directory with the orders in it."""
    orders = json.loads((HERE / "orders.json").read_text(encoding="utf-8"))[:size]
    directory.mkdir(parents=True, exist_ok=True)
    for old in [*directory.glob("*.log"), *directory.glob("checkpoint-*.bin"), *directory.glob(".checkpoint-*")]:
        old.unlink()
    (directory / "orders.json").write_text(json.dumps(orders), encoding="utf-8")
    return orders


def expected_effects(orders: list[dict]) -> list[str]:
    """The keys of the effects, worked out without Turmeric."""
    keys = []
    for order in orders:
        valid = order["card"] and order["lines"] and all(line["quantity"] > 0 for line in order["lines"])
        keys += [f"{effect}-{order['id']}" for effect in (("charge", "fulfill") if valid else ("reject",))]
    return keys


def work_off(directory: Path, kills: int, chance: random.Random, effects: int) -> int:
    """Start, kill and resume until the program ends by itself; gives the number of processes.

    A process that is killed while it writes a checkpoint leaves a temporary file, `.checkpoint-...`.
    """
    for goal in sorted(chance.sample(range(1, effects), kills)):
        kill_at(subprocess.Popen(command(directory), cwd=directory), directory / "requests.log", goal, chance)
    subprocess.run(command(directory), cwd=directory, check=True)
    return kills + 1


def command(directory: Path) -> list[str]:
    """Resume from the newest checkpoint, or start.

    Two checkpoints may be equally new for the file system.  Then either will do: to go on from
    the older one repeats a request, which its key makes harmless.
    """
    saved = sorted(directory.glob("checkpoint-*.bin"), key=lambda file: file.stat().st_mtime_ns)
    if not saved:
        return [TUR, "run", str(PROGRAM)]
    return [TUR, "resume", "--program", str(PROGRAM), saved[-1].name]


def kill_at(process: subprocess.Popen, log: Path, goal: int, chance: random.Random) -> None:
    """Kill -9 the process some microseconds after the log has `goal` lines."""
    while len(lines_of(log)) < goal:
        if process.poll() is not None:
            sys.exit(f"the program ended before request {goal}, with status {process.returncode}")
    time.sleep(chance.random() / 1000)
    process.send_signal(signal.SIGKILL)
    process.wait()
    print(f"killed at request {len(lines_of(log))}")


def lines_of(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


if __name__ == "__main__":
    sys.exit(main())
