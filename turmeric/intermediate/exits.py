"""Blocks and what leaves them: which exits stay inside their function, and what the others become.

An exit that leaves neither a function nor a region on its way drops frames, which is all that
there is to do.  Any other one is a throw to the block, past the clean-ups on the way, as
`escape` of the module `control` does it:

    Block(return, ... fn [] Leave(return, v) ...)
    ==>  identity = fresh-identity()
         under landing(identity), with *extent* bound: ... fn [] leave-block(identity, "...", v) ...
"""

from __future__ import annotations

from turmeric.reading import core
from turmeric.reading.core import Block, Call, Const, Core, Global, Label, Leave, Let, Local, Marked
from turmeric.reading.parts import parts

Way = tuple["Label | Leave | None", "Way"] | None
"""What is around a form, the innermost first: blocks, exits (around their value), and None for
a function or a region."""


def settle(block: Block) -> None:
    """Find out for all blocks in `block`, itself included, and what leaves them, what crosses what.

    A block that is left from inside a function becomes a region itself, which the exits of
    blocks around it then cross: hence the inner ones first."""
    labels, exits = gather(block)
    for label in reversed(labels):
        label.crossed = False
        for leave, between in exits[label]:
            leave.crosses = any(each is None or each.crossed for each in between)
            label.crossed = label.crossed or leave.crosses


Exits = dict[Label, list[tuple[Leave, list["Label | None"]]]]
"""For each label what leaves its block, and the blocks, functions and regions between."""


def gather(block: Block) -> tuple[list[Label], Exits]:
    """The labels in a block, outer ones first, and what leaves them."""
    labels: list[Label] = []
    exits: Exits = {}
    waiting: list[tuple[Core, Way]] = [(block, None)]
    while waiting:
        form, way = waiting.pop()
        if isinstance(form, Block):
            labels.append(form.label)
            exits[form.label] = []
            way = (form.label, way)
        elif isinstance(form, Leave):
            exits[form.label].append((form, between(form, way)))
            way = (form, way)
        elif isinstance(form, core.Lambda | Marked):
            way = (None, way)
        waiting += [(part, way) for part in parts(form)]
    return labels, exits


def between(leave: Leave, way: Way) -> list[Label | None]:
    """What an exit goes through; an exit in whose value it stands learns that it must wait for it."""
    passed: list[Label | None] = []
    while way is not None and way[0] is not leave.label:
        if isinstance(way[0], Leave):
            way[0].nested = True
        else:
            passed.append(way[0])
        way = way[1]
    return passed


def never_ends(form: Core) -> bool:
    """Whether a form gives no value because it always leaves a block."""
    while True:
        if isinstance(form, core.Seq):
            form = form.forms[-1]
        elif isinstance(form, Let | core.Letrec):
            form = form.body
        elif isinstance(form, core.If) and never_ends(form.then):
            form = form.orelse
        else:
            return isinstance(form, Leave)


def as_region(block: Block) -> Core:
    """A block that is crossed: the block under the marks to which `throwing` throws."""
    identity = Local(block.label.identity, block.span)
    entry = Call(Global("core", "vector"), [identity, Const(None), Const(None)])
    bound = [Const("control.*extent*"), Call(Global("core", "list"), [entry])]
    landing = Call(Global("control", "landing"), [identity])
    inside = Marked(core.BINDING, bound, block, block.span)
    region = Marked(core.HANDLER, [Const(None), Const("control.escaping"), Const("catch"), landing], inside, block.span)
    return Let(block.label.identity, Call(Global("control", "fresh-identity"), []), region, block.span)


def throwing(leave: Leave) -> Core:
    """An exit that crosses something."""
    args = [Local(leave.label.identity), Const(leave.label.late), leave.value]
    return Call(Global("control", "leave-block"), args, leave.span)
