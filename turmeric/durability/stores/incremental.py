"""Incremental saving: what was saved before is referred to, not written again.

Each save is one message, kept as a blob.  An object that is immutable, and that an earlier message of
this saver (or the one it loaded) holds, becomes a reference into that message: its hash, and the
object's place there.  So a loop that saves a growing vector writes what it added, and the few
nodes of the tree that changed; one that pushes a frame writes that frame.

State (cells, continuations, marks), and whatever leads to some, is written each time.
"""

from __future__ import annotations

import sys

from turmeric.durability.code.resolve import Resolver
from turmeric.durability.decode import Decoder, check_from_outside
from turmeric.durability.encode import WRITERS, Encoder
from turmeric.durability.format import wire
from turmeric.durability.format.large import Node, tree_of
from turmeric.durability.format.message import Message
from turmeric.durability.format.wire import corrupt
from turmeric.durability.later import Content, content_of
from turmeric.durability.saving import encoded, looked_at, tables_for
from turmeric.durability.stand_ins.instances import instances_of
from turmeric.running.lazies import Lazy
from turmeric.running.values import Closure
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.maps import Map, SourceMap
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.sets import Set, SourceSet
from turmeric.vocabulary.vectors import BITS, SourceVector, Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.durability.encode import Row, Writer
    from turmeric.durability.stores.blobs import Blobs
    from turmeric.running.world import World

RUN = 64
"""Frames in a row, at most: one that holds state makes those in its row be written each time."""
PLAIN = frozenset((*wire.IMMUTABLE, wire.SYMBOL, wire.KEYWORD, wire.GLOBAL, wire.SENTINEL, wire.EARLIER, wire.LATER))
"""What is no state by itself."""
PATIENCE = 8
"""When this many times as much was written as the last whole message had bytes, it is time to see
whether a new whole one would be much smaller."""
ROOMY = 65_536
"""Bytes that are no matter."""


class Known:
    """Where an object was saved: the message, the object's place there, the part of it.  `value` keeps
    the object in memory, since it is known by its address."""

    __slots__ = ("message", "offset", "place", "tag", "value")

    def __init__(self, message: bytes, place: int, offset: int, tag: int, value: Any) -> None:
        self.message = message
        self.place = place
        self.offset = offset
        self.tag = tag
        self.value = value


class Last:
    """The message that was saved last, and its tables; `owner` is the message in which these stand."""

    __slots__ = ("message", "owner", "tables")

    def __init__(self, message: bytes, owner: bytes, tables: bytes) -> None:
        self.message = message
        self.owner = owner
        self.tables = tables


class Earlier:
    """An object of an earlier message on its way to a row."""

    __slots__ = ("known",)

    def __init__(self, known: Known) -> None:
        self.known = known


