"""The encoder: a value, and all it refers to, as bytes.

One walk from the root gives each object its place in the heap when it is first met;
the walk is a queue, so its depth is no matter.  The bytes depend on the value only:
the same continuation gives the same bytes in every process.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from turmeric.durability.code.travelling import prepare, travelling
from turmeric.durability.format import wire
from turmeric.durability.format.tables import Tables
from turmeric.durability.later import DEEPEST, content_of
from turmeric.durability.reports.failures import Unserializable
from turmeric.durability.stand_ins.instances import is_frames
from turmeric.durability.stand_ins.standing_in import StandIns
from turmeric.durability.stand_ins.steadiness import check_steady
from turmeric.running.classes import Method, TypeClass
from turmeric.running.continuation import Base, Binding, Cleanup, Continuation, Handler, Mask, Prompt, Wind
from turmeric.running.functions import MISSING, Point
from turmeric.running.futures import Future
from turmeric.running.iterating import Generator
from turmeric.running.lazies import Lazy
from turmeric.running.values import Builtin, Cell, Closure, Homed, Operator, Rc, Ref
from turmeric.vocabulary.beside import plain
from turmeric.vocabulary.errors import TurmericError, failure
from turmeric.vocabulary.kinds import type_name
from turmeric.vocabulary.lists import List, SourceList
from turmeric.vocabulary.maps import Map, SourceMap
from turmeric.vocabulary.namespace import UNBOUND
from turmeric.vocabulary.sets import Set, SourceSet
from turmeric.vocabulary.structs import DataType, Struct, StructType
from turmeric.vocabulary.symbols import Keyword, Symbol
from turmeric.vocabulary.vectors import SourceVector, Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.durability.stand_ins.instances import Instances
    from turmeric.running.continuation import Frames

Row = list["Any"]


class Encoder:
    """Encodes one message.

    `instances` calls the program's own `serialize` and `marshal`; `external` names objects
    that stay in this process (by id), for moving state within it.
    """

    def __init__(self, tables: Tables, instances: Instances, external: dict[int, int] | None = None) -> None:
        self.tables = tables
        self.instances = instances
        self.external = external or {}
        self.bundle = False
        """Whether the program's code that the message needs goes along."""
        self.depth = 0
        """In how many lazy values the message is."""
        self.scalars = instances.scalars
        self.stand_ins = StandIns(instances, WRITERS)
        self.places: dict[Any, tuple[int, ...]] = {}
        self.met: Callable[[Any], tuple[int, ...] | None] = self.places.get
        """Where something is, if it was met before."""
        self.run_length = sys.maxsize
        """How many frames make a row, at most."""
        self.queue: list[Any] = []
        self.rows: list[Row] = []
        self.refs: list[Ref] = []
        self.writers = WRITERS
        self.runs: list[tuple[int, Any, int]] = []
        """The runs of frames, with their places and lengths, whose later frames are not in `places`."""

    def encode(self, root: Any) -> list[Any]:
        """The tables, the heap and the root of a message."""
        self.stand_ins.root = root
        travels = self.bundle or self.instances.world.bundles
        if travels:
            prepare(self.instances.world, root, self.tables)
        slot = self.slot(root)
        row = self.row
        for place, value in enumerate(self.queue):  # which grows meanwhile
            self.rows.append(row(value, place))
        self.check_owners()
        check_steady(self)
        code = travelling(self.instances.world, self, self.bundle) if travels else []
        return [self.packed_tables(), self.bases(), code, self.rows, slot]

    def packed_tables(self) -> bytes | int:
        """The tables, or the number of the message that has the same."""
        return self.tables.packed()

    def later(self, value: Lazy) -> bytes | int:
        """The content of a lazy value, or the number of the message in which it is."""
        return content_of(value, self.inner).message()

    def inner(self, value: Any) -> tuple[bytes, list[Any]]:
        """The bytes of a message inside this one, and its rows."""
        if self.depth == DEEPEST:
            raise Unserializable(value, f"lazy values are inside each other more than {DEEPEST} deep")
        tables = Tables(self.tables.header, self.tables.describe_module)
        encoder = Encoder(tables, self.instances)
        encoder.depth = self.depth + 1
        encoder.bundle = self.bundle
        return wire.frame([wire.MAGIC, wire.VERSION, *encoder.encode(value)]), encoder.rows

    def bases(self) -> list[bytes]:
        """The messages that this one refers to."""
        return []

    # Values ---------------------------------------------------------------------------------

    def slot(self, value: Any) -> Any:
        """A value where it is used: in line, or a reference into the heap."""
        kind = type(value)
        if self.scalars and kind in SCALARS and self.instances.has(value):
            return self.reference((type_name(value), repr(value) if kind is float else value), value)
        if kind in IMMEDIATE:
            return value
        if kind is float:
            return value if value == value else float("nan")
        if kind is str:
            return value if len(value) <= wire.INLINE and is_text(value) else self.reference(("text", value), value)
        if kind is bytes:
            return value if len(value) <= wire.INLINE else self.reference(("bytes", value), value)
        return self.reference(self.identity(value, kind), value)

    def slots(self, values: Any, row: Row) -> Row:
        """The row with the values at its end.  What `slot` does for most values is written out: each
        frame comes through here."""
        if self.scalars:
            row.extend([self.slot(value) for value in values])
            return row
        for value in values:
            kind = type(value)
            if kind in IMMEDIATE or (kind is str and len(value) <= wire.INLINE and value.isascii()):
                row.append(value)
            else:
                row.append(self.slot(value))
        return row

    def identity(self, value: Any, kind: type) -> Any:
        """What makes two occurrences the same object: the name of symbols, else the object."""
        if kind is Symbol:
            return ("symbol", value.name)
        if kind in EMPTIES and not value:
            return ("empty", type_name(value))
        return id(value)

    def reference(self, key: Any, value: Any) -> tuple[int, ...]:
        """A reference to an object of the heap, which it joins when it is first met."""
        return self.met(key) or self.join(key, value)

    def join(self, key: Any, value: Any) -> tuple[int, ...]:
        """A new place in the heap."""
        found = self.places[key] = (len(self.queue),)
        self.queue.append(value)
        return found

    def chain(self, frames: Frames) -> tuple[int, ...] | None:
        """A reference to a chain of frames, or to a later part of one that was met."""
        if frames is None:
            return None
        self.note_runs()
        return self.reference(id(frames), frames)

    def note_runs(self) -> None:
        """Make the later frames of the runs so far known by their places.  Most messages hold one
        chain only, and need none of this."""
        for place, frames, length in self.runs:
            for offset in range(1, length):
                frames = frames[2]
                self.places[id(frames)] = (place, offset)
        self.runs.clear()

    # Rows -----------------------------------------------------------------------------------

    def row(self, value: Any, place: int) -> Row:
        """An object's row in the heap."""
        kind = type(value)
        if self.external:
            external = self.external.get(id(value))
            if external is not None:
                return [wire.EXTERNAL, external]
        if isinstance(value, Homed) and value.is_home() and (place or kind is Closure):
            return global_row(self, value.home, place)  # but a cell that is itself saved is copied
        writer = self.writers.get(kind)
        if kind not in PARTS or (kind is tuple and not is_frames(value)):
            stand_in = self.stand_ins.of(value, writer is not None and kind is not tuple)
            if stand_in is not None:
                tag, module, name, made = stand_in
                module = self.tables.carrier(self.instances.classes, tag, name, module)
                return [tag, self.tables.module(module), self.tables.name(plain(name)), self.slot(made)]
        if writer is None:
            raise Unserializable(value)
        return writer(self, value, place)

    def check_owners(self) -> None:
        """A ref that moved into a continuation may go along with that continuation only."""
        for ref in self.refs:
            if ref.owner is not None and id(ref.owner) not in self.places:
                raise failure("moved-reference", "a ref that this captures moved into another serialized continuation")


