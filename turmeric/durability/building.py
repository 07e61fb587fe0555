"""How the rows of a heap become objects.

Immutable objects are built when all their parts are there.  Those with an identity, which may
be part of a cycle, are made empty first, and filled at the end.
"""

from __future__ import annotations

from collections.abc import Callable

from turmeric.durability import fitting
from turmeric.durability.code.naming import goes_by_name
from turmeric.durability.format import wire
from turmeric.durability.format.large import HIGHEST, Trunk, whole
from turmeric.durability.format.wire import corrupt
from turmeric.durability.later import Content
from turmeric.durability.upgrading import carry, contents, upgrade
from turmeric.running.continuation import Base, Binding, Cleanup, Continuation, Handler, Mask, Prompt, Wind
from turmeric.running.functions import MISSING
from turmeric.running.futures import Future
from turmeric.running.lazies import Lazy
from turmeric.running.values import Cell, Closure, Rc, Ref
from turmeric.vocabulary import lists, maps, sets, vectors
from turmeric.vocabulary.namespace import UNBOUND
from turmeric.vocabulary.symbols import keyword, symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.durability.decode import Decoder

Row = list["Any"]


def build_list(decoder: Decoder, row: Row, place: int) -> Any:
    tail = lists.EMPTY if row[1] is None else decoder.value(row[1])
    nodes = decoder.parted(place)
    for at in range(len(row) - 1, 1, -1):
        tail = lists.cons(decoder.value(row[at]), tail)
        if nodes is not None:
            nodes.append(tail)
    if nodes is not None:
        decoder.nodes[place] = nodes[::-1]
    return tail


def build_frames(decoder: Decoder, row: Row, place: int) -> Any:
    outer = None if row[1] is None else decoder.value(row[1])
    points, values = decoder.points, decoder.values
    nodes = decoder.parted(place)
    linked = list in set(map(type, row))
    carried = decoder.carried
    for number, slots in decoder.message.shape.runs.inwards(place):
        if number in carried:
            inside = [contents(decoder, slot) for slot in slots]
            outer = (points[number], carry(decoder, carried[number], values(slots), inside), outer)
        else:
            outer = (points[number], tuple(values(slots) if linked else slots), outer)
        if nodes is not None:
            nodes.append(outer)
    if nodes is not None:
        decoder.nodes[place] = nodes[::-1]
    return outer


def build_struct(decoder: Decoder, row: Row, place: int) -> Any:
    if place in decoder.upgraded:
        return upgrade(decoder, row, place)
    type_ = decoder.types[row[1]]
    assert type_ is not None
    return type_.nullary or type_.make(type_, tuple(decoder.values(row, 2)))


def build_map(decoder: Decoder, row: Row, place: int) -> Any:
    flat = decoder.values(row, 1)
    made = keyed(decoder, flat[::2], lambda: maps.from_pairs(zip(flat[::2], flat[1::2], strict=True)))
    if len(made) * 2 != len(flat):
        raise corrupt("a map has the same key twice")
    return made


def build_set(decoder: Decoder, row: Row, place: int) -> Any:
    items = decoder.values(row, 1)
    made = keyed(decoder, items, lambda: sets.from_iterable(items))
    if len(made) != len(items):
        raise corrupt("a set has the same element twice")
    return made


def keyed(decoder: Decoder, keys: Row, make: Callable[[], Any]) -> Any:
    """A map or set, unless comparing its keys would take time that nobody has."""
    try:
        decoder.message.allowance.compare(keys)
        return make()
    except TypeError as error:
        raise corrupt(f"a map or set has a key that cannot be one: {error}") from error


def build_stand_in(decoder: Decoder, row: Row, place: int) -> Any:
    tag, module, _, stand_in = row
    assert decoder.acquisition is not None
    names = decoder.module(module), decoder.target(row)
    return decoder.acquisition.revive(tag, *names, place, decoder.value(stand_in))


