"""Whether a message fits the code that is there now, found out without building anything of it."""

from __future__ import annotations

from turmeric.durability import fitting
from turmeric.durability.code.resolve import Resolver
from turmeric.durability.decode import Decoder
from turmeric.durability.format.message import Message
from turmeric.durability.reports.mismatches import Mismatch
from turmeric.durability.reports.refusing import explained
from turmeric.durability.stand_ins.instances import instances_of
from turmeric.running.world import World


class Fit:
    """What came of checking a message against a world."""

    def __init__(self, resolver: Resolver, mismatches: list[Mismatch]) -> None:
        self.resolver = resolver
        self.mismatches = mismatches


def fit_of(message: Message, world: World) -> Fit:
    """Check everything that `deserialize` checks before it builds.  Modules are loaded for
    their definitions; raises what loading them raises, and corrupt-data."""
    resolver = Resolver(world)
    decoder = Decoder(message, resolver, instances_of(world))
    if not resolver.mismatches.found:
        fitting.check(decoder)
    return Fit(resolver, explained(resolver, [message]) if resolver.mismatches.found else [])
