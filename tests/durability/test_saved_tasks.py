"""Futures saved in one process go on in another, each with what makes it end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

TASKS = """
(import time :refer [now])
(defdynamic *user* nil)
(defn make [] {task})
"""

SAVE = """
(import tasks :refer [make])
(defn main []
  (let [saved (make)]
    (await (sleep-async 0.05))
    (write-file "saved.bin" (serialize saved))
    (println "saved")))
"""

GO_ON = """
(defn main []
  (println (await (deserialize (read-file "saved.bin" :as :bytes)))))
"""


def tur(directory: Path, *words: str, seed: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the command line in a fresh process."""
    env = {**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "turmeric", *words], cwd=directory, env=env, capture_output=True, text=True, timeout=60
    )


def moved(directory: Path, task: str) -> tuple[str, str]:
    """What the process prints that makes and saves a future, and the one that awaits it."""
    (directory / "tasks.tur").write_text(TASKS.format(task=task))
    (directory / "save.tur").write_text(SAVE)
    (directory / "go-on.tur").write_text(GO_ON)
    first = tur(directory, "run", "save.tur", seed=1)
    assert (first.returncode, first.stderr) == (0, "")
    second = tur(directory, "run", "go-on.tur", seed=2)
    return first.stdout, second.stdout + second.stderr


def test_a_task_that_sleeps_goes_on(tmp_path: Path) -> None:
    """Its clean-up runs in both: the first process leaves it when it ends."""
    task = """(async (defer (println "left"))
                     (let [start "started"] (await (sleep-async 0.3)) (println start "before") :done))"""
    assert moved(tmp_path, task) == ("saved\nleft\n", "started before\nleft\n:done\n")


def test_a_task_that_waits_for_another(tmp_path: Path) -> None:
    task = """(let [inner (async (await (sleep-async 0.2)) (println "inner ends") 20)
                    both (async (+ 1 (await inner)))]
                (async (+ (await both) (await inner))))"""
    assert moved(tmp_path, task) == ("saved\n", "inner ends\n41\n")


def test_a_task_that_has_not_started_and_one_that_has_ended(tmp_path: Path) -> None:
    task = """(let [ended (async 1)]
                (await ended)
                (async-all [ended (async (await (sleep-async 0)) 2)]))"""
    assert moved(tmp_path, task) == ("saved\n", "(1 2)\n")


def test_errors_cancellation_and_timeouts_are_saved(tmp_path: Path) -> None:
    task = """(let [gone (async (await (sleep-async 60)))
                    bad (async (throw (value-error "bad" 7)))
                    slow (with-timeout 0.2 (async (defer (println "slow left")) (await (sleep-async 60))))]
                (await (sleep-async 0))
                (cancel gone)
                (try (await bad) (catch [e] nil))
                (async (for [f [gone bad slow]] (try (await f) (catch [e] (type-of e))))))"""
    printed, after = moved(tmp_path, task)
    assert printed == "saved\nslow left\n"
    assert after == "slow left\n(async.cancelled core.value-error async.timeout)\n"


def test_both_ends_of_a_channel(tmp_path: Path) -> None:
    """What the channel holds goes along, and so does a sender that waits."""
    task = """(let [ch (channel 1)
                    sender (async (dotimes [i 4] (channel-send ch i)) (channel-close ch) :sent)
                    receiver (async (await (sleep-async 0.2))
                                    (let [got []] (channel-for-each ch (fn [x] (set! got (append-to got x)))) got))]
                (async-all [sender receiver]))"""
    assert moved(tmp_path, task) == ("saved\n", "(:sent [0 1 2 3])\n")


def test_dynamic_variables_go_along(tmp_path: Path) -> None:
    task = """(binding [*user* "Ann"] (async (await (sleep-async 0.2)) *user*))"""
    assert moved(tmp_path, task) == ("saved\n", "Ann\n")


def test_the_clock_runs_on_between_the_processes(tmp_path: Path) -> None:
    """A sleep has a time at which it ends; when that is past, it has ended."""
    task = """(let [start (now)] (async (await (sleep-async 0.2)) (< (- (now) start) 30)))"""
    moved(tmp_path, task)
    assert tur(tmp_path, "run", "go-on.tur").stdout == "true\n"


def test_what_waits_for_python_cannot_be_saved(tmp_path: Path) -> None:
    (tmp_path / "p.tur").write_text("""
(import-python asyncio)
(defn main []
  (let [f (async (await (asyncio.sleep 60)))]
    (await (sleep-async 0))
    (println (try (serialize f) (catch [e : not-serializable] e.message)))))
""")
    done = tur(tmp_path, "run", "p.tur")
    assert done.stderr == ""
    assert done.stdout.startswith("a future waits for #<python coroutine")
    assert "which runs in this process only and cannot be rebuilt" in done.stdout


def test_a_running_task_cannot_save_itself(tmp_path: Path) -> None:
    (tmp_path / "p.tur").write_text("""
(defn main []
  (let [self (ref nil)]
    (set-ref! self (async (try (serialize @self) (catch [e : not-serializable] e.message))))
    (println (await @self))))
""")
    done = tur(tmp_path, "run", "p.tur")
    assert (done.stdout, done.stderr) == (
        "a task cannot be saved while it runs; another one can save it while it waits "
        "(the instance Serializable async.running, at future)\n",
        "",
    )
