"""An instance that ends its process each time it is run is set aside after some attempts, and takes nobody with it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from turmeric import Runtime
from turmeric.durability.instances.service import Rules

KEY = b"k" * 32
CHECKOUT = Path(__file__).parents[2]
ATTEMPTS = 5
PROGRAM = """
(import workflow :refer :all)
(import outer)
(defn poison [] (checkpoint "before") (step "deadly" (fn [] (outer.die) "alive")))
(defn innocent [n] (step "one" (fn [] (outer.note n) n)) (sleep 0.01) (step "two" (fn [] (* 2 n))))
"""
WORKER = """
import asyncio, os, sys
from pathlib import Path
from turmeric import Runtime
from turmeric.durability.instances.service import Rules

directory, way = Path(sys.argv[1]), sys.argv[2]

def die():
    if not (directory / "mended").exists():
        with open(directory / "deaths", "a") as log:
            log.write("died\\n")
        os._exit(7)

runtime = Runtime(roots=[str(directory)], store=f"sqlite:{directory / 'a.db'}", key=b"k" * 32, rules=Rules(0.5, 5))
runtime.register("outer", {"die": die, "note": lambda n: None})
runtime.load(str(directory / "flows.tur"))
if way == "sync":
    runtime.run_until_idle()
else:
    from turmeric.durability.instances.serving import AsyncScheduler
    asyncio.run(AsyncScheduler(runtime.service).serve(until_idle=True))
"""


def work(directory: Path, way: str) -> int:
    """Run a worker until it is idle, or dead."""
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    return subprocess.run([sys.executable, directory / "worker.py", directory, way], env=environment).returncode


@pytest.mark.parametrize("way", ["sync", "async"])
def test_a_poison_instance_is_set_aside_alone(way: str, tmp_path: Path) -> None:
    (tmp_path / "flows.tur").write_text(PROGRAM)
    (tmp_path / "worker.py").write_text(WORKER)
    runtime = Runtime(roots=[str(tmp_path)], store=f"sqlite:{tmp_path / 'a.db'}", key=KEY, rules=Rules(0.5, ATTEMPTS))
    runtime.register("outer", {"die": lambda: None, "note": lambda n: None})
    flows = runtime.load(str(tmp_path / "flows.tur"))
    poison = runtime.start(flows.poison, id="00")
    others = [runtime.start(flows.innocent, n, id=f"{n:02}") for n in range(1, 4)]
    codes = []
    for _ in range(40):
        codes.append(work(tmp_path, way))
        if poison.status == "failed" and all(each.status == "done" for each in others):
            break
        time.sleep(max(0.0, (runtime.service.store.due() or 0.0) - time.time()))
    assert [each.result() for each in others] == [2 * n for n in range(1, 4)]
    assert set(codes) == {0, 7}
    # The first time it had made a checkpoint; from there it was tried again.
    assert (tmp_path / "deaths").read_text() == "died\n" * (1 + ATTEMPTS)
    with pytest.raises(Exception, match=f"set aside: {ATTEMPTS} attempts to go on from checkpoint 1"):
        poison.result()
    (tmp_path / "mended").touch()
    assert runtime.retry(poison.id)
    assert work(tmp_path, way) == 0
    assert poison.result() == "alive"
    runtime.close()


def test_one_that_ends_the_process_by_an_exception_counts_its_attempts() -> None:
    """What no program can catch goes through to whoever runs the instance, so that the process ends; it would for
    ever."""

    class Ending(BaseException):
        pass

    def end() -> None:
        raise Ending

    runtime = Runtime(roots=[], store="memory:", key=KEY, rules=Rules(attempts=ATTEMPTS))
    runtime.register("outer", {"die": end, "note": lambda n: None})
    runtime.eval(PROGRAM)
    poison, other = runtime.start(runtime.eval("poison"), id="0"), runtime.start(runtime.eval("innocent"), 1, id="1")
    for _ in range(1 + ATTEMPTS):
        with pytest.raises(Ending):
            runtime.run_until_idle()
    runtime.run_until_idle()
    assert poison.status == "failed"
    time.sleep(0.02)
    runtime.run_until_idle()
    assert other.result() == 2


def test_an_interrupt_is_not_the_instances_fault() -> None:
    runtime = Runtime(roots=[], store="memory:", key=KEY, rules=Rules(attempts=ATTEMPTS))

    def interrupt() -> None:
        raise KeyboardInterrupt

    runtime.register("outer", {"die": interrupt, "note": lambda n: None})
    runtime.eval(PROGRAM)
    handle = runtime.start(runtime.eval("poison"))
    for _ in range(2 * ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            runtime.run_until_idle()
    assert (handle.status, runtime.instance(handle.id).attempts) == ("running", 0)
