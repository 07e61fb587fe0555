"""`match`: clauses become tests and bindings of parts.

    (match e (Some x) when (> x 1) -> x  _ -> 0)
      ==>  let v = e in if instance?(v, Some) and (let x = v.0 in x > 1) then let x = v.0 in x else 0

Tests and parts are primitives without effects, so a part may be read again rather
than remembered.
"""

from __future__ import annotations

from turmeric.reading import type_annotations
from turmeric.reading.core import Call, Const, Core, Global, If, Let, Local, LoopTarget, Variable
from turmeric.reading.datums import plain, span_of, spans_of
from turmeric.reading.expander import Expander
from turmeric.reading.patterns import bind_name
from turmeric.reading.scope import Scope
from turmeric.vocabulary import namespace
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.spans import Span
from turmeric.vocabulary.structs import Struct, StructType
from turmeric.vocabulary.symbols import Symbol
from turmeric.vocabulary.vectors import Vector

Bindings = list[tuple[Symbol, Core]]
Compiled = tuple[list[Core], Bindings]
"""Tests, all of which must hold, and the names with the parts they stand for."""


class Clause:
    """One clause as written: pattern, guard (or None) and body."""

    __slots__ = ("body", "body_span", "guard", "pattern", "span")

    def __init__(self, pattern: object, span: Span | None) -> None:
        self.pattern = pattern
        self.span = span
        self.guard: object = None
        self.body: object = None
        self.body_span: Span | None = None


def split_clauses(expander: Expander, form: List) -> list[Clause]:
    """The clauses of a `match`, with or without arrows."""
    items, spans = list(form), spans_of(form)
    clauses: list[Clause] = []
    place = 2
    while place < len(items):
        clause = Clause(items[place], spans.get(place))
        place += 1
        if is_symbol(items, place, "when"):
            if place + 1 >= len(items):
                raise expander.error("expected a guard after `when`")
            clause.guard = items[place + 1]
            place += 2
        if is_symbol(items, place, "->"):
            place += 1
        if place >= len(items):
            raise expander.error(f"expected a body after the pattern {write(clause.pattern)}", span=clause.span)
        clause.body, clause.body_span = items[place], spans.get(place)
        clauses.append(clause)
        place += 1
    return clauses


def is_symbol(items: list[object], place: int, name: str) -> bool:
    return place < len(items) and type(item := items[place]) is Symbol and item.name == name


def expand_clauses(expander: Expander, form: List, value: Core, scope: Scope, tail: LoopTarget | None) -> Core:
    """The whole `match` on an expanded value."""
    var = Variable("%matched", None, expander.span)
    result: Core = expander.core_call("match-failed", Local(var))
    for clause in reversed(split_clauses(expander, form)):
        result = expand_clause(expander, clause, Local(var), result, scope, tail)
    return Let(var, value, result, expander.span)


def expand_clause(
    expander: Expander, clause: Clause, value: Core, otherwise: Core, scope: Scope, tail: LoopTarget | None
) -> Core:
    tests, bindings = compile_pattern(expander, clause.pattern, value, clause.span)
    test = conjunction(tests)
    if clause.guard is not None:
        guard = with_bindings(expander, bindings, scope, clause.guard, None, None)
        test = If(test, guard, Const(False))
    body = with_bindings(expander, bindings, scope, clause.body, tail, clause.body_span)
    if isinstance(test, Const) and test.value is True:
        if not fails(otherwise):
            expander.warnings.append(("the clauses after this one are never reached", clause.span))
        return body
    return If(test, body, otherwise, clause.span)


def fails(otherwise: Core) -> bool:
    """Whether no clause follows."""
    called = otherwise.function if isinstance(otherwise, Call) else None
    return isinstance(called, Global) and called.name == "match-failed"


def with_bindings(
    expander: Expander, bindings: Bindings, scope: Scope, datum: object, tail: LoopTarget | None, span: Span | None
) -> Core:
    inner = Scope(scope)
    made = []
    for name, part in bindings:
        if (name.name, name.marks) in inner.names:
            raise expander.error(f"the name `{name.name}` appears twice in a pattern", span=name.span)
        made.append((bind_name(expander, name, None, inner), part))
    body = expander.expand(datum, inner, tail, span)
    for var, part in reversed(made):
        body = Let(var, part, body, var.span)
    return body


def conjunction(tests: list[Core]) -> Core:
    """All tests as one; true when there is none."""
    if not tests:
        return Const(True)
    result = tests[-1]
    for test in reversed(tests[:-1]):
        result = If(test, result, Const(False))
    return result


def compile_pattern(expander: Expander, pattern: object, value: Core, span: Span | None = None) -> Compiled:
    """The tests and bindings of one pattern against `value`, a form without effects."""
    if type(pattern) is Symbol:
        return name_pattern(expander, pattern, value)
    if isinstance(pattern, Vector):
        return sequence_pattern(expander, list(pattern), value, "sequence")
    if isinstance(pattern, Map):
        return map_pattern(expander, pattern, value)
    if isinstance(pattern, List) and pattern:
        return list_pattern(expander, pattern, value)
    return [expander.core_call("=", value, Const(plain(pattern)))], []


def name_pattern(expander: Expander, name: Symbol, value: Core) -> Compiled:
    if name.name == "_":
        return [], []
    found = type_named(expander, name)
    made = found.force() if found is not None else None
    if isinstance(made, Struct):
        return [instance_test(expander, value, made.type.symbol)], []
    return [], [(name, value)]


