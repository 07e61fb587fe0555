"""The definitions that saved state will need: each must be there before anything is resumed.

The rest of a frame refers to definitions by name, and what they do may change.  But if one is gone
the program would run, do things, and then fail half way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Code
from turmeric.intermediate.walking import parts
from turmeric.vocabulary.namespace import UNBOUND, Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.durability.format.entries import ModuleRow
    from turmeric.running.functions import Point
    from turmeric.running.world import World

Name = tuple[str, str]
"""A module, and a name in it."""


def names_gone(
    world: World, rows: list[ModuleRow], functions: Iterable[Code | None], points: Iterable[Point | None]
) -> Iterator[Name]:
    """What the rest of saved frames and functions refers to and modules that were edited no longer define."""
    modules = {row.name: world.modules[row.name] for row in rows if row.name in world.modules}
    edited = {row.name for row in rows if row.name in modules and may_differ(modules[row.name], row)}
    if not edited:
        return
    roots: list[object] = [code.body for code in functions if code is not None and code.module in edited]
    roots += [point.node.body for point in points if point is not None and point.function.code.module in edited]
    for module, name in names_in(roots):
        home = world.modules.get(module)
        if home is not None and home.complete and not home.library and lacks(home, name):
            yield module, name


def may_differ(module: Module, row: ModuleRow) -> bool:
    """Whether a module's text may be another than when it was saved.  A declared version does not tell."""
    return not module.library and (module.declared_version is not None or module.version != row.version)


def lacks(module: Module, name: str) -> bool:
    """Whether a module that has been loaded has no definition of a name."""
    found = module.definitions.get(name)
    return found is None or (found.pending is None and found.value is UNBOUND)


def names_in(roots: list[object]) -> dict[Name, None]:
    """The definitions that code refers to, in no special order but always the same."""
    found: dict[Name, None] = {}
    seen: set[object] = set()
    work = list(roots)
    while work:
        node = work.pop()
        if isinstance(node, anf.Recur):
            node = node.loop if node.loop not in seen else None
        if isinstance(node, anf.GlobalReference | anf.SetGlobal):
            found[node.module, node.name] = None
        if isinstance(node, anf.Loop):
            seen.add(node)
        if node is not None:
            work += [node.body] if isinstance(node, Code) else parts(node)
    return found
