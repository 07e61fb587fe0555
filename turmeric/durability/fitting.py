"""Whether what the rows of a heap say fits the code that is there: checked before anything is built.

A frame's variables are those of its point, a function's those it captures: the assigned ones are
cells, and nothing else is; a value is of the type that its variable or field declares.  Values
whose type shows only when they are there (definitions, stand-ins) are looked at when they are.
"""

from __future__ import annotations

from turmeric.durability.format import wire
from turmeric.durability.format.wire import corrupt
from turmeric.intermediate import anf
from turmeric.intermediate.walking import parts
from turmeric.running.bundles import bundle_of
from turmeric.running.functions import Point
from turmeric.running.futures import Future
from turmeric.running.primitives.control import EXTENT
from turmeric.running.structure import check_for
from turmeric.vocabulary import namespace
from turmeric.vocabulary.structs import EFFECT, ERROR, Struct, StructType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from turmeric.durability.code.resolve import Resolver
    from turmeric.durability.decode import Decoder
    from turmeric.intermediate.anf import Code, Var
    from turmeric.vocabulary.namespace import Module

Row = list["Any"]
Later = list[tuple["Any", str, str, str]]
"""Values to be looked at when they are there: slot, type, whose they are, which module's."""

UNBOUND, MISSING = range(2)
"""The numbers of `wire.SENTINELS`."""

IN_LINE: dict[type, frozenset[str]] = {
    int: frozenset(("int64", "bigint", "number")),
    float: frozenset(("float64", "number")),
    bool: frozenset(("bool",)),
    str: frozenset(("string", "sequence")),
    bytes: frozenset(("bytes",)),
    type(None): frozenset(("nil",)),
}
BY_TAG: dict[int, frozenset[str]] = {
    wire.SYMBOL: frozenset(("symbol",)),
    wire.KEYWORD: frozenset(("keyword",)),
    wire.TEXT: frozenset(("string", "sequence")),
    wire.BYTES: frozenset(("bytes",)),
    wire.LIST: frozenset(("list", "sequence")),
    wire.VECTOR: frozenset(("vector", "sequence")),
    wire.MAP: frozenset(("map",)),
    wire.SET: frozenset(("set",)),
    wire.REF: frozenset(("ref",)),
    wire.RC: frozenset(("rc",)),
    wire.FUTURE: frozenset((Future.type_name,)),
    wire.CLOSURE: frozenset(("fn",)),
    wire.CONTINUATION: frozenset(("fn", "continuation")),
}
"""The declared types that a value in line, or a row, is of."""
UNCALLED = frozenset(
    (wire.SYMBOL, wire.TEXT, wire.BYTES, wire.LIST, wire.REF, wire.RC, wire.FUTURE, wire.EARLIER, wire.PARTS)
)
"""What no handler and no clean-up can call."""
STATES = frozenset(
    ("finished", "failed", "starting", "suspended", "woken", "interrupted", "running", "timer", "outside", "every",
     "first-of", "limited", "receiving", "sending")
)
"""The structs of the module `async` that are states of a future."""


def check(decoder: Decoder) -> Later:
    """Raise corrupt-data for what no program could have saved; note for the resolver what no
    longer fits a declared type.  Gives what is to be looked at later."""
    resolved = decoder.found
    if resolved.undemanding and not resolved.types and DEMANDING.isdisjoint(decoder.message.shape.tags):
        return []  # most messages
    fitting = Fitting(decoder)
    for number, (row, point) in enumerate(zip(decoder.claims.points, decoder.points, strict=True)):
        if point is not None and number not in decoder.carried and row.variables != saved_names(point):
            raise corrupt(f"a frame of {row.symbol} has other variables than its code")
    if not fitting.cells:
        resolved.undemanding = not any(fitting.asking) and not any(fitting.dropped)
    for place in decoder.places:
        found = decoder.heap[place]
        if found[0] in ROWS:
            ROWS[found[0]](fitting, found, place)
    return fitting.later


