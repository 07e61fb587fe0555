"""The decoder: bytes to a value, all of it or an error.

First everything is checked: the framing, each row's shape, every reference, every type,
function and point against the code that is there now.  Only then is anything built, and
only then does code of the program run: a `def` that was not read before, an instance's
`deserialize` or `unmarshal`.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence

from turmeric.durability import fitting
from turmeric.durability.building import ALLOCATORS, BUILDERS, FILLERS
from turmeric.durability.code.resolve import Resolver, Used
from turmeric.durability.code.sources import check_carries
from turmeric.durability.format import wire
from turmeric.durability.format.message import Message
from turmeric.durability.format.wire import corrupt
from turmeric.durability.later import DEEPEST
from turmeric.durability.stand_ins.acquiring import Acquisition
from turmeric.durability.stand_ins.instances import Instances, instances_of
from turmeric.durability.stand_ins.stages import STAND_INS, stages
from turmeric.durability.upgrading import shells_in, upgrade, with_contents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.durability.code.accepting import Carried
    from turmeric.durability.stores.blobs import Blobs
    from turmeric.vocabulary.namespace import Global

Row = list["Any"]
PENDING = object()
NOTHING: Row = []
OPEN, DONE = 1, 2


NAMING = frozenset((wire.GLOBAL, wire.HANDLER, wire.CONTINUATION, wire.LATER, *STAND_INS))
"""The rows that may name what is not in the tables, or whose types have to be the same."""


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
        self.resolver: Resolver = resolver
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
        self.data: bytes | None = None
        """What the rows can be read from again, for a report, when they have gone."""
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
        if not NAMING.isdisjoint(message.shape.tags):
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
        message = Message(data, memory=self.message.allowance.allowed)
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
        self.refuse()

    def refuse(self) -> None:
        """Raise `schema-mismatch` if something turned out not to fit while it was built."""
        if self.resolver.mismatches.found:
            self.resolver.refuse(self.message if self.data is None else self.read_again())

    def read_again(self) -> Message:
        """The message, when its rows have gone."""
        assert self.data is not None
        return Message(self.data, memory=self.message.allowance.allowed)

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

        from turmeric.durability.reports.contents import Contents
        from turmeric.durability.reports.trails import Trails

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

    def load(self, data: bytes) -> Any:
        """The content of a lazy value, when somebody needs it."""
        world, memory = self.resolver.world, self.message.allowance.allowed
        return decoded(data, Resolver(world, self.resolver.mode), instances_of(world), inside=True, memory=memory)

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


def decoded(
    data: bytes,
    resolver: Resolver,
    instances: Instances,
    external: list[Any] | None = None,
    limit: int | None = None,
    inside: bool = False,
    memory: int | None = None,
) -> Any:
    """The value of a message that stands alone, or is the content of a lazy value (`inside`).  `limit`
    is the most bytes that are accepted, `memory` the most that they may take."""
    message = Message(data, limit, memory=memory)
    check_alone(message, 0)
    check_from_outside(message, external is not None)
    decoder = Decoder(message, resolver, instances, external)
    if not inside and external is None:
        check_carries(message, resolver.mode, resolver.mismatches)
    resolver.accept(message)
    instances.look()
    decoder.check_lengths()
    decoder.once = not (decoder.stand_ins or decoder.chains or decoder.carried)
    decoder.data = data if decoder.once else None
    return decoder.decode()


def check_alone(message: Message, depth: int) -> None:
    """Refuse a message that needs others, and one that is too deep inside others."""
    if message.bases:
        raise corrupt("these bytes are a part of what a store of blobs holds; load it from there")
    if depth > DEEPEST:
        raise corrupt("lazy values are too deep inside each other")


WITHIN = frozenset((wire.BASE, wire.EXTERNAL))


def check_from_outside(message: Message, within: bool) -> None:
    """Refuse state that only moves `within` a process."""
    if not within and not WITHIN.isdisjoint(message.shape.tags):
        raise corrupt("state that only moves within a process is no saved value")