class Delta(Encoder):
    """Encodes one message that refers to earlier ones."""

    def __init__(self, world: World, blobs: Blobs, known: dict[Any, Known], last: Last | None) -> None:
        super().__init__(tables_for(world), instances_of(world))
        self.last = last
        self.blobs = blobs
        self.known = known
        self.numbers: dict[bytes, int] = {}
        self.met = self.find
        self.run_length = RUN
        self.writers = DELTA_WRITERS
        self.homed: list[Closure] = []
        """Functions that went by the names of their definitions."""

    def bases(self) -> list[bytes]:
        return list(self.numbers)

    def packed_tables(self) -> bytes | int:
        """The tables; those of an earlier message if they are the same, and it is kept anyway."""
        packed, last = self.tables.packed(), self.last
        if last is None or last.tables != packed or not (last.owner in self.numbers or last.message in self.numbers):
            self.last = None
            return packed
        return self.numbers.setdefault(last.owner, len(self.numbers))

    def later(self, value: Lazy) -> bytes | int:
        """A blob for the content of a lazy value, unless it is one already."""
        content = content_of(value, self.inner)
        if content.place is None or content.place[0] is not self.blobs or not self.blobs.has(content.place[1]):
            name = self.blobs.put(content.message())
            value.source = content = Content(content.world, None, (self.blobs, name), content.load)
        assert content.place is not None
        return self.numbers.setdefault(content.place[1], len(self.numbers))

    def find(self, key: Any) -> tuple[int, ...] | None:
        """Where something is: in this message, or in an earlier one."""
        found = self.places.get(key)
        if found is None and key in self.known:
            known = self.known[key]
            spot = (known.message, known.place)
            found = self.places.get(spot) or self.join(spot, Earlier(known))
            if known.offset:
                found = (*found, known.offset)
        return found

    def node(self, node: Node) -> tuple[int, ...]:
        """A reference to a node of a large collection."""
        return self.reference((node.kind, id(node.node)), node)

    def row(self, value: Any, place: int) -> Row:
        kind = type(value)
        if kind is Earlier:
            known = value.known
            number = self.numbers.setdefault(known.message, len(self.numbers))
            return [wire.EARLIER, number, known.place, known.tag]
        if kind is Node:
            return node_row(self, value)
        if kind is Closure and value.is_home():
            self.homed.append(value)
        return super().row(value, place)

    def saved(self, message: bytes) -> None:
        """Know what this message holds, now that it is saved."""
        self.note_runs()
        lasting = without_state(self.rows)
        for key, (place, *offset) in self.places.items():
            if lasting[place]:
                tag = self.rows[place][0]
                self.known[key] = Known(message, place, offset[0] if offset else 0, tag, held(self.queue[place]))


def held(value: Any) -> Any:
    return value.node if type(value) is Node else value


def node_row(encoder: Delta, node: Node) -> Row:
    if node.height:
        return [wire.PARTS, *[encoder.node(child) for child in node.children()]]
    return encoder.slots(node.elements(), [wire.VECTOR])


