"""Round trips of large and deep state, each in a process of its own, whose memory is bounded.

    TURMERIC_SCALE=1000000 python -m pytest tests/durability/test_scale.py

has a million of everything; without it, only what is quick has.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MILLION = 1_000_000
SCALE = int(os.environ.get("TURMERIC_SCALE", 100_000))
PER_ELEMENT = 1024
"""Bytes of memory for each element, at most: the value, its bytes, the heap on its way, the copy."""

PROGRAM = """
import resource
from turmeric.assembly.session import Session
from turmeric.durability.saving import deserialize, serialize
from turmeric.vocabulary import lists, maps, sets, vectors
from turmeric.vocabulary.equality import equal

def nested(make, count):
    value = 1
    for _ in range(count):
        value = make([value])
    return value

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

count = {count}
session = Session([])
session.activate()
session.evaluate('''
  (defn down [n] (if (= n 0) (cloneable-shift [k] k) (+ 1 (down (- n 1)))))
  (defn cells [n] (loop [n n chain nil] (if (= n 0) chain (recur (- n 1) (ref chain)))))
  (defn functions [n] (loop [n n f (fn [] nil)] (if (= n 0) f (recur (- n 1) (fn [] f)))))
  (struct link [next])
  (defn structs [n] (loop [n n chain nil] (if (= n 0) chain (recur (- n 1) (link chain)))))
''')
resume = session.evaluate('(fn [k v] (resume k v))')
before = peak()
value = {make}
data = serialize(session.world, value)
back = deserialize(session.world, data)
assert {check}
assert serialize(session.world, back) == data
assert peak() - before < {limit}, (peak() - before, len(data))
print(len(data))
"""

EQUAL = "equal(value, back)"
RESUMED = "session.world.call(resume, [back, 5], prompt=True) == count + 5"
QUICK = {
    "a vector of integers": ("vectors.from_iterable(range(count))", EQUAL),
    "a list of integers": ("lists.from_iterable(range(count))", EQUAL),
    "frames": ("session.evaluate(f'(reset (down {count}))')", RESUMED),
}
OTHERS = {
    "vectors in vectors": ("nested(vectors.from_iterable, count)", EQUAL),
    "lists in lists": ("nested(lists.from_iterable, count)", EQUAL),
    "a map": ("maps.from_pairs((each, str(each)) for each in range(count))", EQUAL),
    "a set": ("sets.from_iterable(range(count))", EQUAL),
    "refs in refs": ("session.evaluate(f'(cells {count})')", "True"),
    "functions in functions": ("session.evaluate(f'(functions {count})')", "True"),
    "structs in structs": ("session.evaluate(f'(structs {count})')", EQUAL),
}


def round_trip(make: str, check: str, count: int) -> int:
    limit = count * PER_ELEMENT + 50_000_000
    code = PROGRAM.replace("{make}", make).replace("{check}", check).replace("{limit}", str(limit))
    code = code.replace("count = {count}", f"count = {count}")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.parametrize("name", QUICK)
def test_a_million(name: str) -> None:
    assert round_trip(*QUICK[name], count=MILLION) > MILLION


@pytest.mark.parametrize("name", OTHERS)
def test_depth_and_size_do_not_matter(name: str) -> None:
    assert round_trip(*OTHERS[name], count=SCALE) > SCALE
