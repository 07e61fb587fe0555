"""`tur run --profile`: the program's functions on stacks, compiled and on the machine; tables and flame graphs."""

from __future__ import annotations

import gc
import random
import re
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commandline import tur

from turmeric.assembly.session import Session
from turmeric.fronts.profile import stacks
from turmeric.fronts.profile.counts import DEPTH, LEFT_OUT, LIBRARY, PRIMITIVE, Folding, Profile, Sample
from turmeric.fronts.profile.flames import flame_graph
from turmeric.fronts.profile.frames import snapshot
from turmeric.fronts.profile.sampling import Sampler
from turmeric.fronts.profile.stacks import Stacks
from turmeric.fronts.profile.tables import table
from turmeric.running.steps import ENGINES, Steps
from turmeric.vocabulary.spans import remember_text

# Counting -------------------------------------------------------------------------------------


def folded(*names: str) -> tuple[str, ...]:
    folding = Folding()
    for name in names:
        folding.push(name)
    return folding.sample(None).names


def test_recursion_is_folded() -> None:
    assert folded("main", "fib", "fib", "fib") == ("main", "fib")
    assert folded("main", *["even", "odd"] * 5) == ("main", "even", "odd")
    assert folded("main", *["even", "odd"] * 5, "even") == ("main", "even", "odd", "even")
    assert folded("a", "b", "a", "c") == ("a", "b", "a", "c")
    assert folded(*["eval", "eval", "apply"] * 3) == ("eval", "apply")


def test_what_is_folded_counts_once_in_the_total() -> None:
    folding = Folding()
    for name in ["main", *["even", "odd"] * 5]:
        folding.push(name)
    assert folding.sample(None).seen == {"main", "even", "odd"}