def type_named(expander: Expander, name: object) -> namespace.Global | None:
    """The type or constructor of that name, if there is one."""
    found = expander.resolve(name, Scope()) or expander.member(name) if type(name) is Symbol else None
    return found if isinstance(found, namespace.Global) and found.kind == namespace.TYPE else None


def instance_test(expander: Expander, value: Core, symbol: str) -> Core:
    return expander.core_call("instance?", Const(symbol), value)


def list_pattern(expander: Expander, pattern: List, value: Core) -> Compiled:
    """`'sym`, `(list ...)`, `(or p q)`, `(x : type)`, `(p as name)`, `(constructor p...)`."""
    items = list(pattern)
    head = items[0]
    if type(head) is Symbol and head.name == "quote" and len(items) == 2:
        return [expander.core_call("=", value, Const(plain(items[1])))], []
    if len(items) == 3 and is_symbol(items, 1, ":"):
        type_ = type_annotations.parse_type(expander, items[2])
        outer = type_[0] if isinstance(type_, tuple) else type_
        tests, bindings = compile_pattern(expander, head, value)
        return [*([] if outer is None else [instance_test(expander, value, str(outer))]), *tests], bindings
    if len(items) == 3 and is_symbol(items, 1, "as") and type(items[2]) is Symbol:
        tests, bindings = compile_pattern(expander, head, value)
        return tests, [*bindings, (items[2], value)]
    if type(head) is Symbol and head.name == "or":
        return alternatives(expander, pattern, value)
    if type(head) is Symbol and head.name == "list":
        return sequence_pattern(expander, items[1:], value, "list")
    return constructor_pattern(expander, pattern, items, value)


def constructor_pattern(expander: Expander, pattern: List, items: list[object], value: Core) -> Compiled:
    head = items[0]
    found = type_named(expander, head)
    made = found.force() if found is not None else None
    type_ = made.type if isinstance(made, Struct) else made
    if not isinstance(type_, StructType):
        near = namespace.nearest(write(head), expander.known_types())
        hint = f"; did you mean `{near}`?" if near else ""
        message = f"{write(head)} is not a constructor, so {write(pattern)} matches nothing{hint}"
        raise expander.error(message, span=span_of(pattern))
    if len(items) - 1 != len(type_.fields):
        fields = f"{len(type_.fields)} field" + ("" if len(type_.fields) == 1 else "s")
        shape = " ".join((type_.name, *type_.fields))
        raise expander.error(f"({shape}) has {fields}, but the pattern has {len(items) - 1}", span=span_of(pattern))
    tests: list[Core] = [instance_test(expander, value, type_.symbol)]
    bindings: Bindings = []
    for place, item in enumerate(items[1:]):
        part = expander.core_call("struct-part", value, Const(place))
        more, names = compile_pattern(expander, item, part)
        tests += more
        bindings += names
    return tests, bindings


def sequence_pattern(expander: Expander, items: list[object], value: Core, kind: str) -> Compiled:
    """`[a b & rest]` for lists and vectors, `(list a b)` for lists."""
    rest: object = None
    if len(items) >= 2 and is_symbol(items, len(items) - 2, "&"):
        rest, items = items[-1], items[:-2]
    exact = Const(rest is None)
    tests: list[Core] = [expander.core_call("sequence-fits?", value, Const(kind), Const(len(items)), exact)]
    bindings: Bindings = []
    for place, item in enumerate(items):
        more, names = compile_pattern(expander, item, expander.core_call("nth", value, Const(place)))
        tests += more
        bindings += names
    if rest is not None:
        more, names = compile_pattern(expander, rest, expander.core_call("match-rest", value, Const(len(items))))
        tests += more
        bindings += names
    return tests, bindings


def map_pattern(expander: Expander, pattern: Map, value: Core) -> Compiled:
    """`{:key p}`: open, every key must be there."""
    tests: list[Core] = []
    bindings: Bindings = []
    for key, item in pattern.items():
        tests.append(expander.core_call("map-has?", value, Const(plain(key))))
        more, names = compile_pattern(expander, item, expander.core_call("get", value, Const(plain(key))))
        tests += more
        bindings += names
    return tests or [expander.core_call("map-has?", value)], bindings


def alternatives(expander: Expander, pattern: List, value: Core) -> Compiled:
    """`(or p q)`: the first that fits; all bind the same names."""
    compiled = [compile_pattern(expander, each, value) for each in pattern.tail]
    if not compiled:
        raise expander.error("(or) as a pattern matches nothing", span=span_of(pattern))
    names = [sorted(name.name for name, _ in bindings) for _, bindings in compiled]
    if any(each != names[0] for each in names):
        raise expander.error("all patterns of an (or ...) must bind the same names", span=span_of(pattern))
    tests = [conjunction(each) for each, _ in compiled]
    test: Core = tests[-1]
    for each in reversed(tests[:-1]):
        test = If(each, Const(True), test)
    merged = []
    for name, part in compiled[-1][1]:
        for (_, bindings), each in zip(reversed(compiled[:-1]), reversed(tests[:-1]), strict=True):
            other = next(found for found_name, found in bindings if found_name.name == name.name)
            part = If(each, other, part)
        merged.append((name, part))
    return [test], merged
