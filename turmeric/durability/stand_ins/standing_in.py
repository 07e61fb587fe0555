"""What stands in for the values of one message: by the program's instances, and by the run time's
tables of Python's values."""

from __future__ import annotations

from turmeric.durability.format import wire
from turmeric.durability.later import Content
from turmeric.durability.reports.failures import MethodFailed, Unserializable
from turmeric.durability.stand_ins import python_classes, python_values
from turmeric.durability.stand_ins.instances import (
    ANY,
    CLASSES,
    METHODS,
    NESTED,
    RUN_TIME,
    SCALARS,
    Instances,
    is_machinery,
)
from turmeric.durability.stand_ins.python_values import Unstorable
from turmeric.durability.stand_ins.steadiness import MANY, check_endless
from turmeric.running.bundles import home_of
from turmeric.running.classes import Instance, constrained_parts, type_names
from turmeric.running.lazies import Lazy
from turmeric.vocabulary.errors import TurmericError
from turmeric.vocabulary.kinds import type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container
    from typing import Any

    StandIn = tuple[int, str, str, Any]
    """The tag, the instance's module, the name of the type, what stands in."""


class StandIns:
    """The stand-ins of one message.  `built_in` are the classes that the encoder writes itself.

    made    what stands in for each value that was met, by the value's id
    owners  those values
    """

    def __init__(self, instances: Instances, built_in: Container[type]) -> None:
        self.instances = instances
        self.built_in = built_in
        self.root: Any = None
        self.made: dict[int, Any] = {}
        self.owners: list[Any] = []

    def of(self, value: Any, writable: bool) -> StandIn | None:
        """What stands in for a value; None when the encoder shall write it itself, which it can if
        the value is `writable`."""
        if type(value) is Lazy and type(value.source) is not Content:
            return self.noted(value, self.lazily(value))
        found = self.instances.find(value)
        if found is not None:
            return self.noted(value, self.by_instance(value, *found))
        return None if writable else self.last_resort(value)

    def last_resort(self, value: Any) -> StandIn | None:
        """What stands in for a value that the encoder cannot write: by an instance that its type's module
        has (which nobody asked for yet), a table of the run time, or an instance for `any`."""
        if is_machinery(type(value)):
            return None
        if self.instances.load_for(value):
            return self.of(value, False)
        try:
            made = self.by_tables(value)
        except Unstorable as error:
            raise Unserializable(value, f"this {type_name(value)} cannot be stored, {error}") from None
        for tag, table in self.instances.active.items():
            if made is None and ANY in table:
                made = self.by_instance(value, tag, table[ANY])
        if made is None and (reason := python_values.refusal(value)):
            raise Unserializable(value, f"a value of type {type_name(value)} cannot be stored, {reason}")
        return None if made is None else self.noted(value, made)

    def noted(self, value: Any, made: StandIn) -> StandIn:
        self.made[id(value)] = made[3]
        self.owners.append(value)
        count = len(self.owners)
        if count >= MANY and count & (count - 1) == 0:
            check_endless(self, self.root)
        return made

    def by_instance(self, value: Any, tag: int, instance: Instance) -> StandIn:
        self.check_constraints(tag, instance, value)
        method = self.instances.method(tag, instance, 0)
        try:
            made = self.instances.call(method, METHODS[tag][0], value)
        except TurmericError as error:
            if NESTED.depth:
                raise  # the outermost method's place is named
            raise MethodFailed(value, error, self.instances.title(tag, instance.target)) from error
        again = self.instances.find(made)
        if (again is not None and again[1] is instance) or (instance.target == ANY and not self.plain(made)):
            what = "a value of the same type" if type_name(made) == type_name(value) else "a value it is for itself"
            title = self.instances.title(tag, instance.target)
            raise Unserializable(value, f"{title}: `{METHODS[tag][0]}` gave {what}")
        return tag, home_of(method.function.code), instance.target, made

    def by_tables(self, value: Any) -> StandIn | None:
        """What stands in for a value of a Python class that the run time knows."""
        kind = python_values.kind_of(value)
        if kind is not None:
            tag = wire.RESOURCE if kind[1].resource else wire.STAND_IN
            return tag, RUN_TIME, kind[0], kind[1].write(value)
        name = python_classes.name_for(self.instances.world, value)
        return None if name is None else (wire.STAND_IN, RUN_TIME, name, python_classes.stand_in(value))

    def lazily(self, value: Lazy) -> StandIn:
        """The token of a lazy resource: of the resource when it is there, else the one it came with."""
        if not value.is_here():
            source: Any = value.source
            return wire.LAZY, source.module, source.target, source.token
        names = type_names(value.value)
        table = self.instances.active[wire.RESOURCE]
        instance = next((table[name] for name in names if name in table), None)
        if instance is not None:
            return wire.LAZY, *self.by_instance(value.value, wire.RESOURCE, instance)[1:]
        made = self.by_tables(value.value)
        assert made is not None
        return wire.LAZY, *made[1:]

    def check_constraints(self, tag: int, instance: Instance, value: Any) -> None:
        """Each value inside must have what the instance's constraints name."""
        for symbol, variable, part in constrained_parts(instance, value):
            if not self.satisfies(symbol, part):
                name = symbol.rpartition(".")[2]
                message = (
                    f"{self.instances.title(tag, instance.target)} asks for {name} {variable}, "
                    f"and there is no instance {name} {type_name(part)}"
                )
                raise Unserializable(part, message)

    def satisfies(self, symbol: str, part: Any) -> bool:
        """Whether a value is of a class.  `Serializable` is all that can be stored by itself, too."""
        found = self.instances.world.class_named(symbol)
        if found.instance_for(part) is not None or ANY in found.instances:
            return True
        if symbol not in CLASSES.values():
            return False
        if symbol == CLASSES[wire.RESOURCE]:
            return self.instances.resource(part)
        return self.instances.has(part) or self.instances.load_for(part) or self.plain(part)

    def plain(self, value: Any) -> bool:
        """Whether the run time has a way of its own to store a value; what is in it is not looked at."""
        if type(value) in self.built_in or type_name(value) in SCALARS or type(value) is Lazy:
            return True
        try:
            return self.by_tables(value) is not None
        except Unstorable:
            return False