def is_text(value: str) -> bool:
    """Whether a string is Unicode text; a lone surrogate is none."""
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError as error:
        code = f"U+{ord(value[error.start]):04X}"
        raise failure("not-serializable", f"a string or name holds the lone surrogate {code}") from error
    return True


SCALARS = (int, float, bool, str, bytes, type(None))
IMMEDIATE = frozenset((int, bool, type(None)))
EMPTIES = frozenset((List, SourceList, Vector, SourceVector, Map, SourceMap, Set, SourceSet))
PARTS = frozenset((tuple, Cell, Prompt, Handler, Mask, Binding, Cleanup, Wind, Base, Continuation))
"""What no program can declare an instance for (but for tuples of Python's own)."""


def list_row(encoder: Encoder, value: List, place: int) -> Row:
    """A run of list cells; it ends where it meets one that is in the heap already."""
    row: Row = [wire.LIST, None]
    places, met = encoder.places, encoder.met
    items = []
    node, offset = value, 0
    while node:
        if offset:
            found = met(id(node))
            if found is not None:
                row[1] = found
                break
            places[id(node)] = (place, offset)
        items.append(node.head)
        node, offset = node.tail, offset + 1
    return encoder.slots(items, row)


def frames_row(encoder: Encoder, frames: Frames, place: int) -> Row:
    """A run of frames, from the innermost out, flat: each is the number of its point and its
    values.  The run ends where it meets a frame that is in the heap already."""
    if type(frames[0] if frames else None) is not Point:
        raise Unserializable(frames)  # a tuple of Python's own
    encoder.note_runs()
    row: Row = [wire.FRAMES, None]
    first, length = frames, 0
    met, numbers = encoder.met, encoder.tables.numbers
    while frames is not None:
        if length:
            found = met(id(frames))
            if found is None and length == encoder.run_length:
                found = encoder.join(id(frames), frames)
            if found is not None:
                row[1] = found
                break
        point, values, frames = frames
        number = numbers.get(point)
        row.append(encoder.tables.point(point) if number is None else number)
        encoder.slots(values, row)
        length += 1
    encoder.runs.append((place, first, length))
    return row