def collection_row(encoder: Encoder, value: Any, place: int) -> Row:
    """A large collection in parts; a small one as it is."""
    assert isinstance(encoder, Delta)
    found = tree_of(value)
    if found is None:
        return WRITERS[type(value)](encoder, value, place)
    kind, tree = found
    root = Node(tree.root, tree.shift // BITS, kind)
    rest = Node(tree.tail, 0, kind)
    row: Row = [wire.LARGE, wire.LARGE_KINDS.index(kind), encoder.node(root)]
    return encoder.slots(rest.elements(), row)


LARGE_CLASSES = (Vector, SourceVector, Map, SourceMap, Set, SourceSet)
DELTA_WRITERS: dict[type, Writer] = {**WRITERS, **dict.fromkeys(LARGE_CLASSES, collection_row)}


def without_state(rows: list[Row]) -> list[bool]:
    """For each row of a heap, whether a later message may refer to it."""
    users: list[list[int]] = [[] for _ in rows]
    state = []
    for place, row in enumerate(rows):
        if row[0] not in PLAIN:
            state.append(place)
        for slot in row:
            if type(slot) is tuple or type(slot) is list:
                users[slot[0]].append(place)
    leading = set(state)
    while state:
        for user in users[state.pop()]:
            if user not in leading:
                leading.add(user)
                state.append(user)
    return [row[0] in wire.IMMUTABLE and place not in leading for place, row in enumerate(rows)]


class Saver:
    """Saves the state of a world under one name, again and again."""

    def __init__(self, world: World, blobs: Blobs, name: str) -> None:
        self.world = world
        self.blobs = blobs
        self.name = name
        self.last: Last | None = None
        self.known: dict[Any, Known] = {}
        self.homed: list[Closure] = []
        self.edits = world.edits
        self.written = 0
        """Bytes since the last whole message."""
        self.due = ROOMY

    def save(self, value: Any) -> bytes:
        """Save a value; gives its hash.  A continuation's refs are copied, and do not move.

        Raises not-serializable, and then what was saved before is still there.
        """
        with self.blobs.saving():
            self.look()
            data, delta = self.encoded(value)
            if not all(self.blobs.has(base) for base in delta.bases()):
                self.forget()  # something that was garbage for a while, and was collected, is needed again
                data, delta = self.encoded(value)
            if self.written + len(data) > self.due:
                data, delta = self.smaller(value, data, delta)
            name = self.blobs.put(data, delta.bases())
            self.blobs.set_head(self.name, name)
            delta.saved(name)
            self.last = Last(name, delta.last.owner if delta.last else name, delta.tables.packed())
            self.homed += delta.homed
            self.written += len(data)
        return name

    def look(self) -> None:
        """Forget what was saved when it may not be what it was: another took the name, so that the
        blobs may be gone, or something was defined anew."""
        current = self.blobs.head(self.name) == (self.last.message if self.last is not None else None)
        if not current or self.edits != self.world.edits or not all(each.is_home() for each in self.homed):
            self.forget()

    def forget(self) -> None:
        self.known = {}
        self.homed = []
        self.last = None
        self.edits = self.world.edits
        self.written, self.due = 0, ROOMY

    def encoded(self, value: Any, alone: bool = False) -> tuple[bytes, Delta]:
        """A message, which may refer to earlier ones unless it is to stand alone."""
        known, last = ({}, None) if alone else (self.known, self.last)
        delta = Delta(self.world, self.blobs, known, last)
        return encoded(looked_at(value), delta), delta

    def smaller(self, value: Any, data: bytes, delta: Delta) -> tuple[bytes, Delta]:
        """A whole message in place of one that refers to others, if those hold mostly garbage."""
        everything, alone = self.encoded(value, alone=True)
        alone.note_runs()
        if 2 * len(everything) < self.kept(delta) + len(data):
            self.forget()
            alone.known = self.known
            self.due = max(ROOMY, PATIENCE * len(everything))
            return everything, alone
        for key in self.known.keys() - alone.places.keys():
            del self.known[key]
        self.due = 2 * (self.written + len(data))
        return data, delta

    def kept(self, delta: Delta) -> int:
        """How many bytes of earlier messages a message keeps."""
        return self.blobs.weight(delta.bases())

    def load(self) -> Any:
        """The value that was saved last under the name, by whatever process.  Raises corrupt-data,
        schema-mismatch; value-error if nothing was saved."""
        with self.blobs.saving():
            name = self.blobs.head(self.name)
            if name is None:
                raise failure("value-error", f"nothing is saved under the name {write(self.name)}", self.name)
            loading = Loading(self.world, self.blobs, name)
            value = loading.value()
            self.forget()
            loading.known(self.known)
            whole = loading.messages[name]
            self.last = Last(name, whole.tables_from or name, whole.claims.data)
        return value


class Loading:
    """Loads a message and what it needs of earlier ones: all is checked before anything is built."""

    def __init__(self, world: World, blobs: Blobs, name: bytes) -> None:
        self.world = world
        self.blobs = blobs
        self.name = name
        self.messages: dict[bytes, Message] = {}
        self.reached: dict[bytes, set[int]] = {}
        self.decoders: dict[bytes, Decoder] = {}

    def message(self, name: bytes) -> Message:
        found = self.messages.get(name)
        if found is None:
            found = self.messages[name] = Message(self.blobs.get(name), tables_of=self.tables_of, memory=sys.maxsize)
            check_from_outside(found, False)
            self.reached[name] = set()
        return found

    def tables_of(self, name: bytes) -> bytes:
        """The tables of an earlier message, which has to have them itself."""
        found = self.message(name)
        if found.tables_from is not None:
            raise corrupt("an earlier message does not have the tables that this one needs of it")
        return found.claims.data

    def value(self) -> Any:
        whole = self.message(self.name)
        self.reach([(self.name, place) for place in range(len(whole.heap))])
        resolver, instances = Resolver(self.world), instances_of(self.world)
        for name in self.in_order():
            message, places = self.messages[name], self.reached[name]
            decoder = Decoder(message, resolver, instances, None, None if name == self.name else sorted(places))
            decoder.blobs = self.blobs
            decoder.earlier = [self.decoders.get(base) for base in message.bases]
            self.decoders[name] = decoder
        self.check_parts()
        resolver.accept(whole, *[message for name, message in self.messages.items() if name != self.name])
        instances.look()
        for decoder in self.decoders.values():
            decoder.check_lengths()
        for name in list(self.decoders)[:-1]:
            self.decoders[name].build()
        return self.decoders[self.name].decode()

    def reach(self, work: list[tuple[bytes, int]]) -> None:
        """Note which objects of which messages are needed."""
        while work:
            name, place = work.pop()
            reached = self.reached[name]
            if place in reached:
                continue
            reached.add(place)
            message = self.messages[name]
            row = message.heap[place]
            if row[0] == wire.EARLIER:
                base = message.bases[row[1]]
                target = self.message(base).heap
                if row[2] >= len(target) or target[row[2]][0] != row[3]:
                    raise corrupt("an earlier message does not hold what this one needs of it")
                work.append((base, row[2]))
            if row[0] == wire.LATER and type(row[1]) is int and not self.blobs.has(message.bases[row[1]]):
                raise corrupt(f"a lazy value's content is not there: blob {message.bases[row[1]].hex()}")
            work.extend((name, at) for at in message.shape.links[place])

    def check_parts(self) -> None:
        """Every later part of a list or of a chain of frames of an earlier message must be there."""
        for message in self.messages.values():
            for place, offset in message.shape.distant:
                row = message.heap[place]
                base = self.messages.get(message.bases[row[1]])
                if base is not None and row[2] < len(base.heap):
                    target = base.heap[row[2]]
                    length = len(target) - 2 if target[0] == wire.LIST else base.shape.frames_in(row[2])
                    if offset >= length:
                        raise corrupt("an earlier message does not hold what this one needs of it")

    def in_order(self) -> list[bytes]:
        """The messages, each after those it refers to."""
        order: dict[bytes, None] = {}
        work = [(self.name, False)]
        while work:
            name, after = work.pop()
            if after:
                order[name] = None
            elif name not in order and name in self.messages:
                work.append((name, True))
                work.extend((base, False) for base in self.messages[name].bases)
        return list(order)

    def known(self, known: dict[Any, Known]) -> None:
        """Note what a later save may refer to."""
        for name, decoder in self.decoders.items():
            lasting = without_state(decoder.heap)
            for place in self.reached[name]:
                if lasting[place]:
                    self.note(known, name, decoder, place)

    def note(self, known: dict[Any, Known], name: bytes, decoder: Decoder, place: int) -> None:
        row, value = decoder.heap[place], decoder.made[place]
        tag = row[0]
        if tag == wire.PARTS:
            for kind, tree in value.trees.items():
                for node, slot in zip(tree, row[1:], strict=True):
                    self.note_node(known, kind, node, name, slot[0])
        else:
            key = ("text", value) if tag == wire.TEXT else ("bytes", value) if tag == wire.BYTES else id(value)
            known[key] = Known(name, place, 0, tag, value)
        if tag == wire.LARGE:
            kind, (root, *_) = wire.LARGE_KINDS[row[1]], row[2:]
            trunk = decoder.value(root)
            if kind in trunk.trees:
                self.note_node(known, kind, trunk.trees[kind], name, root[0])
        for offset, part in enumerate(decoder.nodes.get(place, ())):
            known[id(part)] = Known(name, place, offset, tag, value)

    def note_node(self, known: dict[Any, Known], kind: str, node: Any, name: bytes, place: int) -> None:
        """Note where a node of a large collection is, perhaps in an earlier message."""
        message = self.messages[name]
        row = message.heap[place]
        if row[0] == wire.EARLIER:
            name, place = message.bases[row[1]], row[2]
            row = self.messages[name].heap[place]
        known[kind, id(node)] = Known(name, place, 0, row[0], node)
