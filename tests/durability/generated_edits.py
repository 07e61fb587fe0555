"""Programs made at random that wait somewhere, and edits of them whose outcome is known beforehand.

A program is made around the place where it waits, so that of every piece it is known whether it has
run (`BEFORE`), is in a branch that was not taken (`OTHER`), or is yet to be run (`AFTER`), if only in
the next turn of a loop.  Nothing here looks at A-normal form, liveness or schema ids.

    python -m tests.durability.generated_edits 5000 [SEED]     that many programs, a few edits each
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.durability.edits import Job, carry_out

BEFORE, OTHER, AFTER = "before", "other", "after"
OPERATORS = ("+", "-", "max", "list-sum")
ASK = """
(defn ask []
  (if (file-exists? "saved.bin") 7 (cloneable-shift [k] (write-file "saved.bin" (serialize k)))))
(defn list-sum [a b] (reduce + 0 [a b]))
(defn helper [n] (+ n 1))
(defdynamic *level* 0)
"""
Part = "str | Node"


@dataclass(eq=False)
class Variable:
    """A variable; `across`: it is bound before the program waits, in a function that waits.  `uses` holds
    for each use whether it comes after that, and in how many loops.  `typed`: it can be given a type."""

    name: str
    loops: int
    across: bool
    parameter: bool = False
    typed: bool = True
    uses: list[tuple[str, int]] = field(default_factory=list)

    def kept(self, left: set[Variable]) -> bool:
        """Whether the saved state has it: its value, or its function's parameters."""
        return self.live or (self.parameter and self not in left)

    @property
    def live(self) -> bool:
        return self.across and any(when == AFTER or loops > self.loops for when, loops in self.uses)


@dataclass(eq=False)
class Node:
    """A piece of the program: text and pieces.  `when` it is run; `kind` says what can be edited."""

    kind: str
    when: str
    parts: list[Part]
    again: bool = False
    variable: Variable | None = None

    def text(self, instead: dict[Node, str]) -> str:
        if self in instead:
            return instead[self]
        return "".join(part if isinstance(part, str) else part.text(instead) for part in self.parts)

    def walk(self) -> Iterator[Node]:
        yield self
        for part in self.parts:
            if isinstance(part, Node):
                yield from part.walk()


@dataclass(frozen=True)
class Spot:
    """Where a piece stands: before, beside or after the waiting, in how many loops, in a function that
    is called again after it (`again`)."""

    raw: str
    loops: int = 0
    again: bool = False

    @property
    def when(self) -> str:
        """What is in a loop will be run in a later turn."""
        return AFTER if self.loops else self.raw

    def to(self, raw: str) -> Spot:
        return Spot(raw, self.loops, self.again)


Scope = tuple[Variable, ...]
Way = Callable[[Spot, Spot, Scope, int, bool], Node]


