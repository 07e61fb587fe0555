"""The figures of saving: `python -m benchmarks saving`.

Continuations of frames with an integer, a string and a boolean, beside pickle with lists of the
same; frame after frame and element after element into a store of blobs; a process that loads
and resumes.  Prints tables and writes `benchmarks/results/saving.json`.  Needs an installed `tur`.
"""

from __future__ import annotations

import json
import pickle
import platform
import sys
import time
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.measuring import microseconds, whole_process
from turmeric.assembly.session import Session
from turmeric.durability.saving import deserialize, serialize
from turmeric.durability.stores.blobs import MemoryBlobs
from turmeric.durability.stores.incremental import Saver
from turmeric.running.continuation import Continuation
from turmeric.version import __version__
from turmeric.vocabulary import vectors

HERE = Path(__file__).resolve().parent

FRAMES = """
(defn down [n flag name]
  (if (= n 1)
    (let [r (cloneable-shift [k] k)] [r n flag name])
    (let [r (down (- n 1) (not flag) (str "frame-" n))] [r n flag name])))
"""
ENTER = '(reset (down {} true "frame-0"))'


def depth(continuation: Any) -> int:
    """How many frames a continuation of one piece has."""
    ((chain, _),) = continuation.pieces
    found = 0
    while chain is not None:
        found, chain = found + 1, chain[2]
    return found


def frames() -> list[dict[str, Any]]:
    """Microseconds and bytes of 1, 10, 100, 1000 frames."""
    session = Session([])
    session.evaluate(FRAMES)
    rows = []
    print("frames      bytes      out       in   pickle: bytes      out       in   (us)")
    for count in (1, 10, 100, 1000):
        continuation = session.evaluate(ENTER.format(count))
        assert depth(continuation) == count
        data = serialize(session.world, continuation, keep=True)
        lists = [[n, f"frame-{n}", n % 2 == 0] for n in range(count)]
        pickled = pickle.dumps(lists)
        row = {
            "frames": count,
            "bytes": len(data),
            "serialize_us": microseconds(partial(serialize, session.world, continuation, keep=True)),
            "deserialize_us": microseconds(partial(deserialize, session.world, data)),
            "pickle_bytes": len(pickled),
            "pickle_us": microseconds(partial(pickle.dumps, lists)),
            "unpickle_us": microseconds(partial(pickle.loads, pickled)),
        }
        rows.append(row)
        line = "{frames:6} {bytes:10} {serialize_us:8.1f} {deserialize_us:8.1f}"
        print(f"{line} {{pickle_bytes:15}} {{pickle_us:8.1f}} {{unpickle_us:8.1f}}".format(**row))
    return rows


def one_more_frame(base: int = 1000, more: int = 500, runs: int = 5) -> dict[str, float]:
    """Microseconds and bytes of each save of a chain that has one more frame than when it was saved last."""
    session = Session([])
    session.evaluate(FRAMES)
    least, written, sizes = float("inf"), 0, []
    for _ in range(runs):
        blobs = MemoryBlobs()
        saver = Saver(session.world, blobs, "chain")
        continuation = session.evaluate(ENTER.format(base))
        saver.save(continuation)
        before = size(blobs)
        ((chain, prompt),) = continuation.pieces
        states = []
        calling = chain[2][0]
        for number in range(more):
            chain = (calling, (number, True, f"frame-{number}"), chain)
            states.append(Continuation(((chain, prompt),), one_shot=False))
        start = time.process_time()
        names = [saver.save(state) for state in states]
        least = min(least, (time.process_time() - start) / more)
        written = size(blobs) - before
        sizes = [len(blobs.table[name]) for name in names]
        assert depth(Saver(session.world, blobs, "chain").load()) == base + more
    found = {"base": base, "us": least * 1e6, "bytes": median(sizes), "bytes_on_average": written / more}
    text = "one more frame on {base}: {us:.1f} us, {bytes} bytes; {bytes_on_average:.0f} with a whole one now and then"
    print(text.format(**found))
    return found


def size(blobs: MemoryBlobs) -> int:
    """The bytes of all blobs of a store, those that are garbage by now too."""
    return sum(map(len, blobs.table.values()))


def growing_vector(count: int = 1_000_000, step: int = 1000) -> dict[str, float]:
    """A vector that is saved each time it has grown by `step`: bytes written in all, and of its last state."""
    session = Session([])
    blobs = MemoryBlobs()
    saver = Saver(session.world, blobs, "growing")
    vector = vectors.EMPTY
    start = time.process_time()
    for begin in range(0, count, step):
        vector = vector.concat(range(begin, begin + step))
        saver.save(vector)
    seconds = time.process_time() - start
    whole = len(serialize(session.world, vector))
    fresh = MemoryBlobs()
    Saver(session.world, fresh, "whole").save(vector)
    found = {
        "elements": count,
        "step": step,
        "written_bytes": size(blobs),
        "final_bytes": whole,
        "final_bytes_in_parts": size(fresh),
        "ratio": size(blobs) / whole,
        "us_per_save": seconds * 1e6 / (count / step),
    }
    text = "{elements} elements, saved every {step}: {written_bytes} bytes, {ratio:.2f} times the final {final_bytes}"
    print((text + "; {us_per_save:.0f} us a save").format(**found))
    return found


COLD = """
(defn leaf [x] (+ x (cloneable-shift [k] (write-file "saved.bin" (serialize k)))))
(defn middle [x] (let [name "text"] (list name (leaf x))))
(defn main [] (println (middle 3) true))
"""


def cold() -> dict[str, float]:
    """Seconds of a whole process that loads three frames and resumes them, and of Python alone."""
    tur = str(Path(sys.executable).with_name("tur"))
    with TemporaryDirectory() as directory:
        (Path(directory) / "cold.tur").write_text(COLD)
        cached = {"PYTHONPYCACHEPREFIX": f"{directory}/cache"}
        words = ["sh", "-c", f"cd {directory} && exec {tur} $0 $@"]
        whole_process([*words, "run", "cold.tur"], 1, **cached)
        resume = [*words, "resume", "saved.bin", "4"]
        whole_process(resume, 1, **cached)
        found = {
            "python -c pass": whole_process(["sh", "-c", f"cd {directory} && exec {sys.executable} -c pass"], 20),
            "tur -e 1": whole_process([*words, "-e", "1"], 20, **cached),
            "tur resume": whole_process(resume, 20, **cached),
        }
    for name, seconds in found.items():
        print(f"{name:16} {seconds * 1e3:6.1f} ms")
    return found


def main(words: Sequence[str] = ()) -> int:
    """Print the tables, write the results; there are no options."""
    if words:
        raise SystemExit(f"saving has no options, got {words[0]}")
    where = {"date": str(date.today()), "python": platform.python_version(), "turmeric": __version__}
    print(where)
    results = {
        **where,
        "frames": frames(),
        "one_more_frame": one_more_frame(),
        "growing_vector": growing_vector(),
        "process_s": cold(),
    }
    target = HERE / "results" / "saving.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(results, indent=2) + "\n")
    return 0
