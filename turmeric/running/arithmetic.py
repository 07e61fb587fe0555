"""Numbers: checked arithmetic and comparison, and their in-place versions.

Integers are exact and unbounded.  `true` is no number: every operator checks its
operands and names them when they do not fit.
"""

from __future__ import annotations

from collections.abc import Callable

from turmeric.vocabulary.equality import equal
from turmeric.vocabulary.errors import TurmericError, failure
from turmeric.vocabulary.kinds import is_number
from turmeric.vocabulary.printer import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def number_error(name: str, *values: Any) -> TurmericError:
    """The type error for the first operand that is no number."""
    wrong = next(value for value in values if not is_number(value))
    return failure("type-error", f"{name} expects numbers, got {write(wrong)[:60]}", wrong)


def add(*values: Any) -> Any:
    """The sum; of no numbers 0.  Begins with the first one: a sum of -0.0 is -0.0."""
    if len(values) == 2:
        first, second = values
        if is_number(first) and is_number(second):
            return first + second
    total: Any = 0
    if values and is_number(values[0]):
        total, *values = values  # type: ignore[assignment]
    for value in values:
        if not is_number(value):
            raise number_error("+", value)
        total += value
    return total


def subtract(first: Any, *values: Any) -> Any:
    if not is_number(first):
        raise number_error("-", first)
    if not values:
        return -first
    for value in values:
        if not is_number(value):
            raise number_error("-", value)
        first -= value
    return first


def multiply(*values: Any) -> Any:
    total: Any = 1
    for value in values:
        if not is_number(value):
            raise number_error("*", value)
        total *= value
    return total


def add_two(a: Any, b: Any) -> Any:
    return a + b if is_number(a) and is_number(b) else add(a, b)


def subtract_two(a: Any, b: Any) -> Any:
    return a - b if is_number(a) and is_number(b) else subtract(a, b)


def multiply_two(a: Any, b: Any) -> Any:
    return a * b if is_number(a) and is_number(b) else multiply(a, b)


def divide(first: Any, *values: Any) -> Any:
    """On two integers the quotient, truncated toward zero; with a float, a float."""
    if not values:
        return divide(1, first)
    for value in values:
        if not (is_number(first) and is_number(value)):
            raise number_error("/", first, value)
        if value == 0:
            raise failure("division-by-zero", f"(/ {write(first)} {write(value)}) divides by zero", first)
        first = quot(first, value) if type(first) is int and type(value) is int else first / value
    return first


def check_division(name: str, a: Any, b: Any) -> None:
    if not (is_number(a) and is_number(b)):
        raise number_error(name, a, b)
    if b == 0:
        raise failure("division-by-zero", f"({name} {write(a)} {write(b)}) divides by zero", a)


def quot(a: Any, b: Any) -> Any:
    check_division("quot", a, b)
    if type(a) is int and type(b) is int:
        size = abs(a) // abs(b)
        return size if (a < 0) == (b < 0) else -size
    return float(int(a / b))


def rem(a: Any, b: Any) -> Any:
    check_division("rem", a, b)
    if type(a) is int and type(b) is int:
        size = abs(a) % abs(b)
        return -size if a < 0 else size
    from math import fmod

    return fmod(a, b)


def mod(a: Any, b: Any) -> Any:
    check_division("mod", a, b)
    return a % b


def ordered(name: str, test: Callable[[Any, Any], bool]) -> Callable[..., bool]:
    """A comparison of any number of operands: each with the next."""

    def compare(first: Any, *values: Any) -> bool:
        if not comparable(first):
            raise failure("type-error", f"{name} expects numbers or strings, got {write(first)[:60]}", first)
        holds = True
        for value in values:
            if not is_number(value) or not is_number(first):
                check_comparable(name, first, value)
            holds = holds and test(first, value)
            first = value
        return holds

    return compare


def comparable(value: Any) -> bool:
    return is_number(value) or type(value) is str


def check_comparable(name: str, a: Any, b: Any) -> None:
    if type(a) is str and type(b) is str:
        return
    for value in (a, b):
        if not comparable(value):
            raise failure("type-error", f"{name} expects numbers or strings, got {write(value)[:60]}", value)
    raise failure("type-error", f"{name} cannot compare {write(a)[:40]} with {write(b)[:40]}", b)


less = ordered("<", lambda a, b: a < b)
less_or_equal = ordered("<=", lambda a, b: a <= b)
greater = ordered(">", lambda a, b: a > b)
greater_or_equal = ordered(">=", lambda a, b: a >= b)


def all_equal(first: Any, *values: Any) -> bool:
    return all(equal(first, value) for value in values)


def same_number(first: Any, *values: Any) -> bool:
    """`==`: numbers by value, whatever their types."""
    for value in (first, *values):
        if not is_number(value):
            raise number_error("==", value)
    return all(first == value for value in values)


# In place -------------------------------------------------------------------------------------

# Each maker below links a call of two operands.  Two integers are handled here, everything else
# by the checked function `call`.  They repeat each other because a shared inner function would
# cost more than the addition itself.


def inline_add(first: Any, second: Any, call: Any, place: Any, located: Any) -> Any:
    def evaluate(env: Any) -> Any:
        a, b = first(env), second(env)
        if type(a) is int and type(b) is int:
            return a + b
        try:
            return call(a, b)
        except Exception as error:
            raise located(error, place) from None

    return evaluate


def inline_subtract(first: Any, second: Any, call: Any, place: Any, located: Any) -> Any:
    def evaluate(env: Any) -> Any:
        a, b = first(env), second(env)
        if type(a) is int and type(b) is int:
            return a - b
        try:
            return call(a, b)
        except Exception as error:
            raise located(error, place) from None

    return evaluate


def inline_multiply(first: Any, second: Any, call: Any, place: Any, located: Any) -> Any:
    def evaluate(env: Any) -> Any:
        a, b = first(env), second(env)
        if type(a) is int and type(b) is int:
            return a * b
        try:
            return call(a, b)
        except Exception as error:
            raise located(error, place) from None

    return evaluate


def inline_less(first: Any, second: Any, call: Any, place: Any, located: Any) -> Any:
    def evaluate(env: Any) -> Any:
        a, b = first(env), second(env)
        if type(a) is int and type(b) is int:
            return a < b
        try:
            return call(a, b)
        except Exception as error:
            raise located(error, place) from None

    return evaluate


def inline_equal(first: Any, second: Any, call: Any, place: Any, located: Any) -> Any:
    def evaluate(env: Any) -> Any:
        a, b = first(env), second(env)
        if type(a) is int and type(b) is int:
            return a == b
        return equal(a, b)

    return evaluate


INLINE: dict[str, Callable[..., Any]] = {
    "core.+": inline_add,
    "core.-": inline_subtract,
    "core.*": inline_multiply,
    "core.<": inline_less,
    "core.=": inline_equal,
}
