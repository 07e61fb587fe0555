"""The decoder: bytes to a value, all of it or an error.

First everything is checked: the framing, each row's shape, every reference, every type,
function and point against the code that is there now.  Only then is anything built, and
only then does code of the program run: a `def` that was not read before, an instance's
`deserialize` or `unmarshal`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from turmeric.durability import wire
from turmeric.durability.acquiring import Acquisition
from turmeric.durability.failures import placed
from turmeric.durability.heap_paths import way_to
from turmeric.durability.instances import Instances, instances_of
from turmeric.durability.large import HIGHEST, Trunk, whole
from turmeric.durability.later import DEEPEST, Content
from turmeric.durability.message import Message
from turmeric.durability.resolve import Resolver, Used
from turmeric.durability.sources import check_carries
from turmeric.durability.stages import STAND_INS, stages
from turmeric.durability.wire import corrupt
from turmeric.running.continuation import Base, Binding, Cleanup, Continuation, Handler, Mask, Prompt, Wind
from turmeric.running.functions import MISSING
from turmeric.running.futures import Future
from turmeric.running.lazies import Lazy
from turmeric.running.values import Cell, Closure, Rc, Ref
from turmeric.vocabulary import lists, maps, sets, vectors
from turmeric.vocabulary.errors import TurmericError
from turmeric.vocabulary.namespace import UNBOUND
from turmeric.vocabulary.structs import Struct
from turmeric.vocabulary.symbols import keyword, symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.durability.accepting import Carried
    from turmeric.durability.blobs import Blobs
    from turmeric.vocabulary.namespace import Global

Row = list["Any"]
PENDING = object()


class Decoder:
    """Decodes one message whose shape was checked: all of it, or the objects at some `places`.

    `external` are the objects that stayed in this process.
    """

    def __init__(
        self,
        message: Message,
        resolver: Resolver,
        instances: Instances,
        external: list[Any] | None = None,
        places: Collection[int] | None = None,
        depth: int = 0,
    ) -> None:
        self.message = message
        self.claims = message.claims
        self.resolver = resolver
        self.instances = instances
        self.external = external or []
        self.depth = depth
        self.earlier: list[Decoder | None] = []
        """The messages that this one refers to, as far as they are needed; built before it."""
        self.blobs: Blobs | None = None
        """Where the contents of lazy values are, if they are not in the message."""
        self.heap = message.heap
        self.links: Sequence[Sequence[int]] = message.shape.links
        self.places: Collection[int] = range(len(self.heap)) if places is None else places
        self.sources = resolver.sources(message)
        used = None if places is None else used_entries(message, places)
        found = resolver.resolve(self.claims, self.sources, used)
        self.types, self.functions, self.points = found.types, found.functions, found.points
        self.chains, self.carried = found.chains, found.carried
        if self.carried:
            self.links = with_contents(self.links, self.heap)
        self.upgraded: set[int] = set()
        """The structs that migrations make of what was saved, when there are some."""
        self.declared: list[tuple[Carried, tuple[Any, ...]]] = []
        """Frames in code that has changed, whose values have to be of the types that it declares."""
        self.globals: dict[int, Global | None] = {}
        self.acquisition: Acquisition | None = None
        self.stand_ins: list[tuple[int, str, str]] = []
        self.check_names()
        self.made: list[Any] = [PENDING] * len(self.heap)
        self.nodes: dict[int, list[Any]] = {}

    def check_names(self) -> None:
        """Find the definitions that go by name, and the instances that wrote stand-ins."""
        for place in self.places:
            row = self.heap[place]
            if row[0] == wire.GLOBAL:
                home = self.sources.homes[row[1]]
                self.globals[place] = self.resolver.global_named(home, self.claims.names[row[2]])
            elif self.chains and row[0] in (wire.HANDLER, wire.CONTINUATION):
                self.check_types(row)
            elif row[0] == wire.LATER and type(row[1]) is bytes:
                self.check_inside(row[1])
            elif row[0] in STAND_INS:
                self.stand_ins.append((row[0], self.module(row[1]), self.target(row)))
        if self.stand_ins and type(self.places) is not range:
            raise corrupt("an earlier message holds state that this one needs")
        if self.stand_ins:
            self.check_stand_ins()

    def check_types(self, row: Row) -> None:
        """What a handler answers cannot be migrated: its code is for the fields that were."""
        numbers = [row[2]]
        if row[0] == wire.HANDLER:
            numbers = [key for way, key in zip(row[2::3], row[3::3], strict=True) if way >= wire.ERROR_WAYS]
        for number in numbers:
            if number in self.chains:
                saved = self.claims.types[number]
                detail = f"a handler for {saved.symbol} was saved, and its fields have changed: values can be migrated"
                self.resolver.mismatches.note("type", saved.symbol, saved.schema, None, detail, saved.module, saved)

    def check_inside(self, data: bytes) -> None:
        """Check the content of a lazy value as if it were decoded now."""
        message = Message(data)
        check_alone(message, self.depth + 1)
        inside = Decoder(message, self.resolver, self.instances, depth=self.depth + 1)
        if not self.resolver.mismatches.found:
            inside.check_lengths()

    def check_stand_ins(self) -> None:
        """Load the modules of the instances that wrote stand-ins; each instance must be there."""
        for _, module, _ in self.stand_ins:
            self.resolver.module(module)
        self.instances.look()
        for tag, module, name in dict.fromkeys(self.stand_ins):
            detail = self.instances.lacking(tag, module, name)
            if detail is not None and not self.sources.brings(self.instances.class_of(tag).symbol, name):
                symbol = f"{module}.{name}" if module else name
                self.resolver.mismatches.note("instance", symbol, b"", None, detail, module)

    def check_lengths(self) -> None:
        """Check the rows whose length depends on the code that is there now.  Nothing mismatches."""
        for number, (row, point) in enumerate(zip(self.claims.points, self.points, strict=True)):
            if point is not None and number not in self.carried and len(row.variables) != len(point.point.live):
                raise corrupt(f"a frame of {row.symbol} has the wrong number of variables")
        for place in self.places:
            row_ = self.heap[place]
            if row_[0] == wire.STRUCT:
                count_struct(self, row_)
            elif row_[0] == wire.CLOSURE:
                count_closure(self, row_)

    def module(self, number: int) -> str:
        home = self.sources.homes[number]
        return home if self.sources.bundles[number] is not None else self.resolver.now(home, "")[0]

    def target(self, row: Row) -> str:
        """The type of a stand-in, as it is called in this process."""
        name = self.claims.names[row[2]]
        if self.sources.bundles[row[1]] is not None:
            return self.sources.type_name(row[1], name)
        return self.resolver.symbol_now(name)

    def decode(self) -> Any:
        """The root."""
        self.build()
        return self.value(self.message.root)

    def build(self) -> None:
        """Build the objects.  Those with stand-ins among them are built in stages; when one fails, the
        resources that were acquired are given back."""
        made, filled = self.made, []
        for place in self.places:
            row = self.heap[place]
            allocate = ALLOCATORS.get(row[0])
            if allocate is not None:
                made[place] = allocate(self, row)
                if row[0] in FILLERS:
                    filled.append(place)
        if not self.stand_ins and not self.chains:
            self.build_stage(self.places, filled)
        else:
            self.build_stages(set(filled))
        for carried, values in self.declared:
            detail = carried.refused(values)
            if detail is not None:
                row = carried.row
                self.resolver.mismatches.note("variable", row.symbol, b"", None, detail, row.module)
        self.resolver.refuse(self.message)

    def build_stages(self, with_contents: set[int]) -> None:
        """Build what code of the program makes of other values when all they lead to is there."""
        wanted = self.places if type(self.places) is range else set(self.places)
        self.upgraded = {
            place for place in wanted if self.heap[place][0] == wire.STRUCT and self.heap[place][1] in self.chains
        }
        acquisition = self.acquisition = Acquisition(self.instances, lambda place: way_to(self, place))
        try:
            for group in stages(self.heap, self.links):
                places = [place for place in group if place in wanted]
                self.build_stage(places, [place for place in places if place in with_contents])
        except BaseException as error:
            first = acquisition.give_back(error)
            if first is error:
                raise
            raise first from error.__cause__

    def build_stage(self, places: Collection[int], filled: list[int]) -> None:
        """Build what leads to nothing but each other and what was built before: cells and their like are
        there, empty; then the rest, then their contents."""
        shells = shells_in(self, places) if self.upgraded else []
        for place in self.order(places):
            self.made[place] = BUILDERS[self.heap[place][0]](self, self.heap[place], place)
        for place in filled:
            FILLERS[self.heap[place][0]](self, self.heap[place], self.made[place])
        for place in shells:
            made = upgrade(self, self.heap[place], place)
            self.made[place].type, self.made[place].values = made.type, made.values

    def order(self, places: Collection[int]) -> list[int]:
        """The places to build, each after all it is made of; what is made of itself is refused."""
        made, links = self.made, self.links
        pending = [place for place in sorted(places, reverse=True) if made[place] is PENDING]
        if all(at > place or made[at] is not PENDING for place in pending for at in links[place]):
            return pending  # most messages: what an object is made of was first met in it
        found: dict[int, None] = {}
        open_: set[int] = set()
        work = pending
        while work:
            place = work[-1]
            if place in found or made[place] is not PENDING:
                work.pop()
                continue
            needed = [at for at in links[place] if made[at] is PENDING and at not in found]
            if not needed:
                found[work.pop()] = None
            elif place in open_:
                raise corrupt("an immutable value contains itself")
            else:
                open_.add(place)
                work.extend(needed)
        return list(found)

    def value(self, slot: Any) -> Any:
        """The value in a slot."""
        if type(slot) is list:
            return self.made[slot[0]] if len(slot) == 1 else self.part(*slot)
        return slot

    def part(self, place: int, offset: int) -> Any:
        """A later part of a list or of a chain of frames, maybe of an earlier message."""
        row = self.heap[place]
        if row[0] == wire.EARLIER:
            return self.base(row).nodes[row[2]][offset]
        return self.nodes[place][offset]

    def base(self, row: Row) -> Decoder:
        """The earlier message that a row refers to."""
        found = self.earlier[row[1]]
        assert found is not None
        return found

    def values(self, slots: Row) -> list[Any]:
        value = self.value
        return [value(slot) if type(slot) is list else slot for slot in slots]


def used_entries(message: Message, places: Collection[int]) -> Used:
    """The entries of the tables that the objects at some places refer to."""
    types, functions, points = set(), set(), set()
    for place in places:
        row = message.heap[place]
        if row[0] == wire.STRUCT:
            types.add(row[1])
        elif row[0] == wire.CLOSURE:
            functions.add(row[1])
        elif row[0] == wire.FRAMES:
            points.update([number for number, _ in message.shape.runs[place]])
        elif row[0] == wire.HANDLER:
            types.update([key for way, key in zip(row[2::3], row[3::3], strict=True) if way >= wire.ERROR_WAYS])
        elif row[0] == wire.CONTINUATION and row[2] is not None:
            types.add(row[2])
    return types, functions, points


def count_struct(decoder: Decoder, row: Row) -> None:
    type_ = decoder.types[row[1]]
    assert type_ is not None
    chain = decoder.chains.get(row[1])
    if len(row) - 2 != len(type_.fields if chain is None else chain.fields):
        raise corrupt(f"a {type_.name} has the wrong number of fields")


def count_closure(decoder: Decoder, row: Row) -> None:
    code = decoder.functions[row[1]]
    assert code is not None
    if len(row) - 2 != len(code.captured):
        raise corrupt(f"the function {code.symbol} has the wrong number of captured values")


def build_list(decoder: Decoder, row: Row, place: int) -> Any:
    tail = lists.EMPTY if row[1] is None else decoder.value(row[1])
    nodes: list[Any] = []
    for item in reversed(decoder.values(row[2:])):
        tail = lists.cons(item, tail)
        nodes.append(tail)
    nodes.reverse()
    decoder.nodes[place] = nodes
    return tail


def build_frames(decoder: Decoder, row: Row, place: int) -> Any:
    outer = None if row[1] is None else decoder.value(row[1])
    points, values = decoder.points, decoder.values
    linked = bool(decoder.links[place])
    nodes: list[Any] = []
    carried = decoder.carried
    for number, slots in reversed(decoder.message.shape.runs[place]):
        saved = tuple(values(slots) if linked else slots)
        if number in carried:
            saved = carried[number].values(saved, [contents(decoder, slot) for slot in slots])
            decoder.declared.append((carried[number], saved))
        outer = (points[number], saved, outer)
        nodes.append(outer)
    nodes.reverse()
    decoder.nodes[place] = nodes
    return outer


def contents(decoder: Decoder, slot: Any) -> Any:
    """What a variable's cell will hold; it may not be filled yet."""
    row = decoder.heap[slot[0]] if type(slot) is list else None
    if row is not None and row[0] == wire.CELL:
        return decoder.value(row[1])
    value = decoder.value(slot)
    return value.value if type(value) is Cell else value


