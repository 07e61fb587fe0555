"""Blocks that can be left early: `block*` and `leave*`, what `return`, `break` and `continue-loop` expand to.

    (block* done (f (leave* done 1)))   ==>   Block(done, Call(f, Leave(done, 1)))

The name of a block is compared as it is written, whichever macro wrote it: that is how the
`break` of a program finds the `while` it stands in.  A name made by `gensym` meets no other.
A block that nothing leaves is just its body.
"""

from __future__ import annotations

from turmeric.reading.core import Block, Const, Core, Label, Leave, LoopTarget
from turmeric.reading.datums import spans_of
from turmeric.reading.expander import Expander, special
from turmeric.reading.scope import Scope
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.symbols import Symbol

RETURN = "return"
"""The name of the block that the body of a `defn` is."""

HIDES = {"break": "continue-loop"}
"""A loop whose turn has not begun hides the turns of the loops around it."""

NOWHERE = {
    RETURN: "`return` leaves the body of the `defn` around it, and this is in none; "
    "elsewhere `escape` leaves a function",
    "break": "`break` leaves a `while`, `dotimes` or `doseq`; there is no such loop around this",
    "continue-loop": "`continue-loop` ends a turn of a `while`, `dotimes` or `doseq`; "
    "this is in the body of no such loop",
}
"""What is said where a block of that name is missing."""

LATE = {
    RETURN: "`return` comes too late: the call that it would leave has ended or was captured",
    "break": "`break` comes too late: the loop that it would leave has ended",
    "continue-loop": "`continue-loop` comes too late: the turn of the loop that it would end is over",
}
"""What is said when a function leaves the block that it was made in after that has ended."""


def label_called(name: str) -> Label:
    """A label for a new block."""
    return Label(name, LATE.get(name, f"`leave* {name}` comes too late: its block has ended"))


def labelled(label: Label, scope: Scope) -> Scope:
    """The scope inside a block."""
    inner = Scope(scope)
    inner.labels = {label.name: label}
    if label.name in HIDES:
        inner.labels[HIDES[label.name]] = None
    return inner


def block(expander: Expander, label: Label, body: Core) -> Core:
    """The block of a body, if anything in it leaves it."""
    return Block(label, body, expander.span) if label.used else body


@special("block*")
def expand_block(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    parts = expander.operands(form, 1, None, "(block* name body ...)")
    label = label_called(block_name(expander, parts[0]))
    return block(expander, label, expander.body(form.tail.tail, labelled(label, scope), tail))


@special("leave*")
def expand_leave(expander: Expander, form: List, scope: Scope, tail: LoopTarget | None) -> Core:
    parts = expander.operands(form, 1, 2, "(leave* name value)")
    name = block_name(expander, parts[0])
    label = scope.label(name)
    if label is None:
        raise expander.error(NOWHERE.get(name, f"there is no (block* {name} ...) around this"))
    label.used = True
    value: Core = Const(None, expander.span)
    if len(parts) == 2:
        value = expander.expand(parts[1], scope, None, spans_of(form).get(2))
    return Leave(label, value, expander.span)


def block_name(expander: Expander, datum: object) -> str:
    if type(datum) is not Symbol:
        raise expander.error(f"expected a name for the block, got {write(datum)[:60]}")
    return datum.name
