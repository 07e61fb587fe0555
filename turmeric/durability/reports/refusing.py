"""One `schema-mismatch` that tells all that does not fit.

Paths, explanations and advice are made here, only when there is something to tell.
"""

from __future__ import annotations

from turmeric.durability.code.resolve import Resolver
from turmeric.durability.format import wire
from turmeric.durability.format.message import Message
from turmeric.durability.reports.changes import explain, set_name
from turmeric.durability.reports.contents import Contents
from turmeric.durability.reports.insides import ARROW, STAND_INS
from turmeric.durability.reports.trails import Trails
from turmeric.running.conversion import from_python
from turmeric.vocabulary.errors import TurmericError, failure
from turmeric.vocabulary.structs import Struct, StructType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from turmeric.durability.reports.mismatches import Mismatch
    from turmeric.running.world import World

PATHS = 100
"""Paths that are kept for each mismatch; the others are counted."""
ORDER = ("module", "code", "release", "rename", "type", "point", "variable", "function", "value", "definition",
         "dynamic variable", "instance")


def mismatch_error(resolver: Resolver, messages: Sequence[Message]) -> TurmericError:
    """The `schema-mismatch` for what did not fit of a message, and of those that it refers to."""
    everything = explained(resolver, messages)
    symbol, modules = everything[0].symbol, messages[0].claims.modules
    version = next((row.version for row in modules if symbol.startswith(row.name + ".")), None)
    return error_of(resolver.world, everything, version)


def error_of(world: World, everything: Sequence[Mismatch], version: str | None) -> TurmericError:
    """The `schema-mismatch` for some mismatches, the first of which is of a module that had that version."""
    type_ = world.find("serial", "mismatch").force()
    assert isinstance(type_, StructType)
    every = tuple(mismatch_struct(type_, found.data()) for found in everything)
    first = everything[0]
    more = f" (and {len(everything) - 1} more)" if len(everything) > 1 else ""
    detail = f"{first.detail}{more}; {first.advice[0]}"
    what = mismatch_struct(type_, {**first.data(), "detail": detail}, every)
    error = failure("schema-mismatch", "")
    assert isinstance(error.value, Struct)
    error.value.values = (what, version)
    return error


def mismatch_struct(type_: StructType, data: dict[str, Any], every: tuple[Struct, ...] = ()) -> Struct:
    """A `mismatch` of the module `serial`; the `what` of an error has every one of them in its last field."""
    return Struct(type_, (*[from_python(value, keywords=True) for value in data.values()], from_python(every)))


def explained(resolver: Resolver, messages: Sequence[Message]) -> list[Mismatch]:
    """Everything that does not fit, with its paths and what can be done; the most helpful first.

    The first message may hold lazy values; the others are earlier ones that it refers to.
    """
    found = resolver.mismatches.found
    work = [(message, "in an earlier message: " if number else "") for number, message in enumerate(messages)]
    for message, lead in work:  # which grows meanwhile
        contents = Contents(message)
        resolver.turn_to(message.claims)
        contents.learn(resolver.found.get(message.claims.data))
        trails = Trails(contents)
        locate(found, contents, trails, lead)
        for each in found:
            if each.row is not None or message is messages[0]:
                explain(each, resolver, contents)
        for place in trails.order:
            row = message.heap[place]
            if row[0] == wire.LATER and type(row[1]) is bytes:
                work.append((Message(row[1]), f"{lead}{trails.to(place)}{ARROW}content of the lazy value{ARROW}"))
    share_names(found)
    for each in found:
        if not each.paths:
            each.paths = ["the code that is left to run"]
    return sorted(merged(found), key=rank)


def merged(found: list[Mismatch]) -> list[Mismatch]:
    """One entry for what does not fit in several messages: its own and those inside, or earlier ones."""
    kept: dict[tuple[str, ...], Mismatch] = {}
    for each in found:
        first = kept.setdefault((each.kind, each.symbol, each.old, each.detail), each)
        if first is not each:
            first.count += each.count
            first.paths = [*first.paths, *each.paths][:PATHS]
    return list(kept.values())


def share_names(found: list[Mismatch]) -> None:
    """The new name of a definition that was found by some of its code holds for all that refers to it."""
    names = {each.definition: each.renamed for each in found if each.renamed}
    for each in found:
        name = names.get(each.definition)
        if name is not None and each.renamed is None:
            set_name(each, name)


def rank(mismatch: Mismatch) -> int:
    """What explains others comes first: a module that is gone, a new name."""
    if mismatch.renamed:
        return ORDER.index("rename")
    return ORDER.index("module" if "module" in mismatch.now else mismatch.kind)


def locate(found: list[Mismatch], contents: Contents, trails: Trails, lead: str) -> None:
    """Note the paths of what each mismatch affects."""
    claims = contents.claims
    places: dict[object, Mismatch] = {}
    for each in found:
        places[each.kind, each.symbol if each.row is None else id(each.row)] = each
    for node, point in trails.frames:
        note(places.get(("point", id(claims.points[point]))), trails, node, lead)
    for place in trails.order:
        for key in claimed(contents, contents.heap[place]):
            note(places.get(key), trails, trails.met[place], lead)


def note(mismatch: Mismatch | None, trails: Trails, node: int, lead: str) -> None:
    if mismatch is not None:
        mismatch.count += 1
        if len(mismatch.paths) < PATHS:
            mismatch.paths.append(lead + (trails.text(node) or "the value itself"))


def claimed(contents: Contents, row: list[Any]) -> list[tuple[str, object]]:
    """What a row needs to be there, as `locate` knows it."""
    claims, tag = contents.claims, row[0]
    if tag == wire.STRUCT:
        return [("type", id(claims.types[row[1]]))]
    if tag == wire.CONTINUATION and row[2] is not None:
        return [("type", id(claims.types[row[2]]))]
    if tag == wire.HANDLER:
        keys = [key for way, key in zip(row[2::3], row[3::3], strict=True) if way >= wire.ERROR_WAYS]
        return [("type", id(claims.types[key])) for key in keys]
    if tag == wire.CLOSURE:
        return [("function", id(claims.functions[row[1]]))]
    if tag == wire.GLOBAL:
        return [("definition", contents.full_name(row[1], row[2]))]
    if tag in STAND_INS:
        return [("instance", contents.full_name(row[1], row[2]).removeprefix("."))]
    return []
