"""Which bundles go along with a message: those whose code it holds, and the one made for it.

A bundle that came with saved state goes along whenever that state is saved again, as it came.
"""

from __future__ import annotations

from turmeric.durability.format import wire
from turmeric.intermediate.anf import Code
from turmeric.running.bundles import Bundle
from turmeric.running.continuation import Continuation
from turmeric.running.functions import Point
from turmeric.running.futures import Future
from turmeric.running.reaching import children
from turmeric.running.values import Closure, Rc
from turmeric.vocabulary.beside import is_beside, key_in
from turmeric.vocabulary.namespace import TYPE
from turmeric.vocabulary.structs import Struct, StructType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.durability.encode import Encoder
    from turmeric.durability.format.tables import Tables
    from turmeric.running.world import World


def involved(world: World, value: Any) -> list[Bundle]:
    """The bundles whose code a value holds, in the order in which it is met."""
    found: dict[Bundle, None] = {}
    seen: set[int] = set()
    work = [value] if world.bundles else []
    while work:
        each = work.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        found.update(dict.fromkeys(bundles_of(world, each)))
        work += [each.value] if type(each) is Rc else [each.state] if type(each) is Future else children(each)
    return list(found)


def bundles_of(world: World, value: Any) -> list[Bundle]:
    """The bundles that a value itself has to do with."""
    if type(value) is Closure:
        bundle = value.function.linker.bundle
        return [] if bundle is None else [bundle]
    if type(value) is Continuation:
        points = [point for frames, _ in value.pieces for point in points_of(frames)]
        return [point.function.linker.bundle for point in points if point.function.linker.bundle is not None]
    if isinstance(value, Struct) and is_beside(value.type.module):
        return [bundle_named(world, value.type.module)]
    return []


def points_of(frames: Any) -> list[Point]:
    found = []
    while frames is not None:
        found.append(frames[0])
        frames = frames[2]
    return found


def bundle_named(world: World, module: str) -> Bundle:
    """The bundle that a module belongs to."""
    bundle: Bundle = world.bundles[key_in(module) or ""]
    return bundle


def aliases(bundles: list[Bundle]) -> dict[int, str]:
    """The types and definitions of the program that bundles have too, by their ids: with the bundle's module."""
    found: dict[int, str] = {}
    for bundle in bundles:
        for module in bundle.modules.values():
            for each in module.definitions.values():
                if each.module != module.name:
                    found.setdefault(id(each), module.name)
                value = each.value
                made = value.type if isinstance(value, Struct) else value
                if each.kind == TYPE and type(made) is StructType and made.module != module.name:
                    found.setdefault(id(made), module.name)
                    if made.data_type is not None:
                        found.setdefault(id(made.data_type), module.name)
    return found


def prepare(world: World, value: Any, tables: Tables) -> None:
    """Tell the tables of a message what of the program's they shall write as part of bundles."""
    bundles = involved(world, value)
    tables.aliases = aliases(bundles)
    tables.brought = {key: module for each in reversed(bundles) for key, module in each.brought.items()}


def travelling(world: World, encoder: Encoder, bundle: bool) -> list[bytes]:
    """The bundles of a message; the rows of its modules are told which is theirs.  With `bundle`
    one is made for the code of the program."""
    tables = encoder.tables
    order: dict[Bundle | None, int] = {}
    for name, number in tables.modules.items():
        row = tables.module_rows[number]
        if is_beside(name) or (bundle and len(row) > 1):
            key = bundle_named(world, name) if is_beside(name) else None
            row.append(order.setdefault(key, len(order)))
    return [own_bundle(world, encoder) if each is None else each.data for each in order]


def own_bundle(world: World, encoder: Encoder) -> bytes:
    """The bundle for all of a message that is the program's own."""
    from turmeric.durability.code.bundling import Bundler

    tables = encoder.tables
    codes: list[Code] = []
    roots: list[object] = []
    names = list(definitions(encoder))
    for each in tables.numbers:
        if type(each) is Code and each.linked is not None and is_own(world, each):
            codes.append(each)
            roots.append(each.body)
        elif type(each) is Point and is_own(world, each.function.code):
            codes.append(each.function.code)
            roots.append(each.node.body)
        elif type(each) is StructType:
            names.append((each.module, each.name))
    return Bundler(world, tables.describe_module).bytes(list(dict.fromkeys(codes)), roots, names)


def is_own(world: World, code: Code) -> bool:
    """Whether code is the program's own."""
    linked: Any = code.linked
    return linked.linker.bundle is None and not world.is_library(code.module)


def definitions(encoder: Encoder) -> list[tuple[str, str]]:
    """The definitions that the heap refers to by name: globals, types with instances, what is bound or caught."""
    from turmeric.durability.code.gathering import split

    tables = encoder.tables
    modules, names = list(tables.modules), list(tables.names)
    found: list[tuple[str, str]] = []
    for row in encoder.rows:
        if row[0] == wire.GLOBAL:
            found.append((modules[row[1]], names[row[2]]))
        elif row[0] in (wire.STAND_IN, wire.RESOURCE, wire.LAZY):
            found += split(names[row[2]])
        elif row[0] == wire.BINDING:
            found += [name for number in row[1::2] for name in split(names[number])]
        elif row[0] == wire.HANDLER:
            thrown = [key for way, key in zip(row[2::3], row[3::3], strict=True) if way < wire.ERROR_WAYS]
            found += [name for number in thrown if number is not None for name in split(names[number])]
    return found