def saved_names(point: Point) -> tuple[str, ...]:
    """The variables of a point as tables have them."""
    return tuple(["" if var.temporary else var.name for var in point.point.live])


class Fitting:
    """The checks of one message."""

    def __init__(self, decoder: Decoder) -> None:
        self.heap = decoder.heap
        self.runs = decoder.message.shape.runs
        self.claims = decoder.claims
        self.types: list[Any] = decoder.types
        self.functions: list[Any] = decoder.functions
        self.points: list[Any] = decoder.points
        self.resolver = decoder.resolver
        self.sources = decoder.sources
        self.later: Later = []
        tags = {row[0] for row in self.heap}
        self.cells = wire.CELL in tags or wire.SENTINEL in tags
        self.carried = decoder.carried
        self.chains = decoder.chains
        self.asking = [
            point is not None and number not in self.carried and self.asks(point.point.live)
            for number, point in enumerate(decoder.points)
        ]
        self.dropped = [0 if point is None else drops(point) for point in decoder.points]

    def asks(self, variables: Iterable[Var]) -> bool:
        """Whether anything is asked of the values of these variables."""
        return self.cells or any(var.assigned or var.type is not None for var in variables)

    def tag(self, slot: Any) -> int | None:
        """The tag of the row that a slot refers to; None for a value in line."""
        if type(slot) is not list:
            return None
        row = self.heap[slot[0]]
        tag: int = row[3] if row[0] == wire.EARLIER else row[0]
        return tag

    def variables(self, slots: Row, variables: Iterable[Var], code: Code, framed: bool) -> None:
        """The variables of a frame, or those that a function captured."""
        bundle = bundle_of(code)
        for slot, var in zip(slots, variables, strict=True):
            tag = self.tag(slot)
            if tag == wire.EXTERNAL:
                continue
            if var.assigned != (tag == wire.CELL):
                should = "should be a cell" if var.assigned else "is no cell"
                raise corrupt(f"the variable {var.name} of {code.symbol} {should}")
            if tag == wire.CELL:
                slot = self.heap[slot[0]][1]
                if self.tag(slot) == wire.SENTINEL and var.early and self.heap[slot[0]][1] == UNBOUND:
                    continue
                tag = self.tag(slot)
            if tag == wire.SENTINEL:
                given = framed and var.temporary and bool(code.params.keys)
                if not given or var.assigned or self.heap[slot[0]][1] != MISSING:
                    raise corrupt(f"the variable {var.name} of {code.symbol} has no value")
                continue
            declared = outermost(var.type)
            if bundle is not None and declared is not None:
                declared = bundle.type_name(declared)
            self.declared(slot, declared, f"the variable {var.name} of {code.symbol}", code.module)

    def declared(self, slot: Any, declared: object, whose: str, module: str) -> None:
        """A value must be of the type that was declared for it."""
        wanted = declared[0] if isinstance(declared, tuple) else declared
        if not isinstance(wanted, str) or wanted == "any":
            return
        fits = self.fits(slot, wanted)
        if fits is None:
            self.later.append((slot, wanted, whose, module))
        elif not fits:
            misfit(self.resolver, wanted, whose, module)

    def fits(self, slot: Any, wanted: str) -> bool | None:
        """Whether a value is of a type; None when that shows later."""
        if type(slot) is not list:
            return wanted in IN_LINE[type(slot)]
        row = self.heap[slot[0]]
        if row[0] == wire.STRUCT:
            return of_type(self.types[row[1]], wanted)
        known = BY_TAG.get(row[0])
        return None if known is None else wanted in known  # of another row that shows when it is there

    def home_of(self, saved: str) -> tuple[Module | None, str]:
        """The module of a dynamic variable, in the program or in a bundle, and its name there."""
        module, _, short = saved.rpartition(".")
        rows = zip(self.claims.modules, self.sources.bundles, self.sources.homes, strict=False)
        bundled = next((home for row, bundle, home in rows if bundle is not None and row.name == module), None)
        if bundled is None:
            module, _, short = self.resolver.symbol_now(saved).rpartition(".")
            bundled = module
        return (self.resolver.module(bundled) if bundled else None), short

    def called(self, slot: Any) -> None:
        tag = self.tag(slot)
        if slot is not None and (tag is None or tag in UNCALLED):
            raise corrupt("a handler or clean-up is no function")