def with_contents(links: Sequence[Sequence[int]], heap: list[Row]) -> list[Sequence[int]]:
    """What each row leads to; of frames also what is in the cells they lead to."""
    found = list(links)
    for place, row in enumerate(heap):
        if row[0] == wire.FRAMES:
            cells = [at for at in links[place] if heap[at][0] == wire.CELL]
            found[place] = [*links[place], *(inside for at in cells for inside in links[at])]
    return found


def build_struct(decoder: Decoder, row: Row, place: int) -> Any:
    if place in decoder.upgraded:
        return upgrade(decoder, row, place)
    type_ = decoder.types[row[1]]
    assert type_ is not None
    return type_.nullary or type_.make(type_, tuple(decoder.values(row[2:])))


def upgrade(decoder: Decoder, row: Row, place: int) -> Struct:
    """The struct that migrations make of a saved one."""
    chain = decoder.chains[row[1]]
    try:
        return chain.upgraded(decoder.values(row[2:]), decoder.instances)
    except TurmericError as error:
        way = way_to(decoder, place)
        first = chain.title(chain.migrations[0])
        raise placed(error, f"{first}, at {way}" if way else first, []) from error.__cause__


def shells_in(decoder: Decoder, places: Collection[int]) -> list[int]:
    """The structs to upgrade that lead back to themselves, through a ref: made first, without values."""
    inside = set(places)
    shells = [place for place in sorted(inside & decoder.upgraded) if len(inside) > 1]
    shells += [place for place in inside & decoder.upgraded if len(inside) == 1 and place in decoder.links[place]]
    if shells and any(keyed_by(decoder.heap[place], inside) for place in inside):
        raise corrupt("a value that is to be migrated is in a key of a map that it leads to itself")
    for place in shells:
        type_ = decoder.types[decoder.heap[place][1]]
        assert type_ is not None
        decoder.made[place] = Struct(type_, ())
    return shells


