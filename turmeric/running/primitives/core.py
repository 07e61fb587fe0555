"""The primitives of the module `core`: identity, numbers, symbols, printing, templates."""

from __future__ import annotations

from turmeric.reading.expander import EXPANSION
from turmeric.running import arithmetic, copying, structure
from turmeric.running.classes import Method, TypeClass, method_for
from turmeric.running.continuation import Continuation, frames_of
from turmeric.running.functions import MISSING
from turmeric.running.interrupting import only_once
from turmeric.running.iterating import Generator
from turmeric.running.lazies import Lazy
from turmeric.running.machine import CURRENT
from turmeric.running.structure import short
from turmeric.running.values import Builtin, Cell, Closure, Operator, Rc, Ref
from turmeric.running.world import require_world
from turmeric.vocabulary import lists, maps, sets, vectors
from turmeric.vocabulary.beside import plain
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.kinds import CHECKS, has_type, type_name
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.maps import Map
from turmeric.vocabulary.printer import display
from turmeric.vocabulary.sets import Set
from turmeric.vocabulary.structs import Struct
from turmeric.vocabulary.symbols import Keyword, Symbol, keyword, symbol
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


# Cells ----------------------------------------------------------------------------------------


def usable(cell: Any, name: str) -> Any:
    """The cell, unless it is none or has moved into a serialized continuation."""
    if type(cell) is Ref:
        if cell.owner is not None:
            where = next((point.function.code.symbol for point, _ in frames_of(cell.owner)), "the program")
            message = f"this ref moved into the serialized continuation of {where}; continuing that gives it back"
            raise failure("moved-reference", message, where)
        return cell
    if type(cell) is Rc:
        return cell
    raise failure("type-error", f"{name} expects a ref, got {short(cell)}", cell)


def deref(cell: Any) -> Any:
    return cell.get() if type(cell) is Lazy else usable(cell, "deref").value


def set_ref(cell: Any, value: Any) -> Any:
    usable(cell, "set-ref!").value = value
    return value


# Templates and symbols ------------------------------------------------------------------------


def template_symbol(name: Symbol, module: str) -> Symbol:
    """A symbol as the running expansion's template writes it."""
    return name.with_mark((EXPANSION.current, module))


class Fresh:
    """Counts the names that `gensym` makes."""

    count = 0


def gensym(prefix: Any = "g") -> Symbol:
    """A symbol no program wrote: its mark is its own."""
    count = Fresh.count + 1
    made = Symbol(f"{display(prefix)}__{count}", ((-count, "core"),))
    Fresh.count = count
    return made


def to_symbol(value: Any) -> Symbol:
    return value if type(value) is Symbol else symbol(name_of(value))


def to_keyword(value: Any) -> Keyword:
    return value if type(value) is Keyword else keyword(name_of(value))


def name_of(value: Any) -> str:
    """The name of a symbol or keyword; a string itself."""
    if isinstance(value, Symbol | Keyword):
        return value.name
    if type(value) is str:
        return value
    raise failure("type-error", f"name expects a symbol, keyword or string, got {short(value)}", value)


# Sequences that the expander needs ------------------------------------------------------------


def items(value: Any, name: str) -> Any:
    """An iterable over a collection's elements; of a map its entries, as vectors."""
    if value is None:
        return ()
    if isinstance(value, Map):
        return [vectors.from_iterable(pair) for pair in value.items()]
    if isinstance(value, List | Vector | Set | str | bytes):
        return value
    if structure.is_python(value) and hasattr(value, "__iter__"):
        return python_items(value)
    hint = "; (gen-collect g) gives its elements as a list" if type(value) is Generator else ""
    raise failure("type-error", f"{name} expects a collection, got {short(value)}{hint}", value)


def python_items(value: Any) -> list[Any]:
    """The elements of a Python iterable, all taken from it now; of a dictionary its entries."""
    if isinstance(value, dict):
        return [vectors.from_iterable(pair) for pair in value.items()]
    if type(value) not in structure.PLAIN:
        only_once()
    return list(value)


def vec(value: Any) -> Vector:
    return value if type(value) is Vector else vectors.from_iterable(items(value, "vec"))


def concat(*parts: Any) -> List:
    """All elements of all collections, as a list; the last list is shared."""
    if not parts:
        return lists.EMPTY
    *before, last = parts
    result = last if type(last) is List else lists.from_iterable(items(last, "concat"))
    for part in reversed(before):
        for item in reversed(list(items(part, "concat"))):
            result = lists.cons(item, result)
    return result


def map_from_flat(flat: Any) -> Map:
    parts = list(flat)
    if len(parts) % 2:
        raise failure("value-error", "a map takes pairs of a key and a value", len(parts))
    return maps.from_pairs(zip(parts[::2], parts[1::2], strict=True))


# Destructuring and match ----------------------------------------------------------------------


