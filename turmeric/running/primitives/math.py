"""The primitives of the module `math`."""

from __future__ import annotations

import math

from turmeric.running.structure import short
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.kinds import is_number
from turmeric.vocabulary.printer import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


# Comparing ------------------------------------------------------------------------------------


def extreme(name: str, better: Callable[[Any, Any], bool]) -> Callable[..., Any]:
    """`min` or `max`: nan if one of the numbers is nan."""

    def find(best: Any, *more: Any) -> Any:
        for value in more:
            if not is_number(value):
                raise failure("type-error", f"{name} expects numbers, got {short(value)}", value)
            if best == best and (value != value or better(value, best)):
                best = value
        return best

    return find


def sign(x: Any) -> int:
    return int(x > 0) - int(x < 0)


# Functions of floats --------------------------------------------------------------------------


def in_domain(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of Python's `math` whose domain errors are the language's."""

    def call(*args: Any) -> Any:
        try:
            return function(*args)
        except ValueError as error:
            shown = " ".join(write(arg) for arg in args)
            raise failure("value-error", f"({name} {shown}) has no value", args[0]) from error

    return call


def power(x: Any, y: Any) -> Any:
    """An exact integer for integers where there is one, else a float."""
    if type(x) is int and type(y) is int and y >= 0:
        return x**y
    if x == 0 and y < 0:
        raise failure("division-by-zero", f"(pow {write(x)} {write(y)}) divides by zero", x)
    return math.pow(x, y)


def logarithm(x: Any, base: Any = None) -> Any:
    """To `base`; exact powers of 2 and 10 give exact results."""
    if base is None:
        return math.log(x)
    if not is_number(base):
        raise failure("type-error", f"log expects a number as its base, got {short(base)}", base)
    if base == 1:
        raise ValueError("no logarithm to the base 1")
    exact = {2: math.log2, 10: math.log10}.get(base)
    return exact(x) if exact else math.log(x, base)


# Whole numbers --------------------------------------------------------------------------------


def whole(name: str, function: Callable[[Any], int]) -> Callable[[Any], int]:
    """A function from numbers to integers; infinities and nan have none."""

    def call(x: Any) -> int:
        if type(x) is int:
            return x
        if not math.isfinite(x):
            raise failure("value-error", f"({name} {write(x)}) is no integer", x)
        return function(x)

    return call


round_whole = whole("round", round)


def round_number(x: Any, digits: Any = None) -> Any:
    """To the nearest integer, or to so many decimal places."""
    if digits is None:
        return round_whole(x)
    if type(digits) is not int:
        raise failure("type-error", f"round expects an integer as its digits, got {short(digits)}", digits)
    return round(x, digits)


def integers(name: str, values: tuple[Any, ...]) -> tuple[int, ...]:
    for value in values:
        if type(value) is not int:
            raise failure("type-error", f"{name} expects integers, got {short(value)}", value)
    return values


def number_to_string(x: Any, base: Any = 10) -> str:
    """A number as text; an integer in any base up to 36."""
    if base == 10 and type(base) is int:
        return write(x)
    check_base("number->string", base)
    if type(x) is not int:
        raise failure("type-error", f"number->string shows only integers in base {base}, got {short(x)}", x)
    digits = []
    size = abs(x)
    while size:
        size, digit = divmod(size, base)
        digits.append(DIGITS[digit])
    return ("-" if x < 0 else "") + ("".join(reversed(digits)) or "0")


def check_base(name: str, base: Any) -> None:
    if type(base) is not int or not 2 <= base <= 36:
        raise failure("value-error", f"{name} expects a base from 2 to 36, got {short(base)}", base)


# Bits -----------------------------------------------------------------------------------------


def bitwise(name: str, combine: Callable[[int, int], int]) -> Callable[..., int]:
    def call(first: int, *more: Any) -> int:
        for value in integers(name, more):
            first = combine(first, value)
        return first

    return call


def shift(name: str, move: Callable[[int, int], int]) -> Callable[[int, int], int]:
    def call(n: int, places: int) -> int:
        if places < 0:
            raise failure("value-error", f"{name} expects at least 0 places, got {places}", places)
        return move(n, places)

    return call


TABLE: dict[str, Callable[..., Any]] = {
    "inc": lambda x: x + 1,
    "dec": lambda x: x - 1,
    "abs": abs,
    "min": extreme("min", lambda value, best: value < best),
    "max": extreme("max", lambda value, best: value > best),
    "zero?": lambda x: x == 0,
    "pos?": lambda x: x > 0,
    "neg?": lambda x: x < 0,
    "even?": lambda n: n % 2 == 0,
    "odd?": lambda n: n % 2 == 1,
    "sign": sign,
    "nan?": lambda x: x != x,
    "sqrt": in_domain("sqrt", math.sqrt),
    "pow": in_domain("pow", power),
    "exp": math.exp,
    "log": in_domain("log", logarithm),
    "sin": in_domain("sin", math.sin),
    "cos": in_domain("cos", math.cos),
    "tan": in_domain("tan", math.tan),
    "atan2": math.atan2,
    "floor": whole("floor", math.floor),
    "ceil": whole("ceil", math.ceil),
    "round": round_number,
    "truncate": whole("truncate", math.trunc),
    "int": whole("int", math.trunc),
    "float": float,
    "gcd": lambda *values: math.gcd(*integers("gcd", values)),
    "lcm": lambda *values: math.lcm(*integers("lcm", values)),
    "number->string": number_to_string,
    "bit-and": bitwise("bit-and", lambda a, b: a & b),
    "bit-or": bitwise("bit-or", lambda a, b: a | b),
    "bit-xor": bitwise("bit-xor", lambda a, b: a ^ b),
    "bit-not": lambda n: ~n,
    "bit-shift-left": shift("bit-shift-left", lambda n, places: n << places),
    "bit-shift-right": shift("bit-shift-right", lambda n, places: n >> places),
}
