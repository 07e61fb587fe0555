"""The primitives of the module `time`."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from math import isfinite

from turmeric.running.structure import short
from turmeric.running.world import require_world
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

START = datetime(1970, 1, 1, tzinfo=UTC)


def sleep(seconds: float) -> None:
    if not (isfinite(seconds) and seconds >= 0):
        raise failure("value-error", f"sleep expects seconds, 0 or more, got {short(seconds)}", seconds)
    time.sleep(seconds)


def moment(seconds: float) -> datetime:
    """A number of seconds since 1970 as a date and time, to the microsecond."""
    try:
        return START + timedelta(microseconds=round(seconds * 1_000_000))
    except (OverflowError, ValueError) as error:
        message = f"format-time expects a time from the year 1 to the year 9999, got {short(seconds)}"
        raise failure("value-error", message, seconds) from error


def format_time(seconds: float, pattern: str | None = None) -> str:
    found = moment(seconds)
    if pattern is not None:
        return found.strftime(pattern)
    text = found.replace(tzinfo=None).isoformat(timespec="microseconds")
    return text.rstrip("0").removesuffix(".") + "Z"


def parse_time(text: str) -> float:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise failure("value-error", f"not a time as in ISO 8601: {short(text)}", text) from error
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    return (found - START).total_seconds()


TABLE: dict[str, Callable[..., Any]] = {
    "now": lambda: require_world().clock(),
    "monotonic": time.monotonic,
    "sleep": sleep,
    "format-time": format_time,
    "parse-time": parse_time,
}
