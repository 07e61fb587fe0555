"""The decoder: bytes to a value, all of it or an error.

First everything is checked: the framing, each row's shape, every reference, every type,
function and point against the code that is there now.  Only then is anything built, and
only then does code of the program run: a `def` that was not read before, an instance's
`deserialize` or `unmarshal`.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Sequence

from turmeric.durability import fitting, wire
from turmeric.durability.acquiring import Acquisition
from turmeric.durability.contents import Contents
from turmeric.durability.failures import placed
from turmeric.durability.instances import Instances, instances_of
from turmeric.durability.large import HIGHEST, Trunk, whole
from turmeric.durability.later import DEEPEST, Content
from turmeric.durability.message import Message
from turmeric.durability.naming import goes_by_name
from turmeric.durability.resolve import Resolver, Used
from turmeric.durability.sources import check_carries
from turmeric.durability.stages import STAND_INS, stages
from turmeric.durability.trails import Trails
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
NOTHING: Row = []
OPEN, DONE = 1, 2


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
        self.once = False
        """Whether nobody needs the rows after this, so that each can go when its object is there."""
        self.later: fitting.Later = []
        self.sources = resolver.sources(message)
        used = None if places is None else used_entries(message, places)
        found = resolver.resolve(self.claims, self.sources, used)
        self.found = found
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
        """Check what the rows say against the code that is there now.  Nothing mismatched so far."""
        self.later = fitting.check(self)
        self.resolver.refuse(self.message)

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
        fitting.check_built(self)
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
        acquisition = self.acquisition = Acquisition(self.instances, self.way)
        try:
            for group in stages(self.heap, self.links):
                places = [place for place in group if place in wanted]
                self.build_stage(places, [place for place in places if place in with_contents])
            fitting.check_built(self)
        except BaseException as error:
            first = acquisition.give_back(error)
            if first is error:
                raise
            raise first from error.__cause__

    def way(self, place: int) -> str:
        """Where in the whole value an object is, for messages."""
        contents = Contents(self.message)
        contents.learn(self.found)
        return Trails(contents).to(place)

    def build_stage(self, places: Collection[int], filled: list[int]) -> None:
        """Build what leads to nothing but each other and what was built before: cells and their like are
        there, empty; then the rest, then their contents."""
        shells = shells_in(self, places) if self.upgraded else []
        for place in self.order(places):
            self.made[place] = BUILDERS[self.heap[place][0]](self, self.heap[place], place)
            if self.once:
                self.heap[place] = NOTHING
        for place in filled:
            FILLERS[self.heap[place][0]](self, self.heap[place], self.made[place])
        for place in shells:
            made = upgrade(self, self.heap[place], place)
            self.made[place].type, self.made[place].values = made.type, made.values

    def order(self, places: Collection[int]) -> Collection[int]:
        """The places to build, each after all it is made of; what is made of itself is refused."""
        made, links = self.made, self.links
        backwards = reversed(places) if isinstance(places, range) else sorted(places, reverse=True)
        pending = array("I", (place for place in backwards if made[place] is PENDING))
        back = (place for place in self.message.shape.back if made[place] is PENDING)
        if all(at > place or made[at] is not PENDING for place in back for at in links[place]):
            return pending  # most messages: what an object is made of was first met in it
        found, state = array("I"), bytearray(len(made))
        work = pending
        while work:
            place = work[-1]
            if state[place] == DONE:
                work.pop()
                continue
            needed = [at for at in links[place] if made[at] is PENDING and state[at] != DONE]
            if not needed:
                found.append(work.pop())
                state[place] = DONE
            elif state[place] == OPEN:
                raise corrupt("an immutable value contains itself")
            else:
                state[place] = OPEN
                work.extend(needed)
        return found

    def value(self, slot: Any) -> Any:
        """The value in a slot."""
        if type(slot) is list:
            return self.made[slot[0]] if len(slot) == 1 else self.part(*slot)
        return slot

    def part(self, place: int, offset: int) -> Any:
        """A later part of a list or of a chain of frames, maybe of an earlier message."""
        if place in self.nodes:
            return self.nodes[place][offset]
        row = self.heap[place]
        return self.base(row).nodes[row[2]][offset]

    def parted(self, place: int) -> list[Any] | None:
        """A list for the parts of a row, if anybody may ask for them."""
        return None if self.once and place not in self.message.shape.parts else []

    def base(self, row: Row) -> Decoder:
        """The earlier message that a row refers to."""
        found = self.earlier[row[1]]
        assert found is not None
        return found

    def values(self, row: Row, start: int = 0) -> list[Any]:
        """The values in a row's slots from `start` on; of the row nothing is left if nobody needs it."""
        if self.once:
            del row[:start]
        else:
            row = row[start:]
        if list in set(map(type, row)):
            value = self.value
            for at, slot in enumerate(row):
                if type(slot) is list:
                    row[at] = value(slot)
        return row


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
            points.update([number for number, _ in message.shape.runs.outwards(place)])
        elif row[0] == wire.HANDLER:
            types.update([key for way, key in zip(row[2::3], row[3::3], strict=True) if way >= wire.ERROR_WAYS])
        elif row[0] == wire.CONTINUATION and row[2] is not None:
            types.add(row[2])
    return types, functions, points


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


def carry(decoder: Decoder, carried: Carried, saved: Row, inside: Row) -> tuple[Any, ...]:
    """The variables of a frame whose code has changed, for the code that is there now."""
    made = carried.values(tuple(saved), inside)
    decoder.declared.append((carried, made))
    return made


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
    return type_.nullary or type_.make(type_, tuple(decoder.values(row, 2)))


def upgrade(decoder: Decoder, row: Row, place: int) -> Struct:
    """The struct that migrations make of a saved one."""
    chain = decoder.chains[row[1]]
    try:
        return chain.upgraded(decoder.values(row, 2), decoder.instances)
    except TurmericError as error:
        way = decoder.way(place)
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
        decoder.resolver.refuse(decoder.message)
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


def decoded(
    data: bytes,
    resolver: Resolver,
    instances: Instances,
    external: list[Any] | None = None,
    limit: int | None = None,
    inside: bool = False,
) -> Any:
    """The value of a message that stands alone, or is the content of a lazy value (`inside`).  `limit`
    is the most bytes that are accepted."""
    message = Message(data, limit)
    check_alone(message, 0)
    check_from_outside(message, external is not None)
    decoder = Decoder(message, resolver, instances, external)
    if not inside and external is None:
        check_carries(message, resolver.mode, resolver.mismatches)
    resolver.accept(message)
    instances.look()
    decoder.check_lengths()
    decoder.once = not (decoder.stand_ins or decoder.chains or decoder.carried)
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