def closure_row(encoder: Encoder, value: Closure, place: int) -> Row:
    return encoder.slots(value.captured, [wire.CLOSURE, encoder.tables.function(value.function.code)])


def global_row(encoder: Encoder, value: Any, place: int) -> Row:
    """Something that goes by the name of its definition."""
    return [wire.GLOBAL, encoder.tables.module(encoder.tables.owner(value)), encoder.tables.name(value.name)]


def method_row(encoder: Encoder, value: Method, place: int) -> Row:
    return [wire.GLOBAL, encoder.tables.module(value.type_class.module), encoder.tables.name(value.name)]


def struct_row(encoder: Encoder, value: Struct, place: int) -> Row:
    return encoder.slots(value.values, [wire.STRUCT, encoder.tables.type(value.type)])


def ref_row(encoder: Encoder, value: Ref, place: int) -> Row:
    encoder.refs.append(value)
    return [wire.REF, encoder.slot(value.value)]


def rc_row(encoder: Encoder, value: Rc, place: int) -> Row:
    return [wire.RC, encoder.slot(value.value)]


def continuation_row(encoder: Encoder, value: Continuation, place: int) -> Row:
    flags = value.one_shot | value.consumed << 1 | value.abortive << 2 | (not value.continuable) << 3
    awaits = None if value.awaits is None else encoder.tables.type(value.awaits)
    row: Row = [wire.CONTINUATION, flags, awaits]
    for frames, mark in value.pieces:
        row.append(encoder.chain(frames))
        row.append(encoder.reference(id(mark), mark))
    return row


def handler_row(encoder: Encoder, value: Handler, place: int) -> Row:
    """The key of a clause is the number of an effect's type, or of the name of a thrown value's, or nil."""
    row: Row = [wire.HANDLER, encoder.slot(value.returns)]
    tables = encoder.tables
    for key, (way, function) in value.clauses.items():
        number = tables.type(key) if type(key) is StructType else None if key is None else tables.name(plain(str(key)))
        row += [wire.WAYS.index(way), number, encoder.slot(function)]
    return row


def binding_row(encoder: Encoder, value: Binding, place: int) -> Row:
    row: Row = [wire.BINDING]
    for name, bound in value.values.items():
        row += [encoder.tables.name(name), encoder.slot(bound)]
    return row


def map_row(encoder: Encoder, value: Map, place: int) -> Row:
    return encoder.slots([part for pair in value.items() for part in pair], [wire.MAP])


def text_row(encoder: Encoder, value: str, place: int) -> Row:
    is_text(value)
    return [wire.TEXT, value]


def name_row(encoder: Encoder, value: Symbol | Keyword, place: int) -> Row:
    is_text(value.name)
    return [wire.SYMBOL if type(value) is Symbol else wire.KEYWORD, value.name]


Writer = Callable[[Encoder, "Any", int], Row]
WRITERS: dict[type, Writer] = {
    Symbol: name_row,
    Keyword: name_row,
    str: text_row,
    bytes: lambda encoder, value, place: [wire.BYTES, value],
    List: list_row,
    SourceList: list_row,
    Vector: lambda encoder, value, place: encoder.slots(value, [wire.VECTOR]),
    SourceVector: lambda encoder, value, place: encoder.slots(value, [wire.VECTOR]),
    Map: map_row,
    SourceMap: map_row,
    Set: lambda encoder, value, place: encoder.slots(value, [wire.SET]),
    SourceSet: lambda encoder, value, place: encoder.slots(value, [wire.SET]),
    Struct: struct_row,
    Generator: struct_row,
    Closure: closure_row,
    Builtin: global_row,
    Operator: global_row,
    StructType: global_row,
    DataType: global_row,
    TypeClass: global_row,
    Method: method_row,
    Cell: lambda encoder, value, place: [wire.CELL, encoder.slot(value.value)],
    Ref: ref_row,
    Rc: rc_row,
    Lazy: lambda encoder, value, place: [wire.LATER, encoder.later(value)],
    Future: lambda encoder, value, place: [wire.FUTURE, encoder.slot(value.state)],
    Continuation: continuation_row,
    tuple: frames_row,
    type(UNBOUND): lambda encoder, value, place: [wire.SENTINEL, 0],
    type(MISSING): lambda encoder, value, place: [wire.SENTINEL, 1],
    Prompt: lambda encoder, value, place: [wire.PROMPT],
    Handler: handler_row,
    Mask: lambda encoder, value, place: [wire.MASK, encoder.reference(id(value.handler), value.handler)],
    Binding: binding_row,
    Cleanup: lambda encoder, value, place: [wire.CLEANUP, encoder.slot(value.thunk)],
    Wind: lambda encoder, value, place: encoder.slots((value.before, value.after), [wire.WIND]),
    Base: lambda encoder, value, place: [wire.BASE],
}
"""How each class of value is written."""

__all__ = ["Encoder", "TurmericError", "Unserializable"]
