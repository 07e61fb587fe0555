"""What code needs of the program's own definitions: by name, from name to name, until nothing is new.

A frame needs what the rest of its code mentions; a function what all of it mentions; a value of a
struct its type; a type those of its fields, and the instances for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from turmeric.intermediate import anf, schema
from turmeric.intermediate.anf import Code
from turmeric.intermediate.naming_places import names_type
from turmeric.intermediate.walking import parts
from turmeric.reading import core
from turmeric.reading import declarations as kinds
from turmeric.reading.declarations import Declaration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.running.world import World

Name = tuple[str, str]
"""A module, and a name in it."""
Find = Callable[[str, str], "Declaration | None"]


def split(symbol: object) -> Iterator[Name]:
    """The name in a full name; nothing for other things."""
    if isinstance(symbol, str) and "." in symbol:
        module, _, name = symbol.rpartition(".")
        yield module, name


def in_type(type_: object) -> Iterator[Name]:
    """The names in a type."""
    if isinstance(type_, tuple | list):
        for part in type_:
            yield from in_type(part)
    else:
        yield from split(type_)


def mentions(roots: Iterable[object]) -> dict[Name, None]:
    """The definitions that code mentions: globals, types by name, dynamic variables."""
    found: dict[Name, None] = {}
    turns: set[object] = set()
    work = list(roots)
    while work:
        node = work.pop()
        if isinstance(node, anf.Recur) and node.loop not in turns:
            work.append(node.loop)
        if isinstance(node, anf.Loop):
            if node in turns:
                continue
            turns.add(node)
        found.update(dict.fromkeys(mentioned_by(node)))
        work += [node.body] if isinstance(node, Code) else parts(node)
    return found


def mentioned_by(node: object) -> Iterator[Name]:
    """The names in a node itself."""
    if isinstance(node, anf.GlobalReference | anf.SetGlobal):
        yield node.module, node.name
    elif isinstance(node, anf.Primitive):
        place = names_type(f"{node.module}.{node.name}")
        if place is not None and place < len(node.args):
            yield from in_constant(node.args[place])
    elif isinstance(node, anf.Marked) and node.kind in (core.HANDLER, core.BINDING):
        for operand in node.operands[1::3] if node.kind == core.HANDLER else node.operands[::2]:
            yield from in_constant(operand)


def in_constant(node: object) -> Iterator[Name]:
    if isinstance(node, anf.Constant):
        yield from split(node.value)


def needed_by(declaration: Declaration) -> dict[Name, None]:
    """The definitions that a declaration mentions."""
    found = mentions(declaration.code.values())
    data: Any = declaration.data
    if declaration.kind == kinds.STRUCT:
        found.update(dict.fromkeys(in_type((data[2], data[3]))))
    elif declaration.kind == kinds.DATA:
        found.update(dict.fromkeys(in_type([types for _, _, types in data[1]])))
    elif declaration.kind == kinds.CLASS:
        found.update(dict.fromkeys(in_type(data[0])))
    elif declaration.kind == kinds.INSTANCE:
        found.update(dict.fromkeys(in_type([data[0], data[1], *(symbol for symbol, _ in data[2])])))
    return found


TRAVELS = (kinds.FUNCTION, kinds.VALUE, kinds.DYNAMIC, kinds.STRUCT, kinds.DATA, kinds.CLASS, kinds.INSTANCE)
"""Declarations that can be in a bundle."""


def declared_in(world: World) -> Find:
    """Finds the declarations of the program that is there now, in the modules that are loaded."""

    def find(module: str, name: str) -> Declaration | None:
        home = world.modules.get(module)
        found = home.declared.get(name) if home is not None else None
        return found if isinstance(found, Declaration) and found.kind in TRAVELS else None

    return find


class Gathering:
    """The declarations that are needed, each with its module."""

    def __init__(self, find: Find) -> None:
        self.find = find
        self.found: dict[Declaration, str] = {}
        self.mentioned: dict[Name, None] = {}

    def need(self, names: Iterable[Name]) -> None:
        """Take in what goes by these names, and all that those need."""
        work = list(names)
        while work:
            name = work.pop()
            if name in self.mentioned:
                continue
            self.mentioned[name] = None
            declaration = self.find(*name)
            if declaration is not None and declaration not in self.found:
                self.found[declaration] = name[0]
                work += needed_by(declaration)

    def need_instances(self, instances: list[tuple[str, Declaration]], is_own: Callable[[str], bool]) -> None:
        """Take in the instances of classes and types that are there, until no more are needed."""
        before = -1
        while before != len(self.found):
            before = len(self.found)
            for module, declaration in instances:
                symbols = [name for symbol in declaration.data[:2] for name in split(symbol)]
                if declaration not in self.found and all(
                    self.find(*name) in self.found or not is_own(name[0]) for name in symbols
                ):
                    self.found[declaration] = module
                    self.need(needed_by(declaration))


def ids_below(find: Find, name: Name) -> dict[Name, object]:
    """What a definition is made of: its own id, and those of all that it needs."""
    gathering = Gathering(find)
    gathering.need([name])
    return {(module, each.name): own_id(each) for each, module in gathering.found.items()}


def own_id(declaration: Declaration) -> object:
    """What tells a declaration from others of its name."""
    code = {name: schema.code_id(code) for name, code in declaration.code.items() if isinstance(code, Code)}
    return declaration.kind, repr(declaration.data), code
