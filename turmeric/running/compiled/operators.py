"""Primitives as Python operators, where the operands allow it.

    (< n 2)        n < 2                                            n is known to be a number
                   (n < 2 if type(n) is int else less(n, 2))        otherwise
    (= kind :a)    kind is k1                                       keywords are unique

The checked function is always there for what does not fit: it gives the answer, or the error.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from turmeric.intermediate import anf
from turmeric.intermediate.anf import Simple
from turmeric.running.compiled.expressions import INLINED as INLINED
from turmeric.running.compiled.expressions import Expressions
from turmeric.running.compiled.knowledge import ANY, BOOL, DECLARED, FLOAT, INT, NUM, NUMBERS, learn, result_of
from turmeric.running.compiled.syntax import EQUAL, IS, IS_NOT, is_simple
from turmeric.vocabulary.structs import Struct, StructType
from turmeric.vocabulary.symbols import Keyword

Made = tuple[ast.expr, str]
Args = tuple[Simple, ...]


def inlined(*symbols: str) -> Callable[[Callable[..., Made | None]], Callable[..., Made | None]]:
    """Register how calls of primitives are made."""

    def register(function: Callable[..., Made | None]) -> Callable[..., Made | None]:
        for symbol in symbols:
            INLINED[symbol] = function
        return function

    return register


SUMS: dict[str, tuple[ast.operator, str]] = {
    "+": (ast.Add(), "add"),
    "-": (ast.Sub(), "subtract"),
    "*": (ast.Mult(), "multiply"),
}


@inlined("core.+", "core.-", "core.*")
def arithmetic(link: Expressions, node: anf.Primitive, args: Args) -> Made | None:
    if len(args) < 2 or not all(map(link.plain, args[2:])):
        return None
    operator, checked = SUMS[node.name]
    operands = link.operands(args)
    made = operands[0]
    for second in operands[1:]:
        made = checked_sum(link, node, operator, checked, made, second)
    learn(f"core.{node.name}", args, [type_ for _, type_ in operands], link.types)
    return made


def checked_sum(
    link: Expressions, node: anf.Primitive, operator: ast.operator, checked: str, one: Made, two: Made
) -> Made:
    """An operator on two operands, behind a check of those that are not known to be numbers."""
    link.site(node.span)
    result = result_of(f"core.{node.name}", [one[1], two[1]])
    if one[1] in NUMBERS and two[1] in NUMBERS:
        return link.binary(one[0], operator, two[0]), result
    test, first, second = integers(link, one, two)
    fast = link.binary(first, operator, second)
    return link.choice(test, fast, link.call(checked, [first, second])), result


def integers(link: Expressions, one: Made, two: Made) -> tuple[ast.expr, ast.expr, ast.expr]:
    """A test that two operands are integers, as far as they are not known to be numbers, and both for later use."""
    (first, type_one), (second, type_two) = one, two
    if type_one in NUMBERS and is_simple(first):
        now, later = link.twice(second)
        return link.type_is(now, "int"), first, later
    now, later = link.twice(first)
    if type_two in NUMBERS and is_simple(second):
        return link.type_is(now, "int"), later, second
    if isinstance(first, ast.Name) and isinstance(second, ast.Name):
        return link.both(link.type_is(first, "int"), link.type_is(second, "int")), first, second
    after, again = link.twice(second)
    types = [link.call("type", [now]), link.call("type", [after])]
    return link.compare(types[0], (IS, types[1]), (IS, link.name("int"))), later, again


ORDERS: dict[str, tuple[ast.cmpop, str]] = {
    "<": (ast.Lt(), "less"),
    "<=": (ast.LtE(), "less_or_equal"),
    ">": (ast.Gt(), "greater"),
    ">=": (ast.GtE(), "greater_or_equal"),
    "==": (ast.Eq(), "same_number"),
}


@inlined("core.<", "core.<=", "core.>", "core.>=", "core.==")
def ordering(link: Expressions, node: anf.Primitive, args: Args) -> Made | None:
    if len(args) != 2:
        return None
    operator, checked = ORDERS[node.name]
    one, two = link.operands(args)
    link.site(node.span)
    learn(f"core.{node.name}", args, [one[1], two[1]], link.types)
    if one[1] in NUMBERS and two[1] in NUMBERS:
        return link.compare(one[0], (operator, two[0])), BOOL
    test, first, second = integers(link, one, two)
    return link.choice(test, link.compare(first, (operator, second)), link.call(checked, [first, second])), BOOL


@inlined("core.=")
def equality(link: Expressions, node: anf.Primitive, args: Args) -> Made | None:
    if len(args) != 2:
        return None
    if isinstance(args[0], anf.Constant) and not isinstance(args[1], anf.Constant):
        args = (args[1], args[0])
    one, two = link.operands(args)
    link.site(node.span)
    if isinstance(args[1], anf.Constant):
        found = equal_to_constant(link, one, two, args[1].value)
        if found is not None:
            return found, BOOL
    if one[1] == INT and two[1] == INT:
        return link.compare(one[0], (EQUAL, two[0])), BOOL
    if one[1] in NUMBERS or two[1] in NUMBERS:
        test, first, second = integers(link, (one[0], ANY), (two[0], ANY))
        return link.choice(test, link.compare(first, (EQUAL, second)), link.call("equal", [first, second])), BOOL
    return link.call("equal", [one[0], two[0]]), BOOL


def equal_to_constant(link: Expressions, one: Made, two: Made, value: object) -> ast.expr | None:
    """Whether a value equals a constant: of the same type, and the same."""
    if value is None or value is True or value is False or type(value) is Keyword:
        return link.compare(one[0], (IS, two[0]))
    if type(value) is int:
        if one[1] == INT:
            return link.compare(one[0], (EQUAL, two[0]))
        first, again = link.twice(one[0])
        return link.both(link.compare(first, (EQUAL, two[0])), link.type_is(again, "int")) if one[1] in NUMBERS else (
            link.both(link.type_is(first, "int"), link.compare(again, (EQUAL, two[0])))
        )
    if type(value) is str:
        first, again = link.twice(one[0])
        return link.both(link.type_is(first, "str"), link.compare(again, (EQUAL, two[0])))
    return None


def one_more(operator: ast.operator) -> Callable[[Expressions, anf.Primitive, Args], Made | None]:
    """`inc` and `dec`."""

    def make(link: Expressions, node: anf.Primitive, args: Args) -> Made | None:
        value, type_ = link.simple(args[0])
        learn(f"math.{node.name}", args, [type_], link.types)
        link.site(node.span)
        if type_ in NUMBERS:
            return link.binary(value, operator, link.constant(1)), type_
        first, again = link.twice(value)
        fast = link.binary(again, operator, link.constant(1))
        return link.choice(link.type_is(first, "int"), fast, link.primitive_call(node, [again])), NUM

    return make


INLINED["math.inc"] = one_more(ast.Add())
INLINED["math.dec"] = one_more(ast.Sub())


@inlined("math.abs")
def absolute(link: Expressions, node: anf.Primitive, args: Args) -> Made | None:
    value, type_ = link.simple(args[0])
    link.site(node.span)
    if type_ in NUMBERS:
        return link.call("abs", [value]), type_
    first, again = link.twice(value)
    fast = link.call("abs", [again])
    return link.choice(link.type_is(first, "int"), fast, link.primitive_call(node, [again])), NUM


@inlined("math.zero?", "math.pos?", "math.neg?")
def sign(link: Expressions, node: anf.Primitive, args: Args) -> Made | None:
    operator = {"zero?": EQUAL, "pos?": ast.Gt(), "neg?": ast.Lt()}[node.name]
    value, type_ = link.simple(args[0])
    link.site(node.span)
    if type_ in NUMBERS:
        return link.compare(value, (operator, link.constant(0))), BOOL
    first, again = link.twice(value)
    fast = link.compare(again, (operator, link.constant(0)))
    return link.choice(link.type_is(first, "int"), fast, link.primitive_call(node, [again])), BOOL


@inlined("core.quot", "core.rem", "core.mod", "core./", "math.even?", "math.odd?")
def division(link: Expressions, node: anf.Primitive, args: Args) -> Made | None:
    """Division of an integer that is not negative by a positive literal, where all roundings agree;
    and of a float by a float."""
    symbol = f"{node.module}.{node.name}"
    by: object = 2
    if node.module == "core":
        if len(args) != 2:
            return None
        if not isinstance(args[1], anf.Constant):
            return division_of_numbers(link, node, args)
        by = args[1].value if isinstance(args[1], anf.Constant) else None
    if type(by) is not int or by <= 0:
        return None
    value, type_ = link.simple(args[0])
    learn(symbol, args[:1], [type_], link.types)
    link.site(node.span)
    first, again = link.twice(value)
    divisor = link.constant(by)
    operator: ast.operator = ast.FloorDiv() if node.name in ("quot", "/") else ast.Mod()
    fast = link.binary(again, operator, divisor)
    if node.module == "math":
        fast = link.compare(fast, (EQUAL, link.constant(0 if node.name == "even?" else 1)))
    if type_ == INT and node.name in ("mod", "even?", "odd?"):
        return in_place(fast, first, again), BOOL if node.module == "math" else INT
    test = link.both(link.type_is(first, "int"), link.compare(again, (ast.GtE(), link.constant(0))))
    checked = link.primitive_call(node, [again] if node.module == "math" else [again, divisor])
    result = BOOL if node.module == "math" else FLOAT if type_ == FLOAT else INT if type_ == INT else NUM
    return link.choice(test, fast, checked), result


def division_of_numbers(link: Expressions, node: anf.Primitive, args: Args) -> Made:
    """Numbers by a number: Python's operators, where they mean the same; a zero is looked at by the machine."""
    one, two = link.operands(args)
    learn(f"core.{node.name}", args, [one[1], two[1]], link.types)
    link.site(node.span)
    if one[1] in NUMBERS and two[1] in NUMBERS:
        if node.name == "/" and FLOAT in (one[1], two[1]):
            return link.binary(one[0], ast.Div(), two[0]), FLOAT
        if node.name == "mod":
            return link.binary(one[0], ast.Mod(), two[0]), result_of("core.mod", [one[1], two[1]])
    return link.primitive_call(node, [one[0], two[0]]), result_of(f"core.{node.name}", [one[1], two[1]])


