"""Structs: named tuples of the language, and the types that describe them.

`(struct point [x : int64])`, a constructor of `(defdata Option (Some value) (None))`,
`(deferror e [message])`, `(defeffect Ask [prompt])` and every error of the run time are all a
`StructType`;
`kind` tells them apart.  Values are immutable and compared by type and fields.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from turmeric.vocabulary.equality import Compound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.vocabulary.spans import Span

STRUCT = "struct"
ERROR = "error"
CONSTRUCTOR = "constructor"
SIGNAL = "signal"
"""A thrown value that no `catch` without a type may stop: an `escape` on its way."""
EFFECT = "effect"
"""What `perform` takes: a request to the nearest handler of its type."""


class DataType:
    """The type that the constructors of one `defdata` share."""

    __slots__ = ("constructors", "module", "name", "parameters")

    def __init__(self, module: str, name: str, parameters: tuple[str, ...] = ()) -> None:
        self.module = module
        self.name = name
        self.parameters = parameters
        self.constructors: tuple[StructType, ...] = ()

    @property
    def symbol(self) -> str:
        """The full name, `module.name`."""
        return f"{self.module}.{self.name}"


class StructType:
    """The type of a struct: a full name, field names and the fields' declared types; of an effect
    also the declared type of its `result`."""

    __slots__ = (
        "checks",
        "data_type",
        "fields",
        "index",
        "kind",
        "loose",
        "make",
        "module",
        "name",
        "nullary",
        "result",
        "schema",
        "span",
        "symbol",
        "types",
    )

    def __init__(
        self,
        module: str,
        name: str,
        fields: Sequence[str],
        types: Sequence[object] | None = None,
        kind: str = STRUCT,
        data_type: DataType | None = None,
        span: Span | None = None,
        result: object = None,
    ) -> None:
        self.module = module
        self.name = name
        self.symbol = f"{module}.{name}"
        """The full name, `module.name`."""
        self.fields = tuple(fields)
        self.types = tuple(types) if types is not None else (None,) * len(self.fields)
        self.loose = all(type_ is None for type_ in self.types)
        """Whether no field declares a type."""
        self.checks: tuple[Callable[[object], bool], ...] | None = None
        """What each field's value must pass; filled in when it is first needed."""
        self.make: type[Struct] = Struct
        """The class of its values: `Struct`, but for types that Python code uses in a way of their own."""
        self.schema: bytes | None = None
        """Its schema id, once it was asked for."""
        self.kind = kind
        self.data_type = data_type
        self.index = {field: place for place, field in enumerate(self.fields)}
        self.span = span
        self.result = result
        self.nullary: Struct | None = None
        if kind == CONSTRUCTOR and not self.fields:
            self.nullary = Struct(self, ())

    def __repr__(self) -> str:
        return f"#<type {self.symbol}>"


class Struct(Compound):
    """A value of a struct type.  `values` stand in the order of `type.fields`."""

    __slots__ = ("trace", "type", "values")

    def __init__(self, type: StructType, values: tuple[object, ...]) -> None:
        self.type = type
        self.values = values
        self.inert = False
        self._hash = None
        self.trace: object = None
        """For errors: where it was first thrown.  No part of the value."""

    def get(self, field: str, default: object = None) -> object:
        """The value of a field by name, or `default` when the type has no such field."""
        place = self.type.index.get(field)
        return default if place is None else self.values[place]

    @property
    def _kind(self) -> object:
        return self.type

    def _parts(self) -> tuple[object, ...]:
        return self.values
