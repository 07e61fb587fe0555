"""A process that embeds Turmeric keeps what is its own; the command `tur` sets what suits its programs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import turmeric

CHECKOUT = Path(__file__).parents[2]

SETTINGS = """
import asyncio, gc, signal, sys, threading, os

def settings():
    handlers = {each: signal.getsignal(each) for each in signal.valid_signals()}
    return {
        "collector": (gc.isenabled(), gc.get_threshold(), gc.get_freeze_count(), gc.get_debug(), list(gc.callbacks)),
        "recursion": sys.getrecursionlimit(),
        "hooks": (sys.getprofile(), sys.gettrace(), sys.excepthook, sys.displayhook, sys.unraisablehook),
        "signals": handlers,
        "timers": [signal.getitimer(each) for each in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)],
        "switch": sys.getswitchinterval(),
        "threads": threading.active_count(),
        "directory": os.getcwd(),
        "digits": sys.get_int_max_str_digits(),
    }
"""

PROGRAM = """
(defn deep [n] (if (= n 0) 0 (+ 1 (deep (- n 1)))))
(defn main [] (deep 20000))
(defn wrong [] (+ 1 "a"))
(defn pause [] (+ 1 (cloneable-shift [k] k)))
(defn call-back [f] (+ 1 (f 1)))
(defn sorted [] (sort-by (fn [x] (- 0 x)) (range 1000)))
"""

EMBEDDING = """
gc.set_threshold(801, 11, 12)
sys.setrecursionlimit({limit})
before = settings()

def same(what):
    after = settings()
    changed = [name for name in before if before[name] != after[name]]
    assert not changed, (what, [(name, before[name], after[name]) for name in changed])

import turmeric
same("import")
runtime = turmeric.Runtime(roots=["."])
same("Runtime")
program = runtime.load("program.tur")
same("load")
assert program.main() == 20000
same("deep recursion")
try:
    program.wrong()
    assert False
except turmeric.TurmericError:
    same("an error")
def of_python(x):
    return program.main() + x
assert program.call_back(of_python) == 20002
same("a function of Python's that calls back")
k = runtime.call(program.pause)
data = runtime.serialize(k)
same("serialize")
assert runtime.resume(runtime.deserialize(data), 1) == 2
same("deserialize and resume")
assert runtime.eval("(do (defmacro twice [x] `(+ ~x ~x)) (twice 4))") == 8
same("eval")
try:
    runtime.eval("(" * 100000)
    assert False
except turmeric.TurmericError:
    same("a source error")
program.sorted()
import program as again
assert again.main() == 20000
same("an import")
runtime.close()
same("close")
print("the same")
"""


@pytest.mark.parametrize("limit", [1000, 5000])
def test_embedding_leaves_the_process_as_it_was(limit: int, tmp_path: Path) -> None:
    (tmp_path / "program.tur").write_text(PROGRAM, encoding="utf-8")
    code = SETTINGS + EMBEDDING.format(limit=limit)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env={"PYTHONPATH": f"{CHECKOUT}:{tmp_path}", "PATH": ""},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "the same\n"), done.stderr


def test_the_command_sets_the_collector(tmp_path: Path) -> None:
    code = "import gc; from turmeric.fronts.command import main; main(['-e', '1']); print(gc.get_threshold())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, env={"PYTHONPATH": str(CHECKOUT)}
    )
    assert done.stdout == "1\n(20000, 20, 100)\n"


def test_an_engine_can_be_chosen() -> None:
    for engine in ("auto", "cek", "compiled"):
        assert turmeric.Runtime([], engine=engine).eval("(reduce + 0 (range 100))") == 4950
    with pytest.raises(ValueError, match="there is no engine `fast`"):
        turmeric.Runtime([], engine="fast")


def test_a_store_that_fails_at_a_claim_is_an_io_error() -> None:
    from turmeric.durability.instances.store import Unavailable
    from turmeric.durability.instances.stores.memory import MemoryStore

    class Away(MemoryStore):
        def claim(self, *args: Any) -> Any:
            raise Unavailable("the disk is gone")

    with pytest.raises(turmeric.TurmericError, match="io-error: the disk is gone"):
        turmeric.Runtime(store=Away(), key=b"k" * 32).run_until_idle()


def test_a_registered_function_may_wait_for_its_arguments() -> None:
    """It is stored by name: the frame that waits for its argument holds it."""
    runtime = turmeric.Runtime(store="memory:")
    runtime.register("shop", {"ship": lambda what: [what, "shipped"]})
    runtime.eval("(import workflow :refer :all) (import shop) (defn main [] (shop.ship (await-event \"what\")))")
    handle = runtime.start(runtime.eval("main"))
    runtime.run_until_idle()
    handle.send("what", "tea")
    runtime.run_until_idle()
    assert turmeric.to_python(handle.result()) == ["tea", "shipped"]
