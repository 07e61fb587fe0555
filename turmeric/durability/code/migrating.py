"""Upgrading saved values of types that have changed since: chains of migrations.

    (defmigration order "1.0" (fn [fields] ...))     from the fields of 1.0 to those of 1.1
    (defmigration order "1.1" (fn [fields] ...))     from the fields of 1.1 to those of now

The migrations of a type stand in order.  A value goes through that for the version that saved it
and all after it.  They run when all of a message was checked and all that the value leads to is there.
"""

from __future__ import annotations

from turmeric.running.structure import construct
from turmeric.running.world import World
from turmeric.vocabulary import maps
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.printer import BRIEF, write
from turmeric.vocabulary.structs import Struct, StructType
from turmeric.vocabulary.symbols import Keyword, Symbol, keyword

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.durability.format.entries import TypeRow
    from turmeric.durability.stand_ins.instances import Instances
    from turmeric.vocabulary.namespace import Migration


class Chain:
    """What the values of one saved type go through to be of the type that there is now."""

    def __init__(self, type_: StructType, fields: tuple[str, ...], migrations: list[Migration]) -> None:
        self.type = type_
        self.fields = fields
        self.migrations = migrations

    def upgraded(self, values: list[Any], instances: Instances) -> Struct:
        """The new value, from the values of the old fields."""
        made: Any = maps.from_pairs(zip(map(keyword, self.fields), values, strict=True))
        for migration in self.migrations:
            title = self.title(migration)
            made = instances.call(migration.function, title, fields_in(made, title))
        if isinstance(made, Struct):
            return self.checked(made)
        return construct(self.type, self.in_order(fields_in(made, self.title(self.migrations[-1]))))

    def title(self, migration: Migration) -> str:
        return f"the migration of {self.type.name} from {' '.join(migration.versions)}"

    def checked(self, made: Struct) -> Struct:
        """A struct that a migration gave: of the type, or of its data type."""
        data = self.type.data_type
        if made.type is self.type or (data is not None and made.type.data_type is data):
            return made
        raise self.wrong(f"a {made.type.name}")

    def in_order(self, given: Map) -> list[Any]:
        """The values of the new fields, none missing and none too many."""
        named: dict[str, Any] = {key.name: value for key, value in given.items()}  # type: ignore[attr-defined]
        missing = [field for field in self.type.fields if field not in named]
        unknown = [name for name in named if name not in self.type.index]
        if missing:
            raise self.wrong(f"no {', '.join(missing)}")
        if unknown:
            raise self.wrong(f"{', '.join(unknown)}, too")
        return [named[field] for field in self.type.fields]

    def wrong(self, got: str) -> Exception:
        shape = " ".join((self.type.name, *self.type.fields))
        return failure("value-error", f"{self.title(self.migrations[-1])} has to give ({shape}), and gave {got}")


def fields_in(made: Any, title: str) -> Map:
    """What a migration gave as a map of fields."""
    if isinstance(made, Struct):
        return maps.from_pairs(zip(map(keyword, made.type.fields), made.values, strict=True))
    if not isinstance(made, Map) or not all(isinstance(key, Keyword | Symbol) for key, _ in made.items()):
        shown = write(made, limit=BRIEF)
        raise failure("value-error", f"{title} has to give a map of fields or a struct, and gave {shown}", made)
    pairs: Any = made.items()
    return maps.from_pairs((keyword(key.name), value) for key, value in pairs)


def migrations_of(world: World, symbol: str) -> list[Migration]:
    """The migrations of a type, in order."""
    modules = [module for module in world.modules.values() if module.migrations]
    return [each for module in modules for each in module.migrations if each.symbol == symbol]


def chain_for(world: World, type_: StructType, row: TypeRow, version: str | None) -> Chain | None:
    """The chain for a saved type; None when no migration is from the version that saved it."""
    known = migrations_of(world, type_.symbol)
    start = next((place for place, each in enumerate(known) if version in each.versions), None)
    if start is None or row.fields is None:
        return None
    return Chain(type_, row.fields, known[start:])


def gap(world: World, type_: StructType, version: str | None) -> str:
    """What to say about the migrations of a type when none is from the version that saved it."""
    known = [version for each in migrations_of(world, type_.symbol) for version in each.versions]
    if not known:
        return ""
    return f"; it was saved by version {version}, and there are migrations from {', '.join(known)} only"
