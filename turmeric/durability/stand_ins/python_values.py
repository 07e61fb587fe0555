"""How values of Python's own classes are stored: one entry for each class.

An entry says what stands in for a value, and how the value is made of that again.  What
stands in is plain data of the language, and always the same for the same value: numbers as
text where floats would lose digits, names where Python has objects of its own.  A class is
imported when a value of it is met.

    "fractions.Fraction": Kind(lambda value: vector(value.numerator, value.denominator), Fraction's maker)

A `resource` is one that is acquired again; `refused` says why a class's values cannot be stored,
and what to do.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from turmeric.durability.stand_ins import sockets
from turmeric.vocabulary import vectors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from turmeric.vocabulary.vectors import Vector


class Unstorable(Exception):
    """This very value has no form to be stored in; the text says why."""


class Kind:
    """How the values of a class are written and read; `read` raises for what `write` never gives."""

    __slots__ = ("read", "resource", "write")

    def __init__(self, write: Callable[[Any], Any], read: Callable[[Any], Any], resource: bool = False) -> None:
        self.write = write
        self.read = read
        self.resource = resource


def vector(*parts: object) -> Vector:
    return vectors.from_iterable(parts)


def made(symbol: str, *arguments: Any) -> Any:
    """A value of a class by its full name."""
    module, _, name = symbol.rpartition(".")
    return getattr(import_module(module), name)(*arguments)


def made_of_parts(symbol: str) -> Callable[[Any], Any]:
    return lambda parts: made(symbol, *parts)


def made_of_text(symbol: str) -> Callable[[Any], Any]:
    return lambda text: made(symbol, checked(text, str))


def checked(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise ValueError(f"expected {kind.__name__}")
    return value


# Times ----------------------------------------------------------------------------------------


def clock_parts(value: Any) -> Vector:
    """A `datetime` or `time`: as text, which of two equal clock times it is, and its time zone."""
    return vector(value.replace(tzinfo=None).isoformat(), value.fold, value.tzinfo)


def read_clock(symbol: str) -> Callable[[Any], Any]:
    def read(parts: Any) -> Any:
        text, fold, zone = parts
        module, _, name = symbol.rpartition(".")
        value = getattr(import_module(module), name).fromisoformat(checked(text, str))
        return value.replace(fold=fold, tzinfo=zone)

    return read


def read_date(text: Any) -> Any:
    from datetime import date

    return date.fromisoformat(checked(text, str))


def offset_parts(value: Any) -> Vector:
    """A fixed offset: microseconds, and its name if it was given one."""
    offset, *name = value.__getinitargs__()
    return vector((offset.days * 86400 + offset.seconds) * 1000000 + offset.microseconds, *name)


def read_offset(parts: Any) -> Any:
    from datetime import timedelta, timezone

    microseconds, *name = parts
    return timezone(timedelta(microseconds=checked(microseconds, int)), *name)


def zone_key(value: Any) -> str:
    if value.key is None:
        raise Unstorable("a time zone that was read from a file has no name to find it by")
    key: str = value.key
    return key


# The rest -------------------------------------------------------------------------------------


def read_uuid(parts: Any) -> Any:
    from uuid import UUID, SafeUUID

    data, safe = parts
    return UUID(bytes=checked(data, bytes), is_safe=SafeUUID(safe))


def pattern_parts(value: Any) -> Vector:
    import re

    return vector(value.pattern, value.flags & ~int(re.DEBUG))


def read_pattern(parts: Any) -> Any:
    import re

    pattern, flags = parts
    if checked(flags, int) & re.DEBUG or type(pattern) not in (str, bytes):
        raise ValueError("no pattern")
    return re.compile(pattern, flags)


def random_parts(value: Any) -> Vector:
    """The state of a Mersenne twister: its version, its 625 numbers of 32 bits, a number in waiting."""
    version, numbers, waiting = value.getstate()
    return vector(version, b"".join(number.to_bytes(4, "big") for number in numbers), waiting)


def read_random(parts: Any) -> Any:
    from random import Random

    version, data, waiting = parts
    numbers = tuple(int.from_bytes(checked(data, bytes)[at : at + 4], "big") for at in range(0, len(data), 4))
    value = Random()
    value.setstate((version, numbers, waiting))
    return value


TABLE: dict[str, Kind] = {
    "builtins.complex": Kind(lambda value: vector(value.real, value.imag), made_of_parts("builtins.complex")),
    "builtins.range": Kind(lambda value: vector(value.start, value.stop, value.step), made_of_parts("builtins.range")),
    "decimal.Decimal": Kind(str, made_of_text("decimal.Decimal")),
    "fractions.Fraction": Kind(
        lambda value: vector(value.numerator, value.denominator), made_of_parts("fractions.Fraction")
    ),
    "uuid.UUID": Kind(lambda value: vector(value.bytes, value.is_safe.value), read_uuid),
    "datetime.datetime": Kind(clock_parts, read_clock("datetime.datetime")),
    "datetime.time": Kind(clock_parts, read_clock("datetime.time")),
    "datetime.date": Kind(lambda value: value.isoformat(), read_date),
    "datetime.timedelta": Kind(
        lambda value: vector(value.days, value.seconds, value.microseconds), made_of_parts("datetime.timedelta")
    ),
    "datetime.timezone": Kind(offset_parts, read_offset),
    "zoneinfo.ZoneInfo": Kind(zone_key, made_of_text("zoneinfo.ZoneInfo")),
    "pathlib.Path": Kind(str, made_of_text("pathlib.Path")),
    "pathlib.PurePosixPath": Kind(str, made_of_text("pathlib.PurePosixPath")),
    "pathlib.PureWindowsPath": Kind(str, made_of_text("pathlib.PureWindowsPath")),
    "re.Pattern": Kind(pattern_parts, read_pattern),
    "random.Random": Kind(random_parts, read_random),
    "socket.socket": Kind(sockets.token, sockets.acquire, resource=True),
}
"""By the name in the bytes: the class's full name."""

OTHER_NAMES = {
    "pathlib.PosixPath": "pathlib.Path",
    "pathlib.WindowsPath": "pathlib.Path",
    "pathlib._local.PosixPath": "pathlib.Path",
    "pathlib._local.WindowsPath": "pathlib.Path",
    "pathlib._local.PurePosixPath": "pathlib.PurePosixPath",
    "pathlib._local.PureWindowsPath": "pathlib.PureWindowsPath",
}
"""Classes that are stored under another name than their own."""

A_PROCESS = (
    "a process runs on this machine only; keep the command that starts it, and start it again when it is needed"
)
REFUSED = {
    "subprocess.Popen": A_PROCESS,
    "asyncio.subprocess.Process": A_PROCESS,
    "multiprocessing.process.BaseProcess": A_PROCESS,
    "random.SystemRandom": "its numbers come from the system, and cannot be continued; make a new one",
    "ssl.SSLSocket": "an encrypted connection cannot be taken up again; keep its address, and connect again",
}
"""Classes, with those derived from them, whose values cannot be stored, and why."""


def kind_of(value: Any) -> tuple[str, Kind] | None:
    """The name and entry of a value's class; a derived class has none."""
    symbol = f"{type(value).__module__}.{type(value).__qualname__}"
    symbol = OTHER_NAMES.get(symbol, symbol)
    found = TABLE.get(symbol)
    return None if found is None else (symbol, found)


def refusal(value: Any) -> str | None:
    """Why values of a class are not stored, None for those of which that is not known."""
    names = [f"{each.__module__}.{each.__qualname__}" for each in type(value).__mro__]
    return next((REFUSED[name] for name in names if name in REFUSED), None)