def destructure_nth(value: Any, place: int) -> Any:
    """The element at a place, nil when there is none."""
    if value is None:
        return None
    if not isinstance(value, List | Vector | str | list | tuple):
        raise failure("type-error", f"cannot take {short(value)} apart as a sequence", value)
    return structure.nth(value, place) if place < len(value) else None


def destructure_rest(value: Any, place: int) -> Any:
    """What is left after the first `place` elements, as a list."""
    if value is None:
        return lists.EMPTY
    if not isinstance(value, List | Vector | str | list | tuple):
        raise failure("type-error", f"cannot take {short(value)} apart as a sequence", value)
    if isinstance(value, List):
        for _ in range(min(place, len(value))):
            value = value.tail
        return value
    return lists.from_iterable(list(value)[place:])


def match_rest(value: Any, place: int) -> Any:
    """What is left of a matched sequence, of the type of what was matched."""
    if isinstance(value, Vector):
        return value.slice(place, len(value)) if place < len(value) else vectors.EMPTY
    return destructure_rest(value, place)


def sequence_fits(value: Any, kind: str, count: int, exact: bool) -> bool:
    wanted = List if kind == "list" else (List, Vector)
    if not isinstance(value, wanted):
        return False
    return len(value) == count if exact else len(value) >= count


def map_has(value: Any, *keys: Any) -> bool:
    if isinstance(value, Map):
        return all(key in value for key in keys)
    if type(value) is Struct:
        return all(isinstance(key, Keyword) and key.name in value.type.index for key in keys)
    return False


def contains(container: Any, key: Any) -> bool:
    """Whether a map has a key, a set an element, a vector an index, a struct a field."""
    if isinstance(container, Map | Set):
        return key in container
    if isinstance(container, Vector | list | tuple):
        return type(key) is int and 0 <= key < len(container)
    if container is None:
        return False
    if structure.is_python(container) and hasattr(container, "__contains__"):
        return key in container
    if type(container) is Struct:
        return map_has(container, key)
    raise failure("type-error", f"contains? expects a map, set or vector, got {short(container)}", container)


def instance(wanted: Any, value: Any) -> bool:
    """Whether a value is of a type, given by name or as the type itself."""
    return has_type(value, wanted if type(wanted) is str else type_symbol(wanted))


def type_symbol(wanted: Any) -> str:
    """The name of a type. The function that makes values of a built-in type, as `int` or `vector`,
    stands for that type, too."""
    found = getattr(wanted.type if type(wanted) is Struct else wanted, "symbol", None)
    if isinstance(found, str):
        if not isinstance(wanted, Closure | Builtin | Operator) or found == "core.error":
            return found
        name = found.rpartition(".")[2]
        name = {"int": "int64", "float": "float64", "str": "string"}.get(name, name)
        if name in CHECKS:
            return name
    raise failure("type-error", f"instance? expects a type, got {short(wanted)}", wanted)


def match_failed(value: Any) -> Any:
    raise failure("match-error", f"no clause matches {short(value)}", value)


# Jumps out of marks ---------------------------------------------------------------------------


class NextTurn:
    """The tag of a vector by which a `recur` under a mark asks for the jump."""


NEXT_TURN = symbol("%next-turn")


def next_turn(*args: Any) -> Vector:
    return vectors.from_iterable((NEXT_TURN, *args))


def is_next_turn(value: Any) -> bool:
    return type(value) is Vector and len(value) > 0 and value[0] is NEXT_TURN


def next_turn_part(value: Vector, place: int) -> Any:
    return value[place + 1]


# Types, calls, evaluation ---------------------------------------------------------------------


def is_function(value: Any) -> bool:
    return type(value) is Closure or (callable(value) and not isinstance(value, Map | Set | Vector | List | Keyword))


def type_of(value: Any) -> Symbol:
    return symbol(type_name(value))


def dynamic_value(name: str) -> Any:
    """The value of a dynamic variable: the innermost binding's, or the definition's."""
    machine = CURRENT.machine
    if machine is not None:
        bound, value = machine.dynamic(plain(name))
        if bound:
            return value
    return require_world().find(*name.rsplit(".", 1)).force()


def import_python(name: str, target: str) -> Any:
    from importlib import import_module

    try:
        found = import_module(name)
    except ImportError as error:
        raise failure("python-error", f"cannot import the Python module {name}: {error}", name) from error
    return found if target == name else import_module(target)


def make_error(message: Any, data: Any = None) -> Struct:
    return failure("error", message if type(message) is str else display(message), data).value  # type: ignore[return-value]


def error_trace(value: Any) -> Any:
    """Names of the functions that were pending when an error was thrown."""
    trace = value.trace if type(value) is Struct else None
    return vectors.from_iterable([name for name, _ in trace[1]]) if isinstance(trace, tuple) else vectors.EMPTY


