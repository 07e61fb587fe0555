"""Schema ids: hashes that tell whether saved state still fits the code.

The id of a point covers what its function has yet to do when the point's frame waits:
what it waits for, the code that remains to be run from there, and that of the frames and
regions of the same function around it, up to a delimiter; the names and types of its live
variables; the parameters of the function.  It leaves out positions, labels, the names of
variables that are not live, and all code that has already run.

    (+ 1 (f x) y)  at f:   waits for f; live y; let %0 = [] in core.+ 1 %0 y     one id
    (+ 2 (f x) y)  at f:   another: the constant differs
    (+ 1 (g (f x)) y)      at f: another, g remains to be called; at g: another, it waits for g
"""

from __future__ import annotations

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Code
from turmeric.intermediate.canonical import Canonical
from turmeric.intermediate.surroundings import Around, delimits, surroundings, waits_for
from turmeric.reading import core


def point_id(code: Code, node: anf.Let) -> bytes:
    """The schema id of a point of a function."""
    around = surroundings(code)
    within = [node]
    while (outer := enclosing(around[within[-1]])) is not None:
        within.append(outer)
    ids: dict[anf.Let, bytes] = {}
    for each in reversed(within):
        ids[each] = one_id(code, each, around[each], ids)
    return ids[node]


def point_ids(code: Code) -> dict[anf.Let, bytes]:
    """The schema ids of all points of a function, without those of functions inside it."""
    ids: dict[anf.Let, bytes] = {}
    for node, around in surroundings(code).items():
        ids[node] = one_id(code, node, around, ids)
    return ids


def one_id(code: Code, node: anf.Let, around: Around, ids: dict[anf.Let, bytes]) -> bytes:
    """The id of a point, given those of the points around it."""
    writer = Canonical()
    writer.put("point")
    write_wait(writer, node)
    writer.parameters(code.params)
    writer.header(node.point.live)
    writer.bind(node.var)
    writer.control(node.body)
    while around is not None:
        each, around = around
        if isinstance(each, anf.Let):
            writer.put("inside", ids[each].hex())
            break
        write_region(writer, each)
        if delimits(each):
            break
    return writer.digest()


def enclosing(around: Around) -> anf.Let | None:
    """The point whose frame is the next of the same function, unless a delimiter lies between."""
    while around is not None:
        each, around = around
        if isinstance(each, anf.Let):
            return each
        if delimits(each):
            break
    return None


def write_wait(writer: Canonical, node: anf.Let) -> None:
    """What a frame waits for: the function that was called, not with what, which has been evaluated."""
    last = waits_for(node)
    if isinstance(last, anf.Marked):
        writer.put("waits", "region", last.kind)
    elif not isinstance(last, anf.TailCall):
        writer.put("waits", "branches")
    elif isinstance(last.function, anf.GlobalReference):
        writer.put("waits", "call", last.function.module, last.function.name)
    elif isinstance(last.function, anf.MakeClosure):
        writer.put("waits", "closure")
        writer.parameters(last.function.code.params)
    else:
        writer.put("waits", "value")


def write_region(writer: Canonical, node: anf.Marked) -> None:
    """A region that is yet to be left: its clauses and clean-ups are yet to be run."""
    writer.put("under", node.kind)
    operands = [operand_tokens(operand) for operand in node.operands]
    if node.kind == core.BINDING:
        operands = operands[::2]  # what was bound is part of the saved mark
    elif node.kind == core.HANDLER:
        operands = [operands[0], *[token for row in clauses(node, operands) for token in row]]
    for tokens in operands:
        writer.put(str(len(tokens)), *tokens)


def operand_tokens(operand: anf.Simple) -> list[str]:
    """An operand of a mark; what it came to has been evaluated, and is part of the saved mark."""
    writer = Canonical(free=True)
    if isinstance(operand, anf.Constant | anf.GlobalReference | anf.MakeClosure):
        writer.simple(operand)
    return writer.tokens


def clauses(node: anf.Marked, operands: list[list[str]]) -> list[list[list[str]]]:
    """The rows of a handler: key, way, function.  Clauses of different effects have no order."""
    rows = [operands[place : place + 3] for place in range(1, len(operands), 3)]
    return sorted(rows) if delimits(node) and all(row[0][:1] == ["global"] for row in rows) else rows


def code_id(code: Code) -> bytes:
    """The id of a whole function, by which an anonymous one is found again."""
    writer = Canonical()
    writer.put("code")
    writer.types(code.params)
    writer.header(code.captured)
    writer.code(code)
    return writer.digest()


def type_id(
    kind: str, fields: tuple[str, ...], types: tuple[object, ...], data_type: str | None, result: object = None
) -> bytes:
    """The id of a struct type: its field names and declared types, in order; an effect's result."""
    writer = Canonical()
    writer.put("type", kind, data_type or "", *fields)
    writer.put(*[repr(type_) for type_ in types], repr(result))
    return writer.digest()
