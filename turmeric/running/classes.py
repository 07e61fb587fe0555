"""Type classes: methods chosen by the type of an argument, or of the result.

A method looks at the argument whose declared type is the class's variable and takes
the instance for its type: its own, its data type's, or the one for `any`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from turmeric.running.machine import APPLIERS, Machine
from turmeric.running.values import Closure
from turmeric.vocabulary.errors import TurmericError, failure
from turmeric.vocabulary.kinds import a, data_type_name, type_name
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.printer import BRIEF, write
from turmeric.vocabulary.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.running.continuation import Frames
    from turmeric.running.functions import State


class TypeClass:
    """A class: its superclasses, and for each method the place of the deciding argument
    (None: the result decides) and its default."""

    __slots__ = ("defaults", "instances", "methods", "module", "name", "supers")

    def __init__(self, module: str, name: str, supers: tuple[str, ...], methods: dict[str, int | None]) -> None:
        self.module = module
        self.name = name
        self.supers = supers
        self.methods = methods
        self.defaults: dict[str, object] = {}
        self.instances: dict[str, Instance] = {}

    @property
    def symbol(self) -> str:
        return f"{self.module}.{self.name}"

    def describe(self) -> str:
        return f"#<class {self.symbol}>"

    def instance_for(self, value: Any) -> Instance | None:
        """The instance for a value's type, without the one for `any`."""
        if not self.instances:
            return None
        for name in type_names(value):
            found = self.instances.get(name)
            if found is not None:
                return found
        return None


class Instance:
    """An instance: its methods, and what it asks of the values inside."""

    __slots__ = ("constraints", "methods", "target", "variables")

    def __init__(
        self,
        target: str,
        methods: dict[str, object],
        constraints: tuple[tuple[str, str], ...],
        variables: tuple[str, ...],
    ) -> None:
        self.target = target
        self.methods = methods
        self.constraints = constraints
        self.variables = variables


class Method:
    """A method as a function."""

    __slots__ = ("name", "type_class")
    type_name = "fn"

    def __init__(self, type_class: TypeClass, name: str) -> None:
        self.type_class = type_class
        self.name = name

    @property
    def symbol(self) -> str:
        return f"{self.type_class.module}.{self.name}"

    def describe(self) -> str:
        return f"#<method {self.symbol}>"

    def __call__(self, *args: Any) -> Any:
        return Closure.invoke(self, args)  # type: ignore[arg-type]


def type_names(value: Any) -> list[str]:
    """The types by which an instance may be declared, the most special first."""
    name = type_name(value)
    names = [name]
    if name.startswith("python."):
        names += [f"python.{each.__module__}.{each.__qualname__}" for each in type(value).__mro__[:-1]]
    data = data_type_name(value)
    if data is not None:
        names.append(data)
    if name == "bigint":
        names.append("int64")
    return names


class Classes:
    """Finds classes by full name, for superclasses and constraints; the loader fills it."""

    find: Callable[[str], TypeClass] | None = None


def implementation(method: Method, value: Any) -> Any:
    """The function that implements a method for a value; `no-instance` when there is none."""
    type_class = method.type_class
    instance = type_class.instance_for(value) or type_class.instances.get("any")
    if instance is None:
        raise no_instance(type_class, type_name(value), value)
    if instance.constraints:
        check_constraints(instance, value)
    return method_of(type_class, instance, method.name, value)


def method_of(type_class: TypeClass, instance: Instance, name: str, value: Any) -> Any:
    found = instance.methods.get(name) or type_class.defaults.get(name)
    if found is None:
        message = f"the instance {type_class.name} {instance.target} has no method `{name}`, and there is no default"
        raise failure("no-instance", message, value)
    return found


def no_instance(type_class: TypeClass, wanted: str, value: Any) -> TurmericError:
    shown = write(value, limit=BRIEF)
    return failure("no-instance", f"there is no instance {type_class.name} {wanted}, needed for {shown}", value)


def check_constraints(instance: Instance, value: Any) -> None:
    """Each value inside must have the instances that the constraints name."""
    for symbol, _, part in constrained_parts(instance, value):
        assert Classes.find is not None
        needed = Classes.find(symbol)
        if needed.instance_for(part) is None and "any" not in needed.instances:
            raise no_instance(needed, type_name(part), part)


def constrained_parts(instance: Instance, value: Any) -> Iterator[tuple[str, str, Any]]:
    """The values inside that constraints are about, each with the class and the variable."""
    for symbol, variable in instance.constraints:
        place = instance.variables.index(variable) if variable in instance.variables else 0
        for part in parts_at(value, place, len(instance.variables)):
            yield symbol, variable, part


def parts_at(value: Any, place: int, variables: int) -> Iterable[Any]:
    """What the variable at a place stands for: a struct's field, the keys or values of a map, all that is in
    another value; in a constructor's value not what is of the same data type, which is checked itself."""
    from turmeric.running.reaching import children

    inside = children(value)
    if isinstance(value, Map) and variables == 2:
        return inside[place::2]
    data = data_type_name(value)
    if isinstance(value, Struct) and variables <= len(inside) and (data is None or variables > 1):
        return inside[place : place + 1]
    return [part for part in inside if data is None or data_type_name(part) != data]


def apply_method(machine: Machine, method: Method, args: list[Any], frames: Frames) -> State:
    return machine.apply(chosen(method, args), args, frames)


def chosen(method: Method, args: Sequence[Any]) -> Any:
    """The function that a call of a method goes to."""
    place = method.type_class.methods[method.name]
    if place is None:
        message = f"`{method.name}` is chosen by its result: write (the TYPE ({method.name} ...))"
        raise failure("no-instance", message, method.name)
    if len(args) <= place:
        needed = "1 argument" if place == 0 else f"{place + 1} arguments"
        raise failure("arity-error", f"{method.name} expects at least {needed}, got {len(args)}", method.symbol)
    return implementation(method, args[place])


def method_for(method: Any, wanted: str) -> Any:
    """The implementation of a method for a type's name: `(the T (method ...))`."""
    if type(method) is not Method:
        raise failure("type-error", f"{write(method)} is no method", method)
    type_class = method.type_class
    instance = type_class.instances.get(wanted) or type_class.instances.get("any")
    if instance is None:
        raise failure("no-instance", f"there is no instance {type_class.name} {a(wanted)[2:].strip()}", wanted)
    return method_of(type_class, instance, method.name, None)


def run_method(method: Method, *args: Any) -> Any:
    """How compiled code calls a method."""
    return chosen(method, args).tur_run(*args)


APPLIERS[Method] = apply_method
Method.tur_run = run_method  # type: ignore[attr-defined]