def keyed_by(row: Row, inside: set[int]) -> bool:
    """Whether a row is a map or a set whose keys lead to some of the places."""
    keys = row[1::2] if row[0] == wire.MAP else row[1:] if row[0] in (wire.SET, wire.LARGE, wire.PARTS) else []
    return any(type(slot) is list and slot[0] in inside for slot in keys)


def build_map(decoder: Decoder, row: Row, place: int) -> Any:
    flat = decoder.values(row[1:])
    made = maps.from_pairs(zip(flat[::2], flat[1::2], strict=True))
    if len(made) * 2 != len(flat):
        raise corrupt("a map has the same key twice")
    return made


def build_set(decoder: Decoder, row: Row, place: int) -> Any:
    made = sets.from_iterable(decoder.values(row[1:]))
    if len(made) != len(row) - 1:
        raise corrupt("a set has the same element twice")
    return made


def build_stand_in(decoder: Decoder, row: Row, place: int) -> Any:
    tag, module, _, stand_in = row
    assert decoder.acquisition is not None
    names = decoder.module(module), decoder.target(row)
    return decoder.acquisition.revive(tag, *names, place, decoder.value(stand_in))


def build_global(decoder: Decoder, row: Row, place: int) -> Any:
    found = decoder.globals[place]
    assert found is not None
    return found.force()


