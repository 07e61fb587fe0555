"""The program's own encodings: the instances of a world, and calling their methods.

An instance of `Serializable` or `Resource-Serializable` gives a stand-in for a value of its type
(`serialize`, `marshal`) and makes the value from it again (`deserialize`, `unmarshal`).  An
instance without methods of its own asks for the built-in encoding; one for `any` is for values
that could not be stored otherwise.
"""

from __future__ import annotations

from _thread import _local as ThreadLocal

from turmeric.durability.format import wire
from turmeric.durability.stand_ins import python_classes, python_values
from turmeric.running.classes import Instance, TypeClass, type_names
from turmeric.running.functions import Point
from turmeric.running.machine import CURRENT
from turmeric.running.world import World
from turmeric.vocabulary.equality import equal
from turmeric.vocabulary.errors import TurmericError, failure
from turmeric.vocabulary.kinds import NAMES, type_name
from turmeric.vocabulary.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Found = tuple[int, Instance]

SCALARS = frozenset(("int64", "bigint", "float64", "bool", "string", "bytes", "nil"))

METHODS = {wire.STAND_IN: ("serialize", "deserialize"), wire.RESOURCE: ("marshal", "unmarshal")}
CLASSES = {wire.STAND_IN: "serial.Serializable", wire.RESOURCE: "serial.Resource-Serializable"}
ANY = "any"

RUN_TIME = ""
"""In place of a module: the run time itself brings the value back, by its own tables."""

NESTING = 20
"""How deep calls of `serialize` may lie in methods that `serialize` calls."""


def instances_of(world: World) -> Instances:
    """The instances of a world as they are now."""
    found: Instances | None = world.kept.get("instances")
    if found is None:
        found = world.kept["instances"] = Instances(world)
    found.look()
    return found


class Nesting(ThreadLocal):
    """The instances' methods that run in this thread, and inside each other."""

    depth = 0


NESTED = Nesting()


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
        self.found: dict[object, Found | None] = {}

    # Finding --------------------------------------------------------------------------------

    def find(self, value: Any) -> Found | None:
        """The tag and instance for a value; `Serializable` goes before `Resource-Serializable`."""
        kind = type(value)
        if not self.any or kind is int:
            return self.search(value) if self.scalars else None
        key = value.type if kind is Struct else kind
        if key not in self.found:
            self.found[key] = self.search(value)
        found = self.found[key]
        return None if kind is tuple and is_frames(value) else found

    def search(self, value: Any) -> Found | None:
        if is_machinery(type(value)):
            return None
        for tag, table in self.active.items():
            for name in type_names(value):
                if name in table:
                    return tag, table[name]
        return None

    def has(self, value: Any) -> bool:
        return self.find(value) is not None

    def resource(self, value: Any) -> bool:
        """Whether a value's type is one of resources."""
        if any(name in self.active[wire.RESOURCE] for name in type_names(value)):
            return True
        kind = python_values.kind_of(value)
        return kind is not None and kind[1].resource

    def load_for(self, value: Any) -> bool:
        """Load the module of a value's type; whether it has an instance for it."""
        module = type_name(value).rpartition(".")[0]
        if module in ("", "python") or module in self.world.modules or self.world.load_module(module) is None:
            return False
        self.look()
        return self.has(value)

    # Bringing back --------------------------------------------------------------------------

    def lacking(self, tag: int, module: str, target: str) -> str | None:
        """Why the value of a stand-in could not be brought back; None when it can be tried."""
        resource = tag != wire.STAND_IN
        if module != RUN_TIME:
            known = target in self.active[wire.RESOURCE if resource else wire.STAND_IN]
            return None if known else f"there is no instance {class_name(tag)} {target} to bring a saved value back"
        kind = python_values.TABLE.get(target)
        if kind is not None and kind.resource is resource:
            return None
        if kind is not None or resource:
            return f"this release does not know the {'resource' if resource else 'value'} {target}"
        return python_classes.lacking(self.world, target)

    def revive(self, tag: int, module: str, target: str, stand_in: Any) -> Any:
        """The value that a stand-in stands for; a resource is acquired."""
        tag = wire.RESOURCE if tag == wire.LAZY else tag
        if module == RUN_TIME:
            return self.from_tables(target, stand_in)
        return self.call(self.method(tag, self.active[tag][target], 1), METHODS[tag][1], stand_in)

    def from_tables(self, target: str, stand_in: Any) -> Any:
        kind = python_values.TABLE.get(target)
        try:
            if kind is None:
                return python_classes.revive(self.world, target, stand_in)
            value = kind.read(stand_in)
            if not kind.resource and not equal(kind.write(value), stand_in):
                raise ValueError("not as it is written")
        except (TurmericError, KeyError) as error:
            if isinstance(error, TurmericError) or target != "zoneinfo.ZoneInfo":
                raise
            raise failure("value-error", f"this machine does not know the time zone {stand_in}", stand_in) from error
        except Exception as error:
            raise wire.corrupt(f"a stored {target} cannot be what it claims to be: {error}") from error
        return value

    def give_back(self, tag: int, target: str, value: Any) -> None:
        """Undo `revive` for a resource."""
        type_class = self.classes[wire.RESOURCE]
        instance = self.active[wire.RESOURCE].get(target)
        method = (instance.methods.get("release") if instance is not None else None) or type_class.defaults["release"]
        self.call(method, "release", value)

    # Calling --------------------------------------------------------------------------------

    def call(self, method: Any, name: str, value: Any) -> Any:
        """Call a method; a capture through it is refused by the method's name."""
        machine = CURRENT.machine
        if NESTED.depth >= NESTING:
            way_out = "give the parts of a value as its stand-in, not their bytes"
            message = f"`{name}` calls itself, {NESTING} deep: {way_out}"
            raise failure("not-serializable", message, value)
        foreign = machine.foreign if machine is not None else None
        NESTED.depth += 1
        try:
            if machine is not None:
                machine.foreign = name
            return self.world.call(method, [value])
        finally:
            NESTED.depth -= 1
            if machine is not None:
                machine.foreign = foreign

    def method(self, tag: int, instance: Instance, which: int) -> Any:
        name = METHODS[tag][which]
        type_class = self.classes[tag]
        found = instance.methods.get(name) or type_class.defaults.get(name)
        if found is None:
            raise failure("no-instance", f"the instance {type_class.name} {instance.target} lacks `{name}`", name)
        return found

    def class_of(self, tag: int) -> TypeClass:
        return self.classes[wire.STAND_IN if tag == wire.STAND_IN else wire.RESOURCE]

    def title(self, tag: int, target: str) -> str:
        return f"the instance {class_name(tag)} {target}"


def class_name(tag: int) -> str:
    return "Serializable" if tag == wire.STAND_IN else "Resource-Serializable"


def is_machinery(kind: type) -> bool:
    """Whether values of a class are the machine's own, such as marks, which no instance is for."""
    return kind.__module__.startswith("turmeric.") and kind not in NAMES and not own_name(kind)


def own_name(kind: type) -> bool:
    return kind is Struct or issubclass(kind, Struct) or isinstance(getattr(kind, "type_name", None), str)


def is_frames(value: tuple[Any, ...]) -> bool:
    """Whether a tuple is a chain of frames, and none of Python's own."""
    return bool(value) and type(value[0]) is Point
