"""Names for "did you mean": what could have been meant where a name is not defined."""

from __future__ import annotations

from turmeric.running.world import ACTIVE
from turmeric.vocabulary.namespace import UNBOUND, Global


def suggestions(missing: Global) -> list[str]:
    """The names that can be seen in the module where `missing` was looked for: the local ones
    around the place, the module's own and imported ones, the standard library's."""
    world = ACTIVE.world
    module = world.modules.get(missing.module) if world is not None else None
    if module is None:
        return []
    own = [name for name, found in module.definitions.items() if found.value is not UNBOUND or found.pending]
    return [*module.nearby.get(missing.name, ()), *own, *module.referred, *module.prelude]
