"""Bundled mode: the whole state of a program stored with its code and restored into that code, now and
then, at a call.  From the first time on the program runs in code that has travelled."""

from __future__ import annotations

from typing import Any

from turmeric.assembly.roundtrip import RoundTripSession
from turmeric.durability import saving
from turmeric.durability.code.resolve import Resolver
from turmeric.durability.code.sources import SAVED
from turmeric.durability.decode import decoded
from turmeric.durability.stand_ins.instances import instances_of
from turmeric.vocabulary.errors import TurmericError

EVERY = 29
"""So many calls lie between two times."""
MOST = 12
"""So often at most: making a bundle takes long."""


class BundledSession(RoundTripSession):
    """A session whose machines go on in bundles."""

    def due(self) -> bool:
        return super().due() and self.restores < MOST

    def round_trip(self, state: Any, external: list[Any]) -> Any:
        world = self.world
        self.rest = EVERY
        try:
            numbered = {id(value): place for place, value in enumerate(external)}
            encoder = saving.encoder_for(world, numbered)
            encoder.bundle = True
            data = saving.encoded(state, encoder)
        except TurmericError as error:
            if error.name not in ("not-serializable", "moved-reference"):
                raise
            self.skipped += 1
            return state
        self.restores += 1
        return decoded(data, Resolver(world, SAVED), instances_of(world), external)
