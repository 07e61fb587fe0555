"""Exactly what is live is captured: programs full of dead values that cannot be stored.

The programs are those of `generated_edits`, where it is known which variables are read after the
program waits.  Around what waits there are values that cannot be stored, in variables of every kind, all
of them dead by then.
"""

from __future__ import annotations

from random import Random

import pytest

from tests.durability.generated_edits import ASK, Node, Program, program
from turmeric.assembly.session import Session
from turmeric.durability.format.message import Message
from turmeric.durability.reports.contents import Contents
from turmeric.durability.reports.inspection import describe
from turmeric.intermediate import liveness
from turmeric.intermediate.anf import Bind, Control, Let, Var
from turmeric.vocabulary.errors import TurmericError

ONCE = """
(import-python threading)
(def saved nil)
(defn opaque [] (threading.Lock))
(defn ask [] (if saved 7 (cloneable-shift [k] (set! saved (serialize k)))))
"""
DEAD = (
    "(let [dead1 (opaque) dead2 [dead1 (opaque)]] (list dead1 dead2) {})",
    "(let [dead1 0] (set! dead1 (opaque)) (list dead1) {})",
    "(let [dead1 (opaque) dead2 (fn [] dead1)] (list (dead2)) {})",
    "((fn [dead1 & dead2] (list dead1 dead2) {}) (opaque) (opaque))",
    "(let [dead1 (opaque)] ((fn [] (list dead1) {})))",
    "(loop [dead1 (opaque) dead2 0] (if (< dead2 0) (recur dead1 (+ dead2 1)) (do (list dead1) {})))",
    "(match [(opaque) 1] [dead1 dead2] -> (do (list dead1) {}))",
    "(do (list (opaque) (list (opaque))) {})",
    "(let [dead1 (try (throw (opaque)) (catch [dead2] dead2))] (list dead1) {})",
    "(do (def dead1 (opaque)) (defn dead2 [] dead1) (list (dead2)) {})",
)
"""Ways to hold what cannot be stored until just before something waits."""
COUNT = 25


def with_dead_values(made: Program, random: Random) -> str:
    """The text of a program with dead values around every call that waits, and around some of what it is part of."""
    instead: dict[Node, str] = {}
    for node in reversed(made.nodes()):
        if node.kind == "call" or (node.kind in ("path", "tail") and random.random() < 0.4):
            instead[node] = random.choice(DEAD).format(
                "".join(part if isinstance(part, str) else part.text(instead) for part in node.parts)
            )
    text = made.text(instead)
    assert text.startswith(ASK)
    return ONCE + text[len(ASK) :].replace("(defn main [] (println ", "(defn main [] (list ") + HELPERS


HELPERS = "\n".join(line for line in ASK.splitlines() if line.startswith(("(defn list-sum", "(defn helper", "(defdyn")))


def outcome(text: str) -> tuple[str, bytes]:
    """What a program gives when it is resumed elsewhere, and what it saved."""
    first, other = Session([]), Session([])
    first.evaluate(text + "(main)")
    data = first.evaluate("saved")
    assert isinstance(data, bytes)
    other.evaluate(text)
    other.world.modules["user"].define("given", "value").value = data
    return str(other.evaluate("(do (set! saved given) (str ((deserialize given) 7)))")), data


def try_one(seed: int) -> None:
    """The first half of exactness is that it runs right; the second that nothing else was kept."""
    random = Random(seed)
    made = program(random)
    text = with_dead_values(made, random)
    direct = Session([]).evaluate(text + "(set! saved true) (str (main))")
    resumed, data = outcome(text)
    assert resumed == direct, text
    known = {node.variable.name: node.variable for node in made.nodes() if node.variable is not None}
    for frame in describe(Contents(Message(data)))["frames"]:
        for name in [variable["name"] for variable in frame["variables"] if variable["name"] is not None]:
            assert not name.startswith("dead"), text
            assert name not in known or known[name].live, f"{name} is saved\n{text}"


@pytest.mark.parametrize("seed", range(COUNT))
def test_dead_values_change_nothing_and_only_live_variables_are_saved(seed: int) -> None:
    try_one(seed)


def keeping_one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Break liveness: a point keeps the variable that was bound last before it, too."""
    plain = liveness.Liveness.control

    def control(self: liveness.Liveness, node: Control) -> set[Var]:
        live = plain(self, node)
        while isinstance(node, Bind | Let):
            if isinstance(node, Bind) and isinstance(node.body, Let):
                node.body.point.live = self.in_order({*node.body.point.live, node.var})
            node = node.body
        return live

    monkeypatch.setattr(liveness.Liveness, "control", control)


def test_a_liveness_that_keeps_too_much_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    keeping_one_more(monkeypatch)
    noticed = 0
    for seed in range(5):
        try:
            try_one(seed)
        except (TurmericError, AssertionError):
            noticed += 1
    assert noticed