def build_earlier(decoder: Decoder, row: Row, place: int) -> Any:
    return decoder.base(row).made[row[2]]


def build_parts(decoder: Decoder, row: Row, place: int) -> Trunk:
    trunk = Trunk(decoder.values(row[1:]))
    if trunk.height > HIGHEST:
        raise corrupt("a large collection is nested too deep")
    return trunk


def build_large(decoder: Decoder, row: Row, place: int) -> Any:
    return whole(wire.LARGE_KINDS[row[1]], decoder.value(row[2]), decoder.values(row[3:]))


def build_later(decoder: Decoder, row: Row, place: int) -> Lazy:
    world, mode = decoder.resolver.world, decoder.resolver.mode

    def load(data: bytes) -> Any:
        return decoded(data, Resolver(world, mode), instances_of(world), inside=True)

    if type(row[1]) is bytes:
        return Lazy(Content(world, row[1], None, load))
    assert decoder.blobs is not None
    return Lazy(Content(world, None, (decoder.blobs, decoder.message.bases[row[1]]), load))


def build_external(decoder: Decoder, row: Row, place: int) -> Any:
    if not 0 <= row[1] < len(decoder.external):
        raise corrupt("an object of another process's is referred to")
    return decoder.external[row[1]]


Builder = Callable[[Decoder, Row, int], "Any"]
BUILDERS: dict[int, Builder] = {
    wire.SYMBOL: lambda decoder, row, place: symbol(row[1]),
    wire.KEYWORD: lambda decoder, row, place: keyword(row[1]),
    wire.TEXT: lambda decoder, row, place: row[1],
    wire.BYTES: lambda decoder, row, place: row[1],
    wire.LIST: build_list,
    wire.FRAMES: build_frames,
    wire.VECTOR: lambda decoder, row, place: vectors.from_iterable(decoder.values(row[1:])),
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
    made.captured = tuple(decoder.values(row[2:]))


def fill_cell(decoder: Decoder, row: Row, made: Any) -> None:
    made.value = decoder.value(row[1])


def fill_future(decoder: Decoder, row: Row, made: Future) -> None:
    made.state = decoder.value(row[1])
    if type(made.state) is not Struct or made.state.type.module != "async":
        raise corrupt("a future is in no state that a future can be in")


def fill_continuation(decoder: Decoder, row: Row, made: Continuation) -> None:
    flat = decoder.values(row[3:])
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
    made.before, made.after = decoder.values(row[1:])


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


def decoded(
    data: bytes, resolver: Resolver, instances: Instances, external: list[Any] | None = None, inside: bool = False
) -> Any:
    """The value of a message that stands alone, or is the content of a lazy value (`inside`)."""
    message = Message(data)
    check_alone(message, 0)
    check_from_outside(message, external is not None)
    decoder = Decoder(message, resolver, instances, external)
    if not inside and external is None:
        check_carries(message, resolver.mode, resolver.mismatches)
    resolver.accept(message)
    instances.look()
    decoder.check_lengths()
    return decoder.decode()


def check_alone(message: Message, depth: int) -> None:
    """Refuse a message that needs others, and one that is too deep inside others."""
    if message.bases:
        raise corrupt("these bytes are a part of what a store of blobs holds; load it from there")
    if depth > DEEPEST:
        raise corrupt("lazy values are too deep inside each other")


def check_from_outside(message: Message, within: bool) -> None:
    """Refuse state that only moves `within` a process."""
    if not within and any(row[0] == wire.BASE or row[0] == wire.EXTERNAL for row in message.heap):
        raise corrupt("state that only moves within a process is no saved value")