def outermost(declared: object) -> Any:
    """What is checked of a declared type."""
    return declared[0] if isinstance(declared, tuple) else declared


def of_type(type_: StructType, wanted: str) -> bool:
    """Whether the values of a struct type are of a declared type."""
    data = type_.data_type
    return wanted == type_.symbol or (data is not None and wanted == data.symbol) or (
        wanted == "core.error" and type_.kind == ERROR
    )


def misfit(resolver: Resolver, wanted: str, whose: str, module: str) -> None:
    detail = f"the saved value of {whose} is no {wanted.rpartition('.')[2]}, which is declared there"
    resolver.mismatches.note("value", whose, b"", None, detail, module)


def check_built(decoder: Decoder) -> None:
    """Look at the values that had to be there first."""
    for slot, wanted, whose, module in decoder.later:
        if not check_for(wanted)(decoder.value(slot)):
            misfit(decoder.resolver, wanted, whose, module)
    decoder.refuse()


# Rows -----------------------------------------------------------------------------------------


def fit_frames(fitting: Fitting, row: Row, place: int) -> None:
    """A run of frames: their variables; and that those are there which their functions drop."""
    needed: list[tuple[int, Code]] = []
    if any(fitting.dropped) or any(fitting.asking):
        for number, slots in fitting.runs.outwards(place):
            point = fitting.points[number]
            code = point.function.code
            if fitting.asking[number]:
                fitting.variables(slots, point.point.live, code, framed=True)
            needed = below(needed, code)
            if fitting.dropped[number]:
                needed.append((fitting.dropped[number], code))
    if needed:
        fit_outer(fitting, row[1], needed)


def below(needed: list[tuple[int, Code]], code: Code) -> list[tuple[int, Code]]:
    """What is still needed below a frame of some code."""
    for _, wanted in needed:
        if wanted.path != code.path or wanted.definition != code.definition:
            raise corrupt(f"a frame of {wanted.symbol} waits where it cannot wait")
    return [(count - 1, wanted) for count, wanted in needed if count > 1]


def fit_outer(fitting: Fitting, outer: Any, needed: list[tuple[int, Code]]) -> None:
    """The same for the frames of the runs below."""
    while needed:
        if outer is None:
            raise corrupt(f"a frame of {needed[0][1].symbol} waits where it cannot wait")
        start = outer[1] if len(outer) == 2 else 0
        for at, (number, _) in enumerate(fitting.runs.outwards(outer[0])):
            if at >= start and needed:
                needed = below(needed, fitting.points[number].function.code)
        if fitting.heap[outer[0]][0] != wire.FRAMES:
            return  # an earlier message has them, which was checked when it was written
        outer = fitting.heap[outer[0]][1]


def fit_closure(fitting: Fitting, row: Row, place: int) -> None:
    code = fitting.functions[row[1]]
    if len(row) - 2 != len(code.captured):
        raise corrupt(f"the function {code.symbol} has the wrong number of captured values")
    if fitting.asks(code.captured):
        fitting.variables(row[2:], code.captured, code, framed=False)


def fit_struct(fitting: Fitting, row: Row, place: int) -> None:
    type_ = fitting.types[row[1]]
    chain = fitting.chains.get(row[1])
    if len(row) - 2 != len(type_.fields if chain is None else chain.fields):
        raise corrupt(f"a {type_.name} has the wrong number of fields")
    if chain is None and not type_.loose:
        for slot, field, declared in zip(row[2:], type_.fields, type_.types, strict=True):
            fitting.declared(slot, declared, f"the field {field} of {type_.symbol}", type_.module)