def in_place(made: ast.expr, first: ast.expr, again: ast.expr) -> ast.expr:
    """An expression with the first evaluation of its operand in it."""
    if first is not again:
        target = made.left if isinstance(made, ast.Compare) else made
        assert isinstance(target, ast.BinOp)
        target.left = first
    return made


# Tests ----------------------------------------------------------------------------------------


@inlined("core.not")
def negated(link: Expressions, node: anf.Primitive, args: Args) -> Made | None:
    return link.negation(link.test(args[0])), BOOL


def constant_test(*values: object, holds: bool = True) -> Callable[[Expressions, anf.Primitive, Args], Made | None]:
    """Whether a value is one of Python's singletons."""

    def make(link: Expressions, node: anf.Primitive, args: Args) -> Made | None:
        first, again = link.twice(link.value(args[0]))
        operator: ast.cmpop = IS if holds else IS_NOT
        tests = [link.compare(first if not place else again, (operator, link.constant(value)))
                 for place, value in enumerate(values)]
        return (tests[0] if len(tests) == 1 else link.either(*tests)), BOOL

    return make


INLINED["core.nil?"] = constant_test(None)
INLINED["core.some?"] = constant_test(None, holds=False)
INLINED["core.boolean?"] = constant_test(True, False)


def class_test(*kinds: str) -> Callable[[Expressions, anf.Primitive, Args], Made | None]:
    """Whether a value is exactly of a Python class."""

    def make(link: Expressions, node: anf.Primitive, args: Args) -> Made | None:
        return link.type_is(link.value(args[0]), kinds[0]), BOOL

    return make


