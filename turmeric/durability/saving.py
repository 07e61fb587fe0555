"""`serialize` and `deserialize`: values to bytes and back.

Serializing a continuation copies its state into the bytes and moves every `ref` it
captured into it, until it is continued; so the program cannot change by accident what
has already been saved.  A one-shot continuation is consumed.
"""

from __future__ import annotations

from turmeric.durability.code.resolve import Resolver
from turmeric.durability.code.sources import CURRENT
from turmeric.durability.decode import decoded
from turmeric.durability.encode import Encoder
from turmeric.durability.format import wire
from turmeric.durability.format.streaming import write_message
from turmeric.durability.format.tables import Tables, relative
from turmeric.durability.reports.failures import Unserializable
from turmeric.durability.reports.paths import not_serializable
from turmeric.durability.stand_ins.instances import instances_of
from turmeric.running.continuation import Continuation
from turmeric.running.world import World
from turmeric.version import __version__
from turmeric.vocabulary.beside import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def tables_for(world: World) -> Tables:
    """Empty tables that know a world's modules."""

    def describe(name: str) -> list[Any]:
        module = world.modules.get(name)
        if module is None or module.library:
            return [name]
        return [plain(name), relative(module.file or ""), module.version]

    return Tables([f"turmeric {__version__}", plain(world.main or "user")], describe)


def encoder_for(world: World, external: dict[int, int] | None = None) -> Encoder:
    """An encoder that knows a world's modules and instances."""
    return Encoder(tables_for(world), instances_of(world), external)


def encoded(value: Any, encoder: Encoder) -> bytes:
    """The framed bytes of a value; `not-serializable` names the way to what cannot be encoded."""
    return wire.frame(contents(value, encoder))


def contents(value: Any, encoder: Encoder) -> list[Any]:
    """The items of the message of a value."""
    try:
        return [wire.MAGIC, wire.VERSION, *encoder.encode(value)]
    except Unserializable as error:
        raise not_serializable(value, error, encoder.stand_ins.made) from None


def serialize(world: World, value: Any, keep: bool = False, bundle: bool = False) -> bytes:
    """The bytes of a value.  `keep` copies the refs of a continuation without moving them; with `bundle`
    the program's code that it needs goes along."""
    encoder = encoder_for(world)
    encoder.bundle = bundle
    data = encoded(looked_at(value), encoder)
    if not keep:
        move(value, encoder)
    return data


def serialize_to(
    world: World, value: Any, write: Callable[[bytes], object], keep: bool = False, bundle: bool = False
) -> None:
    """Write the bytes of a value to a stream, without having them in memory as a whole.

    Nothing is written when the value cannot be saved; refs move only when all is written.
    """
    encoder = encoder_for(world)
    encoder.bundle = bundle
    write_message(contents(looked_at(value), encoder), write)
    if not keep:
        move(value, encoder)


def looked_at(value: Any) -> Any:
    """A continuation that may be saved; another value as it is."""
    if type(value) is Continuation:
        value.look()
    return value


def move(value: Any, encoder: Encoder) -> None:
    """Move the refs that a continuation captured into it, and consume it if it is one-shot."""
    if type(value) is not Continuation:
        return
    for ref in encoder.refs:
        if ref.owner is None:
            ref.owner = value
            value.refs.append(ref)
    if value.one_shot:
        value.consumed = True


def deserialize(
    world: World, data: bytes, mode: str = CURRENT, limit: int | None = None, memory: int | None = None
) -> Any:
    """The value that bytes stand for: complete, or an error and nothing has happened.

    `mode` is one of `sources.MODES`.  With `saved` the code in the bytes runs, which may do anything:
    that is for bytes from somebody who is trusted.  Raises corrupt-data for bytes that are damaged
    (or more than `limit`, or would take more than `memory`), schema-mismatch for bytes that no longer
    fit the code.
    """
    return decoded(data, Resolver(world, mode), instances_of(world), limit=limit, memory=memory)
