"""What a known function takes, and what is wrong with a call of it.

A signature comes from a lambda of the program, from a parameter list as written (the
standard library's), or from the fields of a struct.
"""

from __future__ import annotations

from collections.abc import Sequence

from turmeric.reading.core import Const, Core, Lambda
from turmeric.reading.type_annotations import BUILT_IN
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.namespace import nearest
from turmeric.vocabulary.structs import StructType
from turmeric.vocabulary.symbols import Keyword, Symbol
from turmeric.vocabulary.vectors import Vector

Typed = tuple[str, object]
"""A parameter's name and its type (None: any)."""


class Signature:
    """The parameters of a function: `required` ones, `optional` ones, whether there may be `more`,
    and keywords with whether each is needed.  `struct` says that fields may also be given by name.
    `subject` is how messages speak of a parameter."""

    __slots__ = ("keys", "more", "name", "needed", "optional", "required", "struct", "subject")

    def __init__(
        self, name: str, required: Sequence[Typed], optional: Sequence[Typed] = (), more: bool = False
    ) -> None:
        self.name = name
        self.required = tuple(required)
        self.optional = tuple(optional)
        self.more = more
        self.keys: dict[str, object] = {}
        self.needed: set[str] = set()
        self.struct = False
        self.subject = "{name} of {owner}"

    def expected(self) -> str:
        """The number of arguments, as messages say it."""
        low, high = len(self.required), len(self.required) + len(self.optional)
        if self.more or self.keys:
            return f"at least {low} argument" + ("" if low == 1 else "s")
        return f"{low} argument" + ("" if low == 1 else "s") if low == high else f"{low} to {high} arguments"


def of_lambda(name: str, form: Lambda) -> Signature:
    params = form.params
    made = Signature(name, [(var.name, var.type) for var in params.required], more=params.rest is not None)
    made.keys = {key: var.type for key, var, _ in params.keys}
    made.needed = {key for key, _, default in params.keys if default is None}
    return made


def of_struct(type_: StructType) -> Signature:
    made = Signature(type_.name, list(zip(type_.fields, type_.types, strict=True)))
    made.struct, made.subject = True, "the field {name} of {owner}"
    return made


def of_primitive(name: str, parameters: str) -> Signature | None:
    """The signature of a primitive: its errors name no parameter."""
    made = of_text(name, parameters)
    if made is not None:
        made.subject = "{owner}"
    return made


def of_text(name: str, parameters: str) -> Signature | None:
    """The signature of a parameter list as written, with the types that every module knows."""
    from turmeric.reading.reader import read_all

    datum = read_all(parameters, "<parameters>")[0].datum
    if not isinstance(datum, Vector):
        return None
    made, mode = Signature(name, []), "required"
    groups: dict[str, list[Typed]] = {"required": [], "&optional": []}
    for pattern, type_ in annotated(list(datum)):
        marker = pattern.name if type(pattern) is Symbol else ""
        if marker in ("&", "&key", "&optional"):
            mode = marker
            made.more = made.more or marker == "&"
        elif mode in groups:
            groups[mode].append((marker, type_))
        elif mode == "&key":
            add_key(made, pattern)
    made.required, made.optional = tuple(groups["required"]), tuple(groups["&optional"])
    return made


def annotated(items: list[object]) -> list[tuple[object, object]]:
    """Patterns with their types; one that not every module knows is None."""
    pairs: list[tuple[object, object]] = []
    place = 0
    while place < len(items):
        pattern, type_ = items[place], None
        place += 1
        follows = items[place] if place < len(items) else None
        if type(follows) is Symbol and follows.name == ":":
            type_, place = items[place + 1], place + 2
        elif isinstance(follows, Keyword):
            type_, place = follows, place + 1
        if isinstance(type_, List) and type_:
            type_ = type_.head
        pairs.append((pattern, BUILT_IN.get(type_.name) if isinstance(type_, Symbol | Keyword) else None))
    return pairs


def add_key(made: Signature, pattern: object) -> None:
    """A keyword parameter as written: `name`, or `(name default)`."""
    name = pattern.head if isinstance(pattern, List) and pattern else pattern
    if isinstance(name, Symbol):
        made.keys[name.name] = None
        if name is pattern:
            made.needed.add(name.name)


def complaint(wanted: Signature, args: Sequence[Core]) -> str | None:
    """What is wrong with the number of arguments, or their keywords; None when nothing is."""
    count, low = len(args), len(wanted.required)
    if wanted.struct:
        return struct_complaint(wanted, args)
    high = None if wanted.more or wanted.keys else low + len(wanted.optional)
    if count < low or (high is not None and count > high):
        return f"{wanted.name} expects {wanted.expected()}, got {count}"
    return keyword_complaint(wanted, args[low:]) if wanted.keys else None


def struct_complaint(wanted: Signature, args: Sequence[Core]) -> str | None:
    fields = len(wanted.required)
    if len(args) == fields or (len(args) == 2 * fields and all(keyword_of(arg) for arg in args[::2])):
        return None
    shape = " ".join((wanted.name, *(name for name, _ in wanted.required)))
    counts = f"{fields} field{'' if fields == 1 else 's'}, got {len(args)} value{'' if len(args) == 1 else 's'}"
    return f"({shape}) has {counts}"


def keyword_of(form: Core) -> str | None:
    """The name of a keyword that is written out."""
    return form.value.name if isinstance(form, Const) and isinstance(form.value, Keyword) else None


def keyword_complaint(wanted: Signature, args: Sequence[Core]) -> str | None:
    """What is wrong with the arguments after the required ones of a function with keywords."""
    given: set[str] = set()
    place = 0
    while place < len(args):
        name = keyword_of(args[place])
        if name in wanted.keys:
            assert name is not None
            if place + 1 == len(args):
                return f"{wanted.name} got the keyword :{name} without a value"
            given.add(name)
            place += 2
        elif not isinstance(args[place], Const):
            return None
        elif wanted.more:
            place += 1
        else:
            return stray(wanted, name, len(args))
    missing = sorted(wanted.needed - given)
    return f"{wanted.name} needs the keyword :{missing[0]}" if missing else None


def stray(wanted: Signature, name: str | None, extra: int) -> str:
    """The message for an argument that no parameter takes."""
    if name is None:
        low = len(wanted.required)
        return f"{wanted.name} expects {low} argument{'' if low == 1 else 's'} and keywords, got {low + extra}"
    near = nearest(name, wanted.keys)
    hint = f"did you mean :{near}?" if near else f"it knows {', '.join(':' + key for key in sorted(wanted.keys))}"
    return f"{wanted.name} has no keyword :{name}; {hint}"