class Maker:
    """Makes one program."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.count = 0
        self.functions: list[Node] = []
        self.left: set[Variable] = set()
        """Parameters of functions that have ended with the call that waits."""

    def name(self, stem: str) -> str:
        self.count += 1
        return f"{stem}{self.count}"

    def variable(self, loops: int, across: bool, parameter: bool = False) -> Variable:
        return Variable(self.name("v"), loops, across, parameter)

    def node(self, kind: str, spot: Spot, *parts: Part, variable: Variable | None = None) -> Node:
        return Node(kind, spot.when, list(parts), spot.again, variable)

    # Pieces that do not wait ------------------------------------------------------------------

    def binding(self, variable: Variable, spot: Spot) -> Node:
        return self.node("binding", spot, variable.name, variable=variable)

    def number(self, spot: Spot) -> Node:
        return self.node("number", spot, str(self.random.randint(0, 9)))

    def operator(self, spot: Spot) -> Node:
        return self.node("operator", spot, self.random.choice(OPERATORS))

    def use(self, variable: Variable, spot: Spot) -> Node:
        variable.uses.append((spot.raw, spot.loops))
        return self.node("use", spot, variable.name, variable=variable)

    def expression(self, spot: Spot, scope: Scope, depth: int) -> Node:
        choice = self.random.randint(0, 9) if depth else self.random.randint(0, 2)
        if choice <= 1 and scope:
            return self.use(self.random.choice(scope), spot)
        if choice <= 2:
            return self.number(spot)
        one = self.expression(spot, scope, depth - 1)
        if choice <= 5:
            parts: list[Part] = ["(", self.operator(spot), " ", one, " ", self.expression(spot, scope, depth - 1), ")"]
        elif choice == 6:
            own = self.variable(spot.loops, False)
            inside = self.expression(spot, (*scope, own), depth - 1)
            parts = ["(let [", self.binding(own, spot), " ", one, "] ", inside, ")"]
        elif choice == 7:
            own = self.variable(spot.loops, False)
            inside = self.expression(spot, (*scope, own), depth - 1)
            parts = ["((fn [", self.binding(own, spot), "] ", inside, ") ", one, ")"]
        elif choice == 8:
            parts = ["(if (< ", self.number(spot), " 5) ", one, " ", self.expression(spot, scope, depth - 1), ")"]
        else:
            parts = ["(helper ", one, ")"]
        return self.node("expression", spot, *parts)

    # Pieces that wait --------------------------------------------------------------------------

    def waiting(self, spot: Spot, scope: Scope, depth: int, tail: bool) -> Node:
        """A piece that waits.  `tail`: nothing of its function remains after it."""
        if depth == 0:
            return self.end(spot, scope)
        way: Way = getattr(self, self.random.choice(WAYS))
        return way(spot.to(BEFORE), spot.to(AFTER), scope, depth - 1, tail)

    def end(self, spot: Spot, scope: Scope) -> Node:
        """The call that waits: of `ask`, or of another function that does."""
        if self.random.random() < 0.5 or len(self.functions) > 3:
            return self.node("call", spot.to(AFTER), "(ask)")
        name = self.function(spot.again or spot.loops > 0)
        return self.node("call", spot.to(AFTER), f"({name} ", self.expression(spot.to(BEFORE), scope, 1), ")")

    def function(self, again: bool) -> str:
        name = self.name("f")
        place = len(self.functions)
        spot = Spot(BEFORE, 0, again)
        self.functions.append(self.node("function", spot, ""))
        own = self.variable(0, True, parameter=True)
        body = self.waiting(spot, (own,), self.random.randint(1, 4), True)
        parts: list[Part] = [f"(defn {name} [", self.binding(own, spot), "]\n  ", body, ")\n"]
        if ends(body):
            self.left.add(own)
        self.functions[place] = self.node("left" if ends(body) else "function", spot, *parts)
        return name

    def operand(self, before: Spot, after: Spot, scope: Scope, depth: int, tail: bool) -> Node:
        first = self.expression(before, scope, 2)
        if first.kind != "expression":  # a constant or a variable is read when the sum is made
            first = self.use(scope[-1], after) if scope else self.number(after)
        inside = self.waiting(before, scope, depth, False)
        last = self.expression(after, scope, 2)
        return self.node(
            "path",
            after,
            "(",
            self.operator(after),
            " ",
            self.node("path", after, "(+ ", first, " ", inside, ")"),
            " ",
            last,
            ")",
        )

    def let(self, before: Spot, after: Spot, scope: Scope, depth: int, tail: bool) -> Node:
        one, two = self.variable(before.loops, True), self.variable(before.loops, True)
        first = self.expression(before, scope, 2)
        second = self.expression(before, (*scope, one), 1)
        inside = self.waiting(before, (*scope, one, two), depth, False)
        three = self.variable(before.loops, False)
        rest = self.expression(after, (*scope, one, two, three), 3)
        return self.node(
            "path",
            after,
            "(let [",
            self.binding(one, before),
            " ",
            first,
            " ",
            self.binding(two, before),
            " ",
            second,
            " ",
            self.binding(three, after),
            " ",
            inside,
            "] ",
            rest,
            ")",
        )

    def sequence(self, before: Spot, after: Spot, scope: Scope, depth: int, tail: bool) -> Node:
        first = self.expression(before, scope, 2)
        inside = self.waiting(before, scope, depth, False)
        return self.node("path", after, "(do (list ", first, ") ", inside, " ", self.expression(after, scope, 2), ")")

    def branch(self, before: Spot, after: Spot, scope: Scope, depth: int, tail: bool) -> Node:
        other = self.expression(Spot(OTHER, before.loops, before.again), scope, 2)
        inside = self.waiting(before, scope, depth, tail)
        kind = "tail" if tail else "path"
        if self.random.random() < 0.5:
            return self.node(kind, after, "(if (< ", self.number(before), " 10) ", inside, " ", other, ")")
        return self.node(kind, after, "(if (> ", self.number(before), " 10) ", other, " ", inside, ")")

    def tried(self, before: Spot, after: Spot, scope: Scope, depth: int, tail: bool) -> Node:
        inside = self.waiting(before, scope, depth, False)
        caught = self.expression(after, scope, 1)
        cleanup = self.expression(after, scope, 1)
        return self.node("path", after, "(try ", inside, " (catch [e] ", caught, ") (finally (list ", cleanup, ")))")

    def bound(self, before: Spot, after: Spot, scope: Scope, depth: int, tail: bool) -> Node:
        value = self.expression(before, scope, 1)
        inside = self.waiting(before, scope, depth, False)
        return self.node("path", after, "(binding [*level* ", value, "] (+ *level* ", inside, "))")

    def loop(self, before: Spot, after: Spot, scope: Scope, depth: int, tail: bool) -> Node:
        start = self.expression(before, scope, 1)
        turn = Spot(BEFORE, before.loops + 1, before.again)
        inside = self.waiting(turn, scope, depth, False)
        last = self.expression(turn.to(AFTER), scope, 1)
        i, sum_ = self.name("i"), self.name("s")
        return self.node(
            "path",
            after,
            f"(loop [{i} 0 {sum_} ",
            start,
            f"] (if (< {i} 2) (recur (+ {i} 1) (+ {sum_} ",
            inside,
            f")) (+ {sum_} ",
            last,
            ")))",
        )

    def mapped(self, before: Spot, after: Spot, scope: Scope, depth: int, tail: bool) -> Node:
        turn = Spot(BEFORE, before.loops + 1, before.again)
        inside = self.waiting(turn, scope, depth, False)
        last = self.expression(turn.to(AFTER), scope, 1)
        x = self.name("x")
        return self.node("path", after, f"(reduce + 0 (map (fn [{x}] (+ {x} ", inside, " ", last, ")) [1 2]))")

    def called(self, before: Spot, after: Spot, scope: Scope, depth: int, tail: bool) -> Node:
        """A function made and called at once; what it does not need any more is not kept."""
        argument = self.expression(before, scope, 1)
        inside = self.waiting(before, scope, depth, False)
        x = self.name("x")
        rest = self.expression(after, scope, 1)
        kind = "tail" if tail else "path"
        return self.node(kind, after, f"((fn [{x}] (+ ", inside, " ", rest, ")) ", argument, ")")

    def kept(self, before: Spot, after: Spot, scope: Scope, depth: int, tail: bool) -> Node:
        """Two functions beside each other, called later; the second is not."""
        own, spare = self.variable(before.loops, False), self.variable(before.loops, False)
        body = self.expression(after, (*scope, own), 2)
        unused = self.expression(before, (spare,), 2)
        inside = self.waiting(before, scope, depth, False)
        h, g = self.name("h"), self.name("g")
        return self.node(
            "path",
            after,
            f"(let [{g} (fn [",
            self.binding(spare, before),
            "] ",
            unused,
            f") {h} (fn [",
            self.binding(own, before),
            "] ",
            body,
            ")] (+ ",
            inside,
            f" ({h} 3)))",
        )

    def matched(self, before: Spot, after: Spot, scope: Scope, depth: int, tail: bool) -> Node:
        some = self.variable(before.loops, True)
        some.typed = False
        value = self.expression(before, scope, 1)
        inside = self.waiting(before, (*scope, some), depth, False)
        other = self.expression(Spot(OTHER, before.loops, before.again), scope, 1)
        rest = self.expression(after, (*scope, some), 1)
        return self.node(
            "path",
            after,
            "(match (Some ",
            value,
            ") (Some ",
            self.binding(some, before),
            ") -> (+ ",
            inside,
            " ",
            rest,
            ") (None) -> ",
            other,
            ")",
        )


def ends(node: Node) -> bool:
    """Whether a function has nothing left to do when this, its body, waits."""
    if node.kind == "tail":
        return any(ends(part) for part in node.parts if isinstance(part, Node)) or str(node.parts[0]).startswith("((fn")
    return node.kind == "call"


WAYS = ("operand", "let", "let", "sequence", "branch", "tried", "bound", "loop", "mapped", "called", "kept", "matched")


@dataclass
class Program:
    """A program and the pieces it was made of."""

    functions: list[Node]
    main: Node
    left: set[Variable]

    def text(self, instead: dict[Node, str] | None = None, order: list[int] | None = None, more: str = "") -> str:
        functions = [self.functions[place] for place in order or range(len(self.functions))]
        texts = [each.text(instead or {}) for each in functions]
        return ASK + more + "".join(texts) + f"(defn main [] (println [{self.main.text(instead or {})}]))\n"

    def nodes(self) -> list[Node]:
        return [node for root in (*self.functions, self.main) for node in root.walk()]


def program(random: Random) -> Program:
    maker = Maker(random)
    main = maker.waiting(Spot(BEFORE), (), random.randint(1, 4), False)
    return Program(maker.functions, main, maker.left)


# Edits ----------------------------------------------------------------------------------------


@dataclass
class Edited:
    """An edited program: whether the saved state fits it, and whether it then gives the same."""

    what: str
    text: str
    fits: bool
    same: bool = True


def edits(made: Program, random: Random, count: int) -> list[Edited]:
    """Some edits of a program, all different in kind or place."""
    nodes = made.nodes()
    found = []
    for _ in range(count):
        edit = None
        while edit is None:
            edit = random.choice(EDITS)(made, random, nodes)
        found.append(edit)
    return found


def at(made: Program, node: Node, new: str, what: str) -> Edited:
    """An edit of one piece: what has run or is not taken may be anything."""
    fits = node.when != AFTER
    return Edited(
        f"{what} in code {node.when}: {node.text({})} ==> {new}", made.text({node: new}), fits, not node.again
    )


def pick(random: Random, nodes: list[Node], *kinds: str) -> Node | None:
    fitting = [node for node in nodes if node.kind in kinds]
    return random.choice(fitting) if fitting else None


def constant(made: Program, random: Random, nodes: list[Node]) -> Edited | None:
    node = pick(random, nodes, "number")
    return node and at(made, node, str(int(node.text({})) + random.randint(1, 3)), "a constant")


def operator(made: Program, random: Random, nodes: list[Node]) -> Edited | None:
    node = pick(random, nodes, "operator")
    return node and at(made, node, random.choice([each for each in OPERATORS if each != node.text({})]), "an operator")


def wrapped(made: Program, random: Random, nodes: list[Node]) -> Edited | None:
    node = pick(random, nodes, "expression", "number", "use")
    return node and at(made, node, f"(helper {node.text({})})", "a call around")


def wrapped_path(made: Program, random: Random, nodes: list[Node]) -> Edited | None:
    """A call around what waits, or around what it is part of."""
    node = pick(random, nodes, "path")
    return node and at(made, node, f"(helper {node.text({})})", "a call around what waits")


def wrapped_call(made: Program, random: Random, nodes: list[Node]) -> Edited | None:
    """A call around the very call that waits, unless that ends its function."""
    inner = [part for node in nodes if node.kind not in ("tail", "function", "left") for part in node.parts]
    inner = [part for part in inner if isinstance(part, Node) and part.kind == "call"]
    node = random.choice(inner) if inner else None
    assert node is None or isinstance(node, Node)
    return node and at(made, node, f"(helper {node.text({})})", "a call around the call that waits")


def sequenced(made: Program, random: Random, nodes: list[Node]) -> Edited | None:
    node = pick(random, nodes, "expression", "number")
    return node and at(made, node, f"(do (helper 1) {node.text({})})", "a call before")


def harmless(made: Program, random: Random, nodes: list[Node]) -> Edited | None:
    node = pick(random, nodes, "expression", "number", "path", "call", "tail")
    if node is None:
        return None
    new = random.choice(["(do {})", "\n ; a comment\n {}", "#| a comment |# {}", "(let [] {})"]).format(node.text({}))
    return Edited(f"layout: {node.text({})} ==> {new}", made.text({node: new}), True)


def renamed(made: Program, random: Random, nodes: list[Node]) -> Edited | None:
    node = pick(random, nodes, "binding")
    variable = node.variable if node else None
    if variable is None:
        return None
    new = random.choice(["a", "zz", "count"]) + variable.name
    instead = {each: new for each in nodes if each.variable is variable}
    fits = not variable.kept(made.left)
    return Edited(f"{variable.name} renamed {new}", made.text(instead), fits)


def retyped(made: Program, random: Random, nodes: list[Node]) -> Edited | None:
    node = pick(random, nodes, "binding")
    variable = node.variable if node else None
    if node is None or variable is None or not variable.across or node.when == AFTER or not variable.typed:
        return None
    fits = not variable.kept(made.left)
    return Edited(f"{variable.name} gets a type", made.text({node: f"{variable.name} : int64"}), fits)


def more_functions(made: Program, random: Random, nodes: list[Node]) -> Edited | None:
    more = random.choice(
        ["(defn extra [x] (map (fn [y] (+ x y)) [1]))\n", "(def extra (fn [x] x))\n", "(import json)\n"]
    )
    order = list(range(len(made.functions)))
    random.shuffle(order)
    return Edited(f"more definitions, in the order {order}", made.text(order=order, more=more), True)


def docstring(made: Program, random: Random, nodes: list[Node]) -> Edited | None:
    node = pick(random, nodes, "function", "left")
    if node is None:
        return None
    old = node.text({})
    return Edited("a docstring", made.text({node: old.replace(" [", ' "Says what." [', 1)}), True)


def renamed_function(made: Program, random: Random, nodes: list[Node]) -> Edited | None:
    node = pick(random, nodes, "function")
    if node is None:
        return None
    name = node.text({}).split()[1]
    return Edited(
        f"{name} renamed", made.text().replace(f"({name} ", "(other ").replace(f"n {name} ", "n other "), False
    )


EDITS = (
    constant,
    constant,
    operator,
    wrapped,
    wrapped_path,
    wrapped_call,
    sequenced,
    harmless,
    renamed,
    renamed,
    retyped,
    more_functions,
    docstring,
    renamed_function,
)


# Sweeps ---------------------------------------------------------------------------------------


@dataclass
class Figures:
    """What became of a sweep; `faults` tells of each that went wrong."""

    programs: int = 0
    edits: int = 0
    fitting: int = 0
    wrong: int = 0
    alarms: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.programs} programs, {self.edits} edits ({self.fitting} of them harmless): "
            f"{self.wrong} wrong, {self.alarms} false alarms"
        )


def sweep(count: int, seed: int, each: int, directory: Path) -> Figures:
    """Programs saved by one process, edits of them resumed by another."""
    random = Random(seed)
    programs = [program(random) for _ in range(count)]
    saving = {str(number): Job(["run", "shop.tur"], {"shop.tur": made.text()}) for number, made in enumerate(programs)}
    saved = carry_out(saving, directory / "save", seed=1)
    told: dict[str, Edited] = {}
    jobs: dict[str, Job] = {}
    for number, made in enumerate(programs):
        data = saved[str(number)][1]
        assert data is not None, f"{saved[str(number)][0]}\n{made.text()}"

        for place, edit in enumerate([Edited("nothing", made.text(), True), *edits(made, random, each)]):
            told[f"{number}.{place}"] = edit
            jobs[f"{number}.{place}"] = Job(["resume", "saved.bin", "7"], {"shop.tur": edit.text}, data)
        jobs[f"{number}.direct"] = Job(["run", "shop.tur"], {"shop.tur": made.text()}, data)
    done = carry_out(jobs, directory / "resume", seed=2)
    figures = Figures(len(programs))
    for name, edit in told.items():
        number = name.partition(".")[0]
        found, direct = done[name][0], done[f"{number}.direct"][0]
        assert direct.status == 0, f"{direct}\n{programs[int(number)].text()}"
        judge(
            figures,
            edit,
            found.mismatch,
            found.status == 0 and (found.out == direct.out or not edit.same),
            f"{found}, directly {direct.out!r}\n{programs[int(number)].text()}",
        )
    return figures


def judge(figures: Figures, edit: Edited, refused: bool, right: bool, shown: str) -> None:
    """Count an edit."""
    figures.edits += 1
    figures.fitting += edit.fits
    if (edit.fits and right) or (not edit.fits and refused):
        return
    alarm = edit.fits and refused
    figures.alarms += alarm
    figures.wrong += not alarm
    figures.faults.append(f"{'FALSE ALARM' if alarm else 'WRONG'} {edit.what}\n{shown}")


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    total = Figures()
    for start in range(0, wanted, 100):
        with tempfile.TemporaryDirectory() as place:
            part = sweep(min(100, wanted - start), first * 1_000_003 + start, 12, Path(place))
        for name in ("programs", "edits", "fitting", "wrong", "alarms", "faults"):
            setattr(total, name, getattr(total, name) + getattr(part, name))
    print("\n".join(total.faults[:20]))
    print(total)
    sys.exit(1 if total.faults else 0)