for _name, _kind in (("integer?", "int"), ("float?", "float"), ("string?", "str"), ("bytes?", "bytes")):
    INLINED[f"core.{_name}"] = class_test(_kind)


@inlined("core.identical?")
def identical(link: Expressions, node: anf.Primitive, args: Args) -> Made | None:
    one, two = link.operands(args)
    return link.compare(one[0], (IS, two[0])), BOOL


@inlined("core.missing?")
def missing(link: Expressions, node: anf.Primitive, args: Args) -> Made | None:
    return link.compare(link.value(args[0]), (IS, link.name("MISSING"))), BOOL


# Data -----------------------------------------------------------------------------------------

CLASSES = {"int64": "int", "bigint": "int", "float64": "float", "string": "str", "bool": "bool", "bytes": "bytes"}
"""Declared types whose check is one comparison of classes."""


@inlined("core.check-type")
def checked_type(link: Expressions, node: anf.Primitive, args: Args) -> Made | None:
    wanted = args[1].value if isinstance(args[1], anf.Constant) else None
    declared = DECLARED.get(str(wanted), ANY)
    kind = CLASSES.get(str(wanted))
    value, type_ = link.simple(args[0])
    if declared != ANY and (type_ == declared or (declared == NUM and type_ in NUMBERS)):
        return value, type_
    rest = [link.value(arg) for arg in args[1:]]
    link.site(node.span)
    first, again = link.twice(value)
    if kind is None:
        type_of_struct = wanted_type(link, args[1])
        checked = link.primitive_call(node, [again, *rest])
        if isinstance(type_of_struct, StructType):
            return link.choice(struct_test(link, type_of_struct, first, again), again, checked), ANY
        if wanted == "fn":
            return link.choice(link.type_is(first, "Closure"), again, checked), ANY
        return link.primitive_call(node, [value, *rest]), declared
    return link.choice(link.type_is(first, kind), again, link.primitive_call(node, [again, *rest])), declared