def fit_continuation(fitting: Fitting, row: Row, place: int) -> None:
    if row[2] is not None:
        type_ = fitting.types[row[2]]
        if type_.kind != EFFECT or type_.result is None:
            raise corrupt(f"a continuation waits for {type_.name}, which is no effect with a result")


def fit_handler(fitting: Fitting, row: Row, place: int) -> None:
    for way, key in zip(row[2::3], row[3::3], strict=True):
        if way >= wire.ERROR_WAYS and fitting.types[key].kind != EFFECT:
            raise corrupt(f"a handler handles {fitting.types[key].name}, which is no effect")
    for slot in (row[1], *row[4::3]):
        fitting.called(slot)


def fit_cleanup(fitting: Fitting, row: Row, place: int) -> None:
    fitting.called(row[1])


def fit_binding(fitting: Fitting, row: Row, place: int) -> None:
    for number, slot in zip(row[1::2], row[2::2], strict=True):
        name = fitting.claims.names[number]
        if name == EXTENT:
            fit_extent(fitting, slot)
            continue
        home, short = fitting.home_of(name)
        found = home.definitions.get(short) if home is not None else None
        if found is None or found.kind != namespace.DYNAMIC:
            module, _, short = name.rpartition(".")
            fitting.resolver.mismatches.missing("dynamic variable", module, short, b"")


def fit_extent(fitting: Fitting, slot: Any) -> None:
    """The escapes and parameters that are around, which the machine itself looks at: a list of vectors."""
    tag = fitting.tag(slot)
    entries = fitting.heap[slot[0]][2:] if tag == wire.LIST and fitting.heap[slot[0]][0] == wire.LIST else []
    if tag not in (wire.LIST, wire.EXTERNAL) or any(fitting.tag(entry) != wire.VECTOR for entry in entries):
        raise corrupt("a binding of escapes is malformed")


def fit_future(fitting: Fitting, row: Row, place: int) -> None:
    if fitting.tag(row[1]) == wire.STRUCT:
        check_state_type(fitting.types[fitting.heap[row[1][0]][1]])


def check_state_type(type_: StructType) -> None:
    if type_.module != "async" or type_.name not in STATES:
        raise corrupt("a future is in no state that a future can be in")


def check_state(state: Any) -> None:
    """The state of a future that was built."""
    if not isinstance(state, Struct):
        raise corrupt("a future is in no state that a future can be in")
    check_state_type(state.type)


ROWS = {
    wire.FRAMES: fit_frames,
    wire.CLOSURE: fit_closure,
    wire.STRUCT: fit_struct,
    wire.CONTINUATION: fit_continuation,
    wire.HANDLER: fit_handler,
    wire.CLEANUP: fit_cleanup,
    wire.BINDING: fit_binding,
    wire.FUTURE: fit_future,
}


DEMANDING = frozenset((*ROWS.keys() - {wire.FRAMES}, wire.CELL, wire.SENTINEL)) - {wire.CONTINUATION}
"""Rows that have to be looked at whatever frames there are."""


# Frames that a function drops -------------------------------------------------------------------

def drops(point: Point) -> int:
    """How many frames below its own the code of a point may drop: they are of the same call."""
    if point.drops is None:
        point.drops = dropped_by(point)
    return point.drops


def dropped_by(point: Point) -> int:
    count = 0
    work: list[tuple[object, int]] = [(point.node.body, 0)]
    while work:
        node, above = work.pop()
        if isinstance(node, anf.Leave):
            count = max(count, node.depth - above)
        if isinstance(node, anf.Let):
            work += [(node.bound, above + 1), (node.body, above)]
        elif isinstance(node, anf.Control):
            work += [(part, above) for part in parts(node) if isinstance(part, anf.Control)]
    return count
