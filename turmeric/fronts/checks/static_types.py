"""Types that are certain without running: of literals, annotated names, constructor calls.

A type here is its name, `"int64"` or `"app.orders.order"`, or None when nothing is certain.
Two types contradict each other when no value is of both.
"""

from __future__ import annotations

from turmeric.reading.core import Call, Const, Core, Global, If, Lambda, Let, Letrec, Local, Seq, Variable
from turmeric.vocabulary.kinds import type_name
from turmeric.vocabulary.namespace import TYPE
from turmeric.vocabulary.structs import DataType, Struct, StructType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from turmeric.vocabulary import namespace

UNCALLABLE = ("int64", "float64", "string", "bool", "bytes", "symbol", "nil", "list", "ref", "rc")
"""Types whose values cannot be called."""

SIMPLE = ("float64", "string", "bool", "bytes", "symbol", "keyword", "nil", "list", "vector", "map", "set", "ref", "rc")
ATOMS = ("int64", "float64", "string", "bool", "bytes", "symbol", "nil", "list", "vector", "set")
"""Types whose values have no fields at all."""

BUILT_IN: dict[str, frozenset[str]] = {
    **{name: frozenset([name]) for name in SIMPLE},
    "int64": frozenset(["int64"]),
    "bigint": frozenset(["int64"]),
    "number": frozenset(["int64", "float64"]),
    "sequence": frozenset(["list", "vector", "string"]),
    "continuation": frozenset(["continuation"]),
    "fn": frozenset(["fn", "continuation", "keyword", "map", "set", "vector"]),
}
"""The kinds of value that are of a type; integers are one kind, and much can be called."""

MAKERS = {"vector": "vector", "hash-map": "map", "set-of": "set"}
"""What collection literals expand into, and the types of the results."""


class Types:
    """The types of the forms of one file.  `find` gives a global, `values` those of its own
    definitions that never change."""

    def __init__(
        self, find: Callable[[str, str], namespace.Global | None], values: dict[tuple[str, str], Core]
    ) -> None:
        self.find = find
        self.values = values
        self.variables: dict[Variable, str | None] = {}
        """Types that differ from the annotation, or that the value of a binding has."""

    def of(self, form: Core) -> str | None:
        """The certain type of a form's value."""
        if isinstance(form, Const):
            return integer_as_one(type_name(form.value))
        if isinstance(form, Local):
            return self.of_variable(form.var)
        if isinstance(form, Global):
            return self.of_global(form)
        if isinstance(form, Lambda):
            return "fn"
        if isinstance(form, Let | Letrec):
            return self.of(form.body)
        if isinstance(form, Seq):
            return self.of(form.forms[-1])
        if isinstance(form, If):
            then = self.of(form.then)
            return then if then is not None and then == self.of(form.orelse) else None
        return self.of_call(form) if isinstance(form, Call) else None

    def of_variable(self, var: Variable) -> str | None:
        if var in self.variables:
            return self.variables[var]
        return None if var.name.startswith("%") else outer(var.type)

    def of_global(self, form: Global) -> str | None:
        value = self.values.get((form.module, form.name))
        if value is not None:
            return self.of(value) if isinstance(value, Const | Call | Lambda) else None
        made = self.type_called(form)
        return made.type.symbol if isinstance(made, Struct) else None

    def of_call(self, form: Call) -> str | None:
        if not isinstance(form.function, Global):
            return None
        if form.function.module == "core":
            if form.function.name == "check-type" and isinstance(form.args[1], Const):
                return outer(form.args[1].value)
            if form.function.name in MAKERS:
                return MAKERS[form.function.name]
        made = self.type_called(form.function)
        return made.symbol if isinstance(made, StructType) else None

    def type_called(self, form: Global) -> object:
        """The struct type, data type or nullary value that a global is, or None."""
        found = self.find(form.module, form.name)
        return found.force() if found is not None and found.kind == TYPE else None

    def declared(self, symbol: str) -> object:
        """The struct or data type of a full name."""
        module, _, name = symbol.rpartition(".")
        found = self.find(module, name) if module else None
        made = found.force() if found is not None and found.kind == TYPE else None
        return made.type if isinstance(made, Struct) else made

    def kinds(self, type_: str) -> frozenset[str] | None:
        """The kinds of value a type has, None when they cannot be told."""
        if type_ in BUILT_IN:
            return BUILT_IN[type_]
        structs = self.structs(type_)
        return frozenset(struct.symbol for struct in structs) if structs else None

    def structs(self, type_: str) -> tuple[StructType, ...]:
        """The struct types whose values are of a type: one, or a data type's constructors."""
        made = self.declared(type_)
        if isinstance(made, StructType) and made.data_type is not None and made.data_type.symbol == type_:
            made = made.data_type
        if isinstance(made, DataType):
            return made.constructors
        return (made,) if isinstance(made, StructType) else ()

    def contradict(self, have: str | None, want: str | None) -> bool:
        """Whether no value is of both types."""
        if have is None or want is None or have == want:
            return False
        left, right = self.kinds(have), self.kinds(want)
        return left is not None and right is not None and not left & right


def outer(type_: object) -> str | None:
    """The outermost part of an annotation's type."""
    found = type_[0] if isinstance(type_, tuple) else type_
    return found if isinstance(found, str) else None


def integer_as_one(name: str) -> str:
    return "int64" if name == "bigint" else name
