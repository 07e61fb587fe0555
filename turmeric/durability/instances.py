"""The program's own encodings: instances of `Serializable` and `Resource-Serializable`.

An instance gives a stand-in for a value of its type (`serialize`, `marshal`) and makes
the value from it again (`deserialize`, `unmarshal`).  An instance without methods of
its own asks for the built-in encoding.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from turmeric.durability import wire
from turmeric.running.classes import Instance, TypeClass, check_constraints, type_names
from turmeric.running.world import World
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.kinds import type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SCALARS = frozenset(("int64", "bigint", "float64", "bool", "string", "bytes", "nil"))

METHODS = {wire.STAND_IN: ("serialize", "deserialize"), wire.RESOURCE: ("marshal", "unmarshal")}
CLASSES = {wire.STAND_IN: "serial.Serializable", wire.RESOURCE: "serial.Resource-Serializable"}


SERVED: WeakKeyDictionary[World, Instances] = WeakKeyDictionary()


def instances_of(world: World) -> Instances:
    """The instances of a world as they are now."""
    found = SERVED.get(world)
    if found is None:
        found = SERVED[world] = Instances(world)
    found.look()
    return found


class Instances:
    """The instances that take part in encoding and decoding, in one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.classes: dict[int, TypeClass] = {tag: world.class_named(name) for tag, name in CLASSES.items()}
        self.edits = -1
        self.look()

    def look(self) -> None:
        """Note which instances there are now: loading a module may add some."""
        edits = self.world.edits
        if edits == self.edits:
            return
        self.edits = edits
        self.active = {
            tag: {name: found for name, found in type_class.instances.items() if found.methods}
            for tag, type_class in self.classes.items()
        }
        self.any = any(self.active.values())
        self.scalars = any(name in SCALARS for table in self.active.values() for name in table)

    def find(self, value: Any) -> tuple[int, Instance] | None:
        """The tag and instance for a value; `Serializable` goes before `Resource-Serializable`."""
        if not self.any:
            return None
        names = type_names(value)
        for tag, table in self.active.items():
            for name in names:
                if name in table:
                    return tag, table[name]
        return None

    def load_for(self, value: Any) -> bool:
        """Load the module of a value's type, whose instances nobody asked for yet; whether it has one."""
        module = type_name(value).rpartition(".")[0]
        if not module or module in self.world.modules or self.world.load_module(module) is None:
            return False
        self.look()
        return self.has(value)

    def has(self, value: Any) -> bool:
        return self.find(value) is not None

    def stand_in(self, value: Any) -> tuple[int, str, str, Any] | None:
        """(tag, the instance's module, type, stand-in) for a value whose type has an instance;
        None for others."""
        found = self.find(value)
        if found is None:
            return None
        tag, instance = found
        if instance.constraints:
            check_constraints(instance, value)
        method = self.method(tag, instance, 0)
        made = self.world.call(method, [value])
        if type_name(made) == type_name(value):
            name = METHODS[tag][0]
            message = f"the instance {self.classes[tag].name} {instance.target}: `{name}` gave a value of the same type"
            raise failure("not-serializable", message, instance.target)
        return tag, method.function.code.module, instance.target, made

    def method(self, tag: int, instance: Instance, which: int) -> Any:
        name = METHODS[tag][which]
        type_class = self.classes[tag]
        found = instance.methods.get(name) or type_class.defaults.get(name)
        if found is None:
            raise failure("no-instance", f"the instance {type_class.name} {instance.target} lacks `{name}`", name)
        return found

    def known(self, tag: int, target: str) -> bool:
        """Whether this program has the instance that wrote a stand-in."""
        return target in self.active.get(tag, ())

    def revive(self, tag: int, target: str, stand_in: Any) -> Any:
        """The value that a stand-in stands for."""
        return self.world.call(self.method(tag, self.active[tag][target], 1), [stand_in])
