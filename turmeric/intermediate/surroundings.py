"""What is around each point in its function: the frames and regions that are left after it.

    (+ 1 (try (* 2 (f)) (catch [e] 0)))
    at f: under the mark of `try`, inside the point of the `try`, whose rest is (+ 1 %)

A delimiter ends that: what is captured there goes no further.
"""

from __future__ import annotations

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Code, Control
from turmeric.reading import core

Around = tuple["anf.Let | anf.Marked", "Around"] | None
"""The points and regions of the same function around a node, the innermost first."""


def surroundings(code: Code) -> dict[anf.Let, Around]:
    """The points of a function, each with what is around it; outer ones come before inner ones."""
    found: dict[anf.Let, Around] = {}
    work: list[tuple[Control, Around]] = [(code.body, None)]
    while work:
        node, around = work.pop()
        if isinstance(node, anf.Let):
            found[node] = around
            work += [(node.body, around), (node.bound, (node, around))]
        elif isinstance(node, anf.Marked):
            work.append((node.body, (node, around)))
        elif isinstance(node, anf.Leave):
            work.append((node.body, outside(around, node.depth)))
        elif isinstance(node, anf.Branch):
            work += [(node.orelse, around), (node.then, around)]
        elif isinstance(node, anf.Bind | anf.Fix | anf.Loop):
            work.append((node.body, around))
    return found


def outside(around: Around, depth: int) -> Around:
    """What is still around after the newest `depth` frames were dropped."""
    for _ in range(depth):
        assert around is not None and isinstance(around[0], anf.Let)
        around = around[1]
    return around


def waits_for(node: anf.Let) -> Control:
    """What gives a point its value: a call or a region, or what branches."""
    last = node.bound
    while isinstance(last, anf.Bind | anf.Let | anf.Fix):
        last = last.body
    return last


def delimits(node: anf.Marked) -> bool:
    """Whether a continuation may end at a mark: at a prompt, at a handler that gets one."""
    if node.kind != core.HANDLER:
        return node.kind == core.PROMPT
    ways = node.operands[2::3]
    return not all(isinstance(way, anf.Constant) and way.value == "catch" for way in ways)