def has_instance(type_class: Any, value: Any) -> bool:
    return isinstance(type_class, TypeClass) and type_class.instance_for(value) is not None


def continuation_consumed(value: Any) -> bool:
    return type(value) is Continuation and value.consumed


def is_cell(value: Any) -> bool:
    return isinstance(value, Cell | Ref | Rc)


def struct_part(value: Struct, place: int) -> Any:
    return value.values[place]


def macroexpand(datum: Any) -> Any:
    """Expand the macro at the head of a datum until it is none."""
    return require_world().macroexpand(datum)


def first(value: Any) -> Any:
    """The first element, nil when there is none."""
    if isinstance(value, List):
        return value.head if value else None
    for item in items(value, "first"):
        return item
    return None


def rest(value: Any) -> List:
    """All elements but the first, as a list."""
    if isinstance(value, List):
        return value.tail
    return lists.from_iterable(list(items(value, "rest"))[1:])


def count(value: Any) -> int:
    return len(items(value, "count"))


def cons(item: Any, value: Any) -> List:
    """A list of `item` and then the elements of a collection."""
    return lists.cons(item, value if type(value) is List else lists.from_iterable(items(value, "cons")))


TABLE: dict[str, Callable[..., Any]] = {
    "+": arithmetic.add,
    "-": arithmetic.subtract,
    "*": arithmetic.multiply,
    "/": arithmetic.divide,
    "quot": arithmetic.quot,
    "rem": arithmetic.rem,
    "mod": arithmetic.mod,
    "<": arithmetic.less,
    "<=": arithmetic.less_or_equal,
    ">": arithmetic.greater,
    ">=": arithmetic.greater_or_equal,
    "=": arithmetic.all_equal,
    "==": arithmetic.same_number,
    "not": lambda value: value is None or value is False,
    "identical?": lambda a, b: a is b,
    "integer?": lambda value: type(value) is int,
    "float?": lambda value: type(value) is float,
    "number?": lambda value: type(value) in (int, float),
    "string?": lambda value: type(value) is str,
    "bytes?": lambda value: type(value) is bytes,
    "symbol?": lambda value: type(value) is Symbol,
    "keyword?": lambda value: type(value) is Keyword,
    "boolean?": lambda value: value is True or value is False,
    "nil?": lambda value: value is None,
    "some?": lambda value: value is not None,
    "list?": lambda value: isinstance(value, List),
    "vector?": lambda value: isinstance(value, Vector),
    "map?": lambda value: isinstance(value, Map),
    "set?": lambda value: isinstance(value, Set),
    "struct?": lambda value: isinstance(value, Struct),
    "error?": lambda value: type(value) is Struct and value.type.kind == "error",
    "fn?": is_function,
    "continuation?": lambda value: type(value) is Continuation,
    "ref?": lambda value: type(value) is Ref,
    "rc?": lambda value: type(value) is Rc,
    "construct": lambda type_, *args: structure.construct(type_, list(args)),
    "field": structure.field,
    "get": structure.get,
    "nth": structure.nth,
    "contains?": contains,
    "check-type": structure.check_type,
    "instance?": instance,
    "type-of": type_of,
    "ref": Ref,
    "rc": Rc,
    "deref": deref,
    "set-ref!": set_ref,
    "list": lambda *values: lists.from_iterable(values),
    "vector": lambda *values: vectors.from_iterable(values),
    "hash-map": lambda *flat: map_from_flat(flat),
    "set-of": lambda *values: sets.from_iterable(values),
    "set": lambda value: sets.from_iterable(items(value, "set")),
    "vec": vec,
    "concat-lists": concat,
    "map-from-flat": map_from_flat,
    "template-symbol": template_symbol,
    "gensym": gensym,
    "symbol": to_symbol,
    "keyword": to_keyword,
    "name": name_of,
    "destructure-nth": destructure_nth,
    "destructure-rest": destructure_rest,
    "match-rest": match_rest,
    "sequence-fits?": sequence_fits,
    "map-has?": map_has,
    "match-failed": match_failed,
    "struct-part": struct_part,
    "next-turn": next_turn,
    "next-turn?": is_next_turn,
    "next-turn-part": next_turn_part,
    "missing?": lambda value: value is MISSING,
    "method-for": method_for,
    "method?": lambda value: type(value) is Method,
    "dynamic-value": dynamic_value,
    "import-python*": import_python,
    "error": make_error,
    "error-trace": error_trace,
    "has-instance?": has_instance,
    "consumed?": continuation_consumed,
    "one-shot?": lambda value: type(value) is Continuation and value.one_shot,
    "copy-cells": copying.copied,
    "macroexpand": macroexpand,
    "first": first,
    "rest": rest,
    "next": lambda value: rest(value) or None,
    "count": count,
    "empty?": lambda value: count(value) == 0,
    "cons": cons,
    "append-to": vectors.Vector.append,
}