def test_the_middle_of_a_deep_stack_is_left_out() -> None:
    names = [f"f{number}" for number in range(1000)]
    found = folded(*names)
    assert len(found) == DEPTH
    assert found[: DEPTH // 2] == tuple(names[: DEPTH // 2]) and found[DEPTH // 2] == LEFT_OUT
    assert found[DEPTH // 2 + 1 :] == tuple(names[-(DEPTH - DEPTH // 2 - 1) :])


SAMPLES = [
    (("shop.main", "shop.total", "list.map"), ("shop.tur", 5), 30),
    (("shop.main", "shop.total"), ("shop.tur", 5), 10),
    (("shop.main", "shop.total", "list.map", "core.append-to"), ("shop.tur", 6), 40),
    (("shop.main", "shop.<i>"), ("shop.tur", 9), 19),
    (("shop.main",), ("shop.tur", 12), 1),
]


def made_up(samples: list[tuple[tuple[str, ...], tuple[str, int], int]]) -> Profile:
    profile = Profile(0.001)
    profile.kinds = {"list.map": LIBRARY, "core.append-to": PRIMITIVE}
    profile.places = {"shop.total": ("shop.tur", 4)}
    for names, line, weight in samples:
        profile.add(Sample(names, frozenset(names), line), weight)
    return profile


def test_table() -> None:
    remember_text("shop.tur", "\n\n\n\n  (map price items)\n")
    assert list(table(made_up(SAMPLES))) == [
        "profile: 100 samples, one every 1 ms of CPU time: 0.10 s",
        "",
        "   own   total  samples  function",
        " 40.0%   40.0%       40  core.append-to",
        " 30.0%   70.0%       30  list.map",
        " 19.0%   19.0%       19  shop.<i>",
        " 10.0%   80.0%       10  shop.total  (shop.tur:4)",
        "  1.0%  100.0%        1  shop.main",
        "",
        "  time  samples  line, with what the library does for it",
        " 40.0%       40  shop.tur:5  (map price items)",
        " 40.0%       40  shop.tur:6",
        " 19.0%       19  shop.tur:9",
        "  1.0%        1  shop.tur:12",
    ]


def test_nothing_sampled() -> None:
    assert list(table(Profile(0.001))) == ["profile: no samples; the program took less than 1 ms of CPU time"]
    ElementTree.fromstring(flame_graph(Profile(0.001), "nothing"))


SVG = "{http://www.w3.org/2000/svg}"


def boxes(text: str) -> dict[str, tuple[float, float, float]]:
    """By what hovering says in its first line: left edge, upper edge and width of a box."""
    found = {}
    for rect in ElementTree.fromstring(text).iter(SVG + "rect"):
        title = rect.find(SVG + "title")
        if title is not None and title.text is not None:
            x, y, width = (float(rect.get(name, "")) for name in ("x", "y", "width"))
            found[title.text.split("\n")[0]] = (x, y, width)
    return found


def test_flame_graph() -> None:
    found = boxes(flame_graph(made_up(SAMPLES), "tur run shop.tur"))
    assert {name: round(box[2] / 1180, 2) for name, box in found.items()} == {
        "all: 100 samples, itself 0.0 %".replace(",", ", 100.0 %,", 1): 1.0,
        "shop.main: 100 samples, 100.0 %, itself 1.0 %": 1.0,
        "shop.total: 80 samples, 80.0 %, itself 10.0 %": 0.8,
        "shop.<i>: 19 samples, 19.0 %, itself 19.0 %": 0.19,
        "list.map: 70 samples, 70.0 %, itself 30.0 %": 0.7,
        "core.append-to: 40 samples, 40.0 %, itself 40.0 %": 0.4,
    }
    x, y, width = found["shop.total: 80 samples, 80.0 %, itself 10.0 %"]
    inner = found["list.map: 70 samples, 70.0 %, itself 30.0 %"]
    assert inner[1] == y - 18 and x <= inner[0] and inner[0] + inner[2] <= x + width + 0.01
    left = found["shop.<i>: 19 samples, 19.0 %, itself 19.0 %"]
    assert left[1] == y and (left[0] + left[2] <= x + 0.02 or x + width <= left[0] + 0.02)


def test_flame_graph_is_the_same_for_the_same_samples_and_needs_nothing_else() -> None:
    text = flame_graph(made_up(SAMPLES), "tur run shop.tur")
    shuffled = random.Random(1).sample(SAMPLES, len(SAMPLES))
    assert flame_graph(made_up(shuffled), "tur run shop.tur") == text
    assert "<script" not in text and text.count("http") == 1  # the name space


# Stacks ---------------------------------------------------------------------------------------

PROGRAM = """\
(defn inner [probe n]
  (if (= n 0)
    (str probe)
    (str "x" (inner probe (- n 1)))))
(defn guarded [probe]
  (try
    (count (inner probe 5))
    (catch [_] 0)))
(defn outer [probe]
  (+ 1 (first (map (fn [p] (+ 0 (guarded p)))
                   [probe]))))
"""


class Probe:
    """A value of Python's whose text is asked for by a primitive: then it looks at the stack."""

    def __init__(self, look: Callable[[], None]) -> None:
        self.look = look

    def __repr__(self) -> str:
        self.look()
        return "probe"


def looked_at(engine: str, text: str, call: str, calls: int = 1) -> list[Sample]:
    """The samples that a program's probe has taken when `call` was called with it."""
    profile = Profile(0.001)
    made = Stacks(profile)
    made.watch()
    found: list[Sample] = []
    try:
        session = Session([], engine=engine)
        session.evaluate(text, "shop.tur")
        probe = Probe(lambda: found.append(made.sample(snapshot(sys._getframe()))))
        for _ in range(calls):
            session.world.call(session.user.definitions[call].force(), [probe], prompt=True)
    finally:
        made.unwatch()
    return found


@pytest.mark.parametrize("engine", ENGINES)
def test_the_stack_is_that_of_the_program(engine: str) -> None:
    sample = looked_at(engine, PROGRAM, "outer")[-1]
    mine = [name for name in sample.names if name.startswith("user.")]
    assert mine == ["user.outer", "user.outer.fn", "user.guarded", "user.inner"]
    assert sample.names[1].startswith("list.") and sample.names[-1] == "classes.plain-text*"
    assert sample.line == ("shop.tur", 3)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_loop_that_has_become_compiled_code(engine: str) -> None:
    text = '(defn f [probe] (loop [i 0]\n (when (< i 999) (when (= i 998)\n (str probe)) (recur (+ i 1)))) "end")'
    sample = looked_at(engine, text, "f")[-1]
    assert sample.names[0] == "user.f" and sample.names[-1] == "classes.plain-text*" and sample.line == ("shop.tur", 3)


DEEP = """\
(defn down [probe n] (if (= n 0) (count (str probe)) (+ 1 (down probe (- n 1)))))
(defn deep [probe] (+ (down probe 50000) (down probe 50001)))
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_deep_recursion_is_one_box(engine: str) -> None:
    for sample in looked_at(engine, DEEP, "deep"):
        assert sample.names[:2] == ("user.deep", "user.down") and sample.names[-1] == "classes.plain-text*"
        assert len(sample.names) <= 5
        assert sample.line == ("shop.tur", 1)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_was_there_at_the_last_sample_is_not_looked_at_again(engine: str) -> None:
    """Where the stack is 50 000 frames deep, the second sample looks at a thousand of them."""
    text = "(defn down [p n] (if (= n 0) (count [(str p) (str p)]) (+ 1 (down p (- n 1)))))\n"
    text += "(defn f [p] (down p 50000))"
    looked: list[int] = []

    class Counting(Stacks):
        def waiting(self, found: list[tuple[Any, Any]], below: tuple[str, ...]) -> None:
            looked.append(len(found))
            super().waiting(found, below)

    original, globals()["Stacks"] = Stacks, Counting
    try:
        samples = looked_at(engine, text, "f")
    finally:
        globals()["Stacks"] = original
    assert looked[0] > 40_000 and looked[1] <= stacks.KEPT
    assert samples[0].names == samples[1].names


def test_functions_of_python_that_call_back() -> None:
    """Two runs of the machine, one inside the other."""
    text = "(defn g [p] (count (str p)))\n(defn f [p] (+ 1 (call-back g p)))"
    profile = Profile(0.001)
    made = Stacks(profile)
    made.watch()
    found: list[Sample] = []
    try:
        session = Session([], engine="compiled")

        def call_back(function: Any, value: Any) -> Any:
            return function(value)

        session.user.define("call-back", "value").value = call_back
        session.evaluate(text, "shop.tur")
        probe = Probe(lambda: found.append(made.sample(snapshot(sys._getframe()))))
        session.world.call(session.user.definitions["f"].force(), [probe], prompt=True)
    finally:
        made.unwatch()
    names = found[0].names
    assert names[0] == "user.f" and names[2] == "user.g" and names[1].endswith("call_back")
    assert profile.kinds[names[1]] == "python"


# The sampler and the command ------------------------------------------------------------------

WORK = """\
(defn work [n] (loop [i 0 sum 0] (if (= i n) sum (recur (+ i 1) (+ sum (mod (* i i) 7))))))
(defn rest-of-it [n] (count (sort (range n))))
(defn main [] (println (work 1000000)) (println (rest-of-it 10)))
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_command(engine: str, tmp_path: Path) -> None:
    (tmp_path / "work.tur").write_text(WORK, encoding="utf-8")
    status, out, err = tur("run", "--engine", engine, "--profile", "work.tur", cwd=tmp_path)
    assert (status, out) == (0, f"{sum(i * i % 7 for i in range(10**6))}\n10\n")
    assert re.match(r"profile: \d+ samples, one every 1 ms of CPU time: \d+\.\d\d s\n", err)
    rows = [line.split() for line in err.splitlines() if "work.work" in line]
    assert rows and float(rows[0][0].rstrip("%")) > 25 and rows[0][4] == "(work.tur:1)"
    lines = [line.split() for line in err.splitlines() if " work.tur:1 " in line]
    assert lines and float(lines[0][0].rstrip("%")) > 30


def test_files(tmp_path: Path) -> None:
    (tmp_path / "work.tur").write_text(WORK, encoding="utf-8")
    for name, begins in (("p.svg", "<svg"), ("p.txt", "profile: "), ("p.folded", "")):
        status, _, err = tur("run", "--profile", "--to", name, "work.tur", cwd=tmp_path)
        assert status == 0 and err.endswith(f" s, in {name}\n")
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)
    assert re.search(r"^work\.main;work\.work \d+$", (tmp_path / "p.folded").read_text(encoding="utf-8"), re.MULTILINE)
    assert any(name.startswith("work.work: ") for name in boxes((tmp_path / "p.svg").read_text(encoding="utf-8")))


def test_wrong_command_lines(tmp_path: Path) -> None:
    (tmp_path / "work.tur").write_text(WORK, encoding="utf-8")
    status, out, err = tur("run", "--profile", "--to", "p.png", "work.tur", cwd=tmp_path)
    assert (status, out) == (2, "") and "ends in .svg, .txt, .folded, not `p.png`" in err
    status, out, err = tur("run", "--profile", "--freeze-after", "5s", "--to", "p.svg", "work.tur", cwd=tmp_path)
    assert (status, out) == (2, "") and "--profile and --freeze-after do not go together" in err
    status, _, err = tur("run", "--profile", "--to", "no/such/p.svg", "work.tur", cwd=tmp_path)
    assert status == 1 and "cannot write no/such/p.svg: No such file or directory" in err


def test_a_program_that_fails_is_profiled(tmp_path: Path) -> None:
    (tmp_path / "work.tur").write_text(WORK.replace("(println (rest-of-it 10))", "(throw 7)"), encoding="utf-8")
    status, _, err = tur("run", "--profile", "work.tur", cwd=tmp_path)
    assert status == 1 and err.startswith("profile: ") and "thrown: 7" in err


def test_the_sampler_leaves_nothing_behind() -> None:
    before = sys.getswitchinterval(), gc.get_threshold(), sys.getprofile()
    sampler = Sampler()
    sampler.start()
    assert sampler.stop() is sampler.profile
    assert (sys.getswitchinterval(), gc.get_threshold(), sys.getprofile()) == before and Steps.made is None


def test_what_goes_wrong_in_the_sampler_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    sampler = Sampler()

    def broken() -> None:
        raise ValueError("broken")

    monkeypatch.setattr(sampler, "look", broken)
    sampler.start()
    with pytest.raises(ValueError, match="broken"):
        while not sampler.ended.locked():
            pass
        while sampler.failure is None:
            pass
        sampler.stop()