def build_global(decoder: Decoder, row: Row, place: int) -> Any:
    found = decoder.globals[place]
    assert found is not None
    value = found.force()
    if not goes_by_name(value):
        detail = f"{found.symbol} is no function, type or cell any more"
        decoder.resolver.mismatches.note("definition", found.symbol, b"", None, detail, found.module)
        decoder.refuse()
    return value


def build_earlier(decoder: Decoder, row: Row, place: int) -> Any:
    return decoder.base(row).made[row[2]]


def build_parts(decoder: Decoder, row: Row, place: int) -> Trunk:
    trunk = Trunk(decoder.values(row, 1))
    if trunk.height > HIGHEST:
        raise corrupt("a large collection is nested too deep")
    return trunk


def build_large(decoder: Decoder, row: Row, place: int) -> Any:
    """A large collection.  Rows that have the same parts share them only if they are vectors, and whole
    nodes; so what each takes is counted."""
    kind, trunk, rest = wire.LARGE_KINDS[row[1]], decoder.value(row[2]), decoder.values(row, 3)
    allowance = decoder.message.allowance
    leaves = trunk.leaves() if isinstance(trunk, Trunk) else []
    allowance.work(len(leaves))
    if kind == "vector":
        made = whole(kind, trunk, rest)
        if made.root is not trunk.trees.get(kind):
            allowance.take(16 * len(made))
        return made
    step = 2 if kind == "map" else 1
    allowance.take(300 * sum(map(len, leaves)) // step)
    ends: list[Any] = [*leaves, rest]
    keys = [key for leaf in ends for key in list(leaf)[::step]]
    return keyed(decoder, keys, lambda: whole(kind, trunk, rest))


def build_later(decoder: Decoder, row: Row, place: int) -> Lazy:
    world = decoder.resolver.world
    if type(row[1]) is bytes:
        return Lazy(Content(world, row[1], None, decoder.load))
    assert decoder.blobs is not None
    return Lazy(Content(world, None, (decoder.blobs, decoder.message.bases[row[1]]), decoder.load))


def build_external(decoder: Decoder, row: Row, place: int) -> Any:
    if not 0 <= row[1] < len(decoder.external):
        raise corrupt("an object of another process's is referred to")
    return decoder.external[row[1]]


Builder = Callable[["Decoder", Row, int], "Any"]
BUILDERS: dict[int, Builder] = {
    wire.SYMBOL: lambda decoder, row, place: symbol(row[1]),
    wire.KEYWORD: lambda decoder, row, place: keyword(row[1]),
    wire.TEXT: lambda decoder, row, place: row[1],
    wire.BYTES: lambda decoder, row, place: row[1],
    wire.LIST: build_list,
    wire.FRAMES: build_frames,
    wire.VECTOR: lambda decoder, row, place: vectors.from_iterable(decoder.values(row, 1)),
    wire.MAP: build_map,
    wire.SET: build_set,
    wire.STRUCT: build_struct,
    wire.GLOBAL: build_global,
    wire.STAND_IN: build_stand_in,
    wire.RESOURCE: build_stand_in,
    wire.LAZY: build_stand_in,
    wire.SENTINEL: lambda decoder, row, place: MISSING if row[1] else UNBOUND,
    wire.EXTERNAL: build_external,
    wire.EARLIER: build_earlier,
    wire.PARTS: build_parts,
    wire.LARGE: build_large,
    wire.LATER: build_later,
}
"""How immutable objects are built, once their parts are."""


def allocate_closure(decoder: Decoder, row: Row) -> Closure:
    code = decoder.functions[row[1]]
    assert code is not None
    return Closure(decoder.resolver.world.linker.function(code), ())


def allocate_continuation(decoder: Decoder, row: Row) -> Continuation:
    made = Continuation((), bool(row[1] & 1))
    made.consumed, made.abortive, made.continuable = bool(row[1] & 2), bool(row[1] & 4), not row[1] & 8
    made.awaits = None if row[2] is None else decoder.types[row[2]]
    return made


NO_HANDLER = Handler({})
"""What a mask refers to until its own handler is there."""

ALLOCATORS: dict[int, Callable[[Decoder, Row], Any]] = {
    wire.CLOSURE: allocate_closure,
    wire.CELL: lambda decoder, row: Cell(None),
    wire.REF: lambda decoder, row: Ref(None),
    wire.RC: lambda decoder, row: Rc(None),
    wire.FUTURE: lambda decoder, row: Future(decoder.resolver.world, None),
    wire.CONTINUATION: allocate_continuation,
    wire.PROMPT: lambda decoder, row: Prompt(),
    wire.HANDLER: lambda decoder, row: Handler({}),
    wire.MASK: lambda decoder, row: Mask(NO_HANDLER),
    wire.BINDING: lambda decoder, row: Binding({}),
    wire.CLEANUP: lambda decoder, row: Cleanup(None),
    wire.WIND: lambda decoder, row: Wind(None, None),
    wire.BASE: lambda decoder, row: Base(None),
}
"""Objects with an identity, which may be part of a cycle: made empty first."""


def fill_closure(decoder: Decoder, row: Row, made: Closure) -> None:
    made.captured = tuple(decoder.values(row, 2))


def fill_cell(decoder: Decoder, row: Row, made: Any) -> None:
    made.value = decoder.value(row[1])


def fill_future(decoder: Decoder, row: Row, made: Future) -> None:
    made.state = decoder.value(row[1])
    fitting.check_state(made.state)


def fill_continuation(decoder: Decoder, row: Row, made: Continuation) -> None:
    flat = decoder.values(row, 3)
    made.pieces = tuple(zip(flat[::2], flat[1::2], strict=True))


def fill_handler(decoder: Decoder, row: Row, made: Handler) -> None:
    made.returns = decoder.value(row[1])
    functions = decoder.values(row[4::3])
    for way, key, function in zip(row[2::3], row[3::3], functions, strict=True):
        if way >= wire.ERROR_WAYS:
            made.clauses[decoder.types[key]] = (wire.WAYS[way], function)
        else:
            name = None if key is None else thrown(decoder, decoder.claims.names[key], function)
            made.clauses[name] = (wire.WAYS[way], function)


def thrown(decoder: Decoder, name: str, function: Any) -> str:
    """The name that a clause for thrown values has: in a bundle, that of the bundle's type."""
    bundle = function.function.linker.bundle if type(function) is Closure else None
    return decoder.resolver.symbol_now(name) if bundle is None else str(bundle.type_name(name))


def fill_mask(decoder: Decoder, row: Row, made: Mask) -> None:
    made.handler = decoder.value(row[1])


def fill_binding(decoder: Decoder, row: Row, made: Binding) -> None:
    names = [decoder.resolver.symbol_now(decoder.claims.names[number]) for number in row[1::2]]
    made.values = dict(zip(names, decoder.values(row[2::2]), strict=True))


def fill_wind(decoder: Decoder, row: Row, made: Wind) -> None:
    made.before, made.after = decoder.values(row, 1)


def fill_cleanup(decoder: Decoder, row: Row, made: Cleanup) -> None:
    made.thunk = decoder.value(row[1])


FILLERS: dict[int, Callable[[Decoder, Row, Any], None]] = {
    wire.CLOSURE: fill_closure,
    wire.CELL: fill_cell,
    wire.REF: fill_cell,
    wire.RC: fill_cell,
    wire.FUTURE: fill_future,
    wire.CONTINUATION: fill_continuation,
    wire.HANDLER: fill_handler,
    wire.MASK: fill_mask,
    wire.BINDING: fill_binding,
    wire.CLEANUP: fill_cleanup,
    wire.WIND: fill_wind,
}