@inlined("core.construct")
def construction(link: Expressions, node: anf.Primitive, args: Args) -> Made | None:
    """A struct made by the name of its type: by a function of its own, for that type."""
    if not isinstance(args[0], anf.GlobalReference):
        return None
    operands = [made for made, _ in link.operands(args[1:])]
    link.site(node.span)
    return link.call(link.link("constructor", args[0].module, args[0].name, len(operands)), operands), ANY


@inlined("core.deref")
def dereferenced(link: Expressions, node: anf.Primitive, args: Args) -> Made | None:
    """The value of a ref that the program owns still."""
    first, again = link.twice(link.value(args[0]))
    link.site(node.span)
    owned = link.compare(link.attribute(again, "owner"), (IS, link.constant(None)))
    test = link.both(link.type_is(first, "Ref"), owned)
    return link.choice(test, link.attribute(again, "value"), link.primitive_call(node, [again])), ANY


@inlined("list.at*")
def element(link: Expressions, node: anf.Primitive, args: Args) -> Made | None:
    """An element of a vector, of a flat one without a call."""
    one, two = link.operands(args)
    link.site(node.span)
    if two[1] != INT or not isinstance(one[0], ast.Name) or not isinstance(two[0], ast.Name):
        return link.primitive_call(node, [one[0], two[0]]), ANY
    buffer, kept = link.twice(link.attribute(one[0], "buffer"))
    inside = link.compare(
        link.constant(-1), (ast.Lt(), two[0]), (ast.Lt(), link.attribute(one[0], "_count"))
    )
    test = link.both(link.type_is(one[0], "Vector"), link.compare(buffer, (IS_NOT, link.constant(None))), inside)
    item = ast.Subscript(link.attribute(kept, "items"), two[0], ast.Load(), lineno=link.line, col_offset=0)
    return link.choice(test, item, link.primitive_call(node, [one[0], two[0]])), ANY


