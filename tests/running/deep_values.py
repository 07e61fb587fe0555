"""Builds values nested very deep, and does with them what can be done with values.

    python -m tests.running.deep_values KIND LIMIT DEPTH

sets Python's recursion limit, and prints the name of each operation before it is begun, and then what came of
it.  So when the process ends early, its output shows where.  Run by test_depth.py.
"""

from __future__ import annotations

import sys

from turmeric.assembly.session import Session

TYPES = """
(import json) (import python) (import serial)
(struct box [value])
(struct shown [value])
(defdata Chain (Link n next) (End))
(defn holding [v] (reset (let [kept [v (ref 1)]] (cloneable-shift [k] k) (some? kept))))
(instance Show shown (show [x] (str "<" x.value ">")))
"""

DATA = {
    "lists": "(list v)",
    "vectors": "[v]",
    "values of maps": "{:k v}",
    "keys of maps": "{v 1}",
    "values of large maps": "(assoc large :k v)",
    "sets": "#{v}",
    "structs": "(box v)",
    "constructors": "(Link 1 v)",
    "errors": '(error "deep" v)',
    "everything": "(box #{[{:k (list v)}]})",
}
"""How a level is put around a value that is data."""

STATE = {
    "refs": "(ref v)",
    "rcs": "(rc v)",
    "closures": "(fn [] v)",
    "refs in vectors": "[(ref v)]",
    "continuations": "(reset (do (cloneable-shift [k] k) v))",
}

ANY = {
    "text": "(> (count (str v)) 5)",
    "text inside": "(> (count (str [v (shown 1)])) 5)",
    "text by Show": "(> (count (str (shown v))) 5)",
    "format": '(> (count (format "{}" v)) 5)',
    "itself": "(= [v] [v])",
    "match": "(match v 5 false [a b] false _ true)",
    "thrown": "(try (throw v) (catch [e] (identical? e v)))",
    "in a message": "(+ 1 v)",
    "serialized": "(> (count (serialize v)) 5)",
    "deserialized": "(some? (deserialize (serialize v)))",
    "cloned": "(some? (clone v))",
    "resumed twice": "(let [k (holding v)] (and (resume k 1) (resume k 2)))",
    "continuation saved": "((deserialize (serialize (holding v))) 1)",
    "macroexpand": "(some? (macroexpand (list 'quote v)))",
    "shared by a thousand": "(= 1000 (count (map (fn [i] [i v]) (range 1000))))",
}
EXPECTED_OF_ANY = {"in a message": "core.type-error"}

ONLY_DATA = {
    "equal": "(= v w)",
    "not equal": "(= v u)",
    "hash": "(= (hash v) (hash w))",
    "key": "(get {v :found} w)",
    "element": "(contains? (into #{} (cons v (range 100))) w)",
    "compare": "(compare v w)",
    "compare others": "(compare v u)",
    "sort": "(count (sort [v u w]))",
    "sort-by": "(count (sort-by (fn [x] [x 1]) [v u w]))",
    "less": "(< v w)",
    "to Python and back": "(some? (python.from-python (python.to-python v)))",
    "JSON": "(> (count (json.write v)) 5)",
    "JSON read": "(some? (json.parse (json.write v)))",
    "round trip": "(= w (deserialize (serialize v)))",
    "frequencies": "(count (frequencies [v w u]))",
    "distinct": "(count (distinct [v w u]))",
    "group-by": "(count (group-by (fn [x] x) [v w u]))",
}
EXPECTED_OF_DATA = {
    "not equal": "false", "key": ":found", "compare": "0", "compare others": "-1", "sort": "3", "sort-by": "3",
    "less": "core.type-error", "frequencies": "2", "distinct": "2", "group-by": "2",
}  # fmt: skip
NO_ORDER = dict.fromkeys(("compare", "compare others", "sort", "sort-by"), "core.type-error")
IN_KEYS = {"to Python and back": "core.value-error"}
NO_JSON = {"JSON": "core.type-error", "JSON read": "core.type-error"}
EXCEPTIONS: dict[str, dict[str, str]] = {
    "values of maps": NO_ORDER,
    "keys of maps": {**NO_ORDER, **IN_KEYS, **NO_JSON},
    "values of large maps": {**NO_ORDER, **NO_JSON},
    "sets": {**NO_ORDER, **IN_KEYS},
    "everything": {**NO_ORDER, **IN_KEYS},
}
"""What comes of an operation on some kind of data, where it is not the same for all."""


IN_C = {
    "itself", "serialized", "resumed twice", "equal", "not equal", "hash", "key", "element", "sort",
    "to Python and back",
}  # fmt: skip
"""Operations in which C code calls methods of values, if any does."""


def operations(kind: str, limit: int) -> dict[str, str]:
    """What is done with a kind of value.  Where the limit is high only recursion in C would be noticed."""
    every = {**ANY, **(ONLY_DATA if kind in DATA else {})}
    return {name: text for name, text in every.items() if limit <= 1000 or name in IN_C}


def levels(kind: str, depth: int) -> int:
    """How often a kind of value is put into itself."""
    if "large" in kind:
        return max(2_000, depth // 20)
    return depth // 4 if kind == "everything" else depth


def expected(kind: str) -> dict[str, str]:
    """What the operations on a kind of value give, by name."""
    found = {name: EXPECTED_OF_ANY.get(name, "true") for name in ANY}
    if kind in DATA:
        found |= {name: EXPECTED_OF_DATA.get(name, "true") for name in ONLY_DATA}
        found |= EXCEPTIONS.get(kind, {})
    return found


def main(kind: str, limit: int, depth: int) -> None:
    session = Session([])
    session.activate()
    session.evaluate(TYPES)
    session.evaluate("(def large (into {} (map (fn [i] [i i]) (range 40))))")
    level = {**DATA, **STATE}[kind]
    count = levels(kind, depth)
    session.evaluate(f"(defn build [end] (loop [i 0 v end] (if (= i {count}) v (recur (+ i 1) {level}))))")
    sys.setrecursionlimit(limit)
    session.evaluate("(def v (build 1)) (def w (build 1)) (def u (build 2))")
    for name, operation in operations(kind, limit).items():
        print(name, end=": ", flush=True)
        session.evaluate(f"(println (try {operation} (catch [e] (type-of e))))")
    print("dropped", end=": ", flush=True)
    session.evaluate("(def v nil) (def w nil) (def u nil)")
    print("true", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