def part_of_list(name: str) -> Callable[[Expressions, anf.Primitive, Args], Made | None]:
    """`first` and `rest`: of a list its head and tail, which the empty one has too."""

    def make(link: Expressions, node: anf.Primitive, args: Args) -> Made | None:
        first, again = link.twice(link.value(args[0]))
        link.site(node.span)
        checked = link.primitive_call(node, [again])
        return link.choice(link.type_is(first, "List"), link.attribute(again, name), checked), ANY

    return make


INLINED["core.first"] = part_of_list("head")
INLINED["core.rest"] = part_of_list("tail")


@inlined("core.empty?")
def emptiness(link: Expressions, node: anf.Primitive, args: Args) -> Made | None:
    first, again = link.twice(link.value(args[0]))
    link.site(node.span)
    none = link.compare(link.attribute(again, "_count"), (EQUAL, link.constant(0)))
    return link.choice(link.type_is(first, "List"), none, link.primitive_call(node, [again])), BOOL


@inlined("core.cons")
def pair(link: Expressions, node: anf.Primitive, args: Args) -> Made | None:
    one, two = link.operands(args)
    link.site(node.span)
    if not is_simple(two[0]) or not is_simple(one[0]):
        return link.primitive_call(node, [one[0], two[0]]), ANY
    made = link.call("List", [one[0], two[0]])
    return link.choice(link.type_is(two[0], "List"), made, link.primitive_call(node, [one[0], two[0]])), ANY


@inlined("core.instance?")
def instance(link: Expressions, node: anf.Primitive, args: Args) -> Made | None:
    """Whether a value is of a type that is known by name: a struct type, or one with a class of Python's."""
    wanted = wanted_type(link, args[0])
    kind = CLASSES.get(str(wanted))
    if kind is not None:
        return link.type_is(link.value(args[1]), kind), BOOL
    if not isinstance(wanted, StructType):
        return None
    first, again = link.twice(link.value(args[1]))
    link.site(node.span)
    return struct_test(link, wanted, first, again), BOOL


def struct_test(link: Expressions, wanted: StructType, first: ast.expr, again: ast.expr) -> ast.expr:
    """Whether a value is a struct of a type."""
    symbol = link.link("symbol", wanted.module, wanted.name)
    own = link.attribute(link.attribute(again, "type"), "symbol")
    return link.both(link.type_is(first, "Struct"), link.compare(own, (EQUAL, link.name(symbol))))


@inlined("reducing.reduced?")
def reduced(link: Expressions, node: anf.Primitive, args: Args) -> Made | None:
    first, again = link.twice(link.value(args[0]))
    own = link.attribute(link.attribute(again, "type"), "symbol")
    same = link.compare(own, (EQUAL, link.constant("reducing.reduced")))
    return link.both(link.type_is(first, "Struct"), same), BOOL


def wanted_type(link: Expressions, node: Simple) -> object:
    """The struct type that an expression names, or the name of a built-in one."""
    if isinstance(node, anf.GlobalReference):
        found = link.linker.find(node.module, node.name).value
    elif isinstance(node, anf.Constant) and type(node.value) is str:
        module, _, name = node.value.rpartition(".")
        if not module:
            return node.value
        home = link.linker.world.module(module)
        found = home.definitions[name].value if home is not None and name in home.definitions else None
    else:
        return None
    return found.type if type(found) is Struct else found if type(found) is StructType else None


@inlined("core.struct-part")
def struct_part(link: Expressions, node: anf.Primitive, args: Args) -> Made | None:
    one, two = link.operands(args)
    link.site(node.span)
    item = ast.Subscript(link.attribute(one[0], "values"), two[0], ast.Load(), lineno=link.line, col_offset=0)
    return item, ANY
